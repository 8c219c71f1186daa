"""A short part of `make fuzz`: spoilt files that are the same every time, made from made files."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.fuzz.cases import case
from tests.fuzz.fit_parts import parts_of
from tests.fuzz.judge import UnsoundError, outcome
from tests.fuzz.seeds import FAMILIES, seeds
from tests.fuzz.watched import MEMORY_MAX_MB, Task, run

pytestmark = pytest.mark.slow

SEED, SHARES, CASES_A_SHARE = 20_261_123, 4, 75

EVERY_SHARE = [(family, share) for family in FAMILIES for share in range(SHARES)]


@pytest.mark.parametrize(("family", "share"), EVERY_SHARE)
def test_spoilt_files_are_read_salvaged_or_refused(family, share):
    wrong = []
    for number in range(share * CASES_A_SHARE, (share + 1) * CASES_A_SHARE):
        spoilt = case(family, SEED, number, with_real=False)
        try:
            outcome(family, spoilt.content)
        except UnsoundError as error:
            wrong.append(f"{family}:{number} ({spoilt.made_by}) {error}")
    assert wrong == []


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_spoilt_was_sound(family):
    """Or nothing but refusals of broken seeds would be tried."""
    for seed in seeds(family, with_real=False):
        assert outcome(family, seed.content) == "read", seed.name


def test_parts_put_together_again_are_the_same_bytes():
    whole = [each for each in seeds("fit", with_real=False) if each.name != "chain"]
    for seed in whole:
        assert parts_of(seed.content).to_bytes() == seed.content, seed.name


def hangs(_family, _content):
    while True:
        pass


def dies(_family, _content):
    os.abort()


def devours(_family, _content):
    return f"read {len(bytes([1]) * (MEMORY_MAX_MB + 50 << 20))}"


@pytest.mark.parametrize(
    ("judge", "says"),
    [
        (hangs, "no answer within 2 s of processor time"),
        (dies, "the process died"),
        (devours, "more than 256"),
    ],
)
def test_a_case_that_hangs_dies_or_devours_is_a_finding_and_the_next_one_is_read(judge, says):
    told = []
    task = Task("xml", 1, cases=2, with_real=False, judge=judge)
    tally = run(task, jobs=1, advance=lambda: told.append(1))
    assert [each.number for each in tally.findings] == [0, 1]
    assert all(says in each.says for each in tally.findings)
    assert len(told) == 2


def test_a_case_is_the_same_in_every_process():
    told = "from tests.fuzz.cases import case\n"
    told += "for family in ('fit', 'xml'): print(case(family, 7, 3, with_real=False).content.hex())"
    there = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    here = [case(family, 7, 3, with_real=False).content.hex() for family in FAMILIES]
    assert there.stdout.split() == here
