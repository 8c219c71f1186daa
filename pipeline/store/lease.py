"""One sync at a time: a lease that expires, with a fence that grows with every holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.store.tables import LeaseRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pipeline.store.records import Transaction

LEASE = timedelta(minutes=2)
"""A holder that has not renewed for this long is gone."""


class BusyError(Exception):
    """Another run holds the lease: try later. Exit code 75."""


class LostLeaseError(Exception):
    """This run was taken for dead and another one took over: stop, it does the work."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to sync, held until it is given back or expires."""

    name: str
    holder: str
    fence: int


def take(
    transaction: Transaction,
    name: str,
    holder: str,
    now: datetime,
    *,
    is_dead: Callable[[str], bool],
) -> Lease:
    """Take the lease, or raise BusyError.

    Args:
        transaction: a writing one.
        name: what is locked.
        holder: who asks, in a form that `is_dead` understands.
        now: the time.
        is_dead: whether a former holder certainly runs no more, so that nobody waits for a
            lease whose holder was killed on this machine.
    """
    row = transaction.session.get(LeaseRow, name)
    if row is None:
        row = LeaseRow(name=name, holder=holder, fence=0, expires_at=now)
        transaction.session.add(row)
    elif row.expires_at > now and not is_dead(row.holder):
        raise BusyError("another sync is running; try again when it has finished")
    row.holder = holder
    row.fence += 1
    row.expires_at = now + LEASE
    return Lease(name, holder, row.fence)


def renew(transaction: Transaction, lease: Lease, now: datetime) -> None:
    """Hold on, in the transaction that writes: a run that lost its lease writes nothing more."""
    row = transaction.session.get_one(LeaseRow, lease.name)
    if row.fence != lease.fence:
        raise LostLeaseError("another run took over; this one stops here")
    row.expires_at = now + LEASE


def give_back(transaction: Transaction, lease: Lease, now: datetime) -> None:
    """Let the next one in."""
    row = transaction.session.get_one(LeaseRow, lease.name)
    if row.fence == lease.fence:
        row.expires_at = now
