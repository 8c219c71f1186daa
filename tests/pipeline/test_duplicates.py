"""One run recorded twice counts once; two runs stay two. Pairs come from one simulated truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.formats import read_file
from flows.simulate import phone_gpx, simulate_run, truncated, watch_fit
from pipeline.athlete import Athlete
from pipeline.duplicates import Copy, near_copies, short_copies, trace_of
from tests.pipeline.pictures import START, START_S, northward, records

ATHLETE = Athlete(timezone="Europe/Zurich")


@cache
def truth(kind="easy", seed=3, minutes=12, hours_later=0.0):
    later = timedelta(hours=hours_later)
    return simulate_run(kind, start_at=START + later, minutes=minutes, seed=seed)


def copy_of(name, content):
    """The file as the search for copies sees it."""
    reading = read_file(name, content, ATHLETE)
    [row] = reading.rows
    return Copy(
        id=name,
        sport=row.sport,
        start_s=row.start_at.timestamp(),
        end_s=row.end_at.timestamp(),
        distance_m=row.distance_m,
        salvaged=reading.status == "salvaged",
        has_cadence=row.cadence_mean_spm is not None,
        has_heart_rate=row.heart_rate_mean_bpm is not None,
        records=row.records,
        trace=lambda: row.trace,
    )


@cache
def watch(fraction=1.0, shifted=0, **which):
    run = truth(**which).shifted(shifted)
    return copy_of("watch", truncated(watch_fit(run), fraction))


@cache
def phone(started_late_s=0, shifted=0, **which):
    run = truth(**which).shifted(shifted)
    return copy_of("phone", phone_gpx(run, started_late_s=started_late_s))


def test_watch_and_phone_saw_one_run_and_the_watch_tells_more():
    assert near_copies([watch(), phone()]) == {"phone": "watch"}


@pytest.mark.parametrize("late_s", [1, 120, 500])
def test_the_phone_started_late(late_s):
    assert near_copies([watch(), phone(late_s)]) == {"phone": "watch"}


def test_both_were_paused():
    both = [watch(kind="paused"), phone(120, kind="paused")]
    assert near_copies(both) == {"phone": "watch"}


@pytest.mark.parametrize("hours", [-14, -2, 1, 2, 9, 14])
def test_an_export_is_off_by_whole_hours(hours):
    assert near_copies([watch(), phone(120, shifted=hours)]) == {"phone": "watch"}


def test_a_treadmill_run_off_by_an_hour_is_told_by_the_heart():
    run = watch(kind="treadmill")
    off = replace(watch(kind="treadmill", shifted=1), id="export")
    assert near_copies([run, off]) == {"watch": "export"}
    later = replace(watch(kind="treadmill", seed=8, hours_later=1), id="later")
    assert near_copies([run, later]) == {}


def test_the_battery_died_half_way_so_the_phone_counts():
    half = watch(0.55)
    assert half.salvaged
    assert near_copies([half, phone()]) == {"watch": "phone"}


def test_the_runner_prefers_one():
    preferred = replace(phone(), kept=True)
    assert near_copies([watch(), preferred]) == {"watch": "phone"}


def test_a_phone_calls_the_run_a_walk():
    walk = replace(phone(), sport="walking")
    assert near_copies([watch(), walk]) == {"phone": "watch"}
    assert near_copies([watch(), replace(walk, distance_m=500.0)]) == {}
    assert near_copies([watch(), replace(walk, distance_m=None)]) == {}
    assert near_copies([watch(), replace(phone(), sport="unknown")]) == {"phone": "watch"}
    assert near_copies([watch(), replace(phone(), sport="cycling")]) == {}


def test_one_record_within_a_run_is_that_run():
    moment = replace(watch(), id="moment", trace=bytes, salvaged=True, records=1)
    middle = (moment.start_s + moment.end_s) / 2
    inside = replace(moment, start_s=middle, end_s=middle)
    assert near_copies([watch(), inside]) == {"moment": "watch"}
    before = replace(moment, start_s=moment.start_s - 60, end_s=moment.start_s - 60)
    assert near_copies([watch(), before]) == {}


def test_two_runs_of_one_day_stay_two():
    evening = replace(watch(seed=4, hours_later=11), id="evening")
    assert near_copies([watch(), evening]) == {}
    straight_on = replace(watch(seed=4, hours_later=0.4), id="then")
    assert near_copies([watch(), straight_on]) == {}


def commute(hours, mps, name):
    """The way to work: the same street each time."""
    seconds = np.arange(1800)
    beats = np.full(1800, 150.0 + hours)
    return of_records(
        name,
        records(at=seconds + hours * 3600.0, heart_rate_bpm=beats, **northward(mps * seconds)),
    )


def of_records(name, run, **others):
    return Copy(
        **{
            "id": name,
            "sport": "running",
            "start_s": float(run.at_s[0]),
            "end_s": float(run.at_s[-1]),
            "distance_m": 5000.0,
            "salvaged": False,
            "has_cadence": True,
            "has_heart_rate": True,
            "records": len(run),
            "trace": lambda: trace_of(run),
            **others,
        }
    )


@pytest.mark.parametrize("hours", [1, -1, 9])
def test_equal_commutes_at_another_pace_are_two_runs(hours):
    assert near_copies([commute(0, 2.8, "to"), commute(hours, 2.9, "again")]) == {}
    assert near_copies([commute(0, 2.8, "to"), commute(hours, 2.8, "copy")]) == {"to": "copy"}


def treadmill(hours, name, beats, placed=1800):
    """A gym where the watch keeps looking for satellites."""
    seconds = np.arange(1800.0)
    columns = northward(np.sin(seconds))
    for values in columns.values():
        values[placed:] = np.nan
    return of_records(name, records(at=seconds + hours * 3600, heart_rate_bpm=beats, **columns))


@pytest.mark.parametrize("placed", [0, 5, 60, 1800])
def test_the_same_gym_at_another_hour_is_not_the_same_run(placed):
    climbing, even = np.linspace(100, 170, 1800), np.full(1800, 140.0)
    two = [treadmill(0, "morning", climbing, placed), treadmill(10, "evening", even, placed)]
    assert near_copies(two) == {}
    silent = np.full(1800, np.nan)
    two = [treadmill(0, "morning", silent, placed), treadmill(10, "evening", silent, placed)]
    assert near_copies(two) == {}
    two = [treadmill(0, "a", climbing, placed), treadmill(10, "b", climbing, placed)]
    assert near_copies(two) == {"b": "a"}


def test_runs_too_short_for_a_trace_are_not_guessed_at():
    two = [
        of_records(name, records(at=[at + 1, at + 5], speed_mps="3 3"))
        for name, at in (("a", 0), ("b", 3600))
    ]
    assert near_copies(two) == {}


def test_copies_across_the_date_line():
    def run(hours, name):
        seconds = np.arange(1800)
        east = (179.99 + seconds * 3e-5 + 180) % 360 - 180
        place = {"latitude_deg": np.full(1800, -16.8), "longitude_deg": east}
        return of_records(name, records(at=seconds + hours * 3600, **place))

    assert near_copies([run(0, "a"), run(2, "b")]) == {"b": "a"}


def test_of_three_the_richest_counts_in_any_order():
    three = [watch(), phone(), replace(phone(120), id="tablet")]
    for ordered in permutations(three):
        assert near_copies(ordered) == {"phone": "watch", "tablet": "watch"}


def test_a_short_copy_counts_only_with_a_word():
    long = phone()
    short = replace(watch(), end_s=long.start_s + 300, id="short")
    copies = near_copies([long, short])
    assert copies == {"phone": "short"}
    assert short_copies([long, short], copies)["short"].code == "short_copy_counted"
    equal = near_copies([long, watch()])
    assert short_copies([long, watch()], equal) == {}


starts = st.integers(0, 40 * 6).map(lambda tens: tens * 600.0)
spans = st.tuples(starts, st.integers(0, 30).map(lambda tens: tens * 600.0))


@given(st.lists(spans, max_size=8), st.sampled_from([b"", np.zeros(9, "<f4").tobytes()]))
def test_nothing_is_merged_that_never_overlaps(of, trace):
    copies = [
        Copy(
            id=str(index),
            sport="running",
            start_s=START_S + start,
            end_s=START_S + start + lasting,
            distance_m=None,
            salvaged=False,
            has_cadence=False,
            has_heart_rate=False,
            records=index,
            trace=lambda: trace,
        )
        for index, (start, lasting) in enumerate(of)
    ]
    by_id = {each.id: each for each in copies}
    found = near_copies(copies)
    for one, other in found.items():
        assert other not in found  # what counts is no copy itself
        mine, theirs = by_id[one], by_id[other]
        apart_s = max(mine.start_s, theirs.start_s) - min(mine.end_s, theirs.end_s)
        assert apart_s <= 14 * 3600
        assert mine.records <= theirs.records


def test_a_trace_is_a_place_every_ten_seconds_and_silent_in_gaps():
    run = records(at=[*range(3, 30), *range(90, 100)], heart_rate_bpm=[150] * 37)
    trace = np.frombuffer(trace_of(run), "<f4").reshape(-1, 3)
    begin = np.ceil(run.at_s[0] / 10) * 10
    assert len(trace) == (run.at_s[-1] // 10 * 10 - begin) / 10 + 1
    assert np.isnan(trace[:, :2]).all()
    assert np.isfinite(trace[:2, 2]).all()
    assert np.isnan(trace[4:7, 2]).all()


@pytest.mark.parametrize("at", [[3], [3, 4], [0, 8 * 86_400]])
def test_what_has_no_ten_seconds_or_a_week_has_no_trace(at):
    assert trace_of(records(at=at, heart_rate_bpm=[150] * len(at))) == b""


def never_read():
    raise AssertionError("ten years of traces do not fit into memory")


def test_a_trace_is_read_only_where_two_may_be_one_run_hours_apart():
    """Neither of runs on other days nor of runs that overlap."""
    runs = [
        replace(
            each,
            id=f"{each.id} {day}",
            start_s=each.start_s + 86_400 * day,
            end_s=each.end_s + 86_400 * day,
            trace=never_read,
        )
        for day in range(3)
        for each in (watch(), phone())
    ]
    assert near_copies(runs) == {f"phone {day}": f"watch {day}" for day in range(3)}
    with pytest.raises(AssertionError, match="ten years"):
        near_copies([runs[0], replace(watch(shifted=2), id="shifted", trace=never_read)])


def test_nothing_has_no_copies():
    assert near_copies([]) == {}
