"""How long a record lasts, how fast and how far: without pauses, without inventing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.activity import Pause
from pipeline.motion import (
    apart_m,
    centred_mean,
    is_moving,
    merged,
    path_m,
    sample_s,
    step_m,
    timer_s,
    weighted_mean,
    weighted_median,
    with_speed,
)
from tests.pipeline.pictures import METRES_PER_DEGREE, column, northward, records

gaps = st.lists(st.floats(0.1, 400), min_size=0, max_size=40)
stretches = st.lists(st.tuples(st.floats(-50, 3000), st.floats(-10, 500)), max_size=6)


def pauses(of):
    return [Pause(start, start + lasting) for start, lasting in of]


@pytest.mark.parametrize(
    ("at", "paused", "lasting"),
    [
        ("", [], []),
        ("5", [], [0]),
        ("0 1 2 3", [], [1, 1, 1, 0]),
        ("0 1 61 62", [], [1, 10, 1, 0]),
        ("0 1 61 62", [(2, 59)], [1, 1, 1, 0]),
        ("0 1 2 3", [(0.5, 1.25)], [0.5, 0.25, 1, 0]),
        ("0 5 10", [(-100, 200)], [0, 0, 0]),
    ],
)
def test_a_record_lasts_to_the_next_but_not_into_a_pause(at, paused, lasting):
    assert sample_s(column(at), pauses(paused)).tolist() == lasting


@given(gaps, stretches)
def test_the_timer_and_the_pauses_are_the_clock(of, paused):
    at = np.append(0.0, np.cumsum(of))
    apart = merged(pauses(paused), at[0], at[-1])
    shown = timer_s(at, apart)
    assert shown[-1] + sum(each.duration_s for each in apart) == pytest.approx(at[-1])
    assert (np.diff(shown) >= -1e-9).all()
    assert sample_s(at, apart).sum() <= shown[-1] + 1e-6


@given(stretches, st.floats(0, 3000))
def test_merged_pauses_hold_the_same_moments(paused, moment):
    apart = merged(pauses(paused), 0, 2000)
    inside = 0 <= moment < 2000 and any(p.start_s <= moment < p.end_s for p in pauses(paused))
    assert sum(p.start_s <= moment < p.end_s for p in apart) == inside


def test_a_degree_north_is_111_kilometres_and_a_step_over_the_date_line_is_short():
    assert step_m(column("47 48"), column("8 8")) == pytest.approx(METRES_PER_DEGREE)
    assert step_m(column("0 0"), column("179.9995 -179.9995"))[0] == pytest.approx(111.2, abs=0.1)
    assert np.isnan(step_m(column("47 . 48"), column("8 8 8"))).all()


@given(st.floats(-89, 89), st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180))
def test_there_is_as_far_as_back(north, east, other_north, other_east):
    one, other = column([north]), column([other_north])
    there = apart_m(one, column([east]), other, column([other_east]))
    back = apart_m(other, column([other_east]), one, column([east]))
    assert there == pytest.approx(back)
    assert 0 <= there[0] <= 20_040_000


def test_noise_does_not_make_the_path_much_longer():
    random = np.random.default_rng(1)
    straight = northward(3.0 * np.arange(1200))
    noisy = {name: values + random.normal(0, 1e-5, 1200) for name, values in straight.items()}
    assert path_m(records(**noisy))[-1] == pytest.approx(3.0 * 1199, rel=0.01)


def test_a_path_crosses_the_date_line_unharmed():
    east = 179.999 + np.arange(100) * 4e-5
    crossing = records(latitude_deg=np.zeros(100), longitude_deg=(east + 180) % 360 - 180)
    assert path_m(crossing)[-1] == pytest.approx(99 * 4e-5 * METRES_PER_DEGREE, rel=0.001)


def test_what_is_covered_in_a_pause_or_in_a_jump_does_not_count():
    tram = records(at=[*range(60), *range(360, 420)], **northward([*range(60), *range(3060, 3120)]))
    assert path_m(tram)[-1] == pytest.approx(3119, abs=1)
    paused = [Pause(tram.at_s[59], tram.at_s[60])]
    assert path_m(tram, paused)[-1] == pytest.approx(118, abs=1)
    jump = records(**northward([*range(60), *range(9060, 9120)]))
    assert path_m(jump, fastest_mps=12)[-1] == pytest.approx(118, abs=5)


def test_one_place_is_no_path():
    assert np.isnan(path_m(records(**northward("5 . .")))).all()
    assert np.isnan(path_m(records(**northward(". .")))).all()


SPEEDS = """
  device     | distance   | metres north | cadence | speed
  3 3 3 3    | 0 5 10 15  | .  .  .  .   | . . . . | 3 3 3 3
  . . . .    | 0 5 10 15  | .  .  .  .   | . . . . | 5 5 5 5
  3 . . 3    | 0 5 10 15  | .  .  .  .   | . . . . | 3 5 5 3
  . . . .    | .  .  .  . | 0 4 8 12     | . . . . | 4 4 4 4
  . . . .    | 0  .  . 15 | .  .  .  .   | . . . . | 5 5 5 5
  . . . .    | . 5 10  .  | .  .  .  .   | . . . . | . 5 5 .
  . . . .    | .  .  . 15 | .  .  .  .   | 9 9 9 9 | . . . .
  0 0 0 0    | 0 0 0 0    | .  .  .  .   | 85 . . . | . . . .
  0 0 0 0    | 0 5 10 15  | .  .  .  .   | 85 . . . | 5 5 5 5
  0 0 0 0    | 0 0 0 0    | .  .  .  .   | . . . . | 0 0 0 0
  . . . .    | 0 0 0 0    | 0 4 8 12     | . . . . | 4 4 4 4
  . . . .    | 0 0 0 0    | .  .  .  .   | . . . . | 0 0 0 0
  . . . .    | 9 6 3 0    | .  .  .  .   | . . . . | 0 0 0 0
"""


@pytest.mark.parametrize("row", SPEEDS.strip().splitlines()[1:])
def test_speed_is_the_devices_else_its_distances_else_from_positions(row):
    device, distance, north, cadence, expected = (cell.strip() for cell in row.split("|"))
    told = records(
        speed_mps=device, distance_m=distance, cadence_spm=cadence, **northward(column(north))
    )
    np.testing.assert_allclose(with_speed(told).speed_mps, column(expected), rtol=1e-3)


def test_a_pause_is_not_slow_running():
    seconds = np.arange(60)
    rested = records(at=seconds + 300 * (seconds >= 30), distance_m=3.0 * seconds)
    pause = Pause(rested.at_s[29] + 1, rested.at_s[30])
    assert with_speed(rested, [pause]).speed_mps == pytest.approx(3.0)
    assert with_speed(rested).speed_mps.min() < 2  # without being told of it, who could know


def test_feet_move_by_speed_and_by_cadence_where_no_speed_is_known():
    picture = records(speed_mps="3 0.5 0.4 0 . . .", cadence_spm=". . . 170 170 0 .")
    assert is_moving(picture).tolist() == [True, True, False, False, True, False, False]


weighed = st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 9)), max_size=30)


@given(weighed)
def test_weights_are_repetitions(pairs):
    values, weights = column([v for v, _ in pairs]), column([w for _, w in pairs])
    repeated = np.repeat(values, weights.astype(int))
    if len(repeated) == 0:
        assert weighted_mean(values, weights) is weighted_median(values, weights) is None
        return
    assert weighted_mean(values, weights) == pytest.approx(repeated.mean())
    middle = np.sort(repeated)[(len(repeated) - 1) // 2]
    assert weighted_median(values, weights) == middle


@given(st.floats(-100, 100), gaps, st.floats(1, 100))
def test_the_mean_of_a_constant_is_itself(level, of, window):
    axis = np.append(0.0, np.cumsum(of))
    values = np.full(len(axis), level)
    assert centred_mean(axis, values, window) == pytest.approx(values)


def test_the_mean_is_exact_between_far_apart_values():
    assert centred_mean(column("0 50"), column("0 50"), 50) == pytest.approx([12.5, 37.5])
    assert centred_mean(column("0 50 100"), column("0 0 100"), 20) == pytest.approx([0, 5, 90])
    assert centred_mean(column("7"), column("3"), 20) == pytest.approx([3])


def test_the_mean_of_a_line_is_the_line_away_from_the_ends():
    axis = np.arange(100.0)
    mean = centred_mean(axis, 2 * axis, 12)
    assert mean[6:-6] == pytest.approx(2 * axis[6:-6])
    assert mean[0] == pytest.approx(6)  # the half of the window that is there
