"""docs/rules.md says what the rules are, and every limit has its place on it."""

from advice.limits import default_limits
from advice.rule import fields
from advice.rules import RULES
from tests.advice.rules_document import PAGE, UNREVIEWED, uses, written


def test_the_page_is_what_the_rules_are():
    assert PAGE.read_text(encoding="utf-8") == written(), "stale: `make docs` writes it anew"


def test_every_limit_is_used_by_a_rule_or_beside_the_verdict():
    assert set(uses()) == set(default_limits().table)


def test_every_rule_has_its_section_in_order():
    headings = [line for line in written().splitlines() if line.startswith("### ")]
    assert [each.split("`")[1] for each in headings] == [rule.name for rule in RULES]


def test_a_rule_whose_number_nobody_bears_out_is_marked():
    table = default_limits().table
    for section in written().partition("## How things are counted")[0].split("### ")[1:]:
        rule = next(each for each in RULES if section.startswith(f"`{each.name}`"))
        marks = {table[name].verified for name in fields(rule.asks)}
        assert ("clinician's review" in section) == (not marks or not UNREVIEWED.isdisjoint(marks))
    assert "not a diagnosis" in written()
