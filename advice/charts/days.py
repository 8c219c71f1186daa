"""One day as charts look at it, and what is said of several."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from advice import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from advice.charts.chart import Value

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartDay:
    """One date. None is never 0."""

    on: date
    calf_km: float | None = None
    """None: nobody can say what was run. 0: a day of rest."""
    chronic_calf_km: float | None = None
    """28-day average of a day."""
    sore: tuple[int, int] | None = None
    """Left and right, 0 to 10; None: not answered."""
    verdict: str | None = None
    """Its word, as in `Verdict.word`; None where nothing was known yet."""

    @property
    def worse(self) -> int | None:
        """Soreness of the worse side."""
        return None if self.sore is None else max(self.sore)

    @property
    def worse_side(self) -> str | None:
        """`left`, `right`, or `both`."""
        if self.sore is None:
            return None
        left, right = self.sore
        return "both" if left == right else SIDES[right > left]


def days_to(days: Iterable[ChartDay], on: date, count: int) -> list[ChartDay]:
    """So many days up to and including a date; of one that is not given nothing is known."""
    given = {day.on: day for day in days}
    dates = [on - timedelta(days=back) for back in reversed(range(count))]
    return [given.get(each) or ChartDay(on=each) for each in dates]


def sorest(days: Iterable[ChartDay]) -> ChartDay | None:
    """The answered day of the highest soreness, of several the latest."""
    answered = [day for day in days if day.sore is not None]
    return max(answered, key=lambda day: (day.worse or 0, day.on), default=None)


def sorest_values(days: Sequence[ChartDay]) -> dict[str, Value]:
    """The highest soreness, its side and date; None where nothing was answered."""
    top = sorest(days)
    return {
        "highest_soreness": top.worse if top else None,
        "highest_side": top.worse_side if top else None,
        "highest_on": top.on.isoformat() if top else None,
    }


def sorest_told(days: Sequence[ChartDay]) -> str:
    """Up to today, the last: `left 5 on Wednesday 4 November`; `0 on every morning answered`."""
    top = sorest(days)
    if top is None:
        return "not told"
    if top.worse == 0:
        return "0 on every morning answered"
    side = "both sides" if top.worse_side == "both" else top.worse_side
    return f"{side} {top.worse} on {words.day_far_off(top.on, days[-1].on)}"


def today_told(day: ChartDay) -> str:
    """`today left 3, right 1`, or that it was not told."""
    return f"today {words.soreness(*day.sore)}" if day.sore else "today not told yet"
