"""How long a record lasts, how fast and how far: without pauses, without inventing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.simulate.noise import wander
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


def on_the_ground(east_m, north_m):
    """Positions so many metres from a place on the equator."""
    return {
        "latitude_deg": column(north_m) / METRES_PER_DEGREE,
        "longitude_deg": column(east_m) / METRES_PER_DEGREE,
    }


def oval(run_m):
    """The track of 400 m: two bends of a radius of 36.5 m."""
    radius_m, straight_m = 36.5, 200 - 36.5 * np.pi
    side, along = np.divmod(run_m % 400, 200)
    bend = np.maximum(along - straight_m, 0) / radius_m
    east = np.minimum(along, straight_m) + radius_m * np.sin(bend)
    north = radius_m * (1 - np.cos(bend))
    back = side == 1
    return np.where(back, straight_m - east, east), np.where(back, 2 * radius_m - north, north)


def corners(run_m):
    """Stairs on the map: 100 m east, 100 m north."""
    return 100 * (run_m // 200) + np.minimum(run_m % 200, 100), 100 * (run_m // 200) + np.maximum(
        run_m % 200 - 100, 0
    )


def line(run_m):
    return run_m, np.zeros(len(run_m))


def there_and_back(run_m):
    return np.abs(run_m - run_m[-1] / 2), np.zeros(len(run_m))


COURSES = (line, oval, corners, there_and_back)


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("mps", [2.8, 4.0])
def test_a_path_without_noise_is_as_long_as_it_is(course, mps):
    run_m = mps * np.arange(1800.0)
    track = records(**on_the_ground(*course(run_m)))
    assert path_m(track)[-1] == pytest.approx(run_m[-1], rel=0.02)


def test_a_record_every_five_seconds_is_the_same_path():
    run_m = 3.0 * np.arange(1801.0)
    every = records(**on_the_ground(*oval(run_m)))
    fifth = every.select(np.arange(0, 1801, 5))
    assert path_m(fifth)[-1] == pytest.approx(path_m(every)[-1], rel=0.005)


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("lasting_s", [5, 20, 60, 300])
def test_noise_does_not_make_the_path_longer(course, lasting_s):
    random = np.random.default_rng(1)
    run_m = 2.8 * np.arange(1801.0)
    east, north = (
        metres + wander(random, 1801, sd=3.0, time_constant_s=lasting_s) for metres in course(run_m)
    )
    assert path_m(records(**on_the_ground(east, north)))[-1] == pytest.approx(run_m[-1], rel=0.02)


def test_standing_is_hardly_a_path():
    random = np.random.default_rng(2)
    seconds = np.arange(1201)
    run_m = 2.8 * np.where(seconds < 600, seconds, np.maximum(seconds - 300, 600))
    east, north = (
        metres + wander(random, 1201, sd=3.0, time_constant_s=60) for metres in line(run_m)
    )
    assert path_m(records(**on_the_ground(east, north)))[-1] == pytest.approx(run_m[-1], rel=0.02)


def test_a_pause_changes_nothing_of_the_path():
    random = np.random.default_rng(3)
    seconds = np.arange(1200)
    noisy = [m + wander(random, 1200, sd=3.0, time_constant_s=20) for m in oval(2.8 * seconds)]
    alone = records(**on_the_ground(*noisy))
    rested = records(at=seconds + 200 * (seconds >= 500), **on_the_ground(*noisy))
    pause = Pause(rested.at_s[499] + 1, rested.at_s[500])
    assert path_m(rested, [pause])[-1] == pytest.approx(path_m(alone)[-1], abs=5)


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


def test_a_speed_stuck_at_0_while_the_feet_cover_ground_tells_nothing():
    metres, speed, feet = 3.0 * np.arange(300), np.full(300, 3.0), np.full(300, 170.0)
    speed[100:150] = 0.0
    for way in ({"distance_m": metres}, northward(metres)):
        found = with_speed(records(speed_mps=speed, cadence_spm=feet, **way)).speed_mps
        np.testing.assert_allclose(found, 3.0, rtol=0.01)
        stood = np.where(speed > 0, feet, 0.0)
        kept = with_speed(records(speed_mps=speed, cadence_spm=stood, **way)).speed_mps
        assert kept.tolist() == speed.tolist()
    trembling = records(speed_mps=speed, cadence_spm=feet, distance_m=np.cumsum(speed))
    assert with_speed(trembling).speed_mps.tolist() == speed.tolist()


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


@given(weighed, st.sampled_from([1.0, 2.0]))
def test_rounded_values_stand_for_what_lies_around_them(pairs, width):
    values, weights = column([v for v, _ in pairs]), column([w for _, w in pairs])
    middle = weighted_median(values, weights)
    spread = weighted_median(values, weights, width=width)
    if middle is None or spread is None:
        assert middle is spread is None
        return
    assert abs(spread - middle) <= width / 2
    assert min(values[weights > 0]) <= spread <= max(values[weights > 0])


def test_a_count_of_strides_gives_the_median_of_steps():
    spm = np.random.default_rng(1).normal(165.4, 2.5, 4000)
    strides = 2 * np.round(spm / 2)
    assert weighted_median(strides, np.ones(4000)) == 166
    assert weighted_median(strides, np.ones(4000), width=2) == pytest.approx(
        np.median(spm), abs=0.1
    )


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
