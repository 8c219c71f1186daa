"""What a day adds up to: rest is 0, unknown is nothing, half a sum is no sum."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checkin import CheckIn
from pipeline.day import DayActivity, SourceSpan, dates_between, day_rows, known_dates
from pipeline.history import Told

DAY = date(2026, 10, 24)  # the night after has 25 hours in Europe


def on(offset):
    return DAY + timedelta(days=offset)


def run(day=0, name="run", **others):
    start = datetime(DAY.year, DAY.month, DAY.day, 6, tzinfo=UTC) + timedelta(days=day)
    return DayActivity(
        **{
            "id": name,
            "on": on(day),
            "start_at": start,
            "end_at": start + timedelta(hours=1),
            "counted": True,
            "walk": False,
            "distance_m": 8000.0,
            "timer_s": 3000.0,
            "steps": 8000.0,
            "calf_km": 8.0,
            "calf_km_strain": 7.0,
            "trimp": 60.0,
            "rpe": None,
            **others,
        }
    )


def walk(**others):
    return run(name="walk", counted=False, walk=True, calf_km=2.0, calf_km_strain=0.1, **others)


def rows(*activities, days=1, known=None, mornings=(), told=None):
    dates = [on(offset) for offset in range(days)]
    return day_rows(activities, mornings, told or {}, set(dates) if known is None else known, dates)


def test_a_day_is_the_sum_of_its_runs():
    [day] = rows(run(), run(name="second", distance_m=5000.0, calf_km=5.0, rpe=4.0))
    assert (day.runs, day.distance_m, day.longest_run_m) == (2, 13_000, 8000)
    assert (day.steps, day.calf_km, day.calf_km_strain, day.trimp) == (16_000, 13, 14, 120)
    assert day.srpe_au is None  # of one run nobody told the effort
    assert (day.known, day.acute_calf_km, day.chronic_calf_km) == (True, 13, 13)


def test_rest_is_nought_and_unknown_is_nothing():
    ran, rested, unknown = rows(run(), days=3, known={on(0), on(1)})
    for name in ("runs", "distance_m", "longest_run_m", "steps", "calf_km", "trimp", "srpe_au"):
        assert getattr(rested, name) == 0
        assert getattr(unknown, name) is None
    assert (rested.known, unknown.known) == (True, False)
    assert rested.acute_calf_km == ran.acute_calf_km * 0.75
    assert unknown.acute_calf_km == rested.acute_calf_km  # held


@pytest.mark.parametrize("name", ["distance_m", "steps", "calf_km", "calf_km_strain", "trimp"])
def test_half_a_sum_is_no_sum(name):
    [day] = rows(run(), run(name="second", **{name: None}))
    assert getattr(day, name) is None
    assert day.runs == 2


def test_the_longest_run_is_the_longest_known():
    assert rows(run(), run(name="b", distance_m=None))[0].longest_run_m == 8000
    assert rows(run(distance_m=None))[0].longest_run_m is None


def test_walks_add_calf_load_and_nothing_else():
    [day] = rows(run(), walk())
    [alone] = rows(run())
    assert (day.calf_km, day.calf_km_strain) == (10, pytest.approx(7.1))
    for name in ("runs", "distance_m", "longest_run_m", "steps", "trimp"):
        assert getattr(day, name) == getattr(alone, name)
    [strolled] = rows(walk())
    assert (strolled.runs, strolled.steps, strolled.calf_km) == (0, 0, 2)
    assert (
        rows(run(), walk(), run(name="w", counted=False, walk=True, calf_km=None))[0].calf_km == 10
    )


def test_copies_and_other_sports_add_nothing():
    [day] = rows(run(), run(name="copy", counted=False))
    assert day == rows(run())[0]


def test_effort_told_to_us_goes_before_effort_told_to_the_watch():
    effort = rows(run(rpe=4.0))[0].srpe_au
    assert effort == 4 * 50
    assert rows(run(rpe=4.0), told={"run": Told(rpe=6)})[0].srpe_au == 6 * 50
    assert rows(run(rpe=4.0), told={"run": Told(during=((DAY, 3),))})[0].srpe_au == 4 * 50
    assert rows(run(rpe=4.0), told={"run": Told(rpe=0)})[0].srpe_au == 0


def test_mornings_stand_on_their_day_known_or_not():
    answer = CheckIn(on=on(1), left=2, right=5, during=3)
    silent, told = rows(run(), days=2, known={DAY}, mornings=[answer])
    assert (silent.soreness_left, silent.soreness_right, silent.during) == (None, None, None)
    assert (told.soreness_left, told.soreness_right, told.during) == (2, 5, 3)
    assert told.known is False


def test_monotony_needs_seven_known_days():
    week = [run(day, name=str(day), calf_km=float(day)) for day in range(7)]
    days = rows(*week, days=8)
    assert [day.monotony is None for day in days] == [True] * 6 + [False] * 2
    assert days[6].monotony == pytest.approx(3 / 2.1602469)
    assert days[6].strain == pytest.approx(21 * 3 / 2.1602469)
    gap = rows(*week, days=8, known={on(offset) for offset in range(8) if offset != 3})
    assert all(day.monotony is None for day in gap)


def test_the_night_the_clock_goes_back_is_one_night():
    days = rows(run(0), run(1, name="b"), run(2, name="c"), days=3)
    assert [day.on for day in days] == [on(0), on(1), on(2)]
    assert [day.runs for day in days] == [1, 1, 1]


offsets = st.integers(-40, 40)


@given(offsets, offsets)
def test_dates_between_are_all_of_them(one, other):
    first, last = on(min(one, other)), on(max(one, other))
    dates = list(dates_between(first, last))
    assert (dates[0], dates[-1]) == (first, last)
    assert len(set(dates)) == len(dates) == (last - first).days + 1


KNOWN = """
  spans (first-last, complete before) | known
  3-5                                 | 3 4 5
  3-5 8                               | 3 4 5 6 7
  3-5 6                               | 3 4 5
  3-5 2                               | 3 4 5
  1-2 , 4-4                           | 1 2 4
  1-4 , 3-5                           | 1 2 3 4 5
"""


@pytest.mark.parametrize("row", KNOWN.strip().splitlines()[1:])
def test_a_day_is_known_between_two_activities_or_before_a_complete_scan(row):
    told, known = row.split("|")
    spans = []
    for each in told.split(","):
        days, *complete = each.split()
        first, last = map(int, days.split("-"))
        before = on(int(complete[0])) if complete else None
        spans.append(SourceSpan(first=on(first), last=on(last), complete_before=before))
    assert known_dates(spans) == {on(int(day)) for day in known.split()}


@given(
    st.lists(st.tuples(st.integers(0, 9), st.none() | st.floats(0, 30)), max_size=12),
    st.sets(st.integers(0, 9)),
)
def test_days_add_up_to_the_whole(told, known_days):
    runs = [run(day, name=str(i), calf_km=km) for i, (day, km) in enumerate(told)]
    days = rows(*runs, days=10, known={on(day) for day in known_days})
    for offset, day in enumerate(days):
        here = [km for d, km in told if d == offset]
        if offset not in known_days or None in here:
            assert day.calf_km is None
        else:
            assert day.calf_km == pytest.approx(sum(here))
