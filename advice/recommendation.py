"""The answer for one morning: verdict, reasons, ceiling, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

Urgency = Literal["now", "same_day", "days"]
Surface = Literal["flat", "any"]
Value = int | float | str | None


class Verdict(IntEnum):
    """From free to careful; the strictest rule wins, so they are ordered."""

    AS_PLANNED = 0
    EASY = 1
    REST = 2
    PHYSICIAN = 3
    URGENT = 4

    @property
    def word(self) -> str:
        """The word that programs read: as_planned, easy, rest, physician, urgent."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One reason: the rule, its sentence with today's numbers, the numbers, the source."""

    rule: str
    says: str
    values: dict[str, Value]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """Today's most, never a target."""

    distance_m: float | None
    calf_km: float | None
    surface: Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing worth saying beside the verdict: care, form, shoes, or something missing."""

    name: str
    says: str
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What calfwise says on one morning, complete with its reasons."""

    on: date
    verdict: Verdict
    provisional: bool
    """True exactly when there is no answer dated `on`."""
    urgency: Urgency | None
    because: tuple[Because, ...]
    """The deciding rule first."""
    ceiling: Ceiling | None
    care: tuple[Item, ...] = ()
    form: tuple[Item, ...] = ()
    shoes: tuple[Item, ...] = ()
    missing: tuple[Item, ...] = ()
    rules_version: str
    data_through: datetime | None
