"""Calf load is the formula of EVIDENCE 5.2, and its sanity values hold; TRIMP is Banister's."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.simulate import simulate_run
from pipeline import load
from pipeline.activity import Pause
from tests.pipeline.pictures import START, activity, northward, records, row, running

SESSIONS = """
  metres at m/s, grade %                        | cadence | steps | m=1  | m=6
  ----------------------------------------------+---------+-------+------+------
  10000@3.0                                     |     1   |  9166 | 10.0 | 10.0
  10000@3.0                                     |     1.05|  9625 | 10.2 |  8.8
  10000@3.0                                     |     1.10| 10083 | 10.4 |  7.8
  4000@2.5,6 4000@3.4,-6 2000@3.0               |     1   |  9419 | 10.2 |  9.9
  4000@3.0,6 4000@3.0,-6 2000@3.0               |     1   |  9166 | 10.0 | 10.7
  10000@4.0                                     |     1   |  7250 |  8.9 | 15.8
  4000@5.0 1800@2.4 4000@2.9                    |     1   |  8207 |  9.3 | 14.1
  20000@2.9                                     |     1   | 18862 | 20.3 | 19.0
  5000@1.34                                     |     1   |  6666 |  3.9 |  0.2
  1000@2.5                                      |     1   |  1070 | 1.09 | 0.75
  1000@5.0                                      |     1   |   610 | 0.82 | 2.27
  1000@6.0                                      |     1   |   533 | 0.77 | 3.07
"""
"""EVIDENCE 5.3, the rows without shoes and foot strike, and some of `per km`."""

speeds = st.floats(0.5, 8.0)
cadences = st.floats(130, 220)
grades = st.floats(-0.4, 0.4)


def dose(speed, cadence=None, grade=None, lasting=None, *, walking=None, exponent=1):
    speed = np.array(speed, dtype=float)
    nothing = np.zeros(len(speed))
    return load.calf_km(
        speed,
        nothing if grade is None else np.array(grade),
        load.expected_cadence_spm(speed) if cadence is None else np.array(cadence, dtype=float),
        nothing + 1 if lasting is None else np.array(lasting, dtype=float),
        walking=nothing > 0 if walking is None else np.array(walking),
        exponent=exponent,
    )


def force(speed, cadence, grade=0.0):
    one = np.ones(1)
    [ratio] = load.force_ratio(one * speed, one * grade, one * cadence, walking=one < 0)
    return ratio


@pytest.mark.parametrize("session", SESSIONS.strip().splitlines()[2:])
def test_a_session_asks_of_the_calves_what_the_evidence_says(session):
    plan, faster, *expected = (cell.strip() for cell in session.split("|"))
    parts = [part.replace("@", ",").split(",") for part in plan.split()]
    metres, speed, percent = np.array([[*map(float, part), 0.0][:3] for part in parts]).T
    walking = speed < 2
    unrecorded = np.full(len(speed), np.nan)
    cadence = load.filled_cadence_spm(unrecorded, speed, walking) * float(faster)
    steps = (cadence / 60 * metres / speed).sum()
    once, sixth = (
        dose(speed, cadence, percent / 100, metres / speed, walking=walking, exponent=exponent)
        for exponent in (load.DOSE_EXPONENT, load.STRAIN_EXPONENT)
    )
    for value, told in zip((steps, once, sixth), expected, strict=True):
        digits = len(told.partition(".")[2])
        assert value == pytest.approx(float(told), abs=0.51 * 10**-digits + 0.5 * (digits == 0))


def test_the_reference_step_is_one():
    assert force(3.0, 165.0) == 1.0


@given(speeds, speeds)
def test_faster_is_never_lighter_at_the_expected_cadence(one, other):
    slow, fast = sorted([one, other])
    expected = load.expected_cadence_spm(np.array([slow, fast]))
    assert force(slow, expected[0]) <= force(fast, expected[1])


@given(speeds, cadences, cadences, grades)
def test_shorter_steps_are_never_heavier(speed, one, other, grade):
    few, many = sorted([one, other])
    assert force(speed, many, grade) <= force(speed, few, grade)


@given(speeds, cadences, grades, grades)
def test_steeper_is_never_lighter(speed, cadence, one, other):
    assert force(speed, cadence, min(one, other)) <= force(speed, cadence, max(one, other))


def test_grade_and_cadence_count_only_so_far():
    assert force(3.0, 165.0, 0.2) == force(3.0, 165.0, 0.9) == pytest.approx(1.2)
    assert force(3.0, 165.0, -0.9) == pytest.approx(1 - 0.8 * 0.2)
    assert force(3.0, 400.0) == pytest.approx(1.25**-0.6)
    assert force(3.0, 50.0) == pytest.approx(0.8**-0.6)


samples = st.lists(st.tuples(speeds, cadences, grades, st.floats(0, 10)), min_size=1, max_size=30)


@given(samples, st.integers(0, 30), st.sampled_from([1, 6]))
def test_the_parts_of_a_run_add_up(run, at, exponent):
    def part(of):
        return dose(*np.array(of).reshape(-1, 4).T, exponent=exponent)

    assert part(run) == pytest.approx(part(run[:at]) + part(run[at:]))


@given(samples)
def test_standing_and_unknown_speed_add_nothing(run):
    speed, cadence, grade, lasting = np.array(run).T
    still = np.array([[2.0, 170, 0, 0], [np.nan, np.nan, 0, 5]])
    longer = np.concatenate([np.array(run), still])
    assert dose(*longer.T) == pytest.approx(dose(speed, cadence, grade, lasting))


def test_walking_breaks_weigh_nothing_in_the_strain_channel():
    minutes = np.tile(np.repeat([3.0, 1.4], 60), 10)
    walking = minutes < 2
    cadence = np.where(walking, 112.0, 165.0)
    both = dose(minutes, cadence, walking=walking, exponent=6)
    run_only = dose(minutes[~walking], exponent=6)
    assert both == pytest.approx(run_only, rel=0.02)
    assert dose(minutes, cadence, walking=walking) > 1.2 * dose(minutes[~walking])


@pytest.mark.parametrize("kind", ["easy", "intervals", "hilly", "walk_run"])
def test_one_record_in_five_tells_the_same_load(kind):
    run = simulate_run(kind, start_at=START, minutes=40, seed=5).activity
    fifth = run.records.select(np.arange(0, len(run.records), 5))
    sparse = row(activity(fifth))
    dense = row(activity(run.records))
    assert sparse.calf_km == pytest.approx(dense.calf_km, rel=0.01)
    assert sparse.calf_km_strain == pytest.approx(dense.calf_km_strain, rel=0.03)


@pytest.mark.parametrize("told_by", ["speed", "distance", "positions"])
def test_a_pause_changes_nothing(told_by):
    seconds = np.arange(1201.0)
    metres = 3.0 * seconds + 40 * np.sin(seconds / 60)
    columns = {
        "speed": {"speed_mps": np.gradient(metres)},
        "distance": {"distance_m": metres},
        "positions": northward(metres),
    }[told_by]
    through = records(at=seconds, **columns)
    rested = records(at=seconds + 300 * (seconds > 600), **columns)
    pause = Pause(rested.at_s[600] + 1, rested.at_s[601])
    expected = row(activity(through))
    found = row(activity(rested, pauses=(pause,)))
    assert found.elapsed_s == expected.elapsed_s + 300
    assert found.calf_km == pytest.approx(expected.calf_km, rel=0.002)
    assert found.calf_km_strain == pytest.approx(expected.calf_km_strain, rel=0.002)


def test_smoothing_lets_a_red_light_not_slow_the_runner_down():
    speed = np.array([3.0] * 60 + [0.0] * 30 + [3.0] * 60)
    smooth = load.smoothed_speed_mps(speed, (speed > 0).astype(float))
    assert smooth[speed > 0] == pytest.approx(3.0)
    assert np.isnan(smooth[speed == 0]).all()


def test_smoothing_takes_the_jitter_out_of_speed_and_leaves_gaps():
    jitter = np.tile([2.0, 4.0], 100)
    jitter[50:60] = np.nan
    smooth = load.smoothed_speed_mps(jitter, np.ones(200))
    assert np.isnan(smooth).sum() == 10
    assert np.nanmax(np.abs(smooth - 3.0)) < 0.3
    assert np.isnan(load.smoothed_speed_mps(np.full(3, np.nan), np.ones(3))).all()


def slope(metres, altitude):
    return load.smoothed_grade(records(altitude_m=altitude), np.array(metres, dtype=float))


def test_an_even_hill_has_its_grade_from_end_to_end():
    metres = np.arange(0, 600, 3.0)
    assert slope(metres, 400 + 0.06 * metres) == pytest.approx(0.06)


def test_noise_of_half_a_metre_is_no_hill():
    metres = np.arange(0, 3000, 3.0)
    noise = np.random.default_rng(3).normal(0, 0.5, len(metres))
    assert np.abs(slope(metres, 400 + noise)).max() < 0.02


@pytest.mark.parametrize(
    ("metres", "altitude"),
    [
        (np.arange(15.0), np.arange(15.0)),  # shorter than the base
        (np.arange(100.0) * 3, np.full(100, np.nan)),
        (np.arange(100.0) * 3, [400.0] + [np.nan] * 99),
        (np.zeros(100), np.arange(100.0)),  # a stair machine goes nowhere
    ],
)
def test_without_ground_or_altitude_there_is_no_grade(metres, altitude):
    assert (slope(metres, altitude) == 0).all()


def test_where_altitude_is_missing_the_ground_is_flat():
    metres = np.arange(0, 600, 3.0)
    altitude = 400 + 0.1 * metres
    altitude[100:110] = np.nan
    grade = slope(metres, altitude)
    assert (grade[100:110] == 0).all()
    assert np.delete(grade, slice(100, 110)) == pytest.approx(0.1)


def test_only_calf_load_fills_cadence_in():
    cadence = np.array([170.0, np.nan, np.nan, np.nan])
    speed = np.array([3.0, 3.0, 1.5, np.nan])
    walking = np.array([False, False, True, False])
    filled = load.filled_cadence_spm(cadence, speed, walking)
    assert filled[:3].tolist() == [170.0, 165.0, 120.0]
    assert np.isnan(filled[3])


def trimp(beats, minutes=60, sex="male"):
    beats = np.atleast_1d(np.array(beats, dtype=float))
    lasting = np.full(len(beats), minutes * 60 / len(beats))
    return load.trimp_banister(beats, lasting, hr_rest_bpm=50, hr_max_bpm=190, sex=sex)


def test_an_hour_at_three_quarters_of_the_reserve_is_118():
    assert trimp(50 + 0.741 * 140) == pytest.approx(118, abs=0.5)
    assert trimp(50 + 0.741 * 140, sex="female") == pytest.approx(132, abs=0.5)


def test_a_heart_counts_from_rest_to_its_highest_and_unknown_beats_add_nothing():
    assert trimp(30) == trimp(50) == 0
    assert trimp(230) == trimp(190)
    assert trimp([150, np.nan]) == pytest.approx(trimp(150, minutes=30))


@given(st.floats(30, 220), st.floats(30, 220))
def test_a_faster_heart_is_never_less(one, other):
    assert trimp(min(one, other)) <= trimp(max(one, other))


def test_load_grows_along_a_run():
    loads = [row(activity(running(n))).calf_km or 0.0 for n in (60, 300, 600, 1200)]
    assert all(less < more for less, more in pairwise(loads))
