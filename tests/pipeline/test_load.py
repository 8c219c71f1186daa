"""Calf load is the formula of EVIDENCE 5.2, and its sanity values hold; TRIMP is Banister's."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.simulate import simulate_run
from pipeline import load
from pipeline.activity import Pause
from pipeline.athlete import Athlete
from pipeline.cadence import is_walking
from tests.pipeline.pictures import START, activity, northward, records, row, running

SESSIONS = """
  metres at m/s, grade %                 | cadence | S    | steps | m=1  | m=4  | m=6  | m=9
  ---------------------------------------+---------+------+-------+------+------+------+------
  10000@3.0                              | 1       | 1    |  9166 | 10.0 | 10.0 | 10.0 | 10.0
  10000@3.0                              | 1.05    | 1    |  9625 | 10.2 |  9.3 |  8.8 |  8.1
  10000@3.0                              | 1.10    | 1    | 10083 | 10.4 |  8.8 |  7.8 |  6.6
  10000@3.0                              | 1       | 1.15 |  9166 | 11.5 | 17.5 | 23.1 | 35.2
  4000@2.5,6 4000@3.4,-6 2000@3.0        | 1       | 1    |  9419 | 10.2 | 10.0 |  9.9 |  9.7
  4000@3.0,6 4000@3.0,-6 2000@3.0        | 1       | 1    |  9166 | 10.0 | 10.3 | 10.7 | 11.3
  10000@4.0                              | 1       | 1    |  7250 |  8.9 | 12.5 | 15.8 | 22.3
  4000@5.0 1800@2.4 4000@2.9             | 1       | 1    |  8207 |  9.3 | 11.4 | 14.1 | 21.4
  20000@2.9                              | 1       | 1    | 18862 | 20.3 | 19.5 | 19.0 | 18.2
  5000@1.34                              | 1       | 1    |  6666 |  3.9 |  0.6 |  0.2 |  0.0
  1000@2.5                               | 1       | 1    |       | 1.09 |      | 0.75 |
  1000@3.0                               | 1       | 1    |       | 1.00 |      | 1.00 |
  1000@4.0                               | 1       | 1    |       | 0.89 |      | 1.58 |
  1000@5.0                               | 1       | 1    |       | 0.82 |      | 2.27 |
  1000@6.0                               | 1       | 1    |       | 0.77 |      | 3.07 |
"""
"""EVIDENCE 5.3, every row and column; S is the factor of forefoot or minimal shoes."""

speeds = st.floats(0.5, 8.0)
cadences = st.floats(130, 220)
grades = st.floats(-0.4, 0.4)


def dose(speed, cadence=None, grade=None, lasting=None, *, walking=None, exponent=1, **c0):
    speed = np.array(speed, dtype=float)
    nothing = np.zeros(len(speed))
    cadence = load.expected_cadence_spm(speed, **c0) if cadence is None else np.array(cadence)
    force = load.force_ratio(
        speed,
        nothing if grade is None else np.array(grade),
        cadence,
        walking=nothing > 0 if walking is None else np.array(walking),
        **c0,
    )
    seconds = nothing + 1 if lasting is None else np.array(lasting, dtype=float)
    return load.calf_km(force, cadence, seconds, exponent=exponent).sum()


def force(speed, cadence, grade=0.0, **c0):
    one = np.ones(1)
    speed, cadence = one * speed, one * cadence
    [ratio] = load.force_ratio(
        speed, one * grade, cadence, walking=is_walking(speed, cadence), **c0
    )
    return ratio


@pytest.mark.parametrize("session", SESSIONS.strip().splitlines()[2:])
def test_a_session_asks_of_the_calves_what_the_evidence_says(session):
    plan, faster, worn, *expected = (cell.strip() for cell in session.split("|"))
    parts = [part.replace("@", ",").split(",") for part in plan.split()]
    metres, speed, percent = np.array([[*map(float, part), 0.0][:3] for part in parts]).T
    walking = speed < 2
    unrecorded = np.full(len(speed), np.nan)
    cadence = load.filled_cadence_spm(unrecorded, speed, walking) * float(faster)
    steps = (cadence / 60 * metres / speed).sum()
    loads = [
        float(worn) ** exponent
        * dose(speed, cadence, percent / 100, metres / speed, walking=walking, exponent=exponent)
        for exponent in (1, 4, 6, 9)
    ]
    for value, told in zip((steps, *loads), expected, strict=True):
        digits = len(told.partition(".")[2])
        if told:
            assert value == pytest.approx(float(told), abs=0.51 * 10**-digits + 0.5 * (digits == 0))


@given(st.floats(120, 220))
def test_the_reference_step_is_one_for_every_runner(c0):
    assert force(3.0, c0, c0_spm=c0) == 1.0


def test_a_kilometre_at_the_reference_has_the_runners_own_steps():
    kilometre = {"lasting": [1000 / 3]}
    assert dose([3.0], **kilometre) == pytest.approx(1.0)
    assert dose([3.0], **kilometre, c0_spm=180.0) == pytest.approx(180 / 165)


@given(speeds, speeds, grades)
def test_faster_is_never_lighter_at_the_expected_cadence(one, other, grade):
    slow, fast = sorted([one, other])
    expected = load.expected_cadence_spm(np.array([slow, fast]))
    assert force(slow, expected[0], grade) <= force(fast, expected[1], grade) * (1 + 1e-12)


@given(speeds, speeds, st.floats(90, 220), grades)
def test_faster_is_never_lighter_at_an_even_cadence(one, other, cadence, grade):
    # From walking into running too. Where c/c_exp is clipped F still grows by speed itself.
    slow, fast = sorted([one, other])
    assert force(slow, cadence, grade) <= force(fast, cadence, grade) * (1 + 1e-12)


runs_of_speeds = st.lists(st.floats(2.0, 7.0), min_size=1, max_size=20)


@settings(max_examples=40)
@given(runs_of_speeds, st.floats(1.0, 1.5), st.sampled_from([1, 4, 6, 9]))
def test_the_same_time_faster_is_more(speed, by, exponent):
    # Steps and force both grow: at the expected cadence and at an even one.
    faster, even = np.array(speed) * by, np.full(len(speed), 170.0)
    assert dose(speed, exponent=exponent) <= dose(faster, exponent=exponent) * (1 + 1e-12)
    slow, fast = (dose(each, even, exponent=exponent) for each in (speed, faster))
    assert slow <= fast * (1 + 1e-12)


@settings(max_examples=40)
@given(runs_of_speeds, st.floats(1.01, 1.5))
def test_the_same_way_faster_is_less_of_the_dose_and_more_of_the_strain(speed, by):
    # Fewer steps, and each heavier: which of the two wins depends on m. Not monotone at m = 1.
    speed = np.array(speed)
    faster = speed * by
    assert dose(faster, lasting=1 / faster) < dose(speed, lasting=1 / speed)
    strain = dose(faster, lasting=1 / faster, exponent=6)
    assert strain > dose(speed, lasting=1 / speed, exponent=6)


running_speeds = st.floats(2.0, 8.0)


@given(running_speeds, cadences, cadences, grades)
def test_shorter_steps_are_never_heavier(speed, one, other, grade):
    few, many = sorted([one, other])
    assert force(speed, many, grade) <= force(speed, few, grade)


@given(running_speeds, cadences, grades, grades)
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


@pytest.mark.slow
@pytest.mark.parametrize("told_by", ["speed", "distance", "positions"])
@pytest.mark.parametrize("kind", ["easy", "intervals", "hilly", "walk_run"])
def test_one_record_in_five_tells_the_same_load(kind, told_by):
    run = simulate_run(kind, start_at=START, minutes=40, seed=5).activity
    unknown = np.full(len(run.records), np.nan)
    less = {"speed": [], "distance": ["speed_mps"], "positions": ["speed_mps", "distance_m"]}
    dense = run.records.replace(**dict.fromkeys(less[told_by], unknown))
    fifth = row(activity(dense.select(np.arange(0, len(dense), 5))))
    every = row(activity(dense))
    assert fifth.calf_km == pytest.approx(every.calf_km, rel=0.01)
    assert fifth.calf_km_strain == pytest.approx(every.calf_km_strain, rel=0.01)
    assert fifth.calf_km_walked == pytest.approx(every.calf_km_walked, rel=0.01)


@cache
def twenty_minutes(kind):
    return simulate_run(kind, start_at=START, minutes=20, seed=3).activity.records


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["hilly", "intervals", "walk_run"]), st.integers(1, 1199), st.integers(1, 4000)
)
def test_a_pause_anywhere_changes_nothing(kind, at, lasting_s):
    through = twenty_minutes(kind)
    later = np.where(np.arange(len(through)) > at, float(lasting_s), 0.0)
    rested = through.replace(at_s=through.at_s + later)
    pause = Pause(rested.at_s[at] + 1, rested.at_s[at + 1])
    expected, found = row(activity(through)), row(activity(rested, pauses=(pause,)))
    for name in ("calf_km", "calf_km_strain", "calf_km_walked", "calf_km_strain_walked"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-3)


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


ZONES = """
  beats of 190 at most | adds a minute
  ---------------------+--------------
  94.9                 | 0
  95                   | 1
  113.9                | 1
  114                  | 2
  133                  | 3
  152                  | 4
  171                  | 5
  190                  | 5
  210                  | 5
  nan                  | 0
"""


@pytest.mark.parametrize("line", ZONES.strip().splitlines()[2:])
def test_a_minute_counts_as_often_as_its_zone_says(line):
    beats, times = map(float, line.split("|"))
    assert load.edwards_au(np.full(60, beats), np.ones(60), hr_max_bpm=190) == pytest.approx(times)


def test_edwards_needs_the_highest_heart_rate_alone():
    even = running(1200, heart_rate_bpm=np.full(1201, 140.0))
    assert row(activity(even), Athlete(hr_max_bpm=190)).edwards_au == pytest.approx(3 * 20)
    assert row(activity(even), Athlete(hr_rest_bpm=50, sex="male")).edwards_au is None
    assert row(activity(running(1200)), Athlete(hr_max_bpm=190)).edwards_au is None


def test_a_runners_own_cadence_is_not_held_against_them():
    even = activity(running(1200, spm=181.5))
    told = row(even, Athlete(cadence_at_3_mps_spm=181.5))
    untold = row(even)
    # Ten in a hundred more steps, none of them lighter than at 3.0 m/s.
    assert told.calf_km == pytest.approx(1.1 * 3.6, rel=0.002)
    assert told.calf_km_strain == pytest.approx(1.1 * 3.6, rel=0.002)
    assert untold.calf_km_strain == pytest.approx(3.6 * 0.78, rel=0.01)


def test_load_grows_along_a_run():
    loads = [row(activity(running(n))).calf_km or 0.0 for n in (60, 300, 600, 1200)]
    assert all(less < more for less, more in pairwise(loads))
