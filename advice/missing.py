"""What was not told or is not known, said so that it can be mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice import words
from advice.course import SIDES
from advice.recommendation import Item, Verdict
from pipeline.history import ANSWER_REACH_DAYS

NO_CEILING_BEYOND = ", so no ceiling goes beyond your longest known run"
OF_RUNS = {"during", "run"}
"""Questions about a run."""

if TYPE_CHECKING:
    from datetime import date

    from advice.day import Day
    from advice.limits import Limits
    from pipeline.checkin import CheckIn


def missing(day: Day, verdict: Verdict) -> tuple[Item, ...]:
    """Everything missing on a day, the answer first.

    Beside a red flag nothing is asked, and beside a referral nothing of runs.
    """
    if verdict is Verdict.URGENT:
        return ()
    answer = day.answer
    told = _missing_answer(day) if answer is None else _missing_in(answer, day)
    if verdict is Verdict.PHYSICIAN:
        return tuple(each for each in told if each.name not in OF_RUNS)
    return (*told, *_missing_runs(day, verdict))


def _missing_answer(day: Day) -> list[Item]:
    """Nothing was told this morning."""
    items = [Item(name="answer", says="This morning's answer: how are your calves, 0 to 10?")]
    if day.silent_days is not None and not day.episodes_are_judged:
        items.append(
            Item(
                name="silence",
                says=f"We have not heard from you for {day.silent_days} days, so earlier "
                "soreness is not judged. How is it now?",
            )
        )
    return items


def _missing_in(answer: CheckIn, day: Day) -> list[Item]:
    """What this morning's answer leaves open."""
    items = []
    last = day.training.last
    if last and (day.on - last.on).days == 1 and day.during_nrs is None:
        items.append(Item(name="during", says="How much did yesterday's run hurt, 0 to 10?"))
    if _without_run(answer, day):
        items.append(
            Item(
                name="run",
                says="You told us how a run felt, and we know of no run that it could speak of. "
                "It is kept.",
            )
        )
    if answer.flags is None and _flags_are_worth_asking(answer, day):
        items.append(
            Item(
                name="flags",
                says="The questions about warning signs are open: please answer them; that none "
                "of these holds is an answer too.",
            )
        )
    if since := _silent_since(day):
        items.append(
            Item(
                name="silent_days",
                says=f"Soreness has counted on since {words.day(since)}, over more than "
                f"{day.limits['silent_days']} days without an answer. If it was gone in between, "
                "tell us for one of those days.",
            )
        )
    return items


def _without_run(answer: CheckIn, day: Day) -> bool:
    """Effort or pain of a run was told, and none of the three days before is known."""
    if answer.during is None and answer.rpe is None:
        return False
    runs = day.training.ran_within(day.on, ANSWER_REACH_DAYS)
    return answer.run_id is None and not runs


def _flags_are_worth_asking(answer: CheckIn, day: Day) -> bool:
    """By this morning's answer, the one before it, and the runs of the last days."""
    return flags_are_worth_asking(
        answer.left,
        answer.right,
        rise_nrs=max(day.course.side(side).rise_nrs for side in SIDES),
        ran_lately=bool(day.training.ran_within(day.on, day.limits["ask_flags_run_days"])),
        limits=day.limits,
    )


def flags_are_worth_asking(
    left: int, right: int, *, rise_nrs: int, ran_lately: bool, limits: Limits
) -> bool:
    """At 6, at a rise of 3, or one-sided at 3 without a run in 72 h.

    Args:
        left: this morning's soreness, 0 to 10.
        right: the same of the other calf.
        rise_nrs: how far the side that rose most is above the answer before; 0 without one.
        ran_lately: whether there was a run on the last days (`ask_flags_run_days`).
        limits: where the numbers of this rule are.
    """
    worst = max(left, right)
    if worst >= limits["significant_pain_nrs"] or rise_nrs >= limits["ask_flags_rise_nrs"]:
        return True
    one_sided = abs(left - right) >= limits["one_sided_gap_nrs"]
    return one_sided and worst >= limits["one_sided_nrs"] and not ran_lately


def _silent_since(day: Day) -> date | None:
    """When an episode began that has counted on over a long silence just before today."""
    recent = day.course.recent
    before = recent[-2].on if len(recent) > 1 else None
    silent = day.limits["silent_days"]
    begun = [e.started_on for side in SIDES if (e := day.course.side(side).episode)]
    earlier = [on for on in begun if on < day.on]
    long_silence = before is None or (day.on - before).days > silent + 1
    return min(earlier) if earlier and long_silence else None


def _missing_runs(day: Day, verdict: Verdict) -> list[Item]:
    """What is not known about the runs of the window."""
    items = []
    days = int(day.limits["window_days"])
    may_run = verdict < Verdict.REST
    if unknown := day.training.unknown_days(day.on):
        items.append(
            Item(
                name="unknown_days",
                says=f"For {unknown} of the last {days} days nobody can say whether you ran"
                f"{NO_CEILING_BEYOND if may_run and day.training.runs(day.on) else ''}.",
            )
        )
    if may_run and day.training.runs(day.on) and not day.training.distance_m.holds_runs(day.on):
        items.append(
            Item(name="distance", says="No run to go by has a distance, so there is no ceiling.")
        )
    return items
