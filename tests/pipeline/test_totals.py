"""A device's totals count where its own records bear them out; each says where it is from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.activity import Pause, Totals
from pipeline.athlete import Athlete
from tests.pipeline.pictures import START_S, activity, codes, northward, records, running
from tests.pipeline.pictures import row as row_with

SECONDS = np.arange(1001.0)
PLACES = northward(3.0 * SECONDS)
SAID_ANYWAY = {"indoors", "cadence_assumed", "paused", "recording_gap", "paused_without_word"}


def outdoors(**others):
    """1000 s and 3000 m, by every witness."""
    return running(1000, **PLACES, **others)


def of(columns, **others):
    return row_with(activity(columns, **others), Athlete())


def doubts(row):
    return sorted(codes(row.findings).keys() - SAID_ANYWAY)


TOTALS = """
  device says, of 1000 s and 3000 m | elapsed | timer | distance | finding
  elapsed_s=1000 timer_s=1000       | 1000 d  | 1000 d | 3000 r | -
  elapsed_s=1003 timer_s=1001       | 1003 d  | 1001 d | 3000 r | -
  elapsed_s=1900 timer_s=1000       | 1000 r  | 1000 d | 3000 r | time_total_unsound
  elapsed_s=1000 timer_s=600        | 1000 d  | 1000 r | 3000 r | time_total_unsound
  elapsed_s=9000 timer_s=9000       | 1000 r  | 1000 r | 3000 r | time_total_unsound
  elapsed_s=1000 timer_s=1030       | 1030 d  | 1030 d | 3000 r | -
  elapsed_s=0 timer_s=0             | 1000 r  | 1000 r | 3000 r | time_total_unsound
  elapsed_s=nan timer_s=-5          | 1000 r  | 1000 r | 3000 r | time_total_unsound
  distance_m=2990                   | 1000 r  | 1000 r | 2990 d | -
  distance_m=3120                   | 1000 r  | 1000 r | 3120 d | -
  distance_m=2800                   | 1000 r  | 1000 r | 3000 r | distance_total_unsound
  distance_m=3300                   | 1000 r  | 1000 r | 3000 r | distance_total_unsound
  distance_m=42195                  | 1000 r  | 1000 r | 3000 r | distance_total_unsound
  distance_m=0                      | 1000 r  | 1000 r | 3000 r | -
  distance_m=nan                    | 1000 r  | 1000 r | 3000 r | distance_total_unsound
"""
FROM = {"d": "device", "r": "records", "p": "positions"}


@pytest.mark.parametrize("line", TOTALS.strip().splitlines()[1:])
def test_a_device_is_believed_until_its_own_records_contradict_it(line):
    says, *expected, finding = (cell.strip() for cell in line.split("|"))
    told = {name: float(value) for name, value in (each.split("=") for each in says.split())}
    row = of(outdoors(), totals=Totals(**told))
    got = [
        (row.elapsed_s, row.elapsed_from),
        (row.timer_s, row.timer_from),
        (row.distance_m, row.distance_from),
    ]
    for (value, origin), cell in zip(got, expected, strict=True):
        number, letter = cell.split()
        assert (value, origin) == (pytest.approx(float(number)), FROM[letter])
    assert doubts(row) == ([] if finding == "-" else [finding])


def test_standing_and_pauses_bound_the_timer():
    speed = np.where(SECONDS < 500, 3.0, 0.0)
    still = running(1000, speed_mps=speed, distance_m=np.cumsum(speed))
    row = of(still, totals=Totals(timer_s=505))  # it stood still by itself, without a word
    assert (row.timer_s, row.timer_from) == (505, "device")
    paused = (Pause(START_S + 100, START_S + 400),)
    row = of(running(1000), pauses=paused, totals=Totals(timer_s=1000))
    assert (row.timer_s, row.timer_from) == (700, "records")
    assert doubts(row) == ["time_total_unsound"]


def test_a_lunch_break_without_a_word_is_no_running():
    # A commute of 14 hours (elevate #337): the timer knows better than the records' span.
    seconds = np.arange(1800.0)
    broken = records(at=seconds + 9000 * (seconds > 900), speed_mps=np.full(1800, 3.0))
    row = of(broken, totals=Totals(elapsed_s=10_800, timer_s=1800))
    assert (row.elapsed_s, row.timer_s) == (10_800, 1800)
    assert codes(row.findings)["paused_without_word"] == 1


# --- distance


def test_indoors_the_total_may_be_the_belts():
    for total_m, taken_m in ((3700, 3700), (2200, 2200), (4500, 3000)):
        row = of(running(1000), sub_sport="treadmill", totals=Totals(distance_m=total_m))
        assert row.distance_m == taken_m
        assert codes(row.findings)["indoors"] == 1
        assert doubts(row) == (["distance_total_unsound"] if total_m != taken_m else [])


THREE = [
    # total, counted, along the positions; what is taken, from where, doubts
    (3000, 3000, 3000, 3000, "device", []),
    (3000, 1500, 3000, 3000, "device", ["distance_records_unsound"]),
    (1500, 3000, 3000, 3000, "records", ["distance_total_unsound"]),
    (6000, 3000, 1500, 3000, "records", ["distance_total_unsound", "distance_unlike_positions"]),
    (3000, 3000, 1500, 3000, "device", ["distance_unlike_positions"]),
    (None, 3000, 3000, 3000, "records", []),
    (None, 3000, 1500, 3000, "records", ["distance_unlike_positions"]),
    (3100, None, 3000, 3100, "device", []),
    (9000, None, 3000, 3000, "positions", ["distance_from_positions", "distance_total_unsound"]),
    (None, None, 3000, 3000, "positions", ["distance_from_positions"]),
    (3000, None, None, 3000, "device", []),
    (None, None, None, None, None, []),
]


@pytest.mark.parametrize("case", THREE)
def test_of_three_witnesses_two_decide(case):
    total, counted, way, taken, origin, expected = case
    columns = {"heart_rate_bpm": 140 + SECONDS % 5}
    if counted is not None:
        columns["distance_m"] = SECONDS / 1000 * counted
    if way is not None:
        columns |= northward(SECONDS / 1000 * way)
    row = of(records(**columns), totals=Totals(distance_m=total))
    assert row.distance_m == (None if taken is None else pytest.approx(taken, rel=0.01))
    assert row.distance_from == origin
    assert doubts(row) == sorted(expected)


def test_positions_that_are_mostly_missing_or_virtual_are_no_witness():
    few = {name: np.where(SECONDS < 500, values, np.nan) for name, values in PLACES.items()}
    elsewhere = northward(0.5 * SECONDS)
    for columns, sub_sport in ((few, None), (elsewhere, "virtual")):
        row = of(running(1000, **columns), sub_sport=sub_sport, totals=Totals(distance_m=3000))
        assert (row.distance_m, doubts(row)) == (3000, [])


def test_one_outlier_or_a_new_beginning_does_not_outvote_a_sound_total():
    outlier, anew = 3.0 * SECONDS, 3.0 * SECONDS
    outlier[500] = 9_999_999
    anew[500:] -= 1500
    for counted, finding in ((outlier, "distance_spike"), (anew, "distance_jump")):
        row = of(running(1000, distance_m=counted), totals=Totals(distance_m=2995))
        assert (row.distance_m, row.distance_from) == (2995, "device")
        assert doubts(row) == [finding]
        assert of(running(1000, distance_m=counted)).distance_m == pytest.approx(3000, abs=4)


def test_a_counter_that_did_not_begin_at_0_counts_from_there():
    odometer = running(1000, distance_m=5000 + 3.0 * SECONDS)
    row = of(odometer)
    assert (row.distance_m, doubts(row)) == (3000, ["distance_jump"])
    # Where the total agrees, the records before were lost and the runner was not.
    assert of(odometer, totals=Totals(distance_m=8000)).distance_m == 8000
    late = activity(odometer)
    late = replace(late, start_at=late.start_at.replace(hour=4, minute=50))
    assert row_with(late, Athlete()).distance_m == 8000


def test_distance_where_nothing_rises():
    assert of(records(heart_rate_bpm="120 121 122")).distance_m is None
    assert of(records(distance_m="0 0 0", speed_mps="0 0 0")).distance_m is None


def test_a_ride_home_with_the_watch_on_adds_no_load():
    metres = np.append(3.0 * np.arange(600), 1800 + 20.0 * np.arange(300))
    row, run = of(records(distance_m=metres)), of(records(distance_m=metres[:600]))
    assert row.calf_km == pytest.approx(run.calf_km, rel=0.02)
    assert codes(row.findings)["too_fast"] == pytest.approx(300, abs=6)
    assert of(records(distance_m=metres), sport="cycling").moving_s == 899


# --- steps


STEPS = [
    # cadence in the records, the device's steps; what is taken, from where, doubts
    (170.0, None, 2833, "records", []),
    (170.0, 2900, 2833, "records", []),
    (170.0, 5700, 2833, "records", ["steps_total_unsound"]),
    (170.0, 1400, 2833, "records", ["steps_total_unsound"]),
    (np.where(SECONDS < 500, 170.0, np.nan), 2800, 1417, "records", []),
    (np.nan, 2800, 2800, "device", ["steps_from_total"]),
    (np.nan, 28_000, None, None, ["steps_total_unsound"]),
    (np.nan, 10, None, None, ["steps_total_unsound"]),
    (np.nan, None, None, None, []),
]


@pytest.mark.parametrize(("cadence", "total", "taken", "origin", "expected"), STEPS)
def test_steps_are_of_the_records_and_else_the_devices(cadence, total, taken, origin, expected):
    row = of(outdoors(cadence_spm=np.full(1001, cadence)), totals=Totals(steps=total))
    assert row.steps == (None if taken is None else pytest.approx(taken, abs=1))
    assert (row.steps_from, doubts(row)) == (origin, expected)


# --- climb


HILL = 400 + 50 * np.sin(SECONDS / 1000 * np.pi)


@pytest.mark.parametrize(
    ("told", "up", "down", "unsound"),
    [
        ({}, "altitude", "altitude", False),
        ({"ascent_m": 48.0}, "device", "altitude", False),
        ({"ascent_m": 48.0, "descent_m": 50.0}, "device", "device", False),
        ({"ascent_m": 480.0, "descent_m": 50.0}, "altitude", "device", True),
        ({"ascent_m": 48.0, "descent_m": 9000.0}, "device", "altitude", True),
        ({"ascent_m": 150.0, "descent_m": 0.0}, "altitude", "altitude", True),
        ({"ascent_m": float("nan")}, "altitude", "altitude", True),
        ({"ascent_m": -5.0}, "altitude", "altitude", True),
    ],
)
def test_a_climb_says_where_it_is_from(told, up, down, unsound):
    row = of(outdoors(altitude_m=HILL), totals=Totals(**told))
    assert (row.ascent_from, row.descent_from) == (up, down)
    assert row.ascent_m == pytest.approx(48, abs=3)
    assert row.descent_m == pytest.approx(48, abs=3)
    assert doubts(row) == (["ascent_total_unsound"] if unsound else [])


ROLLING = 400 + 10 * np.sin(SECONDS / 100 * np.pi)
"""Five hills of 20 m."""


@pytest.mark.parametrize(
    ("told_m", "origin"),
    [(20, "altitude"), (60, "device"), (150, "device"), (300, "altitude")],
)
def test_a_climb_is_bound_by_what_its_altitudes_climb_in_all(told_m, origin):
    row = of(outdoors(altitude_m=ROLLING), totals=Totals(ascent_m=float(told_m)))
    assert row.ascent_from == origin
    assert row.ascent_m == (told_m if origin == "device" else pytest.approx(95, abs=5))


def test_a_flat_total_beside_the_altitude_of_a_gps_is_sound():
    wander = np.convolve(np.random.default_rng(1).normal(size=1300), np.ones(300) / 300, "valid")
    wandering = outdoors(altitude_m=400 + 8 * (wander / wander.std())[: len(SECONDS)])
    assert of(wandering, totals=Totals(ascent_m=2.0)).ascent_from == "device"


def test_a_climb_that_stays_out_of_a_mountain():
    mountain = outdoors(altitude_m=400 + 0.5 * SECONDS)
    row = of(mountain, totals=Totals(ascent_m=20.0))
    assert (row.ascent_m, row.ascent_from) == (pytest.approx(490, abs=15), "altitude")
    assert doubts(row) == ["ascent_total_unsound"]


def test_without_altitude_only_what_nobody_climbs_is_refused():
    row = of(outdoors(), totals=Totals(ascent_m=500.0, descent_m=5000.0))
    assert (row.ascent_m, row.ascent_from) == (500, "device")
    assert (row.descent_m, row.descent_from) == (None, None)
    assert doubts(row) == ["ascent_total_unsound"]
