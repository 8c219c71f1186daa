"""Answers: what the runner said of each morning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from pipeline.store.athletes import Athletes
from pipeline.store.rows import ANSWER_COLUMNS, checkin_of, checkin_row
from pipeline.store.tables import CheckInRow

if TYPE_CHECKING:
    from datetime import date, datetime

    from pipeline.checkin import CheckIn, Cleared


class Answers(Athletes):
    """What can be asked and told of answers."""

    def mornings(self, athlete: str, *, as_of: datetime | None = None) -> list[CheckIn]:
        """The standing answer of each morning, oldest first; `as_of` an instant, or by now."""
        query = (
            select(*ANSWER_COLUMNS)
            .where(CheckInRow.athlete_id == athlete)
            .order_by(CheckInRow.on_date, CheckInRow.revision)
        )
        if as_of is not None:
            query = query.where(CheckInRow.answered_at <= as_of)
        latest = {row.on_date: row for row in self.session.execute(query)}
        return [checkin_of(row) for row in latest.values()]

    def answer(self, athlete: str, on: date) -> CheckIn | None:
        """The standing answer of one morning."""
        row = self._standing(athlete, on)
        return None if row is None else checkin_of(row)

    def answer_before(self, athlete: str, on: date) -> CheckIn | None:
        """The standing answer of the last answered morning before a date."""
        query = (
            select(CheckInRow)
            .where(CheckInRow.athlete_id == athlete, CheckInRow.on_date < on)
            .order_by(CheckInRow.on_date.desc(), CheckInRow.revision.desc())
            .limit(1)
        )
        row = self.session.scalars(query).first()
        return None if row is None else checkin_of(row)

    def last_cleared(self, athlete: str, before: date) -> Cleared | None:
        """What somebody said who saw the runner last, as told on a morning before a date."""
        standing = (
            select(CheckInRow.on_date, func.max(CheckInRow.revision).label("revision"))
            .where(CheckInRow.athlete_id == athlete, CheckInRow.on_date < before)
            .group_by(CheckInRow.on_date)
            .subquery()
        )
        query = (
            select(CheckInRow.cleared)
            .join(
                standing,
                (CheckInRow.on_date == standing.c.on_date)
                & (CheckInRow.revision == standing.c.revision),
            )
            .where(CheckInRow.athlete_id == athlete, CheckInRow.cleared.is_not(None))
            .order_by(CheckInRow.on_date.desc())
            .limit(1)
        )
        return self.session.scalar(query)  # type: ignore[no-any-return] # only answers write it

    def add_checkin(self, athlete: str, answer: CheckIn, answered_at: datetime) -> bool:
        """Keep an answer; one that says the same as the standing one changes nothing.

        Returns:
            Whether anything changed.
        """
        standing = self._standing(athlete, answer.on)
        if standing is not None and checkin_of(standing) == answer:
            return False
        revision = 0 if standing is None else standing.revision + 1
        self.session.add(checkin_row(athlete, answer, revision, answered_at))
        self.mark_stale(athlete, answer.on)
        return True

    def _standing(self, athlete: str, on: date) -> CheckInRow | None:
        """The row that holds the standing answer of one morning."""
        query = (
            select(CheckInRow)
            .where(CheckInRow.athlete_id == athlete, CheckInRow.on_date == on)
            .order_by(CheckInRow.revision.desc())
            .limit(1)
        )
        return self.session.scalars(query).first()
