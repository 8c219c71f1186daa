"""One rule: what it asks, the sign it looks for, what it saw, what it says, and its source.

To add a rule, write into one of the lists of rules_to_refer.py or rules_to_slow.py, where it
stands by strictness:

    Rule(
        "sore_three",                       its name, for programs and for the tests
        Verdict.EASY,
        sign=signs.sore_from(...),          Day -> its numbers, or None; a new one goes to signs.py
        asks="This morning's worse side is at {sore_easy_nrs} or more ...",
        saw=sights.this_morning,            Day -> a few words; a new one goes to sights.py
        says="{your_calf} at {nrs} of 10 this morning: at most flat and easy.",
        source="...",
    )

`asks` names in braces every limit that the sign uses, as limits.toml calls it (`{share:.0%}`
where a share reads better as percent), and no number of its own. `saw` tells the numbers that the
sign looked at, whether it fits or not, and is never empty. `says` is filled with the sign's
numbers. Then `make docs` writes docs/rules.md anew, and tests/advice holds it to all of this.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from string import Formatter
from typing import TYPE_CHECKING

from advice.recommendation import Because

if TYPE_CHECKING:
    from advice.limits import Limits
    from advice.recommendation import Urgency, Verdict
    from advice.sights import Sight
    from advice.signs import Facts, Sign

YOUR_CALF = {
    "left": "Your left calf is",
    "right": "Your right calf is",
    "both": "Both calves are",
}
THE_CALF = {"left": "your left calf", "right": "your right calf", "both": "your calves"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One judgement: when the sign is seen, this verdict, said like this, because of that."""

    name: str
    verdict: Verdict
    _: KW_ONLY
    sign: Sign
    asks: str
    """When it holds, with its limits by name in braces."""
    saw: Sight
    """What the sign looked at, in a few words."""
    says: str
    source: str
    urgency: Urgency | None = None
    steps_up_from: Verdict | None = None
    """It is asked only where this is what all other rules come to, and is one step stricter."""

    def asked(self, limits: Limits) -> str:
        """When it holds, with the numbers filled in."""
        return self.asks.format_map(limits)

    def because(self, facts: Facts) -> Because:
        """The reason with its numbers filled in."""
        calf = str(facts.get("calf"))
        said = self.says.format(
            **facts, your_calf=YOUR_CALF.get(calf, ""), the_calf=THE_CALF.get(calf, "")
        )
        return Because(rule=self.name, says=said, values=facts, source=self.source)


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fits a day, with the numbers it saw."""

    rule: Rule
    facts: Facts


def fields(sentence: str) -> tuple[str, ...]:
    """What stands in braces in a sentence, each once, in the order in which it is read."""
    return tuple(dict.fromkeys(field for _, field, *_ in Formatter().parse(sentence) if field))
