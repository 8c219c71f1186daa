"""Every finding stands in one table."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pipeline.activity import Finding
from pipeline.findings import SAYS, found, gathered, noted

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for house in ("pipeline", "connectors") for path in (ROOT / house).rglob("*.py")
)


def made_in(path: Path):
    """The findings that a file makes: code, and what it says where it says so itself."""
    for call in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            continue
        first = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if call.func.id == "Finding" and first:
            yield first, ast.literal_eval(call.args[2])
        elif call.func.id == "found" and first:
            yield first, None
        elif call.func.id == "noted":
            yield from ((each.arg, None) for each in call.keywords)


def test_what_is_found_anywhere_stands_in_the_table_and_nothing_else_does():
    made = [each for path in SOURCES for each in made_in(path)]
    assert {code for code, _ in made} | {"sport_told", "sport_inferred"} == SAYS.keys()
    assert [(code, says) for code, says in made if says not in (None, SAYS[code])] == []


def test_a_finding_says_a_sentence():
    for code, says in SAYS.items():
        assert says[0].isupper(), code
        assert says.endswith("."), code
    with pytest.raises(KeyError):
        found("nothing_like_it")


def test_one_finding_a_code():
    assert noted(no_time=0, no_zone=2) == (found("no_zone", 2),)
    told = (found("no_zone", 2), Finding("ours", 1, "So."), found("no_zone", 3))
    assert gathered(told) == (found("no_zone", 5), Finding("ours", 1, "So."))
    assert gathered(()) == ()
