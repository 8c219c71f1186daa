"""What the runner says of activities and shoes: kept, in force at once, and never undone."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from pipeline.activity import SPORT_CORRECTED, ExportLine, Finding
from pipeline.standing import Standing
from pipeline.store.athletes import EVER
from pipeline.store.records import Correction
from pipeline.wardrobe import Pair
from tests.store.made import DAY, raw_file, run, seen_file

URL = "file:///runs"
ID = "ab" * 6
DIGEST = "ab" * 32

LOADS: dict[str, Any] = {
    "calf_km": 10.0,
    "calf_km_walked": 4.0,
    "calf_km_strain": 20.0,
    "calf_km_strain_walked": 2.0,
}


@pytest.fixture
def kept(known):
    """A run that counts, its days derived."""
    with known.writing() as transaction:
        transaction.add_source("me", URL, complete=False)
        transaction.add_raw("me", raw_file(DIGEST), [run(**LOADS)])
        transaction.add_seen("me", URL, seen_file(sha256=DIGEST))
        transaction.set_copies("me", {}, ())
        settle(transaction)
    return known


def settle(transaction):
    transaction.mark_runs_fresh("me")
    transaction.mark_fresh("me", "1")


def stale(store):
    """From when days are stale, and whether it must be found again what counts."""
    with store.reading() as transaction:
        return transaction.stale_from("me"), transaction.are_runs_stale("me")


def correct(store, **words):
    with store.writing() as transaction:
        transaction.correct("me", ID, Correction(**words))
        marked = transaction.stale_from("me"), transaction.are_runs_stale("me")
        transaction.set_copies("me", {}, ())
        settle(transaction)
    return marked


def looked_at(store):
    """The activity as it is listed, and as the days see it."""
    with store.reading() as transaction:
        [stored] = transaction.activities("me")
        [day] = transaction.day_activities("me")
    return stored, day


def test_what_is_dropped_does_not_count_and_is_no_candidate(kept):
    assert correct(kept, dropped=True) == (DAY, True)
    stored, day = looked_at(kept)
    assert (stored.counted, day.counted, day.walk) == (False, False, False)
    with kept.reading() as transaction:
        assert transaction.copies("me") == []
        assert transaction.compared_runs("me") == []


def test_a_dropped_walk_adds_nothing(kept):
    correct(kept, sport="walking")
    assert looked_at(kept)[1].walk
    correct(kept, sport="walking", dropped=True)
    assert not looked_at(kept)[1].walk


def test_a_sport_holds_before_the_file_is_read_again(kept):
    correct(kept, sport="cycling", sub_sport="road")
    stored, day = looked_at(kept)
    assert (stored.row.sport, stored.row.sub_sport) == ("cycling", "road")
    assert (stored.counted, day.counted, day.walk) == (False, False, False)
    with kept.reading() as transaction:
        [candidate] = transaction.copies("me")
        assert (candidate.sport, candidate.named) == ("cycling", True)
        assert transaction.misnamed("me") == {DIGEST}
        assert transaction.sports_corrected("me") == {DIGEST: {0: ("cycling", "road")}}


def test_a_file_is_read_again_until_it_says_what_the_runner_says(kept):
    named = Finding(SPORT_CORRECTED, 1, "You named the sport.")

    def derive(**words):
        with kept.writing() as transaction:
            transaction.add_raw("me", raw_file(DIGEST), [run(**words)])
            return transaction.misnamed("me")

    correct(kept, sport="hiking")
    assert derive(sport="hiking") == {DIGEST}
    assert derive(sport="hiking", findings=(named,)) == set()
    correct(kept)
    assert derive(sport="hiking", findings=(named,)) == {DIGEST}
    assert derive() == set()


def test_the_runners_word_goes_before_that_of_an_export(kept):
    correct(kept, sport="hiking")
    named = Finding(SPORT_CORRECTED, 1, "You named the sport.")
    with kept.writing() as transaction:
        transaction.add_raw("me", raw_file(DIGEST), [run(sport="hiking", findings=(named,))])
        line = ExportLine(file="2026/run.fit", sport="cycling")
        transaction.keep_told("me", URL, "activities.csv", [line])
        assert transaction.misnamed("me") == set()


def test_one_of_several_activities_is_corrected(known):
    with known.writing() as transaction:
        transaction.add_raw("me", raw_file(DIGEST), [run(), run(1)])
        transaction.correct("me", f"{ID}-2", Correction(sport="walking"))
        assert transaction.sports_corrected("me") == {DIGEST: {1: ("walking", None)}}


def test_a_correction_outlives_its_activity(kept):
    correct(kept, dropped=True)
    with kept.writing() as transaction:
        transaction.add_raw("me", raw_file(DIGEST), [])
        transaction.add_raw("me", raw_file(DIGEST), [run(**LOADS)])
        transaction.set_copies("me", {}, ())
    assert not looked_at(kept)[0].counted


def test_no_word_is_no_row(kept):
    correct(kept, kept=True)
    correct(kept)
    with kept.reading() as transaction:
        assert transaction.corrections("me") == {}


# --- shoes, and how the foot lands


def wear(store, name, days=0, kind=None):
    with store.writing() as transaction:
        day = DAY + timedelta(days=days)
        transaction.add_shoes("me", Pair(name=name, from_date=day, kind=kind))
        marked = transaction.stale_from("me"), transaction.are_runs_stale("me")
        settle(transaction)
    return marked


def loads(store):
    stored, day = looked_at(store)
    assert (stored.row.calf_km, stored.row.calf_km_strain) == (day.calf_km, day.calf_km_strain)
    with store.reading() as transaction:
        [compared] = transaction.compared_runs("me")
    assert compared.calf_km == day.calf_km
    return day.calf_km, day.calf_km_strain


def test_loads_leave_the_store_as_worn(kept):
    assert loads(kept) == (10, 20)
    assert wear(kept, "Bare", days=-3, kind="minimal") == (EVER, True)
    assert loads(kept) == pytest.approx((4 + 6 * 1.15, 2 + 18 * 1.15**6))
    assert looked_at(kept)[0].worn.name == "Bare"
    assert wear(kept, "Plain", days=-1) == (DAY - timedelta(days=1), True)
    assert loads(kept) == (10, 20)


def test_the_exports_gear_goes_first(kept):
    wear(kept, "Plain", days=-9)
    wear(kept, "Bare feet", days=-8, kind="minimal")
    wear(kept, "Plain", days=-7)
    with kept.writing() as transaction:
        line = ExportLine(file="2026/run.fit", gear="bare  FEET")
        transaction.keep_told("me", URL, "activities.csv", [line])
        assert transaction.stale_from("me") == DAY
        assert transaction.are_runs_stale("me")
    assert looked_at(kept)[0].worn.kind == "minimal"
    assert loads(kept)[0] == pytest.approx(10.9)


def test_the_foot_is_noted_and_changes_every_load(kept):
    with kept.writing() as transaction:
        transaction.note_strike("me", None)
    assert stale(kept) == (None, False)
    with kept.writing() as transaction:
        transaction.note_strike("me", "fore")
    assert stale(kept) == (EVER, True)
    assert loads(kept)[0] == pytest.approx(4 + 6 * 1.15)
    wear(kept, "Bare", kind="minimal")
    assert loads(kept)[0] == pytest.approx(4 + 6 * 1.2), "both together at most"


def test_a_walk_has_no_shoes_and_what_was_walked_must_be_known(kept):
    wear(kept, "Bare", kind="minimal")
    with kept.writing() as transaction:
        transaction.add_raw("me", raw_file(DIGEST), [run(calf_km=10.0)])
    assert looked_at(kept)[1].calf_km == 10.0
    with kept.writing() as transaction:
        transaction.add_raw("me", raw_file(DIGEST), [run(sport="walking", **LOADS)])
    stored, day = looked_at(kept)
    assert (stored.worn, day.calf_km) == (None, 10.0)


# --- standings


def test_a_standing_comes_back_and_goes_with_what_it_stood_on(kept):
    numbers: dict[str, Any] = {
        each.name: place + 0.5 for place, each in enumerate(fields(Standing))
    }
    full = Standing(**numbers | {"cadence_line_runs": 7})
    with kept.writing() as transaction:
        transaction.set_standings("me", {ID: full})
    assert looked_at(kept)[0].standing == full
    with kept.writing() as transaction:
        transaction.set_standings("me", {})
    assert looked_at(kept)[0].standing == Standing()


def test_runs_are_compared_by_what_was_derived_of_them(kept):
    by_speed = ((2.5, 160.0, 300.0), (3.0, 165.0, 600.0))
    with kept.writing() as transaction:
        row = run(**LOADS, cadence_by_speed=by_speed, ground_contact_balance_pct=49.5)
        transaction.add_raw("me", raw_file(DIGEST), [row, run(1, sport="cycling")])
        transaction.set_copies("me", {}, ())
        [compared] = transaction.compared_runs("me")
    assert (compared.id, compared.on, compared.start_at) == (ID, DAY, run().start_at)
    assert (compared.distance_m, compared.calf_km) == (run().distance_m, 10.0)
    assert compared.cadence_by_speed == by_speed
    assert compared.ground_contact_balance_pct == 49.5
