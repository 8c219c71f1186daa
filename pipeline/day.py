"""What a day is: the activities it adds up, which days are known, and the row it becomes.

The adding up is in series.py; here nothing needs NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayActivity:
    """One stored activity as the day's sums look at it; None means the file does not tell."""

    id: str
    on: date
    start_at: datetime
    end_at: datetime
    counted: bool
    """A run that enters every sum."""
    duplicate_of: str | None = None
    """The id of the recording that stands in its place, where this one is a near copy."""
    walk: bool
    """A walk or a hike: adds calf load and nothing else."""
    distance_m: float | None
    timer_s: float
    steps: float | None
    calf_km: float | None
    calf_km_strain: float | None
    trimp: float | None
    rpe: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpan:
    """What one source covers: from its first to its last activity, and on when it is complete."""

    first: date
    last: date
    complete_before: date | None = None
    """The local date of the last scan, where the runner declared the source complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One local day. None means unknown, 0 means rest."""

    on: date
    known: bool
    runs: int | None = None
    distance_m: float | None = None
    longest_run_m: float | None = None
    steps: float | None = None
    calf_km: float | None = None
    calf_km_strain: float | None = None
    trimp: float | None = None
    srpe_au: float | None = None
    acute_calf_km: float | None = None
    chronic_calf_km: float | None = None
    acwr: float | None = None
    """Mean of 7 days over mean of 28, for context only: no rule looks at it."""
    monotony: float | None = None
    strain: float | None = None
    longest_30d_m: float | None = None
    """The longest run of the 30 days before this one."""
    hardest_30d_calf_km: float | None = None
    """The run with most calf load of the 30 days before this one."""
    soreness_left: int | None = None
    soreness_right: int | None = None
    during: int | None = None


def dates_between(first: date, last: date) -> Iterator[date]:
    """Every date from the first to the last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def known_dates(spans: Iterable[SourceSpan]) -> set[date]:
    """The days on which a missing run means rest (DESIGN.md: known days).

    A day is known when it lies between two activities of one source, or follows them while that
    source is declared complete and was scanned after the day had ended.
    """
    known: set[date] = set()
    for span in spans:
        last = span.last
        if span.complete_before is not None:
            last = max(last, span.complete_before - timedelta(days=1))
        known.update(dates_between(span.first, last))
    return known
