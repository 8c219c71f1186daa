"""The course of soreness, followed answer by answer: sides, flags, limping, clearances.

An immutable fold: `Course(limits=...).after(answer).after(answer)`. Only answers move it; days
without one are asked about with a date. How things are counted is EVIDENCE section 9.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, get_args

from advice.episode import SideCourse
from advice.ladder import Ladder, ladder_after

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from advice.limits import Limits
    from pipeline.checkin import CheckIn, Flag, Where

Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = get_args(Side)

WEEKS_KEPT = 2
"""The weekly comparison looks back furthest: this week and the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All that the answers so far say."""

    limits: Limits
    recent: tuple[CheckIn, ...] = ()
    """The answers of the last two weeks, oldest first; the last one is the latest of all."""
    left: SideCourse = field(default_factory=SideCourse)
    right: SideCourse = field(default_factory=SideCourse)
    places: frozenset[Where] = frozenset()
    """Where it was said to hurt, since an episode runs on either side."""
    flags: Mapping[Flag, date] = field(default_factory=dict)
    """Flags that stand, each with the date on which it was last told (9.9)."""
    limping_since: date | None = None
    """The first of the limping mornings in a row."""
    limped_on: date | None = None
    """The last morning with a limp."""
    held_since: date | None = None
    """Seen by somebody, who said not to run."""
    proving_since: date | None = None
    """Allowed to run again, and no run yet with a next morning as good as the one before (9.10)."""
    ladder: Ladder | None = None
    """The way back after a sudden sharp pain, until its last step is done (9.14)."""

    @property
    def last(self) -> CheckIn | None:
        """The latest answer."""
        return self.recent[-1] if self.recent else None

    def side(self, side: Side) -> SideCourse:
        """The course of one side."""
        return self.left if side == "left" else self.right

    def silent_days(self, on: date) -> int | None:
        """Days without an answer up to and including `on`; None before the first answer."""
        return (on - self.last.on).days if self.last else None

    def after(self, checkin: CheckIn, *, ran_on: date | None = None) -> Course:
        """The course with one more answer; `ran_on` is the date of the last run before it.

        Raises:
            ValueError: the answer is not later than the ones before it.
        """
        if self.last and checkin.on <= self.last.on:
            raise ValueError("answers must come one a date, oldest first")
        # A visit answers what was told before it. What is told with it is new, and stands.
        before = _seen(self, checkin) if checkin.cleared else self
        limping_since, limped_on = _limping_after(before, checkin)
        left, right = (self._side_after(side, checkin) for side in SIDES)
        sore = left.episode or right.episode
        # Written out, because `replace` takes three times as long, for each morning of years.
        return Course(
            limits=self.limits,
            recent=self._recent_after(checkin),
            left=left,
            right=right,
            places=self.places | checkin.where if sore else frozenset(),
            flags=_flags_after(before, checkin, limping_since),
            limping_since=limping_since,
            limped_on=limped_on,
            held_since=before.held_since,
            proving_since=None if _proved(before, checkin, ran_on) else before.proving_since,
            ladder=ladder_after(self.ladder, checkin, ran_on=ran_on, limits=self.limits),
        )

    def before_run(self, ran_on: date) -> CheckIn | None:
        """The pre-run morning: the latest on or before the run's date, at most three days back."""
        earliest = self.limits["pre_run_back_days"]
        fitting = (c for c in reversed(self.recent) if 0 <= (ran_on - c.on).days <= earliest)
        return next(fitting, None)

    def above_pre_run(self, checkin: CheckIn, ran_on: date) -> tuple[Side, ...]:
        """The sides that are sorer than on the pre-run morning; no such morning counts as 0."""
        before = self.before_run(ran_on)
        return tuple(
            side
            for side in SIDES
            if getattr(checkin, side) > (getattr(before, side) if before else 0)
        )

    def _recent_after(self, checkin: CheckIn) -> tuple[CheckIn, ...]:
        """The answers of the last two weeks."""
        days = WEEKS_KEPT * self.limits["week_days"]
        for place, each in enumerate(self.recent):
            if (checkin.on - each.on).days < days:
                return (*self.recent[place:], checkin)
        return (checkin,)

    def _side_after(self, side: Side, checkin: CheckIn) -> SideCourse:
        """One side with one more answer."""
        return self.side(side).after(
            checkin.on,
            getattr(checkin, side),
            rested="rested" in checkin.did,
            seen=checkin.cleared is not None,
            limits=self.limits,
        )


def _seen(course: Course, checkin: CheckIn) -> Course:
    """Earlier flags are answered; running is held back, or may begin again with care."""
    may_run = checkin.cleared == "may_run"
    return replace(
        course,
        flags={},
        limping_since=None,
        held_since=None if may_run else (course.held_since or checkin.on),
        proving_since=checkin.on if may_run else None,
    )


def _limping_after(course: Course, checkin: CheckIn) -> tuple[date | None, date | None]:
    """The first of the limping mornings in a row, and the last morning with a limp.

    An explicit answer without it breaks the mornings in a row; one blank or missing morning does
    not.
    """
    if "limping" in (checkin.flags or ()):
        return _limping_since(course, checkin.on), checkin.on
    return course.limping_since if checkin.flags is None else None, course.limped_on


def _flags_after(
    course: Course, checkin: CheckIn, limping_since: date | None
) -> Mapping[Flag, date]:
    """The flags with those told now; a limp stands only from its third morning (9.9)."""
    if not checkin.flags:
        return course.flags
    told: dict[Flag, date] = dict.fromkeys(checkin.flags - {"limping"}, checkin.on)
    if "limping" in checkin.flags:
        since = limping_since or checkin.on
        if (checkin.on - since).days >= course.limits["limping_days"]:
            told["limping"] = checkin.on
    return {**course.flags, **told}


def _limping_since(course: Course, on: date) -> date:
    """The first of the limping mornings that `on` is the last of."""
    if course.limping_since is None or course.limped_on is None:
        return on
    in_a_row = (on - course.limped_on).days <= course.limits["limping_days"]
    return course.limping_since if in_a_row else on


def _proved(course: Course, checkin: CheckIn, ran_on: date | None) -> bool:
    """Yesterday's run, not before the clearance, left no side sorer than it was before."""
    if course.proving_since is None or ran_on is None or ran_on < course.proving_since:
        return False
    return (checkin.on - ran_on).days == 1 and not course.above_pre_run(checkin, ran_on)
