"""One run recorded twice counts once; two runs stay two. Pairs come from one simulated truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.simulate import phone_gpx, place_in, truncated, watch_fit
from flows.simulate.course import Course
from flows.simulate.motion import move
from pipeline.duplicates import Copy, near_copies
from pipeline.trace import PLACES_ALONE_S, trace_of
from tests.pipeline.pictures import START, START_S, northward, records
from tests.pipeline.recordings import copy_of, cut, of_records, part, phone, truth, watch


def test_watch_and_phone_saw_one_run_and_the_watch_tells_more():
    assert near_copies([watch(), phone()]).copy_of == {"phone": "watch"}


@pytest.mark.parametrize("late_s", [1, 120, 500])
def test_the_phone_started_late(late_s):
    assert near_copies([watch(), phone(late_s)]).copy_of == {"phone": "watch"}


def test_both_were_paused():
    both = [watch(kind="paused"), phone(120, kind="paused")]
    assert near_copies(both).copy_of == {"phone": "watch"}


@pytest.mark.parametrize("hours", [-14, -2, 1, 2, 9, 14])
def test_an_export_is_off_by_whole_hours(hours):
    both = [watch(minutes=20), phone(120, shifted=hours, minutes=20)]
    assert near_copies(both).copy_of == {"phone": "watch"}


def test_a_treadmill_run_off_by_an_hour_is_told_by_the_heart():
    run = watch(kind="treadmill")
    off = replace(watch(kind="treadmill", shifted=1), id="export")
    assert near_copies([run, off]).copy_of == {"export": "watch"}
    later = replace(watch(kind="treadmill", seed=8, hours_later=1), id="later")
    assert near_copies([run, later]).copy_of == {}
    long = watch(kind="treadmill", minutes=30)
    second_half = cut(part(off_by_an_hour(long), "half", 0.5, 1), off_by_an_hour(long))
    assert near_copies([long, second_half]).copy_of == {"half": "watch"}


def off_by_an_hour(one):
    return replace(one, start_s=one.start_s + 3600, end_s=one.end_s + 3600)


def test_a_phone_calls_the_run_a_walk():
    walk = replace(phone(), sport="walking")
    assert near_copies([watch(), walk]).copy_of == {"phone": "watch"}
    assert near_copies([watch(), replace(walk, distance_m=500.0)]).copy_of == {}
    assert near_copies([watch(), replace(walk, distance_m=None)]).copy_of == {}
    assert near_copies([watch(), replace(phone(), sport="unknown")]).copy_of == {"phone": "watch"}
    assert near_copies([watch(), replace(phone(), sport="cycling")]).copy_of == {}


def test_one_record_within_a_run_is_that_run():
    moment = replace(watch(), id="moment", trace=bytes, salvaged=True, records=1)
    middle = (moment.start_s + moment.end_s) / 2
    inside = replace(moment, start_s=middle, end_s=middle)
    assert near_copies([watch(), inside]).copy_of == {"moment": "watch"}
    before = replace(moment, start_s=moment.start_s - 60, end_s=moment.start_s - 60)
    assert near_copies([watch(), before]).copy_of == {}


def test_two_runs_of_one_day_stay_two():
    evening = replace(watch(seed=4, hours_later=11), id="evening")
    assert near_copies([watch(), evening]).copy_of == {}
    straight_on = replace(watch(seed=4, hours_later=0.4), id="then")
    assert near_copies([watch(), straight_on]).copy_of == {}


def commute(hours, mps, name):
    """The way to work: the same street each time."""
    seconds = np.arange(1800)
    beats = np.full(1800, 150.0 + hours)
    return of_records(
        name,
        records(at=seconds + hours * 3600.0, heart_rate_bpm=beats, **northward(mps * seconds)),
    )


@pytest.mark.parametrize("hours", [1, -1, 9])
def test_equal_commutes_at_another_pace_are_two_runs(hours):
    assert near_copies([commute(0, 2.8, "to"), commute(hours, 2.9, "again")]).copy_of == {}
    alike = [commute(0, 2.8, "to"), commute(hours, 2.8, "copy")]
    first, second = ("to", "copy") if hours > 0 else ("copy", "to")
    assert near_copies(alike).copy_of == {second: first}


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
    assert near_copies(two).copy_of == {}
    silent = np.full(1800, np.nan)
    two = [treadmill(0, "morning", silent, placed), treadmill(10, "evening", silent, placed)]
    assert near_copies(two).copy_of == {}
    two = [treadmill(0, "a", climbing, placed), treadmill(10, "b", climbing, placed)]
    assert near_copies(two).copy_of == {"b": "a"}


def test_runs_too_short_for_a_trace_are_not_guessed_at():
    two = [
        of_records(name, records(at=[at + 1, at + 5], speed_mps="3 3"))
        for name, at in (("a", 0), ("b", 3600))
    ]
    assert near_copies(two).copy_of == {}


def test_copies_across_the_date_line():
    def run(hours, name):
        seconds = np.arange(1800)
        east = (179.99 + seconds * 3e-5 + 180) % 360 - 180
        place = {"latitude_deg": np.full(1800, -16.8), "longitude_deg": east}
        return of_records(name, records(at=seconds + hours * 3600, **place))

    assert near_copies([run(0, "a"), run(2, "b")]).copy_of == {"b": "a"}


# --- every way of recording one run, and two runs that only look like one


def smart(run, random):
    """As a watch records that writes only every few seconds."""
    last = len(run.activity.records) - 1
    chosen = np.cumsum(random.integers(2, 9, last))
    chosen = np.unique(np.append(np.append(0, chosen[chosen < last]), last))
    return of_activity(run, records=run.activity.records.select(chosen))


def converted(run):
    """As a program writes that keeps five decimals, a metre."""
    places = run.activity.records
    rounded = {
        name: np.round(getattr(places, name), 5) for name in ("latitude_deg", "longitude_deg")
    }
    return of_activity(run, records=places.replace(**rounded))


def ran_on(run):
    """As a recorder that nobody paused."""
    at_s = run.activity.records.at_s
    lasting = np.append(np.diff(at_s), 1).astype(int)
    stands = run.activity.records.select(np.repeat(np.arange(len(at_s)), lasting))
    every_s = at_s[0] + np.arange(len(stands), dtype=float)
    return of_activity(run, records=stands.replace(at_s=every_s), pauses=())


def of_activity(run, **changes):
    return replace(run, activity=replace(run.activity, **changes))


SHORTEST_S = 90


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_two_recordings_of_one_run_never_both_count(data):
    draw = data.draw
    kind = draw(st.sampled_from(["easy", "intervals", "hilly", "walk_run", "paused"]))
    run = truth(kind, draw(st.integers(0, 4)), draw(st.sampled_from([12, 30])))
    watched = phoned = run
    ways = draw(st.sets(st.sampled_from(["smart", "converted", "watch ran on", "phone ran on"])))
    if "watch ran on" in ways:
        watched = ran_on(watched)
    if "phone ran on" in ways:
        phoned = ran_on(phoned)
    if "smart" in ways:
        watched = smart(watched, np.random.default_rng(draw(st.integers(0, 9))))
    if "converted" in ways:
        phoned = converted(phoned)
    hours = draw(st.integers(-14, 14))
    kept = draw(st.sampled_from([1.0, draw(st.floats(0.2, 1))]))
    late_s = draw(st.integers(0, 120))
    beats = draw(st.booleans())
    one = copy_of("watch", truncated(watch_fit(watched), kept))
    gpx = phone_gpx(phoned.shifted(hours), started_late_s=late_s, heart_rate=beats)
    other = copy_of("phone", gpx)
    moved_s = hours * 3600
    shared_s = min(one.end_s, other.end_s - moved_s) - max(one.start_s, other.start_s - moved_s)
    longer_s, shorter_s = sorted((one.duration_s, other.duration_s), reverse=True)
    if hours:
        # Short ones resemble each other too much, but where a heart says more or a file is broken.
        assume(shared_s >= max(shorter_s / 2, SHORTEST_S))
        broken = one.salvaged and longer_s >= PLACES_ALONE_S
        assume(broken or shared_s >= PLACES_ALONE_S + 20)
    else:
        without = longer_s / (longer_s + shorter_s - shared_s)
        assume(shared_s >= max(shorter_s / 2, 0.0) or (shared_s >= 40 and without >= 0.7))
    assert len(near_copies([one, other]).copy_of) == 1


@pytest.mark.parametrize("minutes", [6, 9, 12])
@pytest.mark.parametrize("hearts", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_short_equal_commutes_are_two_runs(minutes, hearts, seed):
    """The same street from the same second of the hour, at one pace, morning and evening."""
    two = [
        commuter(seed + 20 * nth, at=START + after, minutes=minutes, loop_m=7000.0, pace=2.8)
        for nth, after in enumerate((timedelta(0), timedelta(hours=9)))
    ]
    if not hearts:
        two = [without_heart(each) for each in two]
    assert near_copies(two).copy_of == {}


@pytest.mark.parametrize("hours", [-12, 1, 7])
@pytest.mark.parametrize("minutes", [4, 12, 30])
def test_a_conversion_is_found_at_any_hour_however_short(minutes, hours):
    whole = watch(kind="easy", minutes=minutes)
    off = without_heart(watch(kind="easy", minutes=minutes, shifted=hours))
    converted_file = replace(off, id="export", format="gpx", tells=2)
    assert near_copies([converted_file, whole]).copy_of == {"export": "watch"}


def without_heart(one):
    samples = np.frombuffer(one.trace(), "<f4").reshape(-1, 3).copy()
    samples[:, 2] = np.nan
    return replace(one, trace=samples.tobytes)


def test_other_hearts_are_other_runs_and_an_average_is_no_heart():
    run, off = watch(minutes=30), replace(watch(minutes=30, shifted=2), id="off")
    samples = np.frombuffer(off.trace(), "<f4").reshape(-1, 3).copy()
    assert near_copies([run, off]).copy_of == {"off": "watch"}
    samples[:, 2] += 4
    assert near_copies([run, replace(off, trace=samples.tobytes)]).copy_of == {}
    samples[:, 2] = 150
    assert near_copies([run, replace(off, trace=samples.tobytes)]).copy_of == {"off": "watch"}


def commuter(seed, *, at, minutes, loop_m, kind="easy", pace=None):
    """Always the same way, as fast as the day makes the legs."""
    random = np.random.default_rng(seed)
    course = Course(
        place=place_in("Europe/Zurich"), loop_m=loop_m, turned_by=1.0, hills=1, hill_m=2.0
    )
    pace = pace or 2.8 * (1 + 0.02 * random.standard_normal())
    motion = move(random, kind, minutes * 60, easy_mps=pace, course=course)
    latitude, longitude = course.position_deg(motion.distance_m)
    seconds = np.arange(len(latitude), dtype=float)
    beats = 140 + 10 * np.sin(seconds / 300) + random.standard_normal(len(seconds))
    return of_records(
        f"{at:%d %H}",
        records(
            at=at.timestamp() - START_S + seconds,
            latitude_deg=latitude + random.standard_normal() * 2e-5,
            longitude_deg=longitude + random.standard_normal() * 2e-5,
            heart_rate_bpm=beats,
        ),
    )


@pytest.mark.parametrize(
    ("kind", "loop_m"), [("easy", 7000.0), ("intervals", 400.0), ("easy", 400.0)]
)
@pytest.mark.parametrize("late_s", [0, 2, 60])
@pytest.mark.parametrize("seed", range(4))
def test_the_same_way_at_whole_hours_is_two_runs(kind, loop_m, late_s, seed):
    """Started on the second, on one day and on two, on the road and round after round."""
    later = (timedelta(hours=9, seconds=late_s), timedelta(days=1))
    runs = [
        commuter(10 * seed + number, at=START + after, minutes=30, loop_m=loop_m, kind=kind)
        for number, after in enumerate((timedelta(0), *later))
    ]
    assert near_copies(runs).copy_of == {}


@pytest.mark.parametrize("seed", range(3))
def test_two_runs_on_the_treadmill_stay_two(seed):
    one = watch(kind="treadmill", seed=seed, minutes=25)
    other = replace(watch(kind="treadmill", seed=seed + 50, minutes=25, hours_later=9), id="later")
    assert near_copies([one, other]).copy_of == {}


def test_hearts_that_beat_evenly_tell_nothing():
    even = np.full(1800, 140.0)
    assert near_copies([treadmill(0, "a", even, 0), treadmill(10, "b", even, 0)]).copy_of == {}


# --- what is never merged


starts = st.integers(0, 40 * 6).map(lambda tens: tens * 600.0)


spans = st.tuples(starts, st.integers(0, 30).map(lambda tens: tens * 600.0))


def lost_s(one, counted):
    """How many of its seconds no recording that counts was on."""
    at_s = np.arange(one.start_s, one.end_s)
    on = [(each.start_s <= at_s) & (at_s <= each.end_s) for each in counted]
    return (~np.any(on, axis=0)).sum()


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
            tells=0,
            format="gpx",
            records=index,
            trace=lambda: trace,
        )
        for index, (start, lasting) in enumerate(of)
    ]
    by_id = {each.id: each for each in copies}
    found = near_copies(copies).copy_of
    assert near_copies(copies[::-1]).copy_of == found
    counted = [each for each in copies if each.id not in found]
    lasting_s = max((each.end_s for each in copies), default=START_S) - START_S
    for one, other in found.items():
        assert other not in found  # what counts is no copy itself
        mine, theirs = by_id[one], by_id[other]
        shared_s = min(mine.end_s, theirs.end_s) - max(mine.start_s, theirs.start_s)
        shorter_s = min(mine.duration_s, theirs.duration_s)
        is_half = shared_s >= shorter_s / 2  # no trace tells of another hour
        assert is_half or (shared_s >= 30 and lost_s(mine, counted) <= 0.1 * lasting_s)
    for mine, theirs in combinations(counted, 2):
        shared_s = min(mine.end_s, theirs.end_s) - max(mine.start_s, theirs.start_s)
        shorter_s = min(mine.duration_s, theirs.duration_s)
        assert shared_s < shorter_s / 2 or shared_s < 0, "counted twice"


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
    assert near_copies(runs).copy_of == {f"phone {day}": f"watch {day}" for day in range(3)}
    with pytest.raises(AssertionError, match="ten years"):
        near_copies([runs[0], replace(watch(shifted=2), id="shifted", trace=never_read)])


def test_nothing_has_no_copies():
    assert near_copies([]).copy_of == {}
