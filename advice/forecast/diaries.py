"""Diaries of soreness as arrays: one row an athlete, one column a day; what models work on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

CELLS_AT_ONCE = 1 << 16
"""Athletes times days of one array: a probability of each of eleven levels then takes 6 MB,
and processors wait less for memory than with four times as many."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The whole numbers that soreness is told in, higher is sorer: 1 to 5, or 0 to 10."""

    low: int
    high: int

    @property
    def levels(self) -> int:
        """How many there are."""
        return self.high - self.low + 1

    @property
    def values(self) -> Floats:
        """Every level, the lowest first, shape (levels,)."""
        return np.arange(self.low, self.high + 1, dtype=np.float64)

    @property
    def edges(self) -> Floats:
        """The borders between neighbouring levels, at half levels, shape (levels - 1,)."""
        return self.values[:-1] + 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Diaries:
    """Some diaries side by side.

    Column j of athlete i is the date `starts[i]` + j days. Shorter diaries are filled up with NaN
    at their end, so that a column is no date, and nobody's rows depend on anybody else's.
    """

    athletes: tuple[str, ...]
    starts: tuple[date, ...]
    scale: Scale
    soreness: Floats
    """Shape (athletes, days), on the scale; NaN: no answer, or beyond the diary's end."""
    load: Floats | None = None
    """Shape (athletes, days), the load of each day, any unit; NaN: not told. None: of no day."""
    calf_km: Floats | None = None
    """The calf load of each day in the same way, where both are known apart."""


Model: TypeAlias = Callable[[Diaries], Floats]
"""Forecasts: how probable each level is on each day, shape (athletes, days, levels).

A day's forecast is made from the soreness and load of strictly earlier days. A row is NaN where the
model cannot say."""


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """What diaries say, one entry for an athlete's day, in any order; all arrays shape (entries,).

    An entry takes 32 bytes; the arrays models work on take far more, and are made in parts.
    """

    athletes: tuple[str, ...]
    scale: Scale
    athlete: Integers
    """Index into `athletes`."""
    day: Integers
    """The date as `date.toordinal` counts it."""
    soreness: Floats
    load: Floats | None = None

    @property
    def answers(self) -> int:
        """How many days were answered."""
        return int(np.count_nonzero(~np.isnan(self.soreness)))

    def repeated(self) -> int | None:
        """The first entry whose athlete and day stood before; None: every day stands once."""
        order = np.lexsort((self.day, self.athlete))  # stable: equal ones stay in their order
        same = (np.diff(self.athlete[order]) == 0) & (np.diff(self.day[order]) == 0)
        return int(order[1:][same].min()) if same.any() else None

    def diaries(self, cells: int = CELLS_AT_ONCE) -> Iterator[Diaries]:
        """The diaries in parts of at most so many athletes times days, or of one athlete.

        Athletes keep their order. A diary begins and ends with its first and last entry.
        """
        order = np.lexsort((self.day, self.athlete))
        ends = np.searchsorted(self.athlete[order], np.arange(len(self.athletes)), side="right")
        part: list[NDArray[np.intp]] = []
        longest = 0
        for entries in np.split(order, ends[:-1]) if self.athletes else []:
            days = int(np.ptp(self.day[entries])) + 1
            if part and (len(part) + 1) * max(longest, days) > cells:
                yield self._side_by_side(part, longest)
                part, longest = [], 0
            part.append(entries)
            longest = max(longest, days)
        if part:
            yield self._side_by_side(part, longest)

    def _side_by_side(self, part: Sequence[NDArray[np.intp]], days: int) -> Diaries:
        """Some athletes' entries, each in the order of its days, as arrays."""
        starts = [int(self.day[entries[0]]) for entries in part]
        entries = np.concatenate(part)
        rows = np.repeat(np.arange(len(part)), [len(each) for each in part])
        columns = self.day[entries] - np.array(starts)[rows]

        def spread(told: Floats) -> Floats:
            array = np.full((len(part), days), np.nan)
            array[rows, columns] = told[entries]
            return array

        return Diaries(
            athletes=tuple(self.athletes[int(self.athlete[each[0]])] for each in part),
            starts=tuple(date.fromordinal(start) for start in starts),
            scale=self.scale,
            soreness=spread(self.soreness),
            load=None if self.load is None else spread(self.load),
        )
