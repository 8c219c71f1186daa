"""The outbox: which letter is due, who may deliver it, and what became of it.

A letter is claimed in one transaction, delivered outside of any, and settled in another one. A
claim is a lease: after its end, or after its holder was killed, another one takes over, and the
former holder's result is not believed any more. How far that one came nobody knows, so a letter
that goes by mail may have arrived. It is tried again at once, but after a few tries it waits first:
else senders that are killed again and again would send copy after copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select, update

from pipeline.store.letters import CORRECTED, IN_DOUBT, STOPPED, SUPPRESSED, Letters
from pipeline.store.rows import stored_letter
from pipeline.store.tables import LetterRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Select

    from pipeline.store.rows import LetterState, StoredLetter

REFUSALS_MAX = 3
"""Letters in a row that an address refuses for good before it gets no more."""
EXPIRED = "expired"
KILLED = "whoever was sending it was killed"
CORRECTION = "correction"
AT_ONCE_TRIES = 4
"""From so many tries on, mail of a killed sender waits before it is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to deliver one letter, until the lease ends."""

    athlete: str
    letter: StoredLetter
    by: str
    in_doubt: bool
    """It may have arrived already, with an earlier try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a letter that was claimed."""

    state: LetterState
    not_before: datetime | None = None
    lost: int = 0
    code: int | None = None
    text: str | None = None
    refused: bool = False
    """The address refused it for good: that counts against the address."""


class Outbox(Letters):
    """What can be asked and told of the delivery of letters."""

    def claim_letter(
        self,
        by: str,
        *,
        now: datetime,
        lease_until: datetime,
        is_dead: Callable[[str], bool],
        doubtful_at: datetime | None,
        mailed: bool | None = None,
        athlete: str | None = None,
    ) -> Claim | None:
        """Take the next letter that is due, or None; nobody else takes it until the lease ends.

        Letters that must not be sent are settled on the way: those after their evening, of runners
        who stopped their letters, to an address that refuses, and those that a correction replaced.

        Args:
            by: who asks, in a form that `is_dead` understands.
            now: the time.
            lease_until: longer than delivery can take.
            is_dead: whether a former holder certainly runs no more.
            doubtful_at: when mail is tried again that a holder who was killed may have sent; None
                holds it.
            mailed: only letters to an address, or only those without; None for both.
            athlete: only letters of this runner; None for those of all.
        """
        sending = select(LetterRow.lease_by).where(LetterRow.state == "sending").distinct()
        dead = [each for each in self.session.scalars(sending) if each and is_dead(each)]
        due = due_letters(now, dead, mailed=mailed, athlete=athlete)
        while (row := self.session.scalars(due).first()) is not None:
            was_killed = row.state == "sending" and row.recipient is not None
            if was_killed and doubtful_at is None:
                _end(row, "held", IN_DOUBT)
            elif row.expires_at is not None and row.expires_at <= now:
                _expire(row)
            elif was_killed and row.attempts >= AT_ONCE_TRIES:
                _end(row, "unknown", KILLED)
                row.not_before, row.last_code = doubtful_at, None
            elif (why := self._why_not(row)) is not None:
                # Of one that may have arrived nobody can say that it was not sent.
                _end(row, "unknown" if row.state == "unknown" else "held", why)
            else:
                in_doubt = was_killed or row.state == "unknown"
                row.state, row.lease_by, row.lease_until = "sending", by, lease_until
                row.attempts += 1
                return Claim(
                    athlete=row.athlete_id, letter=stored_letter(row), by=by, in_doubt=in_doubt
                )
        return None

    def settle_letter(self, claim: Claim, settled: Settled, now: datetime) -> StoredLetter | None:
        """Say what became of a claimed letter.

        Returns:
            The letter as it is now; None where somebody else has taken it over meanwhile, so that
            nothing was changed.
        """
        letter = claim.letter
        mine = self.session.execute(
            update(LetterRow)
            .where(
                LetterRow.message_id == letter.message_id,
                LetterRow.state == "sending",
                LetterRow.lease_by == claim.by,
                LetterRow.attempts == letter.attempts,
            )
            .values(
                state=settled.state,
                not_before=settled.not_before,
                lost=settled.lost,
                last_code=settled.code,
                last_text=settled.text,
                lease_by=None,
                lease_until=None,
            )
            .returning(LetterRow.message_id)
        )
        if mine.scalar() is None:
            return None
        if letter.recipient is not None and settled.state == "sent":
            self.forgive(letter.recipient)
        elif letter.recipient is not None and settled.refused:
            self.note_refusal(letter.recipient, now, most=REFUSALS_MAX)
        return self.letter(claim.athlete, letter.on, letter.kind, letter.revision)

    def letters_since(self, athlete: str, since: date) -> list[StoredLetter]:
        """The letters of the days from a first one on, oldest first."""
        query = (
            select(LetterRow)
            .where(LetterRow.athlete_id == athlete, LetterRow.on_date >= since)
            .order_by(LetterRow.on_date, LetterRow.kind, LetterRow.revision)
        )
        return [stored_letter(row) for row in self.session.scalars(query)]

    def _why_not(self, row: LetterRow) -> str | None:
        """Why a letter that is due must not be sent, or None."""
        if self.letters_stopped_at(row.athlete_id) is not None:
            return STOPPED
        if row.recipient is not None and self.is_suppressed(row.recipient):
            return SUPPRESSED
        if row.kind != CORRECTION and self.letter(row.athlete_id, row.on_date, CORRECTION, 0):
            return CORRECTED
        return None


def due_letters(
    now: datetime, dead: list[str], *, mailed: bool | None, athlete: str | None
) -> Select[LetterRow]:
    """The oldest letter to be delivered now; on PostgreSQL one that nobody else looks at."""
    is_over = or_(LetterRow.lease_until <= now, LetterRow.lease_by.in_(dead))
    has_come: ColumnElement[bool] = LetterRow.not_before <= now
    wanted = or_(
        and_(LetterRow.state == "pending", or_(LetterRow.not_before.is_(None), has_come)),
        and_(LetterRow.state == "pending", LetterRow.expires_at <= now),
        and_(LetterRow.state == "unknown", has_come),
        and_(LetterRow.state == "sending", is_over),
    )
    query = select(LetterRow).where(wanted)
    if mailed is not None:
        query = query.where(LetterRow.recipient.is_not(None) == mailed)
    if athlete is not None:
        query = query.where(LetterRow.athlete_id == athlete)
    order = (LetterRow.on_date, LetterRow.made_at, LetterRow.message_id)
    return query.order_by(*order).limit(1).with_for_update(skip_locked=True)


def _expire(row: LetterRow) -> None:
    """Its evening has come. Of one that may have arrived nobody can say that it failed."""
    if row.state == "pending":
        _end(row, "failed", EXPIRED)
    else:
        _end(row, "unknown", row.last_text if row.state == "unknown" else KILLED)


def _end(row: LetterRow, state: LetterState, why: str | None) -> None:
    row.state, row.last_text, row.not_before = state, why, None
    row.lease_by, row.lease_until = None, None
