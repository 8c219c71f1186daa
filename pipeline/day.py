"""Days: which are known, what each adds up to, and which answer belongs to which run."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipeline.history import Told
from pipeline.series import ACUTE_DAYS, CHRONIC_DAYS, ewma, monotony, strain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from pipeline.checkin import CheckIn


@dataclass(frozen=True, slots=True, kw_only=True)
class DayActivity:
    """One stored activity as the day's sums look at it; None means the file does not tell."""

    id: str
    on: date
    start_at: datetime
    end_at: datetime
    counted: bool
    """A run that enters every sum."""
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


def day_rows(
    activities: Sequence[DayActivity],
    mornings: Sequence[CheckIn],
    told: Mapping[str, Told],
    known: set[date],
    dates: Sequence[date],
) -> list[DayRow]:
    """Sum up every date asked for.

    Args:
        activities: all of one runner, in any order.
        mornings: one answer per date.
        told: effort by run id, from `pair`.
        known: dates on which a missing run means rest.
        dates: consecutive dates; averages start with the first.
    """
    on_date: dict[date, list[DayActivity]] = defaultdict(list)
    for activity in activities:
        on_date[activity.on].append(activity)
    answers = {morning.on: morning for morning in mornings}
    sums = [_sums(on_date.get(on, []), told) if on in known else None for on in dates]
    calf = [None if each is None else each["calf_km"] for each in sums]
    acute, chronic = (ewma(calf, span_days=span) for span in (ACUTE_DAYS, CHRONIC_DAYS))
    rows = []
    for index, (on, total) in enumerate(zip(dates, sums, strict=True)):
        week = calf[max(index - ACUTE_DAYS + 1, 0) : index + 1]
        answer = answers.get(on)
        rows.append(
            DayRow(
                on=on,
                known=total is not None,
                **(total or {}),  # type: ignore[arg-type] # the names are fields
                acute_calf_km=acute[index],
                chronic_calf_km=chronic[index],
                monotony=monotony(week),
                strain=strain(week),
                soreness_left=answer.left if answer else None,
                soreness_right=answer.right if answer else None,
                during=answer.during if answer else None,
            )
        )
    return rows


def _sums(activities: Sequence[DayActivity], told: Mapping[str, Told]) -> dict[str, float | None]:
    runs = [each for each in activities if each.counted]
    walks = [each for each in activities if each.walk]
    distances = [run.distance_m for run in runs]
    return {
        "runs": len(runs),
        "distance_m": _sum(distances),
        "longest_run_m": max((each for each in distances if each is not None), default=None)
        if runs
        else 0.0,
        "steps": _sum(run.steps for run in runs),
        "calf_km": _plus_walks([run.calf_km for run in runs], [walk.calf_km for walk in walks]),
        "calf_km_strain": _plus_walks(
            [run.calf_km_strain for run in runs], [walk.calf_km_strain for walk in walks]
        ),
        "trimp": _sum(run.trimp for run in runs),
        "srpe_au": _sum(_srpe_au(run, told.get(run.id, Told())) for run in runs),
    }


def _srpe_au(run: DayActivity, told: Told) -> float | None:
    """Session-RPE, effort 0 to 10 times minutes (Foster 2001), in arbitrary units.

    What the runner told us goes before what the watch was told.
    """
    effort = run.rpe if told.rpe is None else told.rpe
    return None if effort is None else effort * run.timer_s / 60


def _sum(values: Iterable[float | None]) -> float | None:
    """The sum, or None when a part of it is not known: half a sum is a wrong number."""
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _plus_walks(runs: Sequence[float | None], walks: Sequence[float | None]) -> float | None:
    """The runs' sum and what walks are known to add."""
    total = _sum(runs)
    return None if total is None else total + sum(walk for walk in walks if walk is not None)
