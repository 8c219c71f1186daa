"""Every finding stands in one table."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pipeline.activity import SPORT_CORRECTED, SPORT_INFERRED, SPORT_TOLD, Finding
from pipeline.findings import SAYS, found, gathered, noted

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for house in ("pipeline", "connectors", "flows")
    for path in (ROOT / house).rglob("*.py")
    if path.name != "findings.py"
)


def made_in(path: Path):
    """The codes of the findings that a file makes; one made by hand has none."""
    for call in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            continue
        first = call.args[0] if call.args else None
        if call.func.id == "Finding" and first:
            yield f"by hand in {path.name}"
        elif call.func.id == "found" and isinstance(first, ast.Constant):
            yield first.value
        elif call.func.id == "noted":
            yield from (each.arg for each in call.keywords)


def test_what_is_found_anywhere_stands_in_the_table_and_nothing_else_does():
    made = {each for path in SOURCES for each in made_in(path)}
    assert made | {SPORT_TOLD, SPORT_INFERRED, SPORT_CORRECTED} == SAYS.keys()


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
