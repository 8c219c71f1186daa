"""Letters: what was told of a day, the letters that carry it, and who wants none."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from pipeline.store.athletes import Athletes
from pipeline.store.rows import LETTER_FIELDS, StoredLetter, Told, stored_letter
from pipeline.store.tables import AthleteRow, LetterRow, MailboxRow, RawFileRow, RecommendationRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

STOPPED = "letters are stopped"
SUPPRESSED = "this address refused too many letters in a row; `calfwise letter --start` tries again"
CORRECTED = "a correction took its place"
IN_DOUBT = "it may have arrived"
RELEASED = (STOPPED, SUPPRESSED)
"""Why letters are held that go out after all once letters are wanted again."""


class Letters(Athletes):
    """What can be asked and told of letters; how they are delivered is told in `outbox`."""

    def letter(self, athlete: str, on: date, kind: str, revision: int) -> StoredLetter | None:
        """One letter of the outbox, or None."""
        row = self.session.get(LetterRow, (athlete, on, kind, revision))
        return None if row is None else stored_letter(row)

    def add_letter(self, athlete: str, letter: StoredLetter, told: Told) -> None:
        """Queue a letter with the recommendation it carries, both or neither."""
        self.note_told(athlete, told)
        values = {name: getattr(letter, name) for name in LETTER_FIELDS}
        self.session.add(LetterRow(athlete_id=athlete, on_date=letter.on, **values))

    def note_told(self, athlete: str, told: Told) -> None:
        """Keep what is recommended for a day, in place of what was recommended before."""
        values = {each.name: getattr(told, each.name) for each in fields(told) if each.name != "on"}
        self.session.merge(RecommendationRow(athlete_id=athlete, on_date=told.on, **values))
        self.session.flush()  # its letters refer to it

    def last_told(self, athlete: str, on: date) -> Told | None:
        """What was recommended last for a day, or None."""
        row = self.session.get(RecommendationRow, (athlete, on))
        if row is None:
            return None
        values = {each.name: getattr(row, each.name) for each in fields(Told) if each.name != "on"}
        return Told(on=on, **values)

    def file_count(self, athlete: str) -> int:
        """How many files of the runner are known."""
        query = select(func.count()).where(RawFileRow.athlete_id == athlete)
        return self.session.execute(query).scalar_one()

    def letters_stopped_at(self, athlete: str) -> datetime | None:
        """Since when the runner wants no letters; None where they do."""
        row = self.session.get(AthleteRow, athlete)
        return row.letters_stopped_at if row else None

    def stop_letters(self, athlete: str, at: datetime) -> None:
        """No letters until the runner says otherwise; those that wait are held."""
        row = self.session.get_one(AthleteRow, athlete)
        row.letters_stopped_at = row.letters_stopped_at or at
        self.session.execute(
            update(LetterRow)
            .where(LetterRow.athlete_id == athlete, LetterRow.state == "pending")
            .values(state="held", last_code=None, last_text=STOPPED)
        )

    def start_letters(self, athlete: str, addresses: Iterable[str] = ()) -> None:
        """Letters again; also to addresses that had refused too often.

        Letters held meanwhile wait again: those of evenings gone by will expire.

        Args:
            athlete: who wants them.
            addresses: of the runner, beside those of letters that are held.
        """
        self.session.get_one(AthleteRow, athlete).letters_stopped_at = None
        held = self.session.scalars(
            select(LetterRow).where(
                LetterRow.athlete_id == athlete,
                LetterRow.state == "held",
                LetterRow.last_text.in_(RELEASED),
            )
        ).all()
        for row in held:
            row.state, row.not_before, row.last_text = "pending", None, None
        for address in {*addresses, *(row.recipient for row in held if row.recipient)}:
            self.forgive(address)

    def is_suppressed(self, address: str) -> bool:
        """Whether nothing is sent to this address any more."""
        row = self.session.get(MailboxRow, _mailbox(address))
        return row is not None and row.suppressed_at is not None

    def forgive(self, address: str) -> None:
        """The address takes letters, or shall be tried again."""
        row = self.session.get(MailboxRow, _mailbox(address))
        if row is not None:
            self.session.delete(row)

    def note_refusal(self, address: str, at: datetime, *, most: int) -> None:
        """The address refused a letter for good; after `most` in a row it gets no more of them."""
        row = self.session.get(MailboxRow, _mailbox(address))
        if row is None:
            row = MailboxRow(address=_mailbox(address), refusals=0)
            self.session.add(row)
        row.refusals += 1
        if row.refusals >= most:
            row.suppressed_at = row.suppressed_at or at


def _mailbox(address: str) -> str:
    """One mailbox, however its address is spelt: nobody tells two apart by large letters."""
    return address.casefold()
