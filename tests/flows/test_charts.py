"""The letter's charts as of a morning: what the store holds, nothing later, and quickly small."""

from datetime import UTC, datetime, timedelta
from random import Random
from shutil import copy

import pytest

from advice.charts.cadence import CadenceRun, OwnLine, cadence
from advice.charts.days import ChartDay
from advice.charts.load import load
from advice.charts.mornings import mornings
from connectors.png import svg_to_png
from flows.charts import chart_days, letter_charts
from flows.days import derive_days, rows_between
from flows.sections import AthleteSettings, File
from flows.settings import Home
from pipeline.checkin import CheckIn
from pipeline.store.records import Store
from tests.advice.charts.drawings import Drawing, shown
from tests.store.made import DAY, raw_file, run, seen_file

URL = "file:///watch"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
WEEKS_8 = 56


def opened(path):
    store = Store(f"sqlite:///{path}")
    with store.writing() as transaction:
        if not transaction.has_athlete("me"):
            transaction.add_athlete("me")
            transaction.add_source("me", URL, complete=False)
    return store


@pytest.fixture
def store(tmp_path):
    empty = opened(tmp_path / "empty.sqlite")
    yield empty
    empty.close()


@pytest.fixture(scope="module")
def season_file(tmp_path_factory):
    """Ten weeks: a run every third day, an answer on every day but each fifth; do not change."""
    path = tmp_path_factory.mktemp("season") / "calfwise.sqlite"
    store = opened(path)
    with store.writing() as transaction:
        for day in range(0, 70, 3):
            add_run(transaction, day, speed_mps=2.6 + day / 100, cadence_spm=160 + day / 7)
        for day in range(70):
            if day % 5:
                answer(transaction, day, day % 4, 1)
    derive_days(store, "me")
    store.close()
    return path


@pytest.fixture
def season(season_file, tmp_path):
    """The same, to change."""
    store = opened(copy(season_file, tmp_path / "season.sqlite"))
    yield store
    store.close()


def home(tmp_path, units="km"):
    wanted = {"me": AthleteSettings(units=units)}
    return Home(folder=tmp_path, file=File(athletes=wanted), database_url="", engine="plain")


def on(day):
    return DAY + timedelta(days=day)


def add_run(transaction, day, speed_mps=2.9, cadence_spm=166.0, **changes):
    raw = raw_file(f"{day:02x}" * 32)
    by_speed = ((speed_mps, cadence_spm, 1800.0),)
    made = run(day, trace=b"", cadence_by_speed=by_speed, **changes)
    transaction.add_raw("me", raw, [made])
    transaction.add_seen("me", URL, seen_file(f"{day}.fit", sha256=raw.sha256))


def answer(transaction, day, left, right=0):
    transaction.add_checkin("me", CheckIn(on=on(day), left=left, right=right), NOW)


def later(store, add, *told, **changes):
    """One more fact, and what follows from it."""
    with store.writing() as transaction:
        add(transaction, *told, **changes)
    derive_days(store, "me")


def by_name(charts):
    return {chart.name: chart for chart in charts}


def test_the_three_charts_of_a_season(season, tmp_path):
    charts = by_name(letter_charts(home(tmp_path), season, "me", on(69)))
    assert list(charts) == ["load", "cadence", "mornings"]
    first, *days, today = charts["load"].values
    assert len(days) == WEEKS_8 - 1
    assert [(each["calf_km"], each["left"]) for each in days[-3:]] == [
        (10.5, 2),
        (0.0, 3),
        (0.0, 0),
    ]
    assert (today["calf_km"], today["left"]) == (None, 1)
    assert first["calf_km_last_7_days"] == pytest.approx(21.0)
    summary, *runs = charts["cadence"].values
    assert summary["newest_on"] == on(66).isoformat()
    assert summary["line_runs"] == len(runs) - 1


def test_nothing_after_the_day_and_no_run_of_the_day(season, tmp_path):
    charts = by_name(letter_charts(home(tmp_path), season, "me", on(60)))
    for chart in charts.values():
        assert max(each["on"] for each in chart.values if "on" in each) <= on(60).isoformat()
    today = charts["load"].values[-1]
    assert (today["on"], today["calf_km"]) == (on(60).isoformat(), None)
    assert charts["cadence"].values[0]["newest_on"] == on(57).isoformat()
    later(season, add_run, 61, calf_km=99.0)
    assert by_name(letter_charts(home(tmp_path), season, "me", on(60))) == charts


def test_paces_are_in_the_runners_units(season, tmp_path):
    miles = by_name(letter_charts(home(tmp_path, "mi"), season, "me", on(69)))["cadence"]
    assert "min/mi" in miles.says
    assert "pace, min/mi" in Drawing(miles).texts()


def test_nobody_has_no_charts(store, tmp_path):
    assert letter_charts(home(tmp_path), store, "me", on(3)) == ()
    assert letter_charts(home(tmp_path), store, "nobody", on(3)) == ()


def test_answers_alone_give_no_cadence(store, tmp_path):
    later(store, answer, 3, 2, 1)
    assert list(by_name(letter_charts(home(tmp_path), store, "me", on(4)))) == ["load", "mornings"]


@pytest.mark.parametrize("today", [30, 69, 70, 75])
def test_days_beyond_the_table_are_those_worked_out(season, today):
    """Adding up days nobody asked for takes long; what is drawn must be the same."""
    drawn = chart_days(season, "me", on(today - 60), on(today))
    worked_out = rows_between(season, "me", on(today - 60), on(today))
    assert [(day.on, day.calf_km) for day in drawn[:-1]] == [
        (row.on, row.calf_km) for row, _ in worked_out[:-1]
    ]
    assert [day.sore for day in drawn] == [
        None if row.soreness_left is None else (row.soreness_left, row.soreness_right)
        for row, _ in worked_out
    ]


def test_a_walk_after_the_last_run_is_load(season):
    later(season, add_run, 73, sport="walking", calf_km=3.0, calf_km_walked=3.0)
    drawn = {day.on: day.calf_km for day in chart_days(season, "me", on(60), on(75))}
    assert drawn[on(73)] == pytest.approx(3.0)
    assert drawn[on(72)] == 0.0
    assert drawn[on(74)] is None, "nobody can say"


def test_a_run_that_does_not_count_is_no_point(season, tmp_path):
    before = by_name(letter_charts(home(tmp_path), season, "me", on(69)))["cadence"]
    later(season, add_run, 67, sport="cycling", speed_mps=7.0, cadence_spm=90.0)
    assert by_name(letter_charts(home(tmp_path), season, "me", on(69)))["cadence"] == before


@pytest.mark.slow
def test_a_letters_pictures_are_small(season, tmp_path):
    pictures = [
        svg_to_png(chart.svg, width_px=2 * chart.width_px)
        for chart in letter_charts(home(tmp_path), season, "me", on(69))
    ]
    assert len(pictures) == 3
    assert sum(map(len, pictures)) < 70_000


@pytest.mark.slow
def test_pictures_of_the_wildest_season_keep_to_the_limit():
    """Every day another load, every morning two other numbers, and runs all over the place."""
    random = Random(5)
    days = [
        ChartDay(
            on=on(back),
            calf_km=random.choice([None, 0.0, 60 * random.random()]),
            sore=(random.randint(0, 10), random.randint(0, 10)),
            verdict=random.choice(["easy", "rest", "physician", "urgent"]),
        )
        for back in range(60)
    ]
    runs = [
        CadenceRun(on(day), 2 + 2 * random.random(), random.uniform(150, 185)) for day in range(180)
    ]
    charts = [
        load(days, on=on(59)),
        mornings(days, on=on(59)),
        cadence(runs, OwnLine(167, 8, 3.8, 300)),
    ]
    sizes = [len(svg_to_png(shown(chart).svg, width_px=1120)) for chart in charts]
    assert sum(sizes) < 100_000
