"""Scales cover what they show, and text cannot break a drawing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advice.charts.chart import (
    hatching,
    monday_of,
    nice_ticks,
    polyline,
    printable,
    px,
    scale,
    short_date,
    stretches,
)
from tests.advice.charts.drawings import rises

ANY = st.floats(-1e4, 1e4)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 22.4, (0, 10, 20, 30)),
        (0, 1, (0, 0.5, 1)),
        (0, 300, (0, 100, 200, 300)),
        (153.6, 176.2, (150, 160, 170, 180)),
        (171, 171, (171, 172)),
        (-3, 4, (-5, 0, 5)),
    ],
)
def test_ticks_are_round_and_few(low, high, ticks):
    told = nice_ticks(low, high)
    assert told[0] <= low
    assert told[-1] >= high
    if low != high:
        assert told == pytest.approx(ticks)
    assert len(told) >= 2


@given(ANY, ANY, st.integers(2, 6))
def test_ticks_cover_and_rise_and_stay_few(one, other, steps):
    ticks = nice_ticks(min(one, other), max(one, other), steps=steps)
    spread = 1e-6 * max(abs(one), abs(other), 1)
    assert ticks[0] <= min(one, other) + spread
    assert ticks[-1] >= max(one, other) - spread
    assert rises(ticks)
    assert 2 <= len(ticks) <= steps + 2


@given(st.lists(ANY, min_size=1))
def test_a_scale_holds_all_its_values(values):
    made = scale(values, at_low_px=200, at_high_px=40)
    assert all(39.9 <= made(value) <= 200.1 for value in values)


def test_text_that_xml_cannot_hold_is_left_out():
    assert printable("a\x00b\x0bc\ud800d\ufffe 1<2 é \N{RUNNER}") == "abcd 1<2 é \N{RUNNER}"


def test_small_helpers():
    assert [px(each) for each in (3.0, 3.14, -0.01, 250.06)] == ["3", "3.1", "0", "250.1"]
    assert polyline([(1, 2), (3.5, 4)]) == "M1 2L3.5 4"
    assert polyline([]) == ""
    assert list(stretches([True, False, True, True])) == [(0, 0), (2, 3)]
    assert (monday_of(date(2026, 11, 22)), short_date(date(2026, 5, 4))) == (
        date(2026, 11, 16),
        "4 May",
    )


@given(st.floats(0, 500), st.floats(1, 300), st.floats(1, 300))
def test_hatching_stays_within_its_rectangle(left, width, height):
    drawn = hatching(left, 10, left + width, 10 + height)
    for part in drawn.split("M")[1:]:
        for x, y in (point.split() for point in part.split("L")):
            assert left - 0.1 <= float(x) <= left + width + 0.1
            assert 9.9 <= float(y) <= 10.1 + height
