"""Corrections: what the runner says of an activity against its file; facts that stay."""

from __future__ import annotations

from dataclasses import asdict, fields

from sqlalchemy import select

from pipeline.store.athletes import Athletes
from pipeline.store.rows import Correction
from pipeline.store.tables import ActivityTableRow, CorrectionRow


class Corrections(Athletes):
    """What can be asked and told of corrections."""

    def corrections(self, athlete: str) -> dict[str, Correction]:
        """Every correction, by the activity's id."""
        columns = [getattr(CorrectionRow, each.name) for each in fields(Correction)]
        query = select(CorrectionRow.activity_id, *columns).where(
            CorrectionRow.athlete_id == athlete
        )
        return {
            row.pop("activity_id"): Correction(**row)
            for row in map(dict, self.session.execute(query).mappings())
        }

    def sports_corrected(self, athlete: str) -> dict[str, dict[int, tuple[str, str | None]]]:
        """What the runner says of files: digest → which activity of it → sport, sub-sport."""
        named = {
            activity: (correction.sport, correction.sub_sport)
            for activity, correction in self.corrections(athlete).items()
            if correction.sport is not None
        }
        query = select(
            ActivityTableRow.id, ActivityTableRow.sha256, ActivityTableRow.position
        ).where(ActivityTableRow.athlete_id == athlete, ActivityTableRow.id.in_(list(named)))
        found: dict[str, dict[int, tuple[str, str | None]]] = {}
        for activity, digest, position in self.session.execute(query):
            found.setdefault(digest, {})[position] = named[activity]
        return found

    def correct(self, athlete: str, activity: str, now: Correction) -> None:
        """Make this what the runner says of an activity; marks what follows from it as stale."""
        key = (athlete, activity)
        row = self.session.get(CorrectionRow, key)
        if now == Correction():
            if row is not None:
                self.session.delete(row)
        else:
            values = asdict(now)
            self.session.merge(CorrectionRow(athlete_id=athlete, activity_id=activity, **values))
        self.mark_runs_stale(athlete)
        corrected = self.session.get(ActivityTableRow, key)
        if corrected is not None:
            self.mark_stale(athlete, corrected.local_date)
