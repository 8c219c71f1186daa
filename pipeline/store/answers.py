"""Answers: what the runner said of each morning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from pipeline.store.athletes import Athletes
from pipeline.store.rows import ANSWER_COLUMNS, checkin_of, checkin_row
from pipeline.store.tables import CheckInRow

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.checkin import CheckIn


class Answers(Athletes):
    """What can be asked and told of answers."""

    def mornings(self, athlete: str) -> list[CheckIn]:
        """The standing answer of each morning, oldest first."""
        query = (
            select(*ANSWER_COLUMNS)
            .where(CheckInRow.athlete_id == athlete)
            .order_by(CheckInRow.on_date, CheckInRow.revision)
        )
        latest = {row.on_date: row for row in self.session.execute(query)}
        return [checkin_of(row) for row in latest.values()]

    def add_checkin(self, athlete: str, answer: CheckIn, answered_at: datetime) -> bool:
        """Keep an answer; one that says the same as the standing one changes nothing.

        Returns:
            Whether anything changed.
        """
        query = (
            select(CheckInRow)
            .where(CheckInRow.athlete_id == athlete, CheckInRow.on_date == answer.on)
            .order_by(CheckInRow.revision.desc())
            .limit(1)
        )
        standing = self.session.scalars(query).first()
        if standing is not None and checkin_of(standing) == answer:
            return False
        revision = 0 if standing is None else standing.revision + 1
        self.session.add(checkin_row(athlete, answer, revision, answered_at))
        self.mark_stale(athlete, answer.on)
        return True
