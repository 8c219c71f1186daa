"""A reason that never decides: the watch shows a run on a day without running by our rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice import words
from advice.recommendation import Because, Verdict
from advice.rules import judge

if TYPE_CHECKING:
    from advice.day import Day
    from advice.recommendation import Recommendation, Value


def ran_on_a_rest_day(
    day: Day, verdict: Verdict, before: Recommendation | None
) -> tuple[Because, ...]:
    """Yesterday's verdict was rest or stricter, and a run is dated yesterday.

    It tells, and asks for nothing: what the run did, the morning says. Not beside a referral, where
    it would sound like blame.

    Args:
        day: today.
        verdict: today's.
        before: what was recommended for the date before, if that is known already: it saves
            judging yesterday once more.
    """
    yesterday = day.yesterday
    if yesterday is None or verdict >= Verdict.PHYSICIAN:
        return ()
    known = before is not None and before.on == yesterday.on
    asked = before.verdict if before and known else judge(yesterday)[0].rule.verdict
    if asked < Verdict.REST:
        return ()
    distance_m = day.training.distance_on(yesterday.on)
    what = "a run" if distance_m is None else words.distance(distance_m, day.units)
    values: dict[str, Value] = {"distance_m": distance_m, "verdict": asked.word}
    return (
        Because(
            rule="ran_on_a_rest_day",
            says=f"The watch shows {what} yesterday, a day without running by our rules.",
            values=values,
            source="EVIDENCE 9, words that help",
        ),
    )
