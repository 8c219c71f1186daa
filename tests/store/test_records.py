"""What the store gives back is what it was given, once, and with the days that follow marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipeline.activity import Finding
from pipeline.day import DayRow, SourceSpan
from tests.store.made import DAY, answer, full_run, raw_file, run, seen_file

if TYPE_CHECKING:
    from pipeline.store.records import Store

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
URL = "file:///runs"


def days_after(count: int):
    return DAY + timedelta(days=count)


def keep(store: Store, *rows, digest: str = "ab" * 32, path: str = "2026/run.fit") -> int:
    """One file with these activities, as the intake keeps it."""
    with store.writing() as transaction:
        transaction.add_source("me", URL, complete=False)
        count = transaction.add_raw("me", raw_file(digest), rows)
        transaction.add_seen("me", URL, seen_file(path, sha256=digest))
        return count


def fresh(store: Store) -> None:
    with store.writing() as transaction:
        transaction.mark_fresh("me", "versions 1")


def stale_from(store: Store):
    with store.reading() as transaction:
        return transaction.stale_from("me")


def stored(store: Store):
    with store.reading() as transaction:
        return transaction.activities("me")


def test_an_unknown_runner_has_nothing(store):
    with store.reading() as transaction:
        assert not transaction.has_athlete("me")
        assert transaction.activities("me") == []
        assert transaction.stale_from("me") is None
        assert transaction.versions("me") is None
        assert not transaction.are_runs_stale("me")
        assert transaction.spans("me") == []


def test_a_runner_made_known_twice_is_one(known):
    with known.writing() as transaction:
        transaction.add_athlete("me")
        assert transaction.athletes() == ["me"]


def test_an_activity_comes_back_as_it_was(known):
    assert keep(known, full_run(), run(1)) == 2
    first, second = stored(known)
    # Traces are most of what is stored, and no listing shows them.
    assert (first.row, second.row) == (replace(full_run(), trace=b""), run(1, trace=b""))
    assert (first.id, second.id) == ("ab" * 6, "ab" * 6 + "-2")
    assert (first.format, first.status, first.file) == ("fit", "read", "2026/run.fit")


def test_the_same_file_twice_changes_nothing(known):
    keep(known, run(), run(1))
    before = stored(known)
    keep(known, run(), run(1))
    assert stored(known) == before
    with known.reading() as transaction:
        assert len(transaction.raw_files("me")) == 1
        assert len(transaction.seen_files("me", URL)) == 1


def test_derived_again_an_activity_replaces_the_older_one(known):
    keep(known, run(), run(1))
    fresh(known)
    keep(known, run(5, distance_m=9_000.0))
    (only,) = stored(known)
    assert only.row == run(5, distance_m=9_000.0, trace=b"")
    assert stale_from(known) == DAY  # the day it left, not only the day it came to


@pytest.mark.parametrize(("left", "stale"), [((), 1), ((run(3),), 3), ((run(5),), 5)])
def test_days_without_a_run_hang_on_the_last_one_of_the_source(known, left, stale):
    """Without it, nobody knows any more that nothing was run since the one before."""
    keep(known, run(1), digest="aa" * 32, path="early.fit")
    keep(known, run(5))
    fresh(known)
    with known.writing() as transaction:
        transaction.add_raw("me", raw_file("ab" * 32), left)
    assert stale_from(known) == days_after(stale)


def test_what_became_of_bytes_is_said_wherever_they_were_seen(known):
    for path in ("a.fit", "b.fit"):
        keep(known, run(), path=path)
    keep(known, run(), digest="aa" * 32, path="c.fit")
    refused = replace(raw_file("ab" * 32), status="refused", reason="hostile")
    with known.writing() as transaction:
        transaction.note_became("me", refused, 7)
        seen = transaction.seen_files("me", URL).values()
    assert {each.path: (each.status, each.reason, each.reader_version == 7) for each in seen} == {
        "a.fit": ("refused", "hostile", True),
        "b.fit": ("refused", "hostile", True),
        "c.fit": ("read", None, False),
    }


def test_two_runners_are_kept_apart(known):
    keep(known, run())
    with known.writing() as transaction:
        transaction.add_athlete("you")
        transaction.add_raw("you", raw_file(), [run(3)])
        assert [each.row for each in transaction.activities("you")] == [run(3, trace=b"")]
    assert [each.row for each in stored(known)] == [run(trace=b"")]


def test_days_are_stale_from_the_earliest_change(known):
    fresh(known)
    keep(known, run(4), digest="01" * 32, path="a.fit")
    keep(known, run(2), digest="02" * 32, path="b.fit")
    keep(known, run(6), digest="03" * 32, path="c.fit")
    assert stale_from(known) == days_after(2)
    with known.reading() as transaction:
        assert transaction.are_runs_stale("me")
        assert transaction.versions("me") == "versions 1"


def test_runs_that_are_no_copy_count_and_a_change_is_marked(known):
    keep(known, run(), run(1), run(2, sport="cycling"))
    one, other, ride = (each.id for each in stored(known))
    with known.writing() as transaction:
        transaction.set_copies("me", {other: one}, {one})
    fresh(known)
    assert [(e.counted, e.duplicate_of, e.short_copy) for e in stored(known)] == [
        (True, None, True),
        (False, one, False),
        (False, None, False),
    ]
    with known.writing() as transaction:
        assert transaction.counted_ids("me") == {one}
        transaction.set_copies("me", {other: one}, {one})
    assert stale_from(known) is None
    with known.writing() as transaction:
        transaction.set_copies("me", {}, ())
    assert stale_from(known) == days_after(1)
    with known.reading() as transaction:
        assert transaction.counted_ids("me") == {one, other}
        assert transaction.has_activity("me", ride)
        assert not transaction.has_activity("me", "nothing")


def test_days_see_walks_and_runs_apart(known):
    keep(known, run(), run(1, sport="walking"), run(2, sport="hiking"))
    run_id, walk_id, copy_id = (each.id for each in stored(known))
    with known.writing() as transaction:
        transaction.set_copies("me", {copy_id: walk_id}, ())
        seen = {each.id: (each.counted, each.walk) for each in transaction.day_activities("me")}
        distances = [each.distance_m for each in transaction.day_activities("me")]
    assert seen == {run_id: (True, False), walk_id: (False, True), copy_id: (False, False)}
    assert distances == [run().distance_m] * 3


def test_copies_are_sought_among_what_is_stored(known):
    keep(known, run(cadence_mean_spm=170.0))
    with known.reading() as transaction:
        (found,) = transaction.copies("me")
        trace = found.trace()
    assert (found.start_s, found.records, trace) == (
        run().start_at.timestamp(),
        3600,
        run().trace,
    )
    assert (found.format, found.salvaged, found.dropped) == ("fit", False, False)


@pytest.mark.parametrize(
    ("told", "more"),
    [
        ({"cadence_mean_spm": 170.0}, 1),
        ({"heart_rate_mean_bpm": 150.0, "power_mean_w": 250.0}, 2),
        ({"ground_contact_time_ms": 250.0, "ground_contact_balance_pct": 50.0}, 2),
        ({"timer_from": "device", "distance_from": "device", "ascent_from": "device"}, 3),
        ({"timer_from": "records", "distance_from": "positions", "ascent_from": "altitude"}, 0),
        ({"timezone_from": "file"}, 1),
        ({"findings": (Finding("indoors", 1, "An indoor run."),)}, -1),
    ],
)
def test_a_recording_is_as_rich_as_what_it_tells(known, told, more):
    keep(known, run(), run(1, **told))
    with known.reading() as transaction:
        plain, other = transaction.copies("me")
    assert other.tells - plain.tells == more


def test_a_path_comes_back_with_every_nanosecond(known):
    keep(known, run())
    refused = seen_file("bad.fit", status="refused", reason="damaged", sha256=None)
    with known.writing() as transaction:
        transaction.add_seen("me", URL, refused)
        transaction.add_seen("me", URL, replace(refused, path="x.fit", reason="not_an_activity"))
        assert transaction.seen_files("me", URL)["bad.fit"] == refused
        assert transaction.seen_files("me", URL, only="bad.fit") == {"bad.fit": refused}
        assert transaction.seen_files("me", "file:///other") == {}
        assert transaction.refused_count("me") == 1
        transaction.add_seen("me", URL, replace(refused, status="read", reason=None))
        assert transaction.refused_count("me") == 0


def test_a_source_spans_from_its_first_to_its_last_activity(known):
    keep(known, run(), run(4))
    with known.writing() as transaction:
        transaction.mark_scanned("me", URL, days_after(9))
        assert transaction.spans("me") == [SourceSpan(first=DAY, last=days_after(4))]
    fresh(known)
    with known.writing() as transaction:
        transaction.add_source("me", URL, complete=True)
        (span,) = transaction.spans("me")
    assert span.complete_before == days_after(9)
    assert stale_from(known) == days_after(4)  # from there on rest is known now


def test_the_same_scan_marks_nothing(known):
    keep(known, run())
    with known.writing() as transaction:
        transaction.add_source("me", URL, complete=True)
        transaction.mark_scanned("me", URL, days_after(3))
    fresh(known)
    with known.writing() as transaction:
        transaction.add_source("me", URL, complete=True)
        transaction.mark_scanned("me", URL, days_after(3))
    assert stale_from(known) is None
    with known.writing() as transaction:
        transaction.mark_scanned("me", URL, days_after(4))
    assert stale_from(known) == DAY


def test_an_answer_comes_back_and_a_later_one_replaces_it(known):
    full = answer(
        during=4,
        rpe=7,
        run_id="ab" * 6,
        sleep_h=7.25,
        flags=frozenset({"limping", "dark_urine"}),
        did=frozenset({"rested"}),
        where=frozenset({"lower_calf"}),
        painkiller=True,
        cleared="may_run",
        note="örtlich",
    )
    with known.writing() as transaction:
        assert transaction.add_checkin("me", full, NOW)
        assert transaction.mornings("me") == [full]
        assert not transaction.add_checkin("me", full, NOW + timedelta(hours=1))
        assert transaction.add_checkin("me", answer(), NOW + timedelta(hours=2))
        assert transaction.add_checkin("me", answer(days_after(1)), NOW)
        assert transaction.mornings("me") == [answer(), answer(days_after(1))]


def test_the_older_answer_is_kept(known):
    with known.writing() as transaction:
        for left in (3, 4, 3):
            transaction.add_checkin("me", answer(left=left), NOW)
    with known.reading() as transaction:
        rows = transaction.session.connection().exec_driver_sql(
            "SELECT revision, soreness_left FROM checkin ORDER BY revision"
        )
        assert [tuple(each) for each in rows] == [(0, 3), (1, 4), (2, 3)]


def test_no_flags_is_not_the_same_as_nothing_said(known):
    with known.writing() as transaction:
        transaction.add_checkin("me", answer(flags=None), NOW)
        transaction.add_checkin("me", answer(days_after(1), flags=frozenset()), NOW)
        untold, none = transaction.mornings("me")
    assert untold.flags is None
    assert none.flags == frozenset()


def test_an_answer_makes_its_day_stale(known):
    fresh(known)
    with known.writing() as transaction:
        transaction.add_checkin("me", answer(days_after(3)), NOW)
    assert stale_from(known) == days_after(3)


def test_days_are_replaced_and_what_changed_is_counted(known):
    def day(count: int, **changes):
        return DayRow(
            **{"on": days_after(count), "known": True, "runs": 0, "calf_km": 1.5} | changes
        )

    first = [(day(0), "rest"), (day(1), None), (day(2), "easy")]
    with known.writing() as transaction:
        assert transaction.replace_days("me", first) == 3
        assert transaction.replace_days("me", first) == 0
        assert transaction.days("me") == first
    # One verdict is another, one day is gone, one is new, one stays.
    second = [(day(0), "rest"), (day(1), "easy"), (day(3, known=False, runs=None), None)]
    with known.writing() as transaction:
        assert transaction.replace_days("me", second) == 3
        assert transaction.days("me") == second
    with known.reading() as transaction:
        assert transaction.days("me") == second


def test_replacing_days_forgets_nothing_else_of_its_transaction(known):
    with known.writing() as transaction:
        transaction.mark_stale("me", DAY)
        transaction.replace_days("me", [(DayRow(on=DAY, known=False), None)])
        transaction.mark_fresh("me", "versions 2")
    with known.reading() as transaction:
        assert transaction.versions("me") == "versions 2"
        assert transaction.stale_from("me") is None
