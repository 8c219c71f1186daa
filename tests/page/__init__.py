"""Tests of the pages: without a socket, as a process, and in a real Chromium."""
