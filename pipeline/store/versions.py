"""Which versions of the code derived what is stored, and what is to be derived again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from pipeline.store.tables import ActivityTableRow, DayTableRow, RawFileRow
from pipeline.versions import Versions

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

DUE = "due"
"""In place of what a kept file was derived with: the next run derives it again, whoever that is."""

FROM_BEFORE = 0
"""In place of the version of a row that has none, because it is older than any."""


def label_days(session: Session, athlete: str, code: Versions) -> None:
    """Say of every day what derived it, where it does not say so yet.

    That is the present code, but a day does not claim a newer reader, or newer arithmetic, than
    its own activities have: a file whose kept copy is gone keeps the numbers of an older one.
    """
    columns = (ActivityTableRow.reader_version, ActivityTableRow.metrics_version)
    query = (
        select(
            ActivityTableRow.local_date,
            *(func.min(func.coalesce(column, FROM_BEFORE)) for column in columns),
        )
        .where(ActivityTableRow.athlete_id == athlete)
        .group_by(ActivityTableRow.local_date)
    )
    own = {row[0]: (row[1], row[2]) for row in session.execute(query)}
    changed = []
    for on, labelled in day_versions(session, athlete).items():
        reader, metrics = own.get(on, (code.reader, code.metrics))
        wanted = Versions(
            reader=_older(reader, code.reader),
            metrics=_older(metrics, code.metrics),
            rules=code.rules,
        )
        if wanted != labelled:
            changed.append(
                {
                    "athlete_id": athlete,
                    "on_date": on,
                    "reader_version": wanted.reader,
                    "metrics_version": wanted.metrics,
                    "rules_version": wanted.rules,
                }
            )
    if changed:
        session.execute(update(DayTableRow), changed)


def _older(one: int | None, other: int | None) -> int | None:
    """The older of two versions; None where one of them is older than any."""
    older = min(one or FROM_BEFORE, other or FROM_BEFORE)
    return None if older == FROM_BEFORE else older


def day_versions(session: Session, athlete: str) -> dict[date, Versions]:
    """What each day was derived with."""
    query = select(
        DayTableRow.on_date,
        DayTableRow.reader_version,
        DayTableRow.metrics_version,
        DayTableRow.rules_version,
    ).where(DayTableRow.athlete_id == athlete)
    return {
        on: Versions(reader=reader, metrics=metrics, rules=rules)
        for on, reader, metrics, rules in session.execute(query)
    }


def mark_due(session: Session, athlete: str, since: date | None) -> None:
    """Have kept files derived again: all, or those with an activity on or after a local date."""
    chosen = RawFileRow.athlete_id == athlete
    if since is not None:
        late = select(ActivityTableRow.sha256).where(
            ActivityTableRow.athlete_id == athlete, ActivityTableRow.local_date >= since
        )
        chosen &= RawFileRow.sha256.in_(late)
    session.execute(update(RawFileRow).where(chosen).values(derived_with=DUE))
