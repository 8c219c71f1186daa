"""From one activity to one row: close to the truth of the virtual runner, and never NaN."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.formats import read_file
from flows.simulate import phone_gpx, place_in, simulate_run, truncated, watch_fit
from pipeline.activity import Activity, Lap, Pause, Records, Totals
from pipeline.athlete import Athlete
from pipeline.run import row_of
from tests.pipeline.pictures import START, START_S, activity, codes, northward, records
from tests.pipeline.pictures import row as row_with
from tests.pipeline.pictures import running as even

ATHLETE = Athlete(timezone="Europe/Zurich", hr_rest_bpm=52, hr_max_bpm=188, sex="male")
KINDS = ("easy", "long", "intervals", "hilly", "treadmill", "walk_run", "paused")
OUTDOORS = tuple(kind for kind in KINDS if kind != "treadmill")

every_kind = pytest.mark.parametrize("kind", KINDS)
outdoors = pytest.mark.parametrize("kind", OUTDOORS)


@cache
def simulated(kind):
    return simulate_run(kind, start_at=START, minutes=16, seed=11)


def read(content):
    [row] = read_file("run", content, ATHLETE).rows
    return row


@cache
def watched(kind):
    return read(watch_fit(simulated(kind)))


def of(records, **others):
    return row_with(activity(records, **others), ATHLETE)


# --- against the truth


@every_kind
def test_the_truth_itself_is_read_as_it_was(kind):
    run = simulated(kind)
    row, truth = row_with(run.activity, ATHLETE), run.truth
    assert row.timer_s == truth.timer_s
    assert row.elapsed_s == truth.elapsed_s
    assert row.moving_s == pytest.approx(truth.moving_s, abs=1)
    assert row.distance_m == pytest.approx(truth.distance_m, abs=0.01)
    assert row.steps == pytest.approx(truth.steps, rel=1e-9)
    assert row.local_date == run.on


@every_kind
def test_the_watch_counts_the_steps_that_were(kind):
    row, truth = watched(kind), simulated(kind).truth
    assert row.cadence_rule == "strides_doubled"
    assert row.cadence_coverage == 1
    assert row.steps == pytest.approx(truth.steps, rel=0.005)
    # Between walk and run some seconds of walking at 2 m/s count as running (EVIDENCE 5.2).
    close_spm = 1.0 if kind == "walk_run" else 0.5
    assert row.cadence_mean_spm == pytest.approx(truth.cadence_mean_spm, abs=close_spm)
    assert row.cadence_median_spm == pytest.approx(truth.cadence_median_spm, abs=0.5)
    assert (row.timer_s, row.elapsed_s) == (truth.timer_s, truth.elapsed_s)
    # The watch's own scale is off, by 0.4 % outdoors and by 2 % on a treadmill.
    scale = 0.06 if kind == "treadmill" else 0.012
    assert row.distance_m == pytest.approx(truth.distance_m, rel=scale)
    steps_m = np.nanmean(simulated(kind).activity.records.step_length_mm) / 1000
    assert row.step_length_mean_m == pytest.approx(steps_m, rel=scale + 0.005)


@outdoors
def test_the_phone_measures_along_its_positions(kind):
    run = simulated(kind)
    row = read(phone_gpx(run, cadence="steps", heart_rate=True))
    assert row.distance_m == pytest.approx(run.truth.distance_m, rel=0.02)
    assert codes(row.findings)["distance_from_positions"] == 1
    assert row.timer_s == pytest.approx(run.truth.timer_s, abs=3)
    assert row.elapsed_s == run.truth.elapsed_s
    # Who stands at a crossing seems to creep for a while, because positions wander.
    assert row.moving_s == pytest.approx(run.truth.moving_s, abs=30)
    # A phone's speed is a mean of ten seconds, so more of those count as running.
    close_spm = 2.0 if kind == "walk_run" else 0.5
    assert row.cadence_mean_spm == pytest.approx(run.truth.cadence_mean_spm, abs=close_spm)
    assert row.steps == pytest.approx(run.truth.steps, rel=0.005)
    assert row.calf_km == pytest.approx(watched(kind).calf_km, rel=0.03)


@pytest.mark.parametrize("counting", ["strides", "steps"])
def test_both_ways_of_a_phone_to_count_are_one_run(counting):
    row = read(phone_gpx(simulated("easy"), cadence=counting))
    assert row.cadence_rule == ("strides_doubled" if counting == "strides" else "steps_as_is")
    assert row.cadence_mean_spm == pytest.approx(watched("easy").cadence_mean_spm, abs=1)


def test_an_untyped_file_that_moves_like_a_run_is_one():
    untyped = phone_gpx(simulated("easy")).replace(b"<type>running</type>", b"")
    row = read(untyped)
    assert (row.sport, codes(row.findings)["sport_inferred"]) == ("running", 1)
    assert row.calf_km == pytest.approx(watched("easy").calf_km, rel=0.03)


UNTYPED = """
  speeds               | sport
  3 3 3 3 3 3 3 3 3 3  | running
  1.9 1.9 1.9 1.9      | unknown
  2 2 2 2              | running
  6 6 6 6              | running
  6.1 6.1 6.1 6.1      | unknown
  3 3 3 3 9 9 9 9      | unknown
  0 0 0 0 0 0 0 0 3 3  | running
  0.3 0.3              | unknown
  . . .                | unknown
"""


@pytest.mark.parametrize("line", UNTYPED.strip().splitlines()[1:])
def test_what_makes_a_run(line):
    speeds, sport = (cell.strip() for cell in line.split("|"))
    row = of(records(speed_mps=speeds), sport="unknown")
    assert row.sport == sport
    assert ("sport_inferred" in codes(row.findings)) == (sport == "running")


def test_an_inferred_run_is_held_to_what_a_runner_can_do():
    metres = np.arange(600) * 3.0
    metres[300:303] += 400
    typed, untyped = (of(records(**northward(metres)), sport=s) for s in ("running", "unknown"))
    assert codes(untyped.findings)["gps_spike"] == codes(typed.findings)["gps_spike"] == 3
    assert untyped.calf_km == typed.calf_km
    assert untyped.distance_m == pytest.approx(1797, rel=0.01)


@pytest.mark.parametrize(
    ("timezone", "start", "on"),
    [
        ("Europe/Zurich", "2026-08-03T22:30", "2026-08-04"),
        ("America/New_York", "2026-08-04T03:30", "2026-08-03"),
        ("Pacific/Auckland", "2026-09-26T12:30", "2026-09-27"),  # the clock goes forward at 2
        ("America/New_York", "2026-11-01T03:59", "2026-10-31"),  # the clock goes back at 2
    ],
)
def test_watch_and_phone_agree_on_the_day(timezone, start, on):
    start_at = datetime.fromisoformat(start).replace(tzinfo=UTC)
    run = simulate_run("easy", start_at=start_at, minutes=5, seed=1, place=place_in(timezone))
    watch, phone = read(watch_fit(run)), read(phone_gpx(run))
    assert watch.local_date.isoformat() == phone.local_date.isoformat() == on
    assert (watch.timezone_from, phone.timezone_from) == ("file", "position")
    assert phone.timezone == timezone


def test_what_is_left_of_a_file_is_read():
    row = read(truncated(watch_fit(simulated("easy")), 0.5))
    share = row.timer_s / simulated("easy").truth.timer_s
    assert 0.3 < share < 0.7
    assert row.steps == pytest.approx(simulated("easy").truth.steps * share, rel=0.05)


# --- time


def test_a_start_the_clock_made_up_is_not_believed():
    for start_at in (datetime(1989, 12, 31, tzinfo=UTC), START - timedelta(hours=8)):
        assert of(even(), start_at=start_at).start_at == START
    waited = START - timedelta(minutes=4)
    assert of(even(), start_at=waited).start_at == waited


def test_pauses_that_overlap_or_lie_outside_are_counted_once():
    pauses = (Pause(START_S + 100, START_S + 200), Pause(START_S + 150, START_S + 250))
    long_ago = Pause(START_S - 10**9, START_S - 10**8)
    row = of(even(600), pauses=(*pauses, long_ago))
    assert (row.timer_s, row.moving_s) == (450, 450)


def test_a_device_that_knows_only_local_time_is_moved_by_the_runners_zone():
    pause, lap = Pause(START_S + 100, START_S + 200), Lap(start_at=START)
    row = of(even(), clock_is_local=True, pauses=(pause,), laps=(lap,), utc_offset_s=0)
    assert row.start_at == START - timedelta(hours=2)
    assert (row.timezone, row.timezone_from) == ("Europe/Zurich", "athlete")
    assert row.timer_s == 500
    assert codes(row.findings) == {"clock_is_local": 1, "paused": 1, "indoors": 1}


def test_everything_wrong_at_once_is_counted_once_a_code():
    heart = 150.0 + np.arange(1200) % 5
    heart[100:110], heart[700:1000] = 0, 163
    cadence, metres = np.full(1200, 170.0), 3.0 * np.arange(1200)
    cadence[200:300], cadence[300:400] = 85, 340
    seconds = np.arange(1200) + 3600.0 * (np.arange(1200) < 50)
    places, counted = northward(metres), metres.copy()
    places["latitude_deg"][500:505] += 1
    counted[600] = 9e6
    of = records(
        at=seconds,
        heart_rate_bpm=heart,
        cadence_spm=cadence,
        distance_m=counted,
        altitude_m=np.append(np.zeros(60), 400 + np.arange(1140) % 2),
        **places,
    )
    row = row_with(activity(of, totals=Totals(distance_m=9e6, timer_s=90_000)), ATHLETE)
    found = codes(row.findings)
    assert len(found) == len(row.findings)
    assert found == {
        "heart_rate_zero": 10,
        "heart_rate_frozen": 300,
        "cadence_one_foot": 100,
        "cadence_twice": 100,
        "clock_set": 50,
        "gps_spike": 5,
        "distance_spike": 1,
        "altitude_spike": 60,
        "distance_total_unsound": 1,
        "time_total_unsound": 1,
        "elevation_noise": 1,
    }
    assert row.distance_m == pytest.approx(3597)
    assert row.distance_from == "records"
    assert (row.timer_s, row.elapsed_s) == (1199, 1199)
    assert (row.cadence_mean_spm, row.cadence_coverage) == (170, 1)
    assert row.steps == pytest.approx(1199 * 170 / 60)
    assert row.start_at == START


def test_nothing_possible_is_no_row():
    assert row_of(activity(records(speed_mps="")), ATHLETE) is None
    assert row_of(activity(even().replace(at_s=even().at_s - 1e9)), ATHLETE) is None
    assert row_of(activity(even()), ATHLETE, not_after_s=START_S - 90_000) is None


def test_one_record_is_a_row_of_little():
    row = of(records(speed_mps="3", heart_rate_bpm="120", cadence_spm="170"))
    assert (row.elapsed_s, row.timer_s, row.moving_s, row.records) == (0, 0, 0, 1)
    assert (row.steps, row.calf_km, row.speed_mean_mps) == (0, 0, None)
    assert (row.cadence_mean_spm, row.heart_rate_mean_bpm, row.trimp) == (None, None, None)


# --- feet and heart


def test_a_belt_that_tells_no_speed_still_has_cadence_and_says_what_is_missing():
    for silent in ({}, {"speed_mps": np.zeros(601), "distance_m": np.zeros(601)}):
        row = of(records(cadence_spm=np.full(601, 168.0), **silent), sub_sport="treadmill")
        assert row.cadence_mean_spm == pytest.approx(168)
        assert row.steps == pytest.approx(1680)
        assert row.moving_s == 600
        assert row.calf_km is row.calf_km_strain is row.distance_m is None
        assert codes(row.findings) == {"speed_unknown": 600, "indoors": 1}


def test_where_cadence_is_missing_only_calf_load_assumes_one():
    cadence = np.full(601, 170.0)
    cadence[:300] = np.nan
    row = of(even(cadence_spm=cadence))
    assert codes(row.findings) == {"cadence_assumed": 300, "indoors": 1}
    assert row.cadence_coverage == 0.5
    assert row.steps == pytest.approx(850)
    assert row.calf_km == pytest.approx(of(even()).calf_km, rel=0.01)


def test_a_walk_has_calf_load_and_no_running_cadence():
    row = of(even(mps=1.4, spm=110), sport="walking")
    assert (row.cadence_mean_spm, row.steps, row.speed_mean_mps) == (None, None, None)
    assert 0 < row.calf_km < 0.8
    assert of(even(mps=8.0, spm=80), sport="cycling").calf_km is None


@pytest.mark.parametrize(
    ("known", "trimp", "finding"),
    [
        ({"hr_rest_bpm": 50, "hr_max_bpm": 190, "sex": "male"}, True, False),
        ({"hr_rest_bpm": 50, "hr_max_bpm": 190}, False, True),
        ({"hr_rest_bpm": 50, "sex": "male"}, False, False),
        ({"hr_rest_bpm": 190, "hr_max_bpm": 190, "sex": "male"}, False, False),
        ({}, False, False),
    ],
)
def test_trimp_needs_bounds_and_sex(known, trimp, finding):
    beating = activity(even(heart_rate_bpm=150.0 + np.arange(601) % 3))
    row = row_with(beating, Athlete(**known))
    assert (row.trimp is not None) == trimp
    assert ("trimp_needs_sex" in codes(row.findings)) == finding
    assert row_with(activity(even()), Athlete(**known)).trimp is None


# --- climbing


def test_the_devices_climb_goes_first_and_fills_only_what_it_tells():
    hill = even(altitude_m=400 + 50 * np.sin(np.arange(601) / 600 * np.pi))
    own = of(hill)
    # Means over 10 s take a metre off where a run begins and ends on a slope.
    assert (own.ascent_m, own.descent_m) == (pytest.approx(48.7, abs=0.2),) * 2
    told = of(hill, totals=Totals(ascent_m=44.0))
    assert (told.ascent_m, told.descent_m) == (44, own.descent_m)
    both = of(hill, totals=Totals(ascent_m=44.0, descent_m=52.0))
    assert (both.ascent_m, both.descent_m) == (44, 52)
    assert of(hill, totals=Totals(ascent_m=float("nan"))).ascent_m == own.ascent_m
    assert (of(even()).ascent_m, of(even(), totals=Totals(ascent_m=5)).descent_m) == (None, None)


# --- anything at all


NAMES = [each.name for each in fields(Records) if each.name != "at_s"]
ODD = [np.nan, 0.0, -1.0, 3.0, 85.0, 170.0, 255.0, 1e9, -1e9, np.inf, -np.inf, 90.0, -180.0]
values = st.sampled_from(ODD) | st.floats(-10, 300)
steps = st.sampled_from([0.0, 1.0, 1.0, 1.0, 0.5, 5.0, -1.0, 60.0, 1e5, 3e5, 1e9, np.nan, np.inf])
totals = st.none() | st.sampled_from([0.0, -5.0, 1.0, 100.0, 1e9, np.nan, np.inf])


@st.composite
def anything(draw):
    count = draw(st.integers(0, 10))
    begin = draw(st.sampled_from([START_S, START_S + 0.25, 0.0, 631065600.0]))
    columns = {"at_s": begin + np.cumsum([0.0, *(draw(steps) for _ in range(count))])[1:]}
    for name in draw(st.sets(st.sampled_from(NAMES))):
        if draw(st.booleans()):
            columns[name] = np.array([draw(values) for _ in range(count)], dtype=float)
        else:
            rising = draw(st.sampled_from([0.0, 1e-5, 3.0])) * np.arange(count)
            columns[name] = draw(st.sampled_from([0.0, 47.0, 179.9999, 170.0])) + rising
    return Records.from_columns(columns)


activities = st.builds(
    Activity,
    sport=st.sampled_from(["running", "walking", "cycling", "unknown"]),
    sub_sport=st.none(),
    start_at=st.sampled_from([START, datetime(1989, 12, 31, tzinfo=UTC)]),
    records=anything(),
    totals=st.builds(Totals, elapsed_s=totals, timer_s=totals, distance_m=totals, ascent_m=totals),
    pauses=st.lists(
        st.builds(
            lambda start, lasting: Pause(START_S + start, START_S + start + lasting),
            st.floats(-100, 1000),
            st.floats(-5, 1000),
        ),
        max_size=3,
    ).map(tuple),
    utc_offset_s=st.none() | st.integers(-(10**9), 10**9),
    clock_is_local=st.booleans(),
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(activities)
def test_whatever_a_file_holds_a_row_is_numbers_or_none(strange):
    row = row_of(strange, replace(ATHLETE, timezone="Pacific/Kiritimati"))
    if row is None:
        return
    told = {name: value for name, value in asdict(row).items() if name != "trace"}
    json.dumps(told, default=str, allow_nan=False)
    assert all(value >= 0 for value in told.values() if isinstance(value, float))
    assert row.timer_s <= row.elapsed_s
    assert row.start_at <= row.end_at
    assert row.cadence_coverage is None or row.cadence_coverage <= 1 + 1e-9
