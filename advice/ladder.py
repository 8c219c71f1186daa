"""The way back to running after a sudden sharp pain: steps of running and walking (EVIDENCE 9.14).

An immutable fold beside the course: only answers move it, and dates alone unlock nothing. The
steps, their minutes and the count of mornings are our design on EVIDENCE 1.4 (Green 2022, Sports
Med Open 8:10, and B. Green's rules for running after a calf injury); that soreness must stay at
0 or 1 is EVIDENCE 1.1, because the pain-monitoring model was not made for such a pain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from advice.limits import Limits
    from pipeline.checkin import CheckIn, Flag

SUDDEN: Flag = "sudden_sharp_pain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Where a runner stands after a sudden sharp pain."""

    allowed_on: date | None = None
    """Since when running is allowed again; None while nobody has said so."""
    opened_on: date | None = None
    """The first quiet morning since then; None until it comes."""
    step: int = 0
    """1 is the first; 0 until the steps open."""
    since: date | None = None
    """Runs from this date on are runs on this step."""
    quiet: int = 0
    """Quiet mornings after a run on this step."""

    def after(self, checkin: CheckIn, *, ran_on: date | None, limits: Limits) -> Ladder | None:
        """The ladder with one more answer; None when its last step is done.

        A morning above quiet starts its step anew, with a run of its own: it is for the calf to
        show that it bears this step. What the last run hurt counts like the morning's soreness.
        """
        if not self.step:
            opens = checkin.worst <= limits["ladder_quiet_nrs"]
            return self._on_step(1, checkin.on) if opens else self
        felt_nrs = max(checkin.worst, checkin.during or 0)
        if felt_nrs >= limits["sore_easy_nrs"]:
            return self._on_step(max(1, self.step - 1), checkin.on)
        if felt_nrs > limits["ladder_quiet_nrs"]:
            return self._on_step(self.step, checkin.on)
        if self.since is None or ran_on is None or ran_on < self.since:
            return self
        if self.quiet + 1 < limits["ladder_quiet_mornings"]:
            return replace(self, quiet=self.quiet + 1)
        return self._on_step(self.step + 1, checkin.on) if self.step < steps(limits) else None

    def _on_step(self, step: int, since: date) -> Ladder:
        """A step with nothing counted yet."""
        return Ladder(
            allowed_on=self.allowed_on,
            opened_on=self.opened_on or since,
            step=step,
            since=since,
        )


def ladder_after(
    ladder: Ladder | None, checkin: CheckIn, *, ran_on: date | None, limits: Limits
) -> Ladder | None:
    """The ladder with one more answer, if there is one; `ran_on` is the last run before it.

    Told with a clearance, a sudden sharp pain is new and waits for the next one. Whoever may not
    run any more begins again with the first step.
    """
    if SUDDEN in (checkin.flags or ()):
        return Ladder()
    if ladder is None:
        return None
    if checkin.cleared == "may_not_run":
        return Ladder()
    if ladder.allowed_on is None:
        if checkin.cleared is None:
            return ladder
        ladder = Ladder(allowed_on=checkin.on)
    return ladder.after(checkin, ran_on=ran_on, limits=limits)


def steps(limits: Limits) -> int:
    """How many steps there are."""
    return int(limits["ladder_steps"])


def share(ladder: Ladder, limits: Limits) -> float:
    """What a step allows, as a share of an easy day's most; before the steps open, the first."""
    return max(1, ladder.step) / steps(limits)
