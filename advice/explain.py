"""Why a day got its verdict: what every rule asks and saw, and what would change the verdict.

What fired is taken from `judge`, so an explanation never disagrees with the advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advice.day import follow
from advice.limits import default_limits
from advice.rules import RULES, judge
from advice.what_if import would_change

if TYPE_CHECKING:
    from datetime import date

    from advice.day import Day
    from advice.limits import Limits
    from advice.recommendation import Verdict
    from advice.what_if import WhatIf
    from advice.words import Units
    from pipeline.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One rule on one day."""

    rule: str
    verdict: Verdict
    fired: bool
    decides: bool
    """True for the strictest rule that fired, and for no other."""
    asks: str
    """When it holds, with the numbers of the limits."""
    saw: str
    """What it looked at on this day."""
    says: str | None
    """Its sentence, where it fired."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A day's verdict, taken apart."""

    rules: tuple[Explained, ...]
    """Every rule, strictest first."""
    would_change: tuple[WhatIf, ...]


def explanation(
    history: History, on: date, limits: Limits | None = None, *, units: Units = "km"
) -> Explanation:
    """Why `recommend` says what it says on one morning, and what would change it."""
    limits = limits or default_limits()
    (day,) = follow(history, (on,), limits, units)
    return Explanation(
        rules=explain(day), would_change=would_change(history, on, limits, units=units)
    )


def explain(day: Day) -> tuple[Explained, ...]:
    """Every rule in order, with what it saw and whether it fired."""
    fired = judge(day)
    said = {each.rule.name: each.rule.because(each.facts).says for each in fired}
    return tuple(
        Explained(
            rule=rule.name,
            verdict=rule.verdict,
            fired=rule.name in said,
            decides=rule.name == fired[0].rule.name,
            asks=rule.asked(day.limits),
            saw=rule.saw(day),
            says=said.get(rule.name),
            source=rule.source,
        )
        for rule in RULES
    )
