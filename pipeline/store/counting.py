"""Counting: which activities are copies of which, and how each run stands among the others."""

from __future__ import annotations

from dataclasses import asdict, fields
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from pipeline.standing import Standing
from pipeline.store.activities import Activities
from pipeline.store.rows import (
    COPY_COLUMNS,
    COUNT_COLUMNS,
    OF_ITS_FILE,
    RUNNING,
    STANDING_COLUMNS,
    WORN_COLUMNS,
    compared_run,
    copy_candidate,
    sport_of,
)
from pipeline.store.tables import ActivityTableRow, RawFileRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.duplicates import Copy
    from pipeline.standing import ComparedRun

TRACES_HELD = 64
"""Runs are compared in order of time, so one is asked for again soon or never."""


class Counting(Activities):
    """What can be asked and told of what counts."""

    def copies(self, athlete: str) -> list[Copy]:
        """Activities as the search for near copies looks at them, without those left out.

        Each trace is read when asked for, and few are held: ten years of them are a lot of memory.
        """
        query = (
            select(*COPY_COLUMNS)
            .join(RawFileRow, OF_ITS_FILE)
            .where(ActivityTableRow.athlete_id == athlete)
            .order_by(ActivityTableRow.start_at, ActivityTableRow.id)
        )
        corrections = self.corrections(athlete)
        trace = lru_cache(maxsize=TRACES_HELD)(partial(self._trace, athlete))
        found = []
        for row in self.session.execute(query):
            correction = corrections.get(row.id)
            if correction is None or not correction.dropped:
                found.append(copy_candidate(row, correction, partial(trace, row.id)))
        return found

    def _trace(self, athlete: str, activity: str) -> bytes:
        query = select(ActivityTableRow.trace).where(
            ActivityTableRow.athlete_id == athlete, ActivityTableRow.id == activity
        )
        return self.session.execute(query).scalar_one()

    def set_copies(self, athlete: str, copy_of: Mapping[str, str], short: Collection[str]) -> None:
        """Say which activities are copies of which; runs that are neither copy nor left out count.

        Marks the days stale on which the answer changed.
        """
        query = select(*COUNT_COLUMNS).where(ActivityTableRow.athlete_id == athlete)
        corrections = self.corrections(athlete)
        changed = []
        for row in self.session.execute(query):
            correction = corrections.get(row.id)
            dropped = correction is not None and correction.dropped
            is_run = sport_of(row, correction) == RUNNING
            now = {
                "counted": is_run and row.id not in copy_of and not dropped,
                "duplicate_of": copy_of.get(row.id),
                "short_copy": row.id in short,
            }
            if (now["counted"], now["duplicate_of"]) != (row.counted, row.duplicate_of):
                self.mark_stale(athlete, row.local_date)
            if any(getattr(row, name) != value for name, value in now.items()):
                changed.append({"athlete_id": athlete, "id": row.id, **now})
        if changed:
            self.session.execute(update(ActivityTableRow), changed)

    def compared_runs(self, athlete: str) -> list[ComparedRun]:
        """The runs that count, oldest first, as `standings` compares them."""
        query = (
            select(*WORN_COLUMNS)
            .where(ActivityTableRow.athlete_id == athlete, ActivityTableRow.counted)
            .order_by(ActivityTableRow.start_at, ActivityTableRow.id)
        )
        said = self.said(athlete)
        return [compared_run(row, said) for row in self.session.execute(query)]

    def set_standings(self, athlete: str, standings: Mapping[str, Standing]) -> None:
        """Say how each run stands among the others; one that is not named has no standing."""
        query = select(*STANDING_COLUMNS).where(ActivityTableRow.athlete_id == athlete)
        names = [each.name for each in fields(Standing)]
        none = Standing()
        changed = []
        for row in self.session.execute(query):
            now = asdict(standings.get(row.id, none))
            if any(getattr(row, name) != now[name] for name in names):
                changed.append({"athlete_id": athlete, "id": row.id, **now})
        if changed:
            self.session.execute(update(ActivityTableRow), changed)
