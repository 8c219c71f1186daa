"""Averages, monotony and strain of days agree with the plainest way to work them out."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.series import ewma, monotony, strain

loads = st.floats(0, 60)
days = st.lists(st.none() | loads, max_size=60)
weeks = st.lists(loads, min_size=7, max_size=7)


@given(st.lists(loads, min_size=1, max_size=60), st.sampled_from([7, 28]))
def test_the_average_is_the_weighted_sum_of_all_days(known, span_days):
    weight = 2 / (span_days + 1)
    first, *later = known
    total = first * (1 - weight) ** len(later)
    for age, load in enumerate(reversed(later)):
        total += weight * (1 - weight) ** age * load
    assert ewma(known, span_days=span_days)[-1] == pytest.approx(total)


@given(days, st.sampled_from([7, 28]))
def test_unknown_days_hold_yesterdays_average(daily, span_days):
    averages = ewma(daily, span_days=span_days)
    assert len(averages) == len(daily)
    known = [load for load in daily if load is not None]
    assert [a for a, load in zip(averages, daily, strict=True) if load is not None] == ewma(
        known, span_days=span_days
    )
    held = None
    for average, load in zip(averages, daily, strict=True):
        held = held if load is None else average
        assert average == held


def test_rest_is_not_unknown():
    picture = [10.0, 0.0, None, 10.0]
    assert ewma(picture, span_days=7) == [10.0, 7.5, 7.5, 8.125]
    assert ewma([None, 4.0], span_days=7) == [None, 4.0]


@given(weeks)
def test_monotony_is_mean_over_deviation(week):
    if statistics.stdev(week) < 1e-6:
        return
    expected = statistics.fmean(week) / statistics.stdev(week)
    assert monotony(week) == pytest.approx(expected)
    assert strain(week) == pytest.approx(sum(week) * expected)


@given(loads, st.integers(0, 6))
def test_an_even_or_unknown_week_has_none(load, day):
    assert monotony([load] * 7) is strain([load] * 7) is None
    week: list[float | None] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert monotony(week[:day]) is None
    week[day] = None
    assert monotony(week) is strain(week) is None


def test_the_smallest_difference_does_not_divide_by_zero():
    assert monotony([0.0] * 6 + [5e-324]) in (None, pytest.approx(0.4, abs=1))
