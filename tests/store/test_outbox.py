"""Letters in the store: what was told, which letter is due, who may deliver it, who wants none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.dialects import postgresql

from pipeline.store.letters import CORRECTED, IN_DOUBT, STOPPED, SUPPRESSED
from pipeline.store.outbox import AT_ONCE_TRIES, EXPIRED, KILLED, Settled, due_letters
from pipeline.store.records import Told
from tests.store.made import DAY, letter, raw_file

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
TO = "Jane@Example.org"


def told(on=DAY, **changes):
    plain = {"verdict": "easy", "rules_version": "1", "body": {"because": []}}
    return Told(**{"on": on, **plain, "told_at": NOW, "files": 0, **changes})


def add(store, *letters):
    with store.writing() as transaction:
        for each in letters:
            transaction.add_letter("me", each, told(each.on))


def mailed(**changes):
    return letter(**{"recipient": TO, "expires_at": NOW + 8 * HOUR, **changes})


def claim(store, *, at=NOW, by="a|1|1", dead=(), **which):
    with store.writing() as transaction:
        return transaction.claim_letter(
            by,
            now=at,
            lease_until=at + HOUR / 6,
            is_dead=lambda each: each in dead,
            **{"doubtful_at": at + HOUR / 4, **which},
        )


def settle(store, claimed, state="sent", **changes):
    with store.writing() as transaction:
        return transaction.settle_letter(claimed, Settled(state=state, **changes), NOW)


def now_is(store, kind="morning", on=DAY):
    with store.reading() as transaction:
        return transaction.letter("me", on, kind, 0)


def test_a_letter_is_claimed_once_and_settled(known):
    first, second = letter(), letter(DAY + timedelta(days=1))
    add(known, second, first)
    claims = [claim(known), claim(known)]
    assert [each.letter for each in claims] == [
        replace(each, state="sending", attempts=1) for each in (first, second)
    ]
    assert claim(known) is None
    assert settle(known, claims[0]) == replace(first, state="sent", attempts=1)
    assert settle(known, claims[0], "failed") is None, "only once"
    with known.reading() as transaction:
        assert [each.state for each in transaction.letters_since("me", DAY)] == ["sent", "sending"]
        assert transaction.letter("me", DAY, "morning", 1) is None


def test_which_letters_are_asked_for(known):
    with known.writing() as transaction:
        transaction.add_athlete("other")
    add(known, mailed())
    assert claim(known, mailed=False) is None
    assert claim(known, athlete="other") is None
    assert claim(known, mailed=True, athlete="me") is not None


@pytest.mark.parametrize(
    ("changes", "is_due"),
    [
        ({}, True),
        ({"not_before": NOW}, True),
        ({"not_before": NOW + HOUR}, False),
        ({"state": "unknown"}, False),
        ({"state": "unknown", "not_before": NOW}, True),
        ({"state": "unknown", "not_before": NOW + HOUR}, False),
        ({"state": "sent"}, False),
        ({"state": "failed"}, False),
        ({"state": "held"}, False),
    ],
)
def test_which_letters_are_due(known, changes, is_due):
    add(known, mailed(**changes))
    assert (claim(known) is not None) == is_due


@pytest.mark.parametrize(
    ("later", "dead", "is_due"),
    [(0 * HOUR, (), False), (0 * HOUR, ("a|1|1",), True), (HOUR, (), True)],
)
def test_a_lease_ends_by_itself_or_with_its_holder(known, later, dead, is_due):
    add(known, letter())
    first = claim(known)
    second = claim(known, at=NOW + later, by="b|1|1", dead=dead)
    assert (second is not None) == is_due
    if second is not None:
        assert settle(known, first) is None
        assert settle(known, second).attempts == 2


def test_mail_of_who_was_killed_goes_on_at_once_then_waits_and_is_never_given_up(known):
    add(known, mailed())
    by = "a|0|1"
    assert not claim(known, by=by).in_doubt
    for number in range(1, AT_ONCE_TRIES):
        killed, by = by, f"a|{number}|1"
        again = claim(known, by=by, dead=[killed])
        assert (again.in_doubt, again.letter.attempts, again.letter.lost) == (True, number + 1, 0)
    assert claim(known, by="b|1|1", dead=[by]) is None
    assert (now_is(known).state, now_is(known).last_text) == ("unknown", KILLED)
    assert claim(known, at=NOW + HOUR / 5, by="b|1|1") is None
    last = claim(known, at=NOW + HOUR / 4, by="b|1|1")
    assert (last.in_doubt, settle(known, last).state) == (True, "sent")


def test_mail_of_who_was_killed_is_held_where_nobody_wants_it_twice(known):
    add(known, mailed())
    claim(known)
    assert claim(known, at=NOW + HOUR, by="b|1|1", doubtful_at=None) is None
    assert (now_is(known).state, now_is(known).last_text) == ("held", IN_DOUBT)


@pytest.mark.parametrize(
    ("changes", "state", "text"),
    [
        ({}, "failed", EXPIRED),
        ({"not_before": NOW + 9 * HOUR}, "failed", EXPIRED),
        ({"state": "unknown", "not_before": NOW, "last_text": "lost"}, "unknown", "lost"),
    ],
)
def test_after_its_evening(known, changes, state, text):
    add(known, mailed(**changes))
    assert claim(known, at=NOW + 8 * HOUR) is None
    after = now_is(known)
    assert (after.state, after.last_text, after.not_before) == (state, text, None)


def test_killed_and_found_after_the_evening(known):
    add(known, mailed())
    claim(known)
    assert claim(known, at=NOW + 9 * HOUR) is None
    assert (now_is(known).state, now_is(known).last_text) == ("unknown", KILLED)


def test_letters_for_the_folder_have_no_evening(known):
    add(known, letter())
    assert claim(known, at=NOW + 99 * HOUR) is not None


def test_a_correction_takes_the_place_of_a_letter_that_waits(known):
    add(known, mailed(), mailed(kind="correction", message_id="<other@calfwise>"))
    assert claim(known).letter.kind == "correction"
    assert claim(known) is None
    assert (now_is(known).state, now_is(known).last_text) == ("held", CORRECTED)


def test_stopped_and_started(known):
    add(known, mailed(), mailed(on=DAY + timedelta(days=1), message_id="<2@calfwise>"))
    with known.writing() as transaction:
        transaction.stop_letters("me", NOW)
        transaction.stop_letters("me", NOW + HOUR)
        assert transaction.letters_stopped_at("me") == NOW
        transaction.add_letter("me", mailed(kind="other", message_id="<3@calfwise>"), told())
    assert claim(known) is None
    assert {now_is(known, kind).last_text for kind in ("morning", "other")} == {STOPPED}
    with known.writing() as transaction:
        transaction.start_letters("me")
        assert transaction.letters_stopped_at("me") is None
    assert now_is(known).state == "pending"


def test_an_address_that_refuses(known):
    for number in range(3):
        add(known, mailed(on=DAY + timedelta(days=number), message_id=f"<{number}@calfwise>"))
        settle(known, claim(known), "failed", code=550, refused=True)
    with known.writing() as transaction:
        assert transaction.is_suppressed("jane@example.org"), "however it is spelt"
        assert not transaction.is_suppressed("john@example.org")
    add(known, mailed(on=DAY + timedelta(days=3), message_id="<3@calfwise>"))
    assert claim(known) is None
    assert now_is(known, on=DAY + timedelta(days=3)).last_text == SUPPRESSED
    with known.writing() as transaction:
        transaction.start_letters("me")
    settle(known, claim(known))
    with known.reading() as transaction:
        assert not transaction.is_suppressed(TO)


def test_what_was_told_last_stands(known):
    with known.writing() as transaction:
        assert transaction.last_told("me", DAY) is None
        transaction.add_letter("me", letter(), told())
        transaction.note_raw("me", raw_file())
        assert transaction.file_count("me") == 1
        assert transaction.file_count("other") == 0
        transaction.note_told("me", told(verdict="rest", files=1))
    with known.reading() as transaction:
        assert transaction.last_told("me", DAY) == told(verdict="rest", files=1)
        assert transaction.letter("me", DAY, "morning", 0) == letter(), "its letter stays"


def test_on_postgresql_nobody_waits_for_a_letter_that_somebody_else_looks_at():
    query = due_letters(NOW, ["a|1|1"], mailed=True, athlete="me")
    statement = str(query.compile(dialect=postgresql.dialect()))
    assert "FOR UPDATE SKIP LOCKED" in statement
