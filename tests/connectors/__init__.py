"""Tests of the edge: formats, archives, sources."""
