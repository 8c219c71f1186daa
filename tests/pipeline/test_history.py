"""Which run an answer speaks of, and what had been told by a morning."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checkin import CheckIn
from pipeline.history import Run, Told, pair, run_before, with_told
from tests.pipeline import plain_days as made

DAY = date(2026, 8, 10)


def on(offset):
    return DAY + timedelta(days=offset)


def run(day, hour=6, name=None):
    start = datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=UTC) + timedelta(days=day)
    return Run(
        id=name or f"{day}/{hour}", on=on(day), start_at=start, distance_m=None, calf_km=None
    )


def morning(day=0, during=None, rpe=None, run_id=None):
    return CheckIn(on=on(day), left=0, right=0, during=during, rpe=rpe, run_id=run_id)


PAIRS = """
  runs (day/hour)    | the answer speaks of
  -1/6               | -1/6
  -1/6 -1/18         | -1/18
  -1/18 -1/6         | -1/18
  -3/6 -2/6          | -2/6
  -3/6               | -3/6
  -4/6               | -
  0/6                | -
  0/6 1/6 -2/6       | -2/6
"""


@pytest.mark.parametrize("row", PAIRS.strip().splitlines()[1:])
def test_an_answer_speaks_of_the_last_run_of_three_days(row):
    runs, expected = (cell.strip() for cell in row.split("|"))
    of = [run(*map(int, each.split("/"))) for each in runs.split()]
    told = pair([morning(during=4, rpe=6)], of)
    assert told == ({} if expected == "-" else {expected: Told(((DAY, 4),), 6)})


def test_a_named_run_goes_before_the_last():
    runs = [run(-9, name="old"), run(-1, name="last")]
    assert pair([morning(during=4, run_id="old")], runs).keys() == {"old"}
    assert not pair([morning(during=4, run_id="gone")], runs)


def test_an_answer_of_neither_speaks_of_none():
    assert pair([morning()], [run(-1)]) == {}


def test_of_several_answers_the_later_holds_and_each_keeps_its_morning():
    told = pair([morning(0, during=2, rpe=5), morning(1, during=6), morning(2, rpe=0)], [run(-1)])
    assert told == {"-1/6": Told(((on(0), 2), (on(1), 6)), 0)}
    [of] = with_told([run(-1)], told)
    assert [of.during(on(day)) for day in (-1, 0, 1, 2)] == [None, 2, 6, 6]


def test_of_a_run_nobody_spoke_of_nothing_is_told():
    [of] = with_told([run(-1)], {})
    assert of.told == ()
    assert of.during(DAY) is None


@given(st.lists(st.tuples(st.integers(-8, 8), st.integers(0, 23)), unique=True), st.integers(-9, 9))
def test_pairing_agrees_with_the_plain_way(starts, day):
    runs = [run(*start) for start in starts]
    near = [each for each in runs if on(day - 3) <= each.on < on(day)]
    expected = max(near, key=lambda each: each.start_at, default=None)
    found = pair([morning(day, during=1)], runs)
    assert list(found) == ([expected.id] if expected else [])


def test_the_last_run_before_a_morning():
    last_of = {on(-1): "a", on(-3): "b"}
    assert [run_before(on(day), last_of) for day in (-2, -1, 0, 2, 3)] == ["b", "b", "a", "a", None]


def test_a_past_as_advice_may_look_at_it():
    answer = CheckIn(on=made.on(1), left=1, right=0, during=4)
    runs = [made.run(0, "first"), made.run(3, "later")]
    known = {made.on(0), made.on(3), made.on(4)}
    past = made.past_of(*runs, made.walk(4), known=known, mornings=[answer], last=made.on(5))
    assert (past.first, past.latest) == (made.on(0), made.on(3))
    history = past.history()
    assert [(run.id, run.told) for run in history.runs] == [
        ("first", ((made.on(1), 4),)),
        ("later", ()),
    ]
    assert history.mornings == (answer,)
    assert history.unknown == {made.on(1), made.on(2), made.on(5)}
    assert history.data_through == made.walk(4).end_at


def test_a_past_without_runs_and_answers_has_no_first_day():
    past = made.past_of(made.walk(), known={made.on(0)}, last=made.on(0))
    assert (past.first, past.latest, past.history().runs) == (None, None, ())
