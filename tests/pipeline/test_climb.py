"""Hills are counted, the wandering of the barometer is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.simulate.noise import wander
from pipeline.activity import Pause
from pipeline.climb import ascent_descent_m, turns, without_noise
from tests.pipeline.pictures import activity, column, records, row

HOUR_S = np.arange(3601.0)

LASTING_S = (5, 20, 60, 120, 300)


def noise(seed, lasting_s, count=3601):
    """The wander of a barometer: 2 m, remembered for so long."""
    return wander(np.random.default_rng(seed), count, sd=2.0, time_constant_s=lasting_s)


def waves(metres, every_s):
    """Hills so high from foot to top, one every so many seconds."""
    return 400 + metres / 2 * np.sin(2 * np.pi * HOUR_S / every_s)


TURNS = """
  heights                 | turns
  400                     |
  400 401 400 401         |
  400 402                 | 0 1
  400 398                 | 0 1
  400 410 409 420         | 0 3
  400 410 400 410 400     | 0 1 2 3 4
  400 399 410 405 405 406 | 1 2 3
  400 401 390 400         | 1 2 3
"""


@pytest.mark.parametrize("line", TURNS.strip().splitlines()[1:])
def test_only_swings_of_two_metres_are_turns(line):
    heights, expected = (cell.split() for cell in line.split("|"))
    assert turns(column(" ".join(heights)), 2.0) == [int(each) for each in expected]


@pytest.mark.parametrize("lasting_s", LASTING_S)
@pytest.mark.parametrize("seed", range(3))
def test_a_flat_hour_has_no_climb_however_the_barometer_wanders(lasting_s, seed):
    up, down = ascent_descent_m(HOUR_S, 400 + noise(seed, lasting_s))
    assert max(up, down) < 15


@pytest.mark.parametrize("apart_s", [5, 8, 10, 20])
@pytest.mark.parametrize("lasting_s", LASTING_S)
def test_seldom_readings_make_no_hills_and_keep_those_there_are(lasting_s, apart_s):
    some = slice(None, None, apart_s)
    wander = noise(2, lasting_s)
    assert max(ascent_descent_m(HOUR_S[some], 400 + wander[some])) < 15
    hills = waves(30, 480)
    climbs = np.diff(hills)
    up, _ = ascent_descent_m(HOUR_S[some], (hills + wander)[some])
    assert up == pytest.approx(climbs[climbs > 0].sum(), rel=0.1)


@pytest.mark.parametrize("lasting_s", LASTING_S)
@pytest.mark.parametrize(("metres", "every_s"), [(30, 480), (8, 720), (300, 7200)])
def test_hills_are_as_high_as_they_are(metres, every_s, lasting_s):
    truth = waves(metres, every_s)
    climbs = np.diff(truth)
    up_m, down_m = climbs[climbs > 0].sum(), -climbs[climbs < 0].sum()
    up, down = ascent_descent_m(HOUR_S, truth + noise(7, lasting_s))
    assert abs(up - up_m) < max(15, 0.1 * up_m)
    assert abs(down - down_m) < max(15, 0.1 * down_m)


def test_a_good_barometer_keeps_small_hills():
    small = waves(4, 240) + 0.1 * noise(3, 120)
    assert ascent_descent_m(HOUR_S, small)[0] == pytest.approx(4 * 15, rel=0.1)


def test_whole_metres_are_no_hills():
    slope = np.round(400 + HOUR_S / 600)
    assert ascent_descent_m(HOUR_S, slope) == pytest.approx((6, 0), abs=0.5)


@pytest.mark.parametrize("lasting_s", LASTING_S)
def test_the_way_back_climbs_what_the_way_there_descended(lasting_s):
    there = waves(20, 500) + HOUR_S / 100 + noise(5, lasting_s)
    up, down = ascent_descent_m(HOUR_S, there)
    assert ascent_descent_m(HOUR_S, there[::-1]) == pytest.approx((down, up))


def test_a_pause_and_a_gap_change_nothing():
    hills = waves(30, 480) + noise(1, 60)
    alone = row(activity(records(altitude_m=hills)))
    later_s = HOUR_S + 900 * (HOUR_S > 1000)
    rested = records(at=later_s, altitude_m=hills)
    pause = Pause(rested.at_s[1000] + 1, rested.at_s[1001])
    for each in (row(activity(rested, pauses=(pause,))), row(activity(rested))):
        assert each.ascent_m == pytest.approx(alone.ascent_m, abs=1)
        assert each.descent_m == pytest.approx(alone.descent_m, abs=1)


heights = st.lists(st.floats(-400, 8000), min_size=1, max_size=50)


@given(heights, st.sampled_from([1.0, 10.0, 37.0]))
def test_ascent_less_descent_is_the_difference_but_for_small_swings(altitude, every_s):
    up, down = ascent_descent_m(np.arange(len(altitude)) * every_s, np.array(altitude))
    assert min(up, down) >= 0
    cells = max(1, round((len(altitude) - 1) * every_s / 10))
    assert up + down <= cells * (max(altitude) - min(altitude)) + 1e-6


@given(heights)
def test_what_is_left_of_any_row_is_finite_and_keeps_its_mean(altitude):
    left = without_noise(np.array(altitude))
    assert np.isfinite(left).all()
    assert left.mean() == pytest.approx(np.mean(altitude), abs=1e-6)


def test_where_no_time_passes_nothing_is_climbed():
    assert ascent_descent_m(column("5"), column("400")) == (0, 0)
    assert ascent_descent_m(column("5 5"), column("400 500")) == (0, 0)
