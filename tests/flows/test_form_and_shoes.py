"""The numbers behind form and shoes travel from the store into the advice and the list."""

import re
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest

from pipeline.store.records import Store
from pipeline.wardrobe import Pair
from tests.flows.installation import Installation
from tests.flows.test_contract import check
from tests.store.made import DAY, answer, raw_file, run, seen_file

pytestmark = pytest.mark.slow

URL = "file:///watch"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
EVERY = timedelta(days=3)
RUNS = 20
"""A run every third day; the last three with a cadence lower than ever; today is the day after."""
TODAY = DAY + (RUNS - 1) * EVERY + timedelta(days=1)
CADENCE_SPM = [170.0 + place % 3 for place in range(RUNS - 3)] + [157.0, 158.0, 157.0]
BLUE = range(8, 16)
"""Worn for these runs; Old before and after. The mornings after Blue are at 3, after Old at 1."""


def fill(store):
    """Runs with shoes and answers, as files and the runner would have told them."""
    with store.writing() as transaction:
        transaction.add_athlete("me")
        transaction.add_source("me", URL, complete=True)
        for place, from_run in enumerate((0, BLUE.start, BLUE.stop)):
            name = ("Old", "Blue", "Old")[place]
            transaction.add_shoes("me", Pair(name=name, from_date=DAY + from_run * EVERY))
        for place, cadence_spm in enumerate(CADENCE_SPM):
            raw = raw_file(f"{place:064x}"[::-1])
            by_speed = ((3.0, cadence_spm, 1800.0),)
            row = run(3 * place, cadence_by_speed=by_speed, trace=b"", calf_km_walked=0.0)
            transaction.add_raw("me", raw, [row])
            transaction.add_seen("me", URL, seen_file(f"{place}.fit", sha256=raw.sha256))
            sore = 3 if place in BLUE else 1
            on = DAY + place * EVERY + timedelta(days=1)
            transaction.add_checkin("me", answer(on, left=sore, right=0), NOW)
            on += timedelta(days=1)
            if on < TODAY:
                transaction.add_checkin("me", answer(on, left=0, right=0), NOW)


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    home = Installation(tmp_path_factory.mktemp("form") / "home")
    assert home.run("init").code == 0
    store = Store(f"sqlite:///{home.home / 'calfwise.sqlite'}")
    fill(store)
    store.close()
    return home


@pytest.fixture(scope="module")
def advice(runner):
    runner.run("checkin", "--on", TODAY, "--left", 2, "--right", 0, "--during", 0)
    return runner.json("advise", "--on", TODAY)


@pytest.mark.usefixtures("advice")
def test_the_list_tells_the_mornings_after_each_pair(runner):
    old, blue = runner.json("shoes", "list")
    check([old, blue], "shoes")
    assert (old["mornings_after"], blue["mornings_after"]) == (RUNS - len(BLUE), len(BLUE))
    for row, own in ((old, 13 / 12), (blue, 3.0)):  # of Old's mornings today's is at 2
        low, high = row["soreness_after_80"]
        assert low < row["soreness_after_mean"] < high
        assert abs(row["soreness_after_mean"] - own) < 0.4
    assert old["soreness_after_mean"] > 13 / 12
    assert blue["soreness_after_mean"] < 3.0
    shown = runner.run("shoes", "list").out
    low, high = blue["soreness_after_80"]
    assert f"{blue['soreness_after_mean']:.1f}  {low:.1f} to {high:.1f}" in shown
    assert "no verdict" in shown


def test_a_pair_of_few_mornings_tells_only_their_count(tmp_path):
    home = Installation(tmp_path / "home")
    added = home.json("shoes", "add", "New")
    check([{key: added[key] for key in added if key != "athlete"}], "shoes")
    assert added["mornings_after"] == 0
    assert (added["soreness_after_mean"], added["soreness_after_80"]) == (None, None)


def test_the_advice_says_the_same_numbers(runner, advice):
    check(advice, "advise")
    old, _ = runner.json("shoes", "list")
    [pair] = advice["shoes"]
    low, high = old["soreness_after_80"]
    assert pair["says"].startswith("Your last run was in Old: 120.0 km in 12 runs so far.")
    assert (
        f"{old['soreness_after_mean']:.1f} of 10 (80% sure of {low:.1f} to {high:.1f}"
        in (pair["says"])
    )
    assert "other pairs at 3.0 (8 mornings)" in pair["says"]


def test_form_says_how_far_below_the_own_line(runner, advice):
    [form] = advice["form"]
    residuals = [each["cadence_residual_spm"] for each in runner.json("runs")[-3:]]
    said = re.search(r"In 3 of (\d+) runs .* by ([\d.]+) steps a minute", form["says"])
    assert said
    assert int(said[1]) == 10, "within 28 days"
    assert float(said[2]) == round(-fmean(residuals), 1)


def test_both_are_printed_and_written(runner, advice):
    shown = runner.run("advise", "--on", TODAY).out
    letter = runner.run("letter", "--on", TODAY).out
    for each in advice["form"] + advice["shoes"]:
        assert f"  - {each['says']}" in shown
        assert each["says"] in " ".join(letter.split())
    assert re.search(r"^Care:.*^Form:.*^Shoes:", shown, re.DOTALL | re.MULTILINE)


@pytest.mark.usefixtures("advice")
def test_with_more_soreness_nothing_is_said_of_form(runner):
    runner.run("checkin", "--on", TODAY, "--left", 4, "--right", 0)
    sorer = runner.json("advise", "--on", TODAY)
    runner.run("checkin", "--on", TODAY, "--left", 2, "--right", 0, "--during", 0)
    assert (sorer["verdict"], sorer["form"]) == ("rest", [])
    assert [each["name"] for each in sorer["shoes"]] == ["pair"]
