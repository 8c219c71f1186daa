"""Days: the derived ones, each with its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from pipeline.store.athletes import Athletes
from pipeline.store.rows import DAY_ROW_COLUMNS, day_of, day_row
from pipeline.store.tables import DayTableRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pipeline.day import DayRow


class Days(Athletes):
    """What can be asked and told of days."""

    def days(
        self, athlete: str, since: date | None = None, until: date | None = None
    ) -> list[tuple[DayRow, str | None]]:
        """Every derived day with its verdict, oldest first; or those between two dates."""
        query = (
            select(*DAY_ROW_COLUMNS)
            .where(DayTableRow.athlete_id == athlete)
            .order_by(DayTableRow.on_date)
        )
        if since is not None:
            query = query.where(DayTableRow.on_date >= since)
        if until is not None:
            query = query.where(DayTableRow.on_date <= until)
        return [day_of(row) for row in self.session.execute(query)]

    def verdict_at(self, athlete: str, on: date) -> str | None:
        """The verdict of the last derived day up to a date; None before the first."""
        query = (
            select(DayTableRow.verdict)
            .where(DayTableRow.athlete_id == athlete, DayTableRow.on_date <= on)
            .order_by(DayTableRow.on_date.desc())
            .limit(1)
        )
        return self.session.scalar(query)

    def replace_days(self, athlete: str, days: Sequence[tuple[DayRow, str | None]]) -> int:
        """Make the stored days be these.

        Returns:
            How many dates are new, gone or different.
        """
        before = {day.on: (day, verdict) for day, verdict in self.days(athlete)}
        after = {day.on: (day, verdict) for day, verdict in days}
        changed = [on for on in before.keys() | after.keys() if before.get(on) != after.get(on)]
        self.session.execute(
            delete(DayTableRow).where(
                DayTableRow.athlete_id == athlete, DayTableRow.on_date.in_(changed)
            )
        )
        for on in sorted(after.keys() & set(changed)):
            day, verdict = after[on]
            self.session.add(day_row(athlete, day, verdict))
        return len(changed)
