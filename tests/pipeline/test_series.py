"""What days add up to: rest is 0, unknown is nothing, half a sum is no sum, alone or among many."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.checkin import CheckIn
from pipeline.day import DayRow
from pipeline.history import Told
from pipeline.series import acwr, daily_series, ewma, highest_before, monotony, strain
from tests.pipeline.plain_days import (
    DAY,
    on,
    past_of,
    pasts,
    plain_acwr,
    plain_ewma,
    plain_monotony,
    plain_rows,
    plain_strain,
    run,
    walk,
)

loads = st.just(0.0) | st.integers(0, 60_000).map(lambda metres: metres / 1000)
days = st.lists(st.one_of(loads, loads, loads, loads, st.none()), min_size=1, max_size=70)
some = settings(max_examples=50, deadline=None)


def rows(*activities, days=1, known=None, mornings=(), told=None):
    known = {on(offset) for offset in range(days)} if known is None else known
    past = past_of(*activities, known=known, mornings=mornings, told=told or {}, last=on(days - 1))
    return daily_series([past], since=DAY).rows(0, DAY)


def of_one(metric, daily, **options):
    """What a series function says of one runner's days, unknown as None."""
    [told] = metric(np.array([daily], dtype=float), **options)
    return [None if np.isnan(each) else each for each in told]


def agree(series, expected, rel=1e-12):
    """Unknown on the same days, and otherwise the same numbers."""
    np.testing.assert_allclose(
        np.array(series, dtype=float), np.array(expected, dtype=float), rtol=rel, atol=1e-12
    )


# One day.


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
    assert rows(run(), walk(), walk(calf_km=None))[0].calf_km == 10


def test_copies_and_other_sports_add_nothing():
    [day] = rows(run(), run(name="copy", counted=False))
    assert day == rows(run())[0]


def test_effort_told_to_us_goes_before_effort_told_to_the_watch():
    effort = rows(run(rpe=4.0))[0].srpe_au
    assert effort == 4 * 50
    assert rows(run(rpe=4.0), told={"run": Told(efforts=((DAY, 6),))})[0].srpe_au == 6 * 50
    assert rows(run(rpe=4.0), told={"run": Told(during=((DAY, 3),))})[0].srpe_au == 4 * 50
    assert rows(run(rpe=4.0), told={"run": Told(efforts=((DAY, 0),))})[0].srpe_au == 0


def test_mornings_stand_on_their_day_known_or_not():
    answer = CheckIn(on=on(1), left=2, right=5, during=3)
    silent, told = rows(run(), days=2, known={DAY}, mornings=[answer])
    assert (silent.soreness_left, silent.soreness_right, silent.during) == (None, None, None)
    assert (told.soreness_left, told.soreness_right, told.during) == (2, 5, 3)
    assert told.known is False


def test_the_night_the_clock_goes_back_is_one_night():
    days = rows(run(0), run(1, name="b"), run(2, name="c"), days=3)
    assert [day.on for day in days] == [on(0), on(1), on(2)]
    assert [day.runs for day in days] == [1, 1, 1]


# Days after days.


def test_an_average_of_known_days_begins_with_the_first():
    picture = [10.0, 0.0, None, 10.0]
    assert of_one(ewma, picture, span_days=7) == [10.0, 7.5, 7.5, 8.125]
    assert of_one(ewma, [None, 4.0], span_days=7) == [None, 4.0]


def test_a_week_of_a_day_more_each_day():
    week = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert of_one(monotony, week) == [None] * 6 + [pytest.approx(3 / 2.1602469)]
    assert of_one(strain, week) == [None] * 6 + [pytest.approx(21 * 3 / 2.1602469)]


@given(loads, st.integers(0, 6))
def test_an_even_or_unknown_week_has_no_monotony(load, day):
    assert of_one(monotony, [load] * 7) == of_one(strain, [load] * 7) == [None] * 7
    week = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    week[day] = np.nan
    assert of_one(monotony, week) == of_one(strain, week) == [None] * 7


def test_sums_of_floats_that_mean_the_same_are_even():
    assert of_one(monotony, [0.1 + 0.2, *[0.3] * 6])[-1] is None
    assert of_one(monotony, [0.0] * 6 + [5e-324])[-1] in (None, pytest.approx(0.4, abs=1))


def test_the_ratio_wants_28_known_days_and_one_run():
    month = [7.0, *[0.0] * 27]
    assert of_one(acwr, [*month, 7.0]) == [None] * 27 + [0.0, 4.0]
    assert of_one(acwr, [0.0] * 28)[-1] is None
    assert of_one(acwr, [3.0] * 27 + [None, 3.0])[-2:] == [None, None]
    assert of_one(acwr, [3.0] * 28)[-1] == pytest.approx(1)


def test_the_thirty_days_before_a_day_leave_it_out_and_end():
    [day, next_day, *_, thirtieth, thirty_first] = rows(
        run(distance_m=9000.0, calf_km=11.0), run(name="b"), walk(calf_km=99.0), days=32
    )
    assert (day.longest_30d_m, day.hardest_30d_calf_km) == (None, None)
    assert (next_day.longest_30d_m, next_day.hardest_30d_calf_km) == (9000, 11)
    assert (thirtieth.on, thirtieth.longest_30d_m) == (on(30), 9000)
    assert (thirty_first.longest_30d_m, thirty_first.hardest_30d_calf_km) == (None, None)


def test_unknown_days_hide_no_run_from_the_thirty_days():
    *_, day = rows(run(), days=12, known={DAY})
    assert (day.known, day.longest_30d_m) == (False, 8000)


@given(days)
def test_every_day_agrees_with_the_plainest_way(daily):
    so_far = [daily[: index + 1] for index in range(len(daily))]
    weeks = [each[-7:] for each in so_far]
    for span_days in (7, 28):
        agree(of_one(ewma, daily, span_days=span_days), [plain_ewma(d, span_days) for d in so_far])
    agree(of_one(acwr, daily), [plain_acwr(each) for each in so_far])
    # A week may vary by a metre among tens of kilometres: that costs digits.
    agree(of_one(monotony, daily), [plain_monotony(week) for week in weeks], rel=1e-6)
    agree(of_one(strain, daily), [plain_strain(week) for week in weeks], rel=1e-6)


@given(days)
def test_the_highest_before_is_the_highest_of_the_slice(daily):
    of_runs = [-np.inf if load is None else load for load in daily]
    slices = [daily[max(index - 30, 0) : index] for index in range(len(daily))]
    expected = [max((load for load in each if load is not None), default=None) for each in slices]
    assert of_one(highest_before, of_runs) == expected


# Whole pasts.


@some
@given(pasts(), st.integers(-3, 70))
def test_a_past_has_the_days_of_the_plainest_way(past, first):
    first = min(on(first), past.last)
    told = daily_series([past], since=first).rows(0, first)
    expected = plain_rows(past, first)
    names = [each.name for each in fields(DayRow) if each.name != "on"]
    assert [row.on for row in told] == [row.on for row in expected]
    for name in names:
        ours, plain = ([getattr(row, name) for row in rows] for rows in (told, expected))
        assert list(map(type, ours)) == list(map(type, plain)), name
        agree(ours, plain, rel=1e-6)


@pytest.mark.slow
@some
@given(st.lists(pasts(), min_size=2, max_size=5), st.data())
def test_nobodys_numbers_depend_on_who_else_is_in_the_batch(batch, data):
    since = data.draw(st.none() | st.just(on(-5)))
    together = daily_series(batch, since=since)
    for place, past in enumerate(batch):
        alone = daily_series([past], since=since)
        first = alone.starts[0]
        assert together.rows(place, first) == alone.rows(0, first)  # to the last bit


@some
@given(pasts(), st.integers(0, 70), st.integers(0, 70))
def test_no_number_depends_on_the_days_asked_for(past, one, other):
    first, since = sorted((on(one), on(other)), reverse=True)
    if first <= past.last:
        few = daily_series([past], since=first).rows(0, first)
        assert few == daily_series([past], since=since).rows(0, first)


@some
@given(pasts(), st.integers(0, 70))
def test_no_day_knows_what_comes_after_it(past, later):
    longer = replace(past, last=max(past.last, on(later)))
    days = daily_series([past], since=DAY).rows(0, DAY)
    assert daily_series([longer], since=DAY).rows(0, DAY)[: len(days)] == days


def test_a_past_without_runs_and_answers_has_days_and_no_averages():
    [day] = rows(walk())
    assert (day.calf_km, day.acute_calf_km) == (2, None)
    [day] = rows(known=set())
    assert day == DayRow(on=DAY, known=False)


def test_nobody_has_no_days():
    assert daily_series([]).known.shape == (0, 0)
