"""The answer for one morning: verdict, reasons, ceiling, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

Urgency = Literal["now", "same_day", "days"]
Surface = Literal["flat", "any"]
ForecastModel = Literal["personal", "pooled", "ewma", "none"]
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
class Forecast:
    """Tomorrow's soreness of the worse side; None where nothing can be said yet."""

    soreness_mean: float | None = None
    p_ge_4: float | None = None
    """How probable 4 or more is."""
    interval_80: tuple[int, int] | None = None
    pairs: int
    """Mornings answered after an earlier one: what can be learnt from."""
    model: ForecastModel
    """`ewma` until the runner's own forecast has beaten it on their own days."""
    acts_on: float | None = None
    """The probability that may make a verdict stricter. Where this morning is not answered it is no
    lower than if no soreness had been told. None: the forecast has not earned that yet."""


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
    forecast: Forecast | None = None
    rules_version: str
    data_through: datetime | None
