"""Tests of the store: what is kept, and that nothing is lost or told."""
