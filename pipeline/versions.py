"""Versions of the arithmetic: derived rows carry them, and are derived again when they change."""

METRICS_VERSION = 2
"""Goes up whenever the same records, or the same days, would give another number."""
