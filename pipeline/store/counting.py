"""Counting: which activities are copies of which, and how each run stands among the others."""

from __future__ import annotations

from dataclasses import asdict, fields
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, or_, select, update

from pipeline.standing import Standing
from pipeline.store.activities import Activities
from pipeline.store.rows import (
    COUNT_COLUMNS,
    OF_ITS_FILE,
    RUNNING,
    STANDING_COLUMNS,
    WORN_COLUMNS,
    compared_run,
    sport_of,
)
from pipeline.store.tables import ActivityTableRow, RawFileRow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import Any

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.orm import InstrumentedAttribute

    from pipeline.duplicates import Copy
    from pipeline.standing import ComparedRun
    from pipeline.store.rows import Correction

_TOLD = (
    "cadence_mean_spm",
    "heart_rate_mean_bpm",
    "power_mean_w",
    "ground_contact_time_ms",
    "ground_contact_balance_pct",
)
_TOTALS = ("timer_from", "distance_from", "ascent_from")
_UNPLACED = or_(
    *(
        cast(ActivityTableRow.findings, Text).contains(f'"{code}"')
        for code in ("no_positions", "indoors")
    )
)
"""Whether a recording has no positions; found by the database, ten times as fast as here."""

COPY_COLUMNS: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...] = (
    ActivityTableRow.id,
    ActivityTableRow.sport,
    ActivityTableRow.start_at,
    ActivityTableRow.end_at,
    ActivityTableRow.distance_m,
    ActivityTableRow.records,
    _UNPLACED.label("unplaced"),
    ActivityTableRow.timezone_from,
    *(getattr(ActivityTableRow, name) for name in _TOLD),
    *(getattr(ActivityTableRow, name) for name in _TOTALS),
    RawFileRow.format,
    RawFileRow.status,
)
"""All that `copy_candidate` needs but the trace: ten years of traces are a lot of memory."""

TRACES_HELD = 64
"""Runs are compared in order of time, so one is asked for again soon or never."""


def copy_candidate(
    row: Row[Any], correction: Correction | None, trace: Callable[[], bytes]
) -> Copy:
    """One activity as the search for near copies looks at it, from `COPY_COLUMNS`."""
    from pipeline.duplicates import Copy  # noqa: PLC0415 - NumPy only where copies are sought

    return Copy(
        id=row.id,
        sport=sport_of(row, correction),
        start_s=row.start_at.timestamp(),
        end_s=row.end_at.timestamp(),
        distance_m=row.distance_m,
        salvaged=row.status == "salvaged",
        tells=_values_told(row),
        format=row.format,
        records=row.records,
        trace=trace,
        kept=correction is not None and correction.kept,
        dropped=correction is not None and correction.dropped,
        named=correction is not None and correction.sport is not None,
    )


def _values_told(row: Row[Any]) -> int:
    """How many kinds of value a recording tells: places, means, device totals, its own zone."""
    told = [getattr(row, name) is not None for name in _TOLD]
    totals = [getattr(row, name) == "device" for name in _TOTALS]
    return sum((*told, *totals, not row.unplaced, row.timezone_from == "file"))


class Counting(Activities):
    """What can be asked and told of what counts."""

    def copies(self, athlete: str) -> list[Copy]:
        """Activities as the search for near copies looks at them, without those left out.

        With those that were left out as the last of their run: no later copy is to count for them.
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
            if correction is None or correction.kept or not correction.dropped:
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
