"""Shoes: worn from a date on, until the next pair."""

import re
from datetime import timedelta

import pytest

from tests.flows.installation import TODAY, Installation, write_runs

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    """Three runs: five days ago, three days ago (by watch and phone), and yesterday."""
    home = Installation(tmp_path_factory.mktemp("shoes") / "home")
    folder = write_runs(tmp_path_factory.mktemp("runs"), 3, minutes=2)
    assert home.run("backfill", folder).code == 0
    # The sum of a pair does not hang on how exactly a run was run.
    home.change("UPDATE activity SET calf_km = 10.0, calf_km_walked = 4.0, distance_m = 9000.0")
    home.change("UPDATE activity SET calf_km_strain = 10.0, calf_km_strain_walked = 4.0")
    return home


def worn(home):
    """The shoes of each run that counts, the earliest first."""
    return [each["shoes"] for each in home.json("runs") if each["counted"]]


def calf_km(home):
    runs = [each for each in home.json("runs") if each["counted"]]
    days = {each["on"]: each["calf_km"] for each in home.json("days")}
    for run in runs:
        assert days[run["local_date"]] == pytest.approx(run["calf_km"])
    return [round(run["calf_km"], 6) for run in runs]


def test_without_shoes_there_is_a_word_what_to_do(calfwise):
    calfwise.run("init")
    outcome = calfwise.run("shoes", "list")
    assert (outcome.code, calfwise.json("shoes", "list")) == (0, [])
    assert "calfwise shoes add" in outcome.out


@pytest.mark.slow
def test_a_season_of_shoes(runner):
    """Told in the wrong order; each pair ends where the next one begins."""
    later = TODAY - timedelta(days=3)
    added = runner.json("shoes", "add", "Bare", "--from", later, "--kind", "minimal")
    assert (added["name"], added["kind"], added["from"]) == ("Bare", "minimal", str(later))
    runner.json("shoes", "add", "Old  pair", "--from", TODAY - timedelta(days=90))
    assert worn(runner) == ["Old pair", "Bare", "Bare"]
    old, bare = runner.json("shoes", "list")
    assert (old["from"], old["until"]) == (
        str(TODAY - timedelta(days=90)),
        str(later - timedelta(days=1)),
    )
    assert (old["runs"], old["distance_m"], old["calf_km"]) == (1, 9000, 10)
    assert (bare["runs"], bare["distance_m"], bare["until"]) == (2, 18_000, None)
    assert (bare["first_run"], bare["last_run"]) == (str(later), str(YESTERDAY))
    # 4 were walked; minimal shoes ask 1.15 of the calves while running.
    assert calf_km(runner) == [10.0, 10.9, 10.9]
    strain = [each["calf_km_strain"] for each in runner.json("runs") if each["counted"]]
    assert strain == pytest.approx([10, 4 + 6 * 1.15**6, 4 + 6 * 1.15**6])
    # The old pair came out again: it is one pair, and of its own kind.
    told = runner.run("shoes", "add", "old PAIR", "--from", YESTERDAY)
    assert "Bare was worn until then" in told.out
    old, bare = runner.json("shoes", "list")
    assert (old["runs"], bare["runs"]) == (2, 1)
    assert (old["until"], bare["until"]) == (None, str(YESTERDAY - timedelta(days=1)))
    assert calf_km(runner) == [10.0, 10.9, 10.0]
    # Another pair for the same date takes its place; a kind is told of a pair, whenever.
    told = runner.run("shoes", "add", "Bare", "--from", YESTERDAY)
    assert "takes the place of Old pair" in told.out
    assert calf_km(runner) == [10.0, 10.9, 10.9]
    runner.json("shoes", "add", "Bare", "--from", YESTERDAY, "--kind", "maximal")
    shown = runner.run("shoes", "list").out
    assert re.search(r"Bare +maximal", shown), shown


def test_a_home_that_is_not_there_yet_is_made(tmp_path):
    home = Installation(tmp_path / "home")
    assert home.json("shoes", "add", "Blue")["from"] == str(TODAY)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "Blue", "--from", TODAY + timedelta(days=2)), "has not come"),
        (("add", "  "), "a name"),
        (("add", "a" * 101), "a name"),
        (("add", "two\nlines", "--kind", "soft"), "soft"),
        (("add", "bell\a"), "a name"),
        (("add",), "NAME"),
        ((), "add"),
    ],
)
def test_what_makes_no_sense_is_said(calfwise, words, told):
    outcome = calfwise.run("shoes", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
