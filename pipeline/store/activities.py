"""Activities: every one as it is listed, and as the days look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from pipeline.day import walks_beside_runs
from pipeline.standing import CadenceRun
from pipeline.store.files import Files
from pipeline.store.rows import (
    DAY_COLUMNS,
    LISTED_COLUMNS,
    OF_ITS_FILE,
    RUNNING,
    WALKS,
    Ran,
    Said,
    day_activity,
    stored_activity,
)
from pipeline.store.shoes import Shoes
from pipeline.store.tables import ActivityTableRow, RawFileRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from sqlalchemy import Select

    from pipeline.activity import ExportLine
    from pipeline.day import DayActivity
    from pipeline.store.rows import StoredActivity


class Activities(Files, Shoes):
    """What can be asked of activities. Here, and nowhere else, loads become those as worn."""

    def activities(self, athlete: str) -> list[StoredActivity]:
        """Every activity of a runner, oldest first; nobody who lists them asks for the traces."""
        query = _listed(athlete).order_by(ActivityTableRow.start_at, ActivityTableRow.id)
        said = self.said(athlete)
        return [stored_activity(row, said) for row in self.session.execute(query)]

    def activities_newest_first(
        self, athlete: str, *, skip: int, at_most: int
    ) -> list[StoredActivity]:
        """One page of the same, from its newest end."""
        query = (
            _listed(athlete)
            .order_by(ActivityTableRow.start_at.desc(), ActivityTableRow.id.desc())
            .offset(skip)
            .limit(at_most)
        )
        said = self.said(athlete)
        return [stored_activity(row, said) for row in self.session.execute(query)]

    def activity(self, athlete: str, activity: str) -> StoredActivity | None:
        """One activity of a runner; None where they have none with this id."""
        query = _listed(athlete).where(ActivityTableRow.id == activity)
        row = self.session.execute(query).one_or_none()
        return None if row is None else stored_activity(row, self.said(athlete))

    def activity_count(self, athlete: str) -> int:
        """How many there are."""
        query = select(func.count()).where(ActivityTableRow.athlete_id == athlete)
        return self.session.execute(query).scalar_one()

    def copies_of(self, athlete: str, activity: str) -> list[str]:
        """The ids of the recordings in whose place an activity stands."""
        query = (
            select(ActivityTableRow.id)
            .where(
                ActivityTableRow.athlete_id == athlete, ActivityTableRow.duplicate_of == activity
            )
            .order_by(ActivityTableRow.start_at, ActivityTableRow.id)
        )
        return list(self.session.scalars(query))

    def place_in_file(self, athlete: str, activity: str) -> int:
        """Which activity of its file it is, from 0."""
        return self.session.get_one(ActivityTableRow, (athlete, activity)).position

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

    def active_dates(self, athlete: str, first: date, last: date) -> set[date]:
        """The local dates between two, on which there is an activity of any kind."""
        dates = ActivityTableRow.local_date
        query = select(dates).where(
            ActivityTableRow.athlete_id == athlete, dates.between(first, last)
        )
        return set(self.session.scalars(query))

    def cadence_runs(self, athlete: str, since: date, until: date) -> list[CadenceRun]:
        """The counted runs that tell a cadence, oldest first, between two local dates."""
        row = ActivityTableRow
        query = (
            select(
                row.local_date,
                row.cadence_by_speed,
                row.cadence_line_c0_spm,
                row.cadence_line_slope_spm_per_mps,
                row.cadence_residual_sd_spm,
                row.cadence_line_runs,
            )
            .where(row.athlete_id == athlete, row.counted, row.local_date.between(since, until))
            .order_by(row.start_at, row.id)
        )
        return [
            CadenceRun(
                on=on,
                cadence_by_speed=by_speed,
                c0_spm=c0,
                slope_spm_per_mps=slope,
                sd_spm=sd,
                line_runs=runs,
            )
            for on, by_speed, c0, slope, sd, runs in self.session.execute(query)
            if by_speed
        ]

    def ran(self, athlete: str, activity: str) -> Ran | None:
        """One activity, as far as a question about it must name it; None where there is none."""
        row = self.session.get(ActivityTableRow, (athlete, activity))
        if row is None:
            return None
        return Ran(id=row.id, on=row.local_date, distance_m=row.distance_m)

    def runs_between(self, athlete: str, first: date, last: date) -> list[Ran]:
        """The runs that count of the local dates from a first to a last one, oldest first."""
        query = (
            select(ActivityTableRow.id, ActivityTableRow.local_date, ActivityTableRow.distance_m)
            .where(
                ActivityTableRow.athlete_id == athlete,
                ActivityTableRow.counted,
                ActivityTableRow.local_date.between(first, last),
            )
            .order_by(ActivityTableRow.start_at, ActivityTableRow.id)
        )
        return [
            Ran(id=row.id, on=row.local_date, distance_m=row.distance_m)
            for row in self.session.execute(query)
        ]

    def said(self, athlete: str) -> Said:
        """Everything that is told of activities beside their files."""
        told = self.told(athlete)
        return Said(
            told=told,
            gear_of_copies=self._gear_of_copies(athlete, told),
            corrections=self.corrections(athlete),
            wardrobe=self.wardrobe(athlete),
            strike=self.strike(athlete),
        )

    def _gear_of_copies(self, athlete: str, told: Mapping[str, ExportLine]) -> dict[str, str]:
        """The shoes that exports tell of near copies on foot: id in their place → shoes.

        Of several copies the one that began first tells.
        """
        if not any(line.gear for line in told.values()):
            return {}
        query = (
            select(ActivityTableRow.duplicate_of, ActivityTableRow.sha256)
            .where(
                ActivityTableRow.athlete_id == athlete,
                ActivityTableRow.duplicate_of.is_not(None),
                ActivityTableRow.sport.in_((RUNNING, *sorted(WALKS))),
            )
            .order_by(ActivityTableRow.start_at.desc(), ActivityTableRow.id.desc())
        )
        return {
            activity: line.gear
            for activity, digest in self.session.execute(query)
            if activity and (line := told.get(digest)) is not None and line.gear
        }

    def has_activity(self, athlete: str, activity: str) -> bool:
        """Whether there is an activity with this id."""
        return self.session.get(ActivityTableRow, (athlete, activity)) is not None

    def counted_ids(self, athlete: str) -> set[str]:
        """The activities that count."""
        query = select(ActivityTableRow.id).where(
            ActivityTableRow.athlete_id == athlete, ActivityTableRow.counted
        )
        return set(self.session.scalars(query))


def _listed(athlete: str) -> Select[Any]:
    return (
        select(*LISTED_COLUMNS)
        .join(RawFileRow, OF_ITS_FILE)
        .where(ActivityTableRow.athlete_id == athlete)
    )
