"""`calfwise evaluate`: diaries from a CSV file or the runner's own, and one row for each model."""

import csv
import random
from datetime import date, timedelta

import numpy as np
import pytest

from advice.forecast.diaries import Scale
from advice.forecast.models import MODELS
from flows.diaries import SCALES, from_csv, own
from flows.errors import UsageError
from pipeline.store.records import Store
from tests.connectors.real_files import HERE, NOT_RUN, WATCH
from tests.flows.installation import run
from tests.flows.test_contract import check

HEADER = "athlete,date,soreness"
SORENESS = WATCH.parent / "soreness" / "soccermon.csv"


def file(folder, *lines, header=HEADER, name="diaries.csv"):
    path = folder / name
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def lines_of(athlete, days, *, seed, level=3):
    """So many mornings of one athlete, all answered."""
    generator = random.Random(seed)
    first = date(2025, 3, 1)
    return [
        f"{athlete},{first + timedelta(days=day)},{generator.choice((level - 1, level, level + 1))}"
        for day in range(days)
    ]


@pytest.fixture
def squad(tmp_path):
    """Three athletes with 40, 20 and 5 mornings: 30 and 10 of them are scored."""
    b, c, a = (lines_of(name, days, seed=days) for name, days in (("b", 40), ("c", 20), ("a", 5)))
    return file(tmp_path, *b, *c, *a)


def scores(path, *more, scale="1-5"):
    outcome = run("evaluate", "--diaries", path, "--scale", scale, "--json", *more)
    assert outcome.code == 0, outcome
    check(outcome.json, "evaluate")
    return outcome.json


# The command


def test_a_row_for_each_model(squad):
    rows = scores(squad)
    assert [row["model"] for row in rows] == list(MODELS)
    assert {(row["n"], row["athletes"]) for row in rows} == {(40, 2)}
    by_name = {row["model"]: row for row in rows}
    assert (by_name["ewma"]["ci_low"], by_name["ewma"]["ci_high"]) == (0, 0)
    assert by_name["persistence"]["ci_low"] <= by_name["persistence"]["ci_high"]


def test_the_table_says_what_it_is(squad):
    outcome = run("evaluate", "--diaries", squad, "--scale", "1-5")
    assert outcome.code == 0
    first, _, head, *rest = outcome.out.splitlines()
    assert first == f"{squad}: 65 answers; 40 mornings of 2 athletes scored."
    assert head.split() == ["model", "n", "athletes", "mae", "log_score", "brier_ge4",
                            "coverage_80", "ci_low", "ci_high"]  # fmt: skip
    assert [line.split()[0] for line in rest[: len(MODELS)]] == list(MODELS)
    assert len({len(line) for line in rest[: len(MODELS)]}) == 1, "aligned"
    for said in ("Lower is better", "10 answers", "95 % interval, over athletes", "ewma"):
        assert said in outcome.out
    assert all(len(line) <= 100 for line in rest)
    assert outcome.err == "scoring athletes: 3 ...\n"


def test_of_one_athlete_the_interval_is_over_her_own_weeks(tmp_path):
    path = file(tmp_path, *lines_of("a", 60, seed=1))
    outcome = run("evaluate", "--diaries", path, "--scale", "1-5")
    assert "over blocks of 7 scored days of this athlete" in outcome.out
    assert all(row["ci_low"] is not None for row in scores(path))


def test_the_order_of_lines_means_nothing(squad, tmp_path):
    told = squad.read_text().splitlines()[1:]
    random.Random(3).shuffle(told)
    assert scores(file(tmp_path, *told, name="shuffled.csv")) == scores(squad)


def test_another_athlete_changes_nobodys_diary(squad, tmp_path):
    """One who is never scored stands between the others, and begins years before them."""
    more = file(tmp_path, *squad.read_text().splitlines()[1:], "aa,2020-01-01,5", name="more.csv")
    assert scores(more) == scores(squad)


def test_four_is_four_on_each_scale(tmp_path):
    """Mornings of 0 to 2 are never sore, and no model thinks that they often will be."""
    path = file(tmp_path, *lines_of("a", 60, seed=1, level=1))
    assert all(row["brier_ge4"] < 0.05 for row in scores(path, scale="0-10"))
    outcome = run("evaluate", "--diaries", path, "--scale", "1-5")
    assert outcome.code == 2, "a 0 is not on a scale from 1 to 5"


@pytest.mark.parametrize("lines", [[], ["a,2026-01-01,3"], lines_of("a", 10, seed=1)])
def test_nothing_to_score_is_no_error(tmp_path, lines):
    path = file(tmp_path, *lines)
    assert {row["n"] for row in scores(path)} == {0}
    outcome = run("evaluate", "--diaries", path, "--scale", "1-5")
    assert outcome.code == 0
    assert f"{len(lines)} answer" in outcome.out
    assert "nothing to score yet" in outcome.out


# The runner's own diary


def answer(calfwise, days):
    """Mornings of the runner: right swings between 1 and 2, left is 0."""
    first = date(2026, 1, 1)
    rows = [f"{first + timedelta(days=day)},0,{1 + day % 2}" for day in range(days)]
    path = file(calfwise.home, *rows, header="date,left,right", name="answers.csv")
    assert calfwise.run("checkin", "import", path).code == 0


def test_the_own_diary(calfwise):
    answer(calfwise, 45)
    rows = calfwise.json("evaluate")
    check(rows, "evaluate")
    assert {(row["n"], row["athletes"]) for row in rows} == {(35, 1)}
    [swings] = [row["mae"] for row in rows if row["model"] == "persistence"]
    assert swings == 1, "the worse calf, which is never as on the day before"
    told = calfwise.run("evaluate").out
    assert told.startswith("me: 45 answers; 35 mornings of 1 athlete")
    assert "Told in the morning now: the ewma" in told


@pytest.mark.parametrize("answers", [0, 1, 10])
def test_a_young_diary_is_told_kindly(calfwise, answers):
    calfwise.run("init")
    if answers:
        answer(calfwise, answers)
    outcome = calfwise.run("evaluate")
    assert outcome.code == 0
    assert outcome.out.startswith(f"me: {answers} answer")
    assert "There is nothing to score yet" in outcome.out
    rows = calfwise.json("evaluate")
    check(rows, "evaluate")
    assert [row["model"] for row in rows] == list(MODELS)
    assert {row["n"] for row in rows} == {0}


def test_the_own_diary_is_the_worse_calf_and_the_load_of_each_day(filled):
    """Four runs; that of yesterday was told to be 4 of 10, and this morning to be 3 and 1."""
    store = Store(f"sqlite:///{filled.home}/calfwise.sqlite")
    found = own(store, "me")
    store.close()
    assert found is not None
    diary, heard = found
    assert heard == "none", "two answers"
    assert diary.scale == Scale(0, 10)
    yesterday, today, tomorrow = -3, -2, -1
    assert diary.soreness[0, today] == 3
    assert np.isnan(diary.soreness[0, tomorrow])
    assert diary.load is not None
    assert diary.calf_km is not None
    assert diary.load[0, yesterday] == pytest.approx(4 * 2, rel=0.2), "effort times minutes"
    assert diary.calf_km[0, yesterday] > 0
    for load in (diary.load, diary.calf_km):
        assert np.isnan(load[0, [today, tomorrow]]).all(), "of today nothing is known yet"


def test_an_unknown_athlete(calfwise):
    calfwise.run("init")
    outcome = calfwise.run("evaluate", "--athlete", "bob")
    assert (outcome.code, outcome.out) == (3, "")


# What makes no sense


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--scale", "1-5"], "--scale speaks of a file"),
        (["--load-column", "au"], "--load-column speaks of a file"),
        (["--diaries", "x.csv"], "--scale 1-5 or --scale 0-10"),
        (["--diaries", "x.csv", "--scale", "1-5", "--athlete", "eva"], "give one of them"),
        (["--diaries", "x.csv", "--scale", "1-7"], "invalid choice"),
    ],
)
def test_options_that_do_not_go_together(calfwise, options, says):
    outcome = calfwise.run("evaluate", *options)
    assert outcome.code == 2
    assert says in outcome.err


def test_the_interval_of_few_athletes_says_what_it_is_worth(tmp_path):
    few = file(tmp_path, *lines_of("a", 30, seed=1), *lines_of("b", 30, seed=2))
    names = [f"a{number}" for number in range(12)]
    many = file(
        tmp_path, *(line for name in names for line in lines_of(name, 12, seed=3)), name="b"
    )
    for path, is_said in ((few, True), (many, False)):
        told = run("evaluate", "--diaries", path, "--scale", "1-5").out
        assert ("too narrow" in told) == is_said


def test_a_column_of_its_own_for_the_load(tmp_path):
    path = file(tmp_path, *lines_of("a", 12, seed=1))
    for name in ("", "soreness"):
        outcome = run("evaluate", "--diaries", path, "--scale", "1-5", "--load-column", name)
        assert (outcome.code, outcome.out) == (2, "")
        assert "must name a column of its own" in outcome.err


# The file

WRONG = [
    ("", 1, "a header without athlete, date, soreness"),
    ("athlete;date;soreness\na;2026-01-01;3", 1, "the cells must be separated by commas"),
    ("Athlete,Date,soreness\na,2026-01-01,3", 1, "a header without athlete, date, in small"),
    ("athlete,date\na,2026-01-01", 1, "a header without soreness"),
    ("athlete,date,soreness,soreness\na,2026-01-01,3,3", 1, "a header with soreness twice"),
    (f"{HEADER}\na,2026-01-01,3\na,2026-01-02", 3, "more or fewer cells"),
    (f"{HEADER}\na,2026-01-01,3,4", 2, "more or fewer cells"),
    (f"{HEADER}\n ,2026-01-01,3", 2, "athlete is empty"),
    (f"{HEADER}\na,,3", 2, "date: say a date"),
    (f"{HEADER}\na,01.02.2026,3", 2, "date: say a date"),
    (f"{HEADER}\na,2026-02-30,3", 2, "date: say a date"),
    (f"{HEADER}\na,0026-01-01,3", 2, "date: say a date"),
    (f"{HEADER}\na,2026-01-01,7", 2, "soreness: say a whole number from 1 to 5"),
    (f"{HEADER}\na,2026-01-01,0", 2, "soreness: say a whole number from 1 to 5"),
    (f"{HEADER}\na,2026-01-01,3.7", 2, "soreness: say a whole number"),
    (f"{HEADER}\na,2026-01-01,-3", 2, "soreness: say a whole number"),
    (f"{HEADER}\na,2026-01-01,nan", 2, "soreness: say a whole number"),
    (f"{HEADER}\na,2026-01-01,inf", 2, "soreness: say a whole number"),
    (f"{HEADER}\na,2026-01-01,awful", 2, "soreness: say a whole number"),
    (f"{HEADER},load_au\na,2026-01-01,3,-77", 2, "load_au: say a number from 0 to"),
    (f"{HEADER},load_au\na,2026-01-01,3,hard", 2, "load_au: say a number from 0 to"),
    (f"{HEADER},load_au\na,2026-01-01,3,1e13", 2, "load_au: say a number from 0 to"),
    (f"{HEADER},load_au\na,2026-01-01,3,inf", 2, "load_au: say a number from 0 to"),
    (f"{HEADER},load_au\na,2026-01-01,3,1_000", 2, "load_au: say a number from 0 to"),
    (
        f"{HEADER}\na,2026-01-01,3\nb,2026-01-01,3\n\na,2026-01-01,4",
        5,
        "this athlete's date stood in an earlier line",
    ),
    (f'{HEADER},note\na,2026-01-01,3,"x\ny"\na,2026-01-02,9,x', 4, "soreness: say"),
    (f'{HEADER}\na,2026-01-01,"3', 2, "a quote without its end"),
]


@pytest.mark.parametrize(("text", "line", "says"), WRONG)
def test_a_wrong_file_is_refused_by_its_line_and_nothing_that_stands_in_it(
    tmp_path, text, line, says
):
    path = tmp_path / "wrong.csv"
    path.write_text(text, encoding="utf-8")
    outcome = run("evaluate", "--diaries", path, "--scale", "1-5")
    assert (outcome.code, outcome.out) == (2, "")
    told = outcome.err.removeprefix(f"calfwise: {path}, line {line}: ")
    assert told.startswith(says)
    assert outcome.err.count("\n") == 1
    for value in ("awful", "hard", "3.7", "77", "01.02.2026", "1_000"):
        assert value not in told


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", HEADER.encode() + b"\na,2026-01-01,3\n\xe9"])
def test_a_file_that_is_no_text(tmp_path, content):
    path = tmp_path / "diaries.csv"
    path.write_bytes(content)
    outcome = run("evaluate", "--diaries", path, "--scale", "1-5")
    assert outcome.code == 2
    assert outcome.err == f"calfwise: {path}: not UTF-8 text; save it as CSV UTF-8\n"


def test_a_file_that_is_not_there(tmp_path):
    outcome = run("evaluate", "--diaries", tmp_path / "none.csv", "--scale", "1-5")
    assert outcome.code == 2
    assert "none.csv: it cannot be read: No such file or directory" in outcome.err


def test_a_named_load_column_must_be_there(squad):
    outcome = run("evaluate", "--diaries", squad, "--scale", "1-5", "--load-column", "au")
    assert outcome.code == 2
    assert "a header without au" in outcome.err


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_what_a_file_says(tmp_path, mark, end):
    path = tmp_path / "diaries.csv"
    lines = [
        f"{mark}mood, soreness ,date,load_au,athlete",
        "good,3,2026-01-02,120.5,eva",
        "bad,,2026-01-03,,eva",
        ",4.0,2026-01-05,0,eva",
        ',5,2026-01-01,,"Müller, Ada"',
        "",
    ]
    path.write_bytes(end.join(lines).encode())
    told = from_csv(path, SCALES["1-5"])
    [diary] = told.diaries()
    assert diary.athletes == ("Müller, Ada", "eva")
    assert diary.starts == (date(2026, 1, 1), date(2026, 1, 2))
    nan = np.nan
    np.testing.assert_array_equal(diary.soreness, [[5, nan, nan, nan], [3, nan, nan, 4]])
    np.testing.assert_array_equal(diary.load, [[nan] * 4, [120.5, nan, nan, 0]])
    assert told.answers == 3


def test_which_column_is_the_load(tmp_path):
    path = file(tmp_path, "a,2026-01-01,3,7,9", header=f"{HEADER},load_au,minutes")
    [diary] = from_csv(path, SCALES["1-5"]).diaries()
    assert diary.load == 7
    [diary] = from_csv(path, SCALES["1-5"], "minutes").diaries()
    assert diary.load == 9
    path = file(tmp_path, "a,2026-01-01,3", name="none.csv")
    assert from_csv(path, SCALES["1-5"]).load is None


def test_a_level_off_its_scale_is_told_with_its_own_scale(tmp_path):
    path = file(tmp_path, "a,2026-01-01,11")
    with pytest.raises(UsageError, match="from 0 to 10"):
        from_csv(path, SCALES["0-10"])


@pytest.mark.shared
@pytest.mark.skipif(not (HERE and SORENESS.exists()), reason=NOT_RUN)
def test_real_diaries(tmp_path):
    """35 players who told 1 to 5, where lower is sorer; a load that stands for every day."""
    path = tmp_path / "turned.csv"
    with SORENESS.open(encoding="utf-8") as told, path.open("w", encoding="utf-8") as turned:
        turned.write(f"{HEADER},load_au\n")
        for row in csv.DictReader(told):
            soreness = 6 - float(row["soreness"]) if row["soreness"] else ""
            turned.write(f"{row['player_id']},{row['date']},{soreness},{row['daily_load']}\n")
    rows = scores(path)
    assert {(row["n"], row["athletes"]) for row in rows} == {(11_792, 35)}
    for row in rows:
        assert all(np.isfinite(value) for key, value in row.items() if key != "model")
        assert row["log_score"] < np.log(5), "better than to say nothing of five levels"
