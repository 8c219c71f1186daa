"""Tests of the pages that only show: dashboard, runs, coach."""
