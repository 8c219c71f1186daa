"""Of several recordings of one run: which counts, which are its copies, and what is said."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from pipeline.duplicates import near_copies
from tests.pipeline.recordings import cut, part, phone, settled, watch


def test_the_battery_died_half_way_so_the_phone_counts():
    half = watch(0.55)
    assert half.salvaged
    assert near_copies([half, phone()]).copy_of == {"watch": "phone"}


def test_the_runner_prefers_one():
    preferred = replace(phone(), kept=True)
    assert near_copies([watch(), preferred]).copy_of == {"watch": "phone"}


def test_of_three_the_richest_counts_in_any_order():
    three = [watch(), phone(), replace(phone(120), id="tablet")]
    for ordered in permutations(three):
        assert near_copies(ordered).copy_of == {"phone": "watch", "tablet": "watch"}


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
