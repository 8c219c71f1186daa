"""One day as the rules see it: the answers up to and including it, the runs before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from advice.course import SIDES, Course
from advice.forecast.outlook import Outlook
from advice.training import Training, no_training
from pipeline.wardrobe import Wardrobe
from pipeline.worn import Wear

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from advice.course import Side
    from advice.limits import Limits
    from advice.recommendation import Forecast
    from advice.training import Window
    from advice.words import Units
    from pipeline.checkin import CheckIn
    from pipeline.history import History, RiskFactors, Run
    from pipeline.wardrobe import Pair

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """All that a rule may look at."""

    on: date
    limits: Limits
    course: Course
    training: Training
    wear: Wear
    pair_told: Pair | None
    """The pair that the runner told of as worn today."""
    runs: Sequence[Run]
    """All of the history; this day sees the first of them, `runs_seen` many."""
    runs_seen: int
    outlook: Outlook
    """The forecasts of the history."""
    risk: RiskFactors
    units: Units = "km"
    """In which distances are said."""
    last_answered: Day | None = None
    """The day of the latest answer, when that is not today."""
    yesterday: Day | None = None
    """Yesterday as its own morning saw it, where a run is dated yesterday."""

    @property
    def answer(self) -> CheckIn | None:
        """This morning's answer."""
        recent = self.course.recent
        return recent[-1] if recent and recent[-1].on == self.on else None

    @property
    def worst_nrs(self) -> int | None:
        """M, the larger of left and right this morning."""
        return self.answer.worst if self.answer else None

    @property
    def during_nrs(self) -> int | None:
        """D, the worst pain of the latest run, while it counts."""
        return self.training.during_nrs(self.on)

    @property
    def silent_days(self) -> int | None:
        """Days without an answer, today included; None before the first answer."""
        return self.course.silent_days(self.on)

    @property
    def episodes_are_judged(self) -> bool:
        """Soreness of which nothing was heard for more than seven days is asked about (9.6)."""
        silent = self.silent_days
        return silent is not None and silent <= self.limits["silent_days"]

    @property
    def is_left_to_others(self) -> bool:
        """After a visit, until a run has gone well, and on the way back: others say what helps."""
        course = self.course
        return bool(course.held_since or course.proving_since or course.ladder)

    @property
    def forecast(self) -> Forecast | None:
        """What may be said of tomorrow; None before the first answer."""
        return self.outlook.on(self.on)

    def usual(self, window: Window) -> float | None:
        """The runner's usual run by one measure; None where there is none.

        On the way back it is that of before: the steps themselves are no usual runs, or each would
        make the next one smaller.
        """
        ladder = self.course.ladder
        return window.usual(self.on, before=ladder.allowed_on if ladder else None)

    def runs_within(self, days: float) -> Iterator[Run]:
        """The runs of the last few days before this one, the latest first."""
        for place in reversed(range(self.runs_seen)):
            if (self.on - self.runs[place].on).days > days:
                return
            yield self.runs[place]

    def sides_at(self, nrs: int) -> Literal["left", "right", "both"]:
        """Which calf is at a level this morning; `both` when they are equal."""
        at: list[Side] = [side for side in SIDES if self.course.side(side).nrs == nrs]
        return at[0] if len(at) == 1 else "both"


def follow(
    history: History, dates: Iterable[date], limits: Limits, units: Units = "km"
) -> Iterator[Day]:
    """Walk once through a history and stop at each of the dates, which must ascend.

    A day sees the answers up to and including it and the runs whose date is before it.

    Raises:
        ValueError: a date comes before the one asked last.
    """
    wanted = tuple(dates)
    if not wanted:
        return
    walk = _Walk(history, limits, units, Outlook(history, limits, max(wanted)))
    for on in wanted:
        yield walk.to(on)


class _Walk:
    """The one place that moves: how far the answers and the runs have been followed."""

    def __init__(self, history: History, limits: Limits, units: Units, outlook: Outlook) -> None:
        self._limits = limits
        self._units = units
        self._outlook = outlook
        self._risk = history.risk
        self._mornings = history.mornings
        self._runs = history.runs
        self._next_morning = 0
        self._next_run = 0
        self._course = Course(limits=limits)
        self._training = no_training(history, limits)
        self._wear = Wear(away_days=limits["pair_away_days"])
        self._wardrobe = Wardrobe(history.pairs)
        self._answered: Day | None = None
        self._at: Day | None = None

    def to(self, on: date) -> Day:
        """The day `on`, with everything up to it."""
        if self._at and on <= self._at.on:
            if on < self._at.on:
                raise ValueError("dates must come oldest first")
            return self._at
        self._follow(on - DAY)
        ran_yesterday = self._next_run < len(self._runs) and self._runs[self._next_run].on < on
        yesterday = self._seen(on - DAY) if ran_yesterday else None
        self._follow(on)
        self._at = self._seen(on, yesterday)
        return self._at

    def _follow(self, on: date) -> None:
        """Follow the answers up to a date and the runs before it."""
        while self._next_morning < len(self._mornings):
            checkin = self._mornings[self._next_morning]
            if checkin.on > on:
                break
            self._take(checkin)
            self._next_morning += 1
        self._run_until(on)

    def _seen(self, on: date, yesterday: Day | None = None) -> Day:
        """The day up to which all has been followed."""
        if self._answered is None or self._answered.on < on:
            return self._day(on, self._answered, yesterday)
        return self._day(on, None, yesterday) if yesterday else self._answered

    def _take(self, checkin: CheckIn) -> None:
        """Follow one answer, after the runs before it."""
        self._run_until(checkin.on)
        last = self._training.last
        self._course = self._course.after(checkin, ran_on=last.on if last else None)
        self._wear = self._wear.after_morning(checkin)
        self._answered = self._day(checkin.on, None)

    def _run_until(self, on: date) -> None:
        """Follow the runs before a date."""
        while self._next_run < len(self._runs) and self._runs[self._next_run].on < on:
            self._training = self._training.after(self._runs[self._next_run])
            self._wear = self._wear.after_run(self._runs[self._next_run])
            self._next_run += 1

    def _day(self, on: date, last_answered: Day | None, yesterday: Day | None = None) -> Day:
        """A day with what has been followed so far."""
        return Day(
            on=on,
            limits=self._limits,
            course=self._course,
            training=self._training,
            wear=self._wear,
            pair_told=self._wardrobe.on(on),
            runs=self._runs,
            runs_seen=self._next_run,
            outlook=self._outlook,
            risk=self._risk,
            units=self._units,
            last_answered=last_answered,
            yesterday=yesterday,
        )
