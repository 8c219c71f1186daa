"""Versions of the arithmetic: derived rows carry them, and are derived again when they change."""

from __future__ import annotations

from dataclasses import dataclass

METRICS_VERSION = 3
"""Goes up whenever the same records, or the same days, would give another number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What one derived row was derived with; None in rows that were made before rows said so."""

    reader: int | None = None
    metrics: int | None = None
    rules: str | None = None
    """Only days have a verdict, so only they follow from rules."""
