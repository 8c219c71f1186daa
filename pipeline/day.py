"""What a day is: the activities it adds up, which days are known, and the row it becomes.

The adding up is in series.py; here nothing needs NumPy.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from pipeline.standing import OwnCadence
    from pipeline.wardrobe import Worn


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
    worn: Worn | None = None
    """Its shoes; None where nobody told."""
    cadence: OwnCadence | None = None
    """Against the runner's own line; None where there is none, or no cadence."""


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


class Lasting(Protocol):
    """What has a beginning and an end."""

    @property
    def start_at(self) -> datetime:
        """Its first moment."""

    @property
    def end_at(self) -> datetime:
        """Its last."""


def seconds_shared(walks: Iterable[Lasting], runs: Sequence[Lasting]) -> Iterator[float]:
    """For how long each walk went on while a run was under way.

    Args:
        walks: in any order.
        runs: by their start.
    """
    starts = [run.start_at for run in runs]
    latest_ends = list(accumulate((run.end_at for run in runs), max))
    for walk in walks:
        shared_s = 0.0
        place = bisect_left(starts, walk.end_at)
        begun = []
        while place and latest_ends[place - 1] > walk.start_at:
            place -= 1
            begun.append(runs[place])
        until = walk.start_at
        for run in reversed(begun):
            first, last = max(run.start_at, until), min(run.end_at, walk.end_at)
            shared_s += max((last - first).total_seconds(), 0.0)
            until = max(until, last)
        yield shared_s


def walks_beside_runs(activities: Sequence[DayActivity]) -> list[DayActivity]:
    """The same activities; of a walk only what it adds to the runs that count.

    A phone may go on calling a walk what a watch records as a run, and a hike may hold a run: the
    feet are counted once. A walk that shares a third of its time with runs keeps two thirds of its
    calf load.

    Args:
        activities: by their start.
    """
    runs = [each for each in activities if each.counted]
    walks = [each for each in activities if each.walk]
    beside = {
        walk.id: _scaled(walk, 1 - shared_s / (walk.end_at - walk.start_at).total_seconds())
        for walk, shared_s in zip(walks, seconds_shared(walks, runs), strict=True)
        if shared_s > 0
    }
    return [beside.get(each.id, each) for each in activities]


def _scaled(walk: DayActivity, share: float) -> DayActivity:
    km, strain = (
        None if load is None else load * share for load in (walk.calf_km, walk.calf_km_strain)
    )
    return replace(walk, calf_km=km, calf_km_strain=strain)
