"""Letters: the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from pipeline.store.athletes import Athletes
from pipeline.store.rows import LETTER_FIELDS, StoredLetter, stored_letter
from pipeline.store.tables import LetterRow, RecommendationRow

if TYPE_CHECKING:
    from datetime import date


class Letters(Athletes):
    """What can be asked and told of letters."""

    def letter(self, athlete: str, on: date, kind: str, revision: int) -> StoredLetter | None:
        """One letter of the outbox, or None."""
        row = self.session.get(LetterRow, (athlete, on, kind, revision))
        return None if row is None else stored_letter(row)

    def add_letter(
        self,
        athlete: str,
        letter: StoredLetter,
        *,
        verdict: str,
        rules_version: str,
        body: dict[str, Any],
    ) -> None:
        """Queue a letter with the recommendation it carries, both or neither."""
        self.session.merge(
            RecommendationRow(
                athlete_id=athlete,
                on_date=letter.on,
                verdict=verdict,
                rules_version=rules_version,
                body=body,
            )
        )
        self.session.flush()  # the letter refers to it
        values = {name: getattr(letter, name) for name in LETTER_FIELDS}
        self.session.add(LetterRow(athlete_id=athlete, on_date=letter.on, **values))

    def pending_letters(self, athlete: str) -> list[StoredLetter]:
        """Letters that were not delivered yet, oldest first."""
        query = (
            select(LetterRow)
            .where(LetterRow.athlete_id == athlete, LetterRow.state == "pending")
            .order_by(LetterRow.on_date, LetterRow.kind, LetterRow.revision)
        )
        return [stored_letter(row) for row in self.session.scalars(query)]

    def mark_sent(self, athlete: str, letter: StoredLetter) -> None:
        """The letter lies where the runner finds it."""
        self.session.execute(
            update(LetterRow)
            .where(LetterRow.athlete_id == athlete, LetterRow.message_id == letter.message_id)
            .values(state="sent")
        )
