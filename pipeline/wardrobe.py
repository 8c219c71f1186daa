"""Which pair of shoes was worn when: each from its date on, until the next one."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pipeline.shoes import ShoeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One pair from one date on; the same pair may come again later."""

    name: str
    from_date: date
    kind: ShoeKind | None = None
    """None where the runner did not say."""


@dataclass(frozen=True, slots=True)
class Worn:
    """What a run was run in."""

    name: str
    kind: ShoeKind | None = None


class Wardrobe:
    """Every pair a runner told of."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        """In any order; one pair a date."""
        self.pairs = tuple(sorted(pairs, key=lambda each: each.from_date))
        self._dates = [each.from_date for each in self.pairs]
        self._kinds = {same(each.name): each.kind for each in self.pairs if each.kind}

    def on(self, day: date) -> Pair | None:
        """The pair worn on a date; None before the first one."""
        place = bisect_right(self._dates, day)
        return self.pairs[place - 1] if place else None

    def worn(self, day: date, *, gear: str | None) -> Worn | None:
        """What a run of a date was run in: what its export says goes before the date.

        A pair that an export names as the runner does is that pair, of the same kind.
        """
        pair = self.on(day)
        name = gear or (pair.name if pair else None)
        return Worn(name, self._kinds.get(same(name))) if name else None

    def kind_of(self, name: str) -> ShoeKind | None:
        """What a pair is, wherever it was told."""
        return self._kinds.get(same(name))


def same(name: str) -> str:
    """What all spellings of a name have in common."""
    return " ".join(name.split()).casefold()
