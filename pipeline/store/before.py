"""What the tables said before they were derived again, kept until somebody was told.

Kept as one document for each table, before anything changes, so that a kill takes nothing out of
the report of the run that goes on. Whoever finds one kept adds nothing: the older one holds.
"""

from __future__ import annotations

import json
import math
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Boolean, Float, Integer, delete, select

from pipeline.changes import Table
from pipeline.store.tables import ActivityTableRow, BeforeRow, DayTableRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import InstrumentedAttribute, Session

    from pipeline.changes import Row, Value

Which = Literal["runs", "days"]

WORDS: dict[Which, tuple[str, ...]] = {
    "runs": ("local_date", "sport", "counted", "duplicate_of"),
    "days": ("known", "verdict"),
}
"""The columns that are compared and are no numbers."""

NOT_DERIVED = {"soreness_left", "soreness_right", "during"}
"""In the table of days, what the runner told."""
NOT_SHOWN = {
    *("position", "reader_version", "metrics_version"),
    *("calf_km_walked", "calf_km_strain_walked"),
}
"""Numbers of rows that are no keys of `runs` or `days`, or are versions."""
ROWS_AT_ONCE = 500


def _columns(which: Which) -> list[InstrumentedAttribute[Any]]:
    """Every number of the table, and its words: a new column is compared from its first day."""
    row = ActivityTableRow if which == "runs" else DayTableRow
    numbers = [
        column.name
        for column in row.__table__.columns
        if isinstance(column.type, Integer | Float) and not isinstance(column.type, Boolean)
    ]
    names = [name for name in numbers if name not in NOT_DERIVED | NOT_SHOWN]
    return [getattr(row, name) for name in (*WORDS[which], *names)]


def rows_now(session: Session, athlete: str, which: Which) -> Iterator[tuple[str, Row]]:
    """Key and row of each row of a table, read as they are asked for."""
    columns = _columns(which)
    names = [column.key for column in columns]
    for key, values in _values(session, athlete, which, columns):
        yield key, dict(zip(names, values, strict=True))


def keep(session: Session, athlete: str, which: Which) -> None:
    """Keep what a table says; nothing happens where an older state is kept still."""
    asked = select(BeforeRow.name).where(BeforeRow.athlete_id == athlete, BeforeRow.name == which)
    if session.execute(asked).first() is not None:
        return
    columns = _columns(which)
    rows = dict(_values(session, athlete, which, columns))
    body = _document([column.key for column in columns], rows)
    session.add(BeforeRow(athlete_id=athlete, name=which, body=body))


def _document(columns: Sequence[str], rows: Mapping[str, Sequence[Value]]) -> bytes:
    body = {"columns": columns, "rows": rows}
    return json.dumps(body, allow_nan=False, separators=(",", ":")).encode()


def kept(session: Session, athlete: str, which: Which) -> Table | None:
    """What a table said; None where nothing is kept."""
    row = session.get(BeforeRow, (athlete, which))
    if row is None:
        return None
    body = json.loads(row.body)
    return Table(body["columns"], body["rows"])


def mend(session: Session, athlete: str, which: Which, was: Mapping[str, Row]) -> None:
    """Let what is kept say what the runner's own word made of a table: it is no news to them.

    Only values that moved by it are mended; of the others the older ones are still told.

    Args:
        session: of a writing transaction.
        athlete: whose table it is.
        which: the table.
        was: its rows just before the runner's word.
    """
    table = kept(session, athlete, which)
    if table is None:
        return
    now = dict(rows_now(session, athlete, which))
    rows = {}
    for key, values in table.rows.items():
        if key in was and key not in now:
            continue  # taken out by that word
        before = was.get(key, {})
        moved = {
            name: value for name, value in now.get(key, {}).items() if value != before.get(name)
        }
        named = zip(table.columns, values, strict=True)
        rows[key] = [moved.get(name, value) for name, value in named]
    session.get_one(BeforeRow, (athlete, which)).body = _document(table.columns, rows)


def is_kept(session: Session, athlete: str) -> bool:
    """Whether anything is kept."""
    asked = select(BeforeRow.name).where(BeforeRow.athlete_id == athlete)
    return session.execute(asked).first() is not None


def forget(session: Session, athlete: str) -> None:
    """Somebody was told what became different."""
    session.execute(delete(BeforeRow).where(BeforeRow.athlete_id == athlete))


def _values(
    session: Session, athlete: str, which: Which, columns: list[InstrumentedAttribute[Any]]
) -> Iterator[tuple[str, list[Value]]]:
    row = ActivityTableRow if which == "runs" else DayTableRow
    key = ActivityTableRow.id if which == "runs" else DayTableRow.on_date
    query = select(key, *columns).where(row.athlete_id == athlete).order_by(key)
    options = {"yield_per": ROWS_AT_ONCE}
    for first, *values in session.execute(query, execution_options=options):
        yield str(first), [_value(each) for each in values]


def _value(value: Any) -> Value:  # noqa: ANN401 - whatever a column holds
    """As JSON has it; a number that cannot be said is none."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value  # type: ignore[no-any-return] # a number, a word or None
