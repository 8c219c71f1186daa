"""Activities: every one as it is listed, and as the days look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from pipeline.day import walks_beside_runs
from pipeline.store.files import Files
from pipeline.store.rows import DAY_COLUMNS, OF_ITS_FILE, Said, day_activity, stored_activity
from pipeline.store.shoes import Shoes
from pipeline.store.tables import ActivityTableRow, RawFileRow

if TYPE_CHECKING:
    from pipeline.day import DayActivity
    from pipeline.store.rows import StoredActivity


class Activities(Files, Shoes):
    """What can be asked of activities. Here, and nowhere else, loads become those as worn."""

    def activities(self, athlete: str) -> list[StoredActivity]:
        """Every activity of a runner, oldest first."""
        query = (
            select(ActivityTableRow, RawFileRow)
            .join(RawFileRow, OF_ITS_FILE)
            .where(ActivityTableRow.athlete_id == athlete)
            .order_by(ActivityTableRow.start_at, ActivityTableRow.id)
        )
        said = self.said(athlete)
        return [
            stored_activity(activity, raw, said) for activity, raw in self.session.execute(query)
        ]

    def day_activities(self, athlete: str) -> list[DayActivity]:
        """The same as the days look at them; light, because every morning asks."""
        query = (
            select(*DAY_COLUMNS)
            .where(ActivityTableRow.athlete_id == athlete)
            .order_by(ActivityTableRow.start_at, ActivityTableRow.id)
        )
        said = self.said(athlete)
        rows = self.session.execute(query)
        return walks_beside_runs([day_activity(row, said) for row in rows])

    def said(self, athlete: str) -> Said:
        """Everything that is told of activities beside their files."""
        return Said(
            told=self.told(athlete),
            corrections=self.corrections(athlete),
            wardrobe=self.wardrobe(athlete),
            strike=self.strike(athlete),
        )

    def has_activity(self, athlete: str, activity: str) -> bool:
        """Whether there is an activity with this id."""
        return self.session.get(ActivityTableRow, (athlete, activity)) is not None

    def counted_ids(self, athlete: str) -> set[str]:
        """The activities that count."""
        query = select(ActivityTableRow.id).where(
            ActivityTableRow.athlete_id == athlete, ActivityTableRow.counted
        )
        return set(self.session.scalars(query))
