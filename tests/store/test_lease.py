"""The lease: one sync at a time, and a late one writes nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipeline.store.lease import LEASE, BusyError, Lease, LostLeaseError, give_back, renew, take

if TYPE_CHECKING:
    from pipeline.store.records import Store

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SOON = NOW + timedelta(seconds=30)
LATE = NOW + LEASE + timedelta(seconds=1)


def taken(store: Store, holder: str, now: datetime, *, dead: tuple[str, ...] = ()) -> Lease:
    with store.writing() as transaction:
        return take(transaction, "sync me", holder, now, is_dead=dead.__contains__)


def renewed(store: Store, lease: Lease, now: datetime) -> None:
    with store.writing() as transaction:
        transaction.add_athlete("trace of this transaction")
        renew(transaction, lease, now)


def given_back(store: Store, lease: Lease, now: datetime) -> None:
    with store.writing() as transaction:
        give_back(transaction, lease, now)


def test_a_second_run_is_told_to_wait(store):
    taken(store, "first", NOW)
    with pytest.raises(BusyError):
        taken(store, "second", SOON)


def test_the_same_holder_may_not_take_it_twice(store):
    taken(store, "first", NOW)
    with pytest.raises(BusyError):
        taken(store, "first", SOON)


def test_leases_of_two_runners_are_two(store):
    taken(store, "first", NOW)
    with store.writing() as transaction:
        take(transaction, "sync you", "second", NOW, is_dead=lambda _: False)


def test_given_back_it_is_free_at_once(store):
    given_back(store, taken(store, "first", NOW), SOON)
    assert taken(store, "second", SOON) == Lease("sync me", "second", 2)


def test_it_expires(store):
    taken(store, "first", NOW)
    assert taken(store, "second", LATE).fence == 2


def test_renewing_keeps_it(store):
    lease = taken(store, "first", NOW)
    renewed(store, lease, SOON)
    with pytest.raises(BusyError):
        taken(store, "second", LATE)


def test_of_a_dead_holder_it_is_taken_at_once(store):
    taken(store, "first", NOW)
    assert taken(store, "second", SOON, dead=("first",)).fence == 2


def test_a_late_one_writes_nothing(store):
    first = taken(store, "first", NOW)
    second = taken(store, "second", LATE)
    with pytest.raises(LostLeaseError):
        renewed(store, first, LATE)
    with store.reading() as transaction:
        assert transaction.athletes() == []
    given_back(store, first, LATE)
    renewed(store, second, LATE)


def test_of_many_at_once_one_gets_it(store):
    outcomes: list[str] = []

    def try_it(holder: str) -> None:
        try:
            taken(store, holder, NOW)
            outcomes.append("taken")
        except BusyError:
            outcomes.append("busy")

    threads = [threading.Thread(target=try_it, args=(str(each),)) for each in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["busy"] * 7 + ["taken"]
