"""docs/metrics.md: every number has its section, and every example says what the code does."""

from __future__ import annotations

import doctest
import re
from dataclasses import fields
from pathlib import Path

import pytest

from flows import present
from pipeline.day import DayRow
from pipeline.row import ActivityRow
from pipeline.standing import Standing
from pipeline.store.records import StoredActivity
from tests.store.made import full_run

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
NO_METRIC = {
    *("id", "counted", "duplicate_of", "corrected", "copies", "file", "sha256", "format", "status"),
    *("reason", "sport", "sub_sport", "start_at", "end_at", "timezone", "local_date", "device"),
    *("cadence_rule", "findings", "trace", "shoes", "name", "on", "known", "verdict"),
}
"""Keys that name or describe, and measure nothing."""


def stored_run() -> StoredActivity:
    """One run as it is listed."""
    return StoredActivity(
        id="ab" * 6,
        sha256="ab" * 32,
        file="run.fit",
        format="fit",
        status="read",
        reason=None,
        row=full_run(),
        counted=True,
        duplicate_of=None,
        short_copy=False,
        standing=Standing(),
    )


def sections() -> dict[tuple[str, ...], str]:
    """Keys of each section, and its text; headings in a row share one."""
    found: dict[tuple[str, ...], str] = {}
    keys: tuple[str, ...] = ()
    for part in re.split(r"^###? ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE):
        heading, _, text = part.partition("\n")
        keys += tuple(re.findall(r"`(\w+)`", heading))
        if text.strip():
            if keys:
                found[keys] = text
            keys = ()
    return found


def test_the_examples_are_what_the_code_does():
    failed, tried = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert failed == 0
    assert tried > 60


def test_every_metric_has_its_section_and_nothing_else_has():
    shown = {*present.run_json(stored_run(), None), *(each.name for each in fields(DayRow))}
    assert {each.name for each in (*fields(ActivityRow), *fields(Standing))} <= {
        *shown,
        *present.NOT_SHOWN,
    }
    metrics = {key for key in shown - NO_METRIC if not key.endswith(("_from", "_version"))}
    assert {key for keys in sections() for key in keys} == metrics


@pytest.mark.parametrize("keys", sections(), ids=" ".join)
def test_a_section_says_all_there_is_to_say(keys):
    text = sections()[keys]
    for wanted in ("**Unit:**", "**Formula:**", "**Source:**", "**Missing:**", ">>> "):
        assert wanted in text
