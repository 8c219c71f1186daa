"""The rules, strictest first: the strictest that fits decides, and the last one always answers.

Meant to be read aloud: rules_to_refer.py, rules_to_slow.py, and here the two that look at other
rules. How one is written, and what to do to add one, stands in rule.py. What a rule looks at is in
signs.py, its numbers are in limits.toml, and how things are counted is EVIDENCE section 9. They
are design choices built on the sources named; they want a clinician's sign-off, and none of them
is a diagnosis. docs/rules.md is written from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice import sights, signs, signs_of_running, words
from advice.recommendation import Verdict
from advice.rule import Fired, Rule
from advice.rules_to_refer import PHYSICIAN, URGENT
from advice.rules_to_slow import EASY, REST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advice.day import Day
    from advice.signs import Facts


def judge(day: Day) -> tuple[Fired, ...]:
    """The rules that fit a day, the deciding one first. There is always one."""
    fired = tuple(_fitting(day, None))
    stepping = tuple(_fitting(day, fired[0].rule.verdict if fired else Verdict.AS_PLANNED))
    return (*stepping, *fired) or (Fired(NOTHING_STANDS_OUT, signs.always(day)),)


def _fitting(day: Day, steps_up_from: Verdict | None) -> Iterator[Fired]:
    """The rules that fit a day, of those that step up from a verdict, or by themselves."""
    for rule in RULES[:-1]:
        if rule.steps_up_from is steps_up_from and (facts := rule.sign(day)) is not None:
            yield Fired(rule, facts)


def _rest_holds(day: Day) -> Facts | None:
    """Silence, and the last answer, not more than two days ago, asked for rest (9.2)."""
    if not day.last_answered or not day.silent_days:
        return None
    if day.silent_days > day.limits["rest_holds_days"]:
        return None
    asked = judge(day.last_answered)[0].rule.verdict
    if asked < Verdict.REST:
        return None
    days = words.count(int(day.limits["rest_holds_days"]), "day")
    return {"when": signs.days_ago(day.silent_days), "holds": days}


def _last_answer_asked(day: Day) -> str:
    """What the last answer asked for, when it is not today's."""
    if not day.last_answered:
        return sights.this_morning(day)
    asked = words.BRIEFLY[judge(day.last_answered)[0].rule.verdict]
    return f"{sights.this_morning(day)}; it asked for: {asked}"


REST_HOLDS = Rule(
    "rest_holds",
    Verdict.REST,
    sign=_rest_holds,
    asks="No answer this morning, and the last one, at most {rest_holds_days} days ago, asked for "
    "rest or more.",
    saw=_last_answer_asked,
    says="No answer this morning, and your last one ({when}) asked for rest: that holds for "
    "{holds}.",
    source="EVIDENCE 9.2",
)
NO_REST_DAY = Rule(
    "no_rest_day",
    Verdict.AS_PLANNED,
    sign=signs_of_running.no_rest_day,
    asks="The watch shows a run on each of the last {routine_days} days.",
    saw=sights.days_in_a_row,
    says="The watch shows a run on each of the last {days} days. Many runners keep a day of rest "
    "in every week.",
    source="Founding article: rest days worked into the routine; how many days is our design "
    "(EVIDENCE 0)",
)
NOTHING_STANDS_OUT = Rule(
    "nothing_stands_out",
    Verdict.AS_PLANNED,
    sign=signs.always,
    asks="No other rule holds.",
    saw=sights.the_other_rules,
    says="Nothing you told us stops a run.",
    source="EVIDENCE 1.3 item 5",
)

RULES: tuple[Rule, ...] = (
    *(*URGENT, *PHYSICIAN, *REST, REST_HOLDS),
    *(*EASY, NO_REST_DAY, NOTHING_STANDS_OUT),
)
