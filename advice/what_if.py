"""What another answer would lead to: the same rules once more, with an answer that is thought.

Nothing here knows a rule. A thought answer is put behind what was known on that morning, and
`recommend` says what follows: what is promised here holds when the answer is really given, nothing
else is told and no run is made that day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from advice import words
from advice.course import SIDES
from advice.day import follow
from advice.limits import default_limits
from advice.recommend import recommend
from advice.recommendation import Verdict
from pipeline.checkin import NRS_MAX, CheckIn

if TYPE_CHECKING:
    from datetime import date

    from advice.day import Day
    from advice.limits import Limits
    from advice.recommendation import Ceiling, Recommendation
    from advice.words import Units
    from pipeline.history import History, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Answers of one date that would all lead to the same."""

    answers: tuple[CheckIn, ...]
    """Both sides alike and nothing else told, the lowest first; or one visit with its numbers."""
    verdict: Verdict
    ceiling: Ceiling | None
    """None where running is not allowed, and beside a flag that stands."""
    says: str


def would_change(
    history: History, on: date, limits: Limits | None = None, *, units: Units = "km"
) -> tuple[WhatIf, ...]:
    """What an answer would lead to, this morning's while it is missing, else tomorrow's.

    Where a flag or a referral stands or running is held back, also what a visit would change.
    What came after that morning is not looked at, so tomorrow is thought without a run today; and
    a day of which the record cannot say whether there was one stays unknown.
    """
    limits = limits or default_limits()
    known = _as_known(history, on)
    (day,) = follow(known, (on,), limits, units)
    answered_on = on if day.answer is None else on + timedelta(days=1)
    when = "this morning" if answered_on == on else "tomorrow"
    thought = [CheckIn(on=answered_on, left=nrs, right=nrs) for nrs in range(NRS_MAX + 1)]
    asked = [(each, recommend(_with(known, each), each.on, limits)) for each in thought]
    groups = [list(group) for _, group in groupby(asked, key=lambda each: _outcome(each[1]))]
    found = [_answers(group, when, units) for group in groups]
    if visit := _visit(day):
        found.append(_told_visit(visit, recommend(_with(known, visit), visit.on, limits), day))
    return tuple(found)


def _as_known(history: History, on: date) -> History:
    """The history without runs that came on that day or later, and without what was told later.

    Answers need no cut: a thought one ends them.
    """
    runs = tuple(_told_until(each, on) for each in history.runs if each.on < on)
    return replace(history, runs=runs)


def _told_until(run: Run, on: date) -> Run:
    return replace(run, told=tuple(each for each in run.told if each[0] <= on))


def _with(history: History, answer: CheckIn) -> History:
    """The history with one answer more, or another one, on its last date."""
    before = (each for each in history.mornings if each.on < answer.on)
    return replace(history, mornings=(*before, answer))


def _outcome(answer: Recommendation) -> tuple[Verdict, str | None, Ceiling | None]:
    return answer.verdict, answer.urgency, answer.ceiling


def _answers(group: list[tuple[CheckIn, Recommendation]], when: str, units: Units) -> WhatIf:
    """Answers that lead to the same, said together."""
    answers = tuple(answer for answer, _ in group)
    then = group[0][1]
    if len(answers) > NRS_MAX:
        says = f"Whatever you answer {when}, 0 to {NRS_MAX}: it {_leads_to(then, units)}."
    else:
        says = f"{_levels(answers)} on both sides {when} {_leads_to(then, units)}."
    return WhatIf(answers=answers, verdict=then.verdict, ceiling=then.ceiling, says=says)


def _levels(answers: tuple[CheckIn, ...]) -> str:
    """`3`, `0 or 1`, `0 to 2`, `4 or more`."""
    low, high = answers[0].worst, answers[-1].worst
    if low == high:
        return str(low)
    if high == NRS_MAX:
        return f"{low} or more"
    return f"{low} or {high}" if high == low + 1 else f"{low} to {high}"


def _leads_to(then: Recommendation, units: Units) -> str:
    """`would allow at most 5.0 km, flat and easy`, or `would mean: rest`."""
    if then.ceiling is None:
        return f"would mean: {words.BRIEFLY[then.verdict]}"
    easy = ", flat and easy" if then.verdict is Verdict.EASY else ""
    if then.ceiling.distance_m is None:
        what = "something short" if easy else "a run as planned, without a distance to name"
    else:
        what = words.most(then.ceiling.distance_m, units)
    return f"would allow {what}{easy}"


def _visit(day: Day) -> CheckIn | None:
    """A visit that ends in "may run", on the first morning whose answer it can be told with.

    A visit answers what was told before it, so beside a flag or a clearance of this morning it
    belongs to tomorrow. The numbers are those of the latest answer.
    """
    last = day.course.last
    if last is None or not _waits_for_a_visit(day):
        return None
    if day.answer and not (day.answer.flags or day.answer.cleared):
        return replace(day.answer, cleared="may_run")
    on = day.on + timedelta(days=1) if day.answer else day.on
    return CheckIn(on=on, left=last.left, right=last.right, cleared="may_run")


def _waits_for_a_visit(day: Day) -> bool:
    """A flag stands, running is held back, or an episode was referred and is still judged."""
    if day.course.flags or day.course.held_since:
        return True
    episodes = (day.course.side(side).episode for side in SIDES)
    return day.episodes_are_judged and any(each and each.referral for each in episodes)


def _told_visit(visit: CheckIn, then: Recommendation, day: Day) -> WhatIf:
    """What a visit would change; beside a standing flag no distance is named, thought or not."""
    if day.course.flags:
        then = replace(then, ceiling=None)
    when = "today" if visit.on == day.on else "tomorrow"
    numbers = words.soreness(visit.left, visit.right)
    return WhatIf(
        answers=(visit,),
        verdict=then.verdict,
        ceiling=then.ceiling,
        says="Once somebody has seen you and says that you may run (told "
        f"{when} as --cleared may_run with {numbers}), it {_leads_to(then, day.units)}.",
    )
