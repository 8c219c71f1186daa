"""What a letter tells beside the recommendation, and where its links lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, tzinfo

    from advice.charts.chart import Chart
    from advice.words import Units
    from pipeline.checkin import CheckIn
    from pipeline.day import DayRow

    Raw = int | float | str | bool | None

LAST_TIME_DAYS = 7
"""`The same as last time` is offered for an answer at most this old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taps:
    """Addresses that open this morning's form; a tapped one opens it filled in."""

    form: str
    left: tuple[str, ...]
    """For 0 to 10 on the left, in this order."""
    right: tuple[str, ...]
    both_none: str
    """0 on both sides."""
    same: str | None = None
    """What was told last time; None where there is no last time to speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What the letter tells beside the recommendation. None means not known."""

    name: str | None = None
    units: Units = "km"
    zone: tzinfo = UTC
    """The runner's time zone, for the one time of day in the letter."""
    mornings: Sequence[CheckIn] = ()
    """The answers up to this morning's, one a date, oldest first."""
    yesterday_verdict: str | None = None
    """Its word, as in `Verdict.word`."""
    told_yesterday: Mapping[str, Mapping[str, Raw]] | None = None
    """The rules of a referral that the runner was told yesterday, with their values; None where
    they were told of none, whatever yesterday's verdict is by what is known today."""
    yesterday: DayRow | None = None
    last_days: Sequence[DayRow] = ()
    """The seven days before today, oldest first."""
    charts: Sequence[Chart] = ()
    taps: Taps | None = None
    """None where the runner cannot reach the page: then by mail and on the command line."""
    reply_to: str | None = None
    """The address where somebody reads a line such as L3 R1."""
    checkin_command: str = "calfwise checkin --left N --right N"
    look_url: str | None = None
    """The runner's own season."""
    stop_url: str | None = None
    stop_mailto: str | None = None
    neutral: bool = False
    """Subject and preview tell nothing of the body."""
    correction: bool = False
    """A file came late and made the day stricter: this letter replaces the morning's."""
    test: bool = False
    """Asked for on the command line, to see whether it arrives."""

    def answer(self, on: date) -> CheckIn | None:
        """The answer of a morning."""
        return next((each for each in reversed(self.mornings) if each.on == on), None)

    def last_time(self, on: date) -> CheckIn | None:
        """The last answer, recent enough to be the same today; None once today is answered."""
        return last_time(self.mornings, on)


def last_time(mornings: Sequence[CheckIn], on: date) -> CheckIn | None:
    """The latest of these answers, where it is of the week before a morning without one."""
    last = mornings[-1] if mornings else None
    recent = last and timedelta(0) < on - last.on <= timedelta(days=LAST_TIME_DAYS)
    return last if recent else None
