"""The daily series, of one runner or of many at once: sums, averages, monotony, the hardest runs.

Every series has shape (athletes, days): an athlete's days begin with a date of their own, and
where others go on longer they end in unknown days. NaN is unknown, 0 is rest.

What stands for one athlete does not depend, to the last bit, on who else is in the batch: sums are
added one by one, the oldest first, and never in an order that depends on the shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.day import DayRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.day import DayActivity
    from pipeline.history import Past

Series = NDArray[np.float64]
"""Shape (athletes, days)."""

ACUTE_DAYS = 7
CHRONIC_DAYS = 28
LONGEST_DAYS = 30
"""How far back a longest and a hardest run are looked for, as in Frandsen 2025 (EVIDENCE 4.6)."""

EQUAL_SHARE = 1e-9
"""Loads that differ by no more than this share of the largest are equal: floats were added."""

SUMMED = ("distance_m", "steps", "calf_km", "calf_km_strain", "trimp")
WALKED = ("calf_km", "calf_km_strain")
"""All that a walk adds."""
_MEASURED = (*SUMMED, "timer_s", "rpe")
_measured = attrgetter(*_MEASURED)
AMOUNTS = (*_MEASURED, "told_rpe")


def ewma(daily: Series, *, span_days: int) -> Series:
    """Exponentially weighted moving average of each day.

        today = k x load + (1 - k) x yesterday,   k = 2 / (span_days + 1)

    A rest day must be there as 0. An unknown day is NaN and holds yesterday's value. The first
    known day starts the average; before it there is none.

    Source: Williams 2017, Br J Sports Med 51:209. Differs from the paper: starts at the first
    day's load and not at zero, and holds over unknown days.
    """
    loads = np.ascontiguousarray(daily.T)
    known = ~np.isnan(loads)
    begun = np.logical_or.accumulate(known, axis=0)
    begins = begun.copy()
    begins[1:] &= ~begun[:-1]
    weight = np.where(begins, 1.0, 2 / (span_days + 1)) * known
    averages = weight * np.where(known, loads, 0.0)
    for kept, yesterday, today in zip(1 - weight[1:], averages[:-1], averages[1:], strict=True):
        today += kept * yesterday  # noqa: PLW2901 - in its place among the averages
    averages[~begun] = np.nan
    return averages.T


def monotony(daily: Series) -> Series:
    """Mean over standard deviation of the seven days up to each day, no unit; rest days are 0.

    NaN when one of the days is unknown or before the first, and when all are equal: nothing
    varies, so there is nothing to divide by. The deviation is that of a sample (ddof 1).

    Source: Foster 1998.
    """
    week = _days_back(daily, range(ACUTE_DAYS), before=np.nan)
    mean = reduce(np.add, week) / ACUTE_DAYS
    squares = reduce(np.add, ((each - mean) ** 2 for each in week))
    deviation = np.sqrt(squares / (ACUTE_DAYS - 1))
    highest = reduce(np.maximum, week)
    varies = highest - reduce(np.minimum, week) > EQUAL_SHARE * highest
    return _ratio(mean, deviation, where=varies & (deviation > 0))


def strain(daily: Series) -> Series:
    """The load of seven days times their monotony (Foster 1998); NaN where monotony is."""
    week: Series = reduce(np.add, _days_back(daily, range(ACUTE_DAYS), before=np.nan))
    return week * monotony(daily)


def acwr(daily: Series) -> Series:
    """Acute to chronic workload ratio: the mean of 7 days over the mean of 28 that hold them.

    For context only, never a gate: the 7 days are among the 28, which correlates the two by
    arithmetic alone (Lolli), its bands are unsupported (Impellizzeri 2020), and among runners a
    higher one went with fewer injuries (Frandsen 2025). NaN when one of the 28 days is unknown or
    before the first, and when all are rest.

    Source: the coupled ratio of Williams 2017, Br J Sports Med 51:209 (EVIDENCE 4, 4.5).
    """
    week, month = (
        reduce(np.add, _days_back(daily, range(days), before=np.nan)) / days
        for days in (ACUTE_DAYS, CHRONIC_DAYS)
    )
    return _ratio(week, month, where=month > 0)


def highest_before(of_runs: Series) -> Series:
    """The largest single run of the 30 days before each day, this day left out.

    Args:
        of_runs: each day's largest run, -inf where there is none.

    Returns:
        NaN where the 30 days hold no run.
    """
    back = range(1, LONGEST_DAYS + 1)
    return _none_as_nan(reduce(np.maximum, _days_back(of_runs, back, before=-np.inf)))


def _days_back(daily: Series, back: range, *, before: float) -> list[Series]:
    """The series as it was so many days ago, for each number of days, the longest ago first."""
    athletes, days = daily.shape
    padded = np.concatenate([np.full((athletes, back[-1]), before), daily], axis=1)
    return [padded[:, back[-1] - ago : back[-1] - ago + days] for ago in reversed(back)]


def _ratio(above: Series, below: Series, *, where: NDArray[np.bool_]) -> Series:
    ratio: Series = np.divide(above, below, out=np.full(above.shape, np.nan), where=where)
    return ratio


@dataclass(frozen=True, slots=True)
class DailySeries:
    """All that is added up of each runner's days."""

    pasts: Sequence[Past]
    starts: Sequence[date]
    """The date of each runner's first day."""
    known: NDArray[np.bool_]
    """Shape (athletes, days)."""
    columns: dict[str, Series]
    """By the name of the field of `DayRow`."""

    def rows(self, athlete: int, first: date) -> list[DayRow]:
        """One runner's days as rows, from a date on up to the last.

        Args:
            athlete: place in the batch.
            first: not before the runner's first day.
        """
        past, start = self.pasts[athlete], self.starts[athlete]
        days = slice((first - start).days, (past.last - start).days + 1)
        answers = {morning.on: morning for morning in past.mornings}
        columns = (_told(column[athlete, days]) for column in self.columns.values())
        rows = []
        for offset, (known, *numbers) in enumerate(
            zip(self.known[athlete, days].tolist(), *columns, strict=True)
        ):
            on = first + timedelta(days=offset)
            told = dict(zip(self.columns, numbers, strict=True))
            told["runs"] = int(told["runs"]) if known else None
            if answer := answers.get(on):
                told |= {
                    "soreness_left": answer.left,
                    "soreness_right": answer.right,
                    "during": answer.during,
                }
            rows.append(DayRow(on=on, known=known, **told))
        return rows


def daily_series(pasts: Sequence[Past], since: date | None = None) -> DailySeries:
    """Add up all days of a batch of runners, each up to a last day of their own.

    Memory grows with the batch: the columns of three years of one runner are 0.13 MB.

    Args:
        pasts: what lies after a runner's last day is not looked at.
        since: days from here on are wanted, also where they are before the first run or answer.
            Averages begin with that in any case: no number depends on the days asked for.
    """
    firsts = [past.first for past in pasts]
    starts = [
        min(on for on in (past.last, first, since) if on is not None)
        for past, first in zip(pasts, firsts, strict=True)
    ]
    known = _known(pasts, starts)
    runs = _loads(pasts, starts, known.shape, attrgetter("counted"))
    walks = _loads(pasts, starts, known.shape, attrgetter("walk"))
    longest = runs.highest("distance_m")
    columns = {"runs": runs.sums(np.ones(len(runs.place)))}
    columns["longest_run_m"] = np.where(columns["runs"] == 0, 0.0, _none_as_nan(longest))
    columns |= {name: runs.sums(runs.amounts[name]) for name in SUMMED}
    columns["srpe_au"] = runs.sums(_srpe_au(runs))
    for name in WALKED:
        columns[name] += walks.sums(np.nan_to_num(walks.amounts[name]))
    for column in columns.values():
        column[~known] = np.nan
    begun = _days_from(firsts, starts, known.shape[1])
    calf_km = np.where(begun, columns["calf_km"], np.nan)
    columns |= {
        "acute_calf_km": ewma(calf_km, span_days=ACUTE_DAYS),
        "chronic_calf_km": ewma(calf_km, span_days=CHRONIC_DAYS),
        "acwr": acwr(calf_km),
        "monotony": monotony(calf_km),
        "strain": strain(calf_km),
        "longest_30d_m": highest_before(longest),
        "hardest_30d_calf_km": highest_before(runs.highest("calf_km")),
    }
    return DailySeries(pasts, starts, known, columns)


@dataclass(frozen=True, slots=True)
class _Loads:
    """Some activities of a batch, in the order of the athletes and of each one's own list."""

    shape: tuple[int, int]
    """Of the days."""
    place: NDArray[np.intp]
    """Shape (activities,): which of all the batch's days, counted through."""
    amounts: dict[str, Series]
    """Each of shape (activities,)."""

    def sums(self, amounts: NDArray[np.float64]) -> Series:
        """What each day adds up to; NaN with an unknown part: half a sum is a wrong number."""
        total = np.zeros(self.shape)
        np.add.at(total.reshape(-1), self.place, amounts)
        return total

    def highest(self, name: str) -> Series:
        """The largest known amount of each day, -inf where there is none."""
        amounts = self.amounts[name]
        known = ~np.isnan(amounts)
        highest = np.full(self.shape, -np.inf)
        np.maximum.at(highest.reshape(-1), self.place[known], amounts[known])
        return highest


def _loads(
    pasts: Sequence[Past],
    starts: Sequence[date],
    shape: tuple[int, int],
    counts: Callable[[DayActivity], bool],
) -> _Loads:
    """The activities that count for something, within each runner's days."""
    place, amounts = [], []
    for athlete, (past, start) in enumerate(zip(pasts, starts, strict=True)):
        first = athlete * shape[1]
        for each in filter(counts, past.activities):
            if start <= each.on <= past.last:
                told = past.told.get(each.id)
                place.append(first + (each.on - start).days)
                amounts.append((*_measured(each), told.rpe if told else None))
    table = np.array(amounts, dtype=np.float64).reshape(-1, len(AMOUNTS))
    return _Loads(shape, np.array(place, dtype=np.intp), dict(zip(AMOUNTS, table.T, strict=True)))


def _srpe_au(runs: _Loads) -> NDArray[np.float64]:
    """Session-RPE of each run, effort 0 to 10 times minutes (Foster 2001), in arbitrary units.

    What the runner told us goes before what the watch was told.
    """
    told, watch = runs.amounts["told_rpe"], runs.amounts["rpe"]
    return np.where(np.isnan(told), watch, told) * runs.amounts["timer_s"] / 60


def _known(pasts: Sequence[Past], starts: Sequence[date]) -> NDArray[np.bool_]:
    """Which days are known, shape (athletes, days); none after a runner's last."""
    days = [(past.last - start).days + 1 for past, start in zip(pasts, starts, strict=True)]
    known = np.zeros((len(pasts), max(days, default=0)), dtype=bool)
    for athlete, (past, start) in enumerate(zip(pasts, starts, strict=True)):
        on = np.fromiter(map(date.toordinal, past.known), dtype=np.int64) - start.toordinal()
        known[athlete, on[(on >= 0) & (on < days[athlete])]] = True
    return known


def _days_from(
    firsts: Sequence[date | None], starts: Sequence[date], days: int
) -> NDArray[np.bool_]:
    """Which days lie on or after each runner's first run or answer, shape (athletes, days)."""
    before = [
        days if first is None else (first - start).days
        for first, start in zip(firsts, starts, strict=True)
    ]
    return np.arange(days) >= np.array(before, dtype=np.intp)[:, np.newaxis]


def _none_as_nan(highest: Series) -> Series:
    return np.where(np.isneginf(highest), np.nan, highest)


def _told(column: NDArray[np.float64]) -> list[float | None]:
    """A column as a row of the table has it: None for unknown."""
    told = column.astype(object)
    told[np.isnan(column)] = None
    values: list[float | None] = told.tolist()
    return values
