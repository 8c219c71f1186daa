"""Tests of what starts things: command line, flows, the demo and its virtual runner."""
