"""One run recorded twice counts once; two runs stay two. Pairs come from one simulated truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors.formats import read_file
from flows.simulate import phone_gpx, place_in, simulate_run, truncated, watch_fit
from flows.simulate.course import Course
from flows.simulate.motion import move
from pipeline.athlete import Athlete
from pipeline.duplicates import Copy, near_copies
from pipeline.trace import PLACES_ALONE_S, trace_of
from tests.pipeline.pictures import START, START_S, northward, records

ATHLETE = Athlete(timezone="Europe/Zurich")


@cache
def truth(kind="easy", seed=3, minutes=12, hours_later=0.0):
    later = timedelta(hours=hours_later)
    return simulate_run(kind, start_at=START + later, minutes=minutes, seed=seed)


TOLD = ("cadence_mean_spm", "heart_rate_mean_bpm", "power_mean_w", "ground_contact_time_ms")


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
        tells=sum(getattr(row, told) is not None for told in TOLD),
        format=reading.format or "",
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


def test_the_battery_died_half_way_so_the_phone_counts():
    half = watch(0.55)
    assert half.salvaged
    assert near_copies([half, phone()]).copy_of == {"watch": "phone"}


def test_the_runner_prefers_one():
    preferred = replace(phone(), kept=True)
    assert near_copies([watch(), preferred]).copy_of == {"watch": "phone"}


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


def of_records(name, run, **others):
    return Copy(
        **{
            "id": name,
            "sport": "running",
            "start_s": float(run.at_s[0]),
            "end_s": float(run.at_s[-1]),
            "distance_m": 5000.0,
            "salvaged": False,
            "tells": 4,
            "format": "fit",
            "records": len(run),
            "trace": lambda: trace_of(run),
            **others,
        }
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


def test_of_three_the_richest_counts_in_any_order():
    three = [watch(), phone(), replace(phone(120), id="tablet")]
    for ordered in permutations(three):
        assert near_copies(ordered).copy_of == {"phone": "watch", "tablet": "watch"}


# --- parts of a run, and who counts


def part(whole, name, first, last, **changes):
    """A recording that ran from one share of the whole to another."""
    lasting_s = whole.duration_s
    far_m = (whole.distance_m or 0.0) * (last - first)
    times = {
        "start_s": whole.start_s + first * lasting_s,
        "end_s": whole.start_s + last * lasting_s,
    }
    return replace(whole, **{"id": name, "distance_m": far_m, **times, **changes})


def settled(*recordings):
    """What counts, and whether it is said that some of the run does not."""
    found = near_copies(recordings)
    counted = {each.id for each in recordings} - found.copy_of.keys()
    return counted, bool(found.short)


@pytest.mark.parametrize(
    ("shares", "counted", "said"),
    [
        # of the phone's whole run, the watch, which tells more, has ...
        ([(0, 1)], {"watch 1"}, False),
        ([(0, 0.95)], {"watch 1"}, False),
        ([(0, 0.85)], {"watch 1"}, True),
        ([(0, 0.4)], {"phone"}, False),
        ([(0.4, 0.6)], {"phone"}, False),
        # ... it crashed and was started again ...
        ([(0, 0.45), (0.5, 1)], {"phone"}, False),
        ([(0, 0.82), (0.83, 1)], {"watch 1", "watch 2"}, False),
        ([(0, 0.82), (0.95, 1)], {"watch 1", "watch 2"}, True),
        # ... and again.
        ([(0, 0.3), (0.3, 0.6), (0.6, 1)], {"phone"}, False),
    ],
)
@pytest.mark.parametrize("hours", [0, 2])
def test_a_part_counts_only_where_little_is_lost_and_that_is_said(shares, counted, said, hours):
    minutes = 90 if hours else 12  # a fifth of it is enough to be recognised hours apart
    whole, run = phone(shifted=hours, minutes=minutes), watch(minutes=minutes)
    parts = [part(run, f"watch {number}", *share) for number, share in enumerate(shares, start=1)]
    if hours:
        parts = [cut(each, run) for each in parts]
    if hours and len(parts) > 1:
        counted = {each.id for each in parts}  # two say what time it was, and one says another
    for ordered in permutations([whole, *parts]):
        assert settled(*ordered) == (counted, said)


def cut(one, run):
    """A part with the trace of that part alone."""
    samples = np.frombuffer(run.trace(), "<f4").reshape(-1, 3)
    begin = np.ceil(run.start_s / 10) * 10
    at_s = begin + 10 * np.arange(len(samples))
    inside = (at_s >= one.start_s) & (at_s <= one.end_s)
    return replace(one, trace=samples[inside].tobytes)


def test_halves_that_nobody_recorded_whole_both_count():
    assert settled(part(watch(), "a", 0, 0.5), part(watch(), "b", 0.5, 1)) == ({"a", "b"}, False)


def test_the_runner_may_prefer_a_part_and_hears_what_that_leaves_out():
    short = part(watch(), "short", 0, 0.3, kept=True)
    assert settled(phone(), short) == ({"short"}, True)


def test_a_watch_that_was_not_stopped_is_no_longer_run():
    forgotten = replace(phone(), end_s=phone().end_s + 7200)
    assert settled(watch(), forgotten) == ({"watch"}, False)


def test_a_copy_of_a_copy_is_a_copy_of_the_run():
    """The export coincides with the phone's places, and with the watch's only by time."""
    silent = replace(watch(), trace=bytes)
    export = replace(phone(shifted=3), id="export")
    for ordered in permutations([silent, phone(), export]):
        found = near_copies(ordered).copy_of
        assert found == {"phone": "watch", "export": "watch"}


def test_an_export_that_lies_upon_another_run_belongs_to_its_own():
    morning, evening = watch(), replace(watch(seed=8, hours_later=10), id="evening")
    export = replace(watch(shifted=10), id="export", records=9999)
    for ordered in permutations([morning, evening, export]):
        assert near_copies(ordered).copy_of == {"watch": "export"}


def test_a_run_is_not_lost_in_a_recording_of_another_name():
    plain = replace(phone(), tells=0)
    for name in ("unknown", "walking"):
        assert settled(plain, replace(watch(), sport=name))[0] == {"phone"}


def test_what_the_runner_says_it_was_holds_for_every_recording_of_it():
    ride = replace(watch(), sport="cycling", named=True)
    assert near_copies([ride, phone()]).copy_of == {"phone": "watch"}
    run = replace(phone(), named=True)
    assert near_copies([replace(watch(), sport="walking"), run]).copy_of == {"watch": "phone"}


def test_a_run_within_a_day_long_hike_stays_a_run():
    hike = part(watch(), "hike", -10, 20, sport="hiking", distance_m=25_000.0)
    assert settled(hike, watch()) == ({"hike", "watch"}, False)


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
"""A piece hours away that stays within 100 m says nothing of where it belongs."""


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


# --- who tells most


@pytest.mark.parametrize(
    ("richer", "poorer"),
    [
        ({"tells": 5, "format": "gpx", "records": 1}, {"tells": 4}),
        ({"tells": 5, "salvaged": True}, {"tells": 4}),
        ({}, {"salvaged": True}),
        ({"format": "fit"}, {"format": "tcx"}),
        ({"format": "tcx"}, {"format": "gpx"}),
        ({"records": 720}, {"records": 719}),
    ],
)
@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_the_one_that_tells_most_counts_whatever_its_name(richer, poorer, names):
    two = [
        replace(watch(), id=name, **told)
        for name, told in zip(names, (richer, poorer), strict=True)
    ]
    for ordered in permutations(two):
        assert near_copies(ordered).copy_of == {names[1]: names[0]}


def test_a_broken_file_that_holds_nearly_all_and_tells_more_counts():
    assert near_copies([watch(0.97), phone()]).copy_of == {"phone": "watch"}
    assert near_copies([watch(0.85), phone()]).copy_of == {"watch": "phone"}


def test_the_clock_of_most_recordings_goes_first():
    off = replace(watch(shifted=-12, minutes=20), id="off", tells=99)
    here = [phone(minutes=20), replace(phone(60, minutes=20), id="tablet")]
    for ordered in permutations([off, *here]):
        found = near_copies(ordered).copy_of
        assert found == {"off": "phone", "tablet": "phone"}
    assert near_copies([off, here[0]]).copy_of == {"phone": "off"}


def test_parts_that_hold_and_tell_more_go_before_a_piece_of_the_whole():
    halves = [part(watch(), "a", 0, 0.5), part(watch(), "b", 0.5, 1)]
    piece = part(phone(), "phone", 0, 0.85)
    assert settled(*halves, piece) == ({"a", "b"}, False)
    assert settled(*halves, replace(piece, tells=9)) == ({"phone"}, True)


@pytest.mark.parametrize("fraction", [0.3, 0.35, 0.4])
def test_the_rest_of_a_broken_file_is_a_copy_though_it_overlaps_less_than_half(fraction):
    """Nine minutes: the watch died after three or four, the phone was started after two."""
    rest, late = watch(fraction, minutes=9), phone(120, minutes=9)
    assert near_copies([rest, late]).copy_of == {"watch": "phone"}
    elsewhere = replace(watch(fraction, minutes=9, seed=9), id="elsewhere")
    assert near_copies([elsewhere, late]).copy_of == {}


def test_a_warm_up_that_was_stopped_late_is_no_copy_of_the_race():
    run = watch(minutes=30)
    warm_up, race = (
        cut(part(run, name, *share), run)
        for name, share in (("warm-up", (0, 0.25)), ("race", (0.2, 1)))
    )
    assert near_copies([warm_up, race]).copy_of == {}
    sliver = cut(part(run, "sliver", 0, 0.24), run)
    assert near_copies([replace(sliver, salvaged=True), race]).copy_of == {"sliver": "race"}


# --- what the runner dropped


@pytest.mark.parametrize("hours", [0, 5])
def test_a_dropped_run_holds_its_copies_back(hours):
    dropped = replace(phone(minutes=20), kept=True, dropped=True)
    late = watch(minutes=20, shifted=hours)
    assert near_copies([dropped, late]).copy_of == {"watch": "phone"}
    other = replace(watch(seed=4, hours_later=11), id="evening")
    assert near_copies([dropped, other]).copy_of == {}


def test_a_dropped_piece_does_not_hold_the_whole_run_back():
    piece = part(watch(), "piece", 0, 0.3, kept=True, dropped=True)
    assert near_copies([piece, phone()]).copy_of == {"piece": "phone"}
    kept = replace(phone(), kept=True)
    assert near_copies([replace(piece, kept=False), kept]).copy_of == {"piece": "phone"}


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
    for one, other in found.items():
        assert other not in found  # what counts is no copy itself
        mine, theirs = by_id[one], by_id[other]
        apart_s = max(mine.start_s, theirs.start_s) - min(mine.end_s, theirs.end_s)
        shorter_s = min(mine.duration_s, theirs.duration_s)
        assert -apart_s >= shorter_s / 2  # no trace tells of another hour
    counted = [each for each in copies if each.id not in found]
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
