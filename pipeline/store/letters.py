"""Letters: the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from pipeline.store.athletes import Athletes
from pipeline.store.rows import LETTER_FIELDS, StoredLetter, stored_letter
from pipeline.store.tables import AthleteRow, LetterRow, RecommendationRow

if TYPE_CHECKING:
    from datetime import date, datetime


class Letters(Athletes):
    """What can be asked and told of letters."""

    def letters_stopped_at(self, athlete: str) -> datetime | None:
        """Since when the runner wants no letters; None while they want them."""
        row = self.session.get(AthleteRow, athlete)
        return row.letters_stopped_at if row else None

    def stop_letters(self, athlete: str, at: datetime) -> None:
        """No letters from now on; who said so before has said so since then."""
        row = self.session.get_one(AthleteRow, athlete)
        row.letters_stopped_at = row.letters_stopped_at or at

    def start_letters(self, athlete: str) -> None:
        """Letters again."""
        self.session.get_one(AthleteRow, athlete).letters_stopped_at = None

    def recommended(self, athlete: str, on: date) -> str | None:
        """The verdict that was told last for a day; None where nothing was told."""
        row = self.session.get(RecommendationRow, (athlete, on))
        return row.verdict if row else None

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
