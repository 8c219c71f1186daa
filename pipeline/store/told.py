"""What exports tell of files: kept by the path they name, asked by what lay under it."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, delete, func, insert, or_, select

from pipeline.activity import SPORT_CORRECTED, SPORT_INFERRED, SPORT_TOLD, ExportLine
from pipeline.store.paths import fits, folded
from pipeline.store.tables import ActivityTableRow, ExportLineRow, SeenFileRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from typing import Any

    from sqlalchemy.orm import Session

    from pipeline.store.rows import Correction

VALUES = tuple(each.name for each in fields(ExportLine) if each.name != "file")
LINE_COLUMNS = (ExportLineRow.path, *(getattr(ExportLineRow, name) for name in VALUES))


def told_of_files(session: Session, athlete: str) -> dict[str, ExportLine]:
    """What is told of each file: its digest → the line.

    Of several lists the one taken in last holds, value by value: a list that does not tell an
    effort does not take back one. A file of several activities is left out, because nobody can
    say of which the line speaks.
    """
    several = select(ActivityTableRow.sha256).where(
        ActivityTableRow.athlete_id == athlete, ActivityTableRow.position > 0
    )
    lines = session.execute(
        select(ExportLineRow.source_url, *LINE_COLUMNS)
        .where(ExportLineRow.athlete_id == athlete)
        .order_by(ExportLineRow.number, ExportLineRow.path)
    ).all()
    seen = select(SeenFileRow.source_url, SeenFileRow.path, SeenFileRow.sha256).where(
        SeenFileRow.athlete_id == athlete,
        SeenFileRow.source_url.in_({url for url, *_ in lines}),
        SeenFileRow.sha256.is_not(None),
        SeenFileRow.sha256.not_in(several),
    )
    # Not joined by the database: each has its own idea of lower case.
    lay_there: dict[tuple[str, str], set[str]] = {}
    for url, path, digest in session.execute(seen):
        lay_there.setdefault((url, folded(path)), set()).add(digest or "")
    told: dict[str, ExportLine] = {}
    for url, *values in lines:
        line = _line(values)
        for digest in lay_there.get((url, line.file), ()):
            told[digest] = _over(told[digest], line) if digest in told else line
    return told


def keep_lines(
    session: Session, athlete: str, source_url: str, listed_in: str, lines: Iterable[ExportLine]
) -> set[date]:
    """Make these the lines of one list, which is now the one taken in last.

    Args:
        session: of a writing transaction.
        athlete: whose export it is.
        source_url: the source in which the list lies; it must be known.
        listed_in: path of the list.
        lines: each with the path of its file in the source, without `.gz`.

    Returns:
        The dates on which an effort, or the shoes, changed.
    """
    mine = (
        ExportLineRow.athlete_id == athlete,
        ExportLineRow.source_url == source_url,
        ExportLineRow.listed_in == listed_in,
    )
    rows = session.execute(select(*LINE_COLUMNS).where(*mine))
    stored = {line.file: line for line in map(_line, rows)}
    new = {file: replace(line, file=file) for line in lines if fits(file := folded(line.file))}
    newest = select(func.max(ExportLineRow.number))
    last = session.scalar(newest.where(ExportLineRow.athlete_id == athlete)) or 0
    if stored == new and session.scalar(newest.where(*mine)) in (None, last):
        return set()
    before = told_of_files(session, athlete)
    session.execute(delete(ExportLineRow).where(*mine))
    number = last + 1
    values = [
        {
            "athlete_id": athlete,
            "source_url": source_url,
            "listed_in": listed_in,
            "number": number,
            "path": line.file,
            **{name: getattr(line, name) for name in VALUES},
        }
        for line in new.values()
    ]
    if values:
        session.execute(insert(ExportLineRow), values)
    after = told_of_files(session, athlete)
    unknown = ExportLine(file="")
    changed = {
        digest
        for digest in before.keys() | after.keys()
        if _matters(before.get(digest, unknown)) != _matters(after.get(digest, unknown))
    }
    dates = select(ActivityTableRow.sha256, ActivityTableRow.local_date).where(
        ActivityTableRow.athlete_id == athlete
    )
    return {on for digest, on in session.execute(dates) if digest in changed}


def dates_told(
    session: Session, athlete: str, source_url: str, path: str, digest: str
) -> set[date]:
    """The dates of a file's activities, where a list tells an effort or shoes of this path."""
    query = (
        select(ExportLineRow.path)
        .where(
            ExportLineRow.athlete_id == athlete,
            ExportLineRow.source_url == source_url,
            ExportLineRow.path == folded(path),
            or_(ExportLineRow.rpe.is_not(None), ExportLineRow.gear.is_not(None)),
        )
        .limit(1)
    )
    if session.scalar(query) is None:
        return set()
    dates = select(ActivityTableRow.local_date).where(
        ActivityTableRow.athlete_id == athlete, ActivityTableRow.sha256 == digest
    )
    return set(session.scalars(dates))


def misnamed(
    session: Session,
    athlete: str,
    told: Mapping[str, ExportLine],
    corrections: Mapping[str, Correction],
) -> set[str]:
    """Files with an activity whose stored sport is not what the runner, or an export, says by now.

    The runner's word goes before the file's, that of an export only where the file names none.
    """
    findings = cast(ActivityTableRow.findings, Text)
    query = select(
        ActivityTableRow.id,
        ActivityTableRow.sha256,
        ActivityTableRow.sport,
        ActivityTableRow.sub_sport,
        findings,
    ).where(
        ActivityTableRow.athlete_id == athlete,
        or_(
            ActivityTableRow.sport == "unknown",
            findings.contains(SPORT_INFERRED),
            findings.contains(SPORT_TOLD),
            findings.contains(SPORT_CORRECTED),
            ActivityTableRow.id.in_(
                [each for each, correction in corrections.items() if correction.sport]
            ),
        ),
    )
    found = set()
    for activity, digest, sport, sub_sport, says in session.execute(query):
        correction, line = corrections.get(activity), told.get(digest)
        if correction is not None and correction.sport is not None:
            wrong = (sport, sub_sport) != (correction.sport, correction.sub_sport)
            wrong = wrong or SPORT_CORRECTED not in says
        elif SPORT_CORRECTED in says:
            wrong = True
        elif line is None or line.sport is None:
            wrong = SPORT_TOLD in says
        else:
            wrong = (sport, sub_sport) != (line.sport, line.sub_sport)
        if wrong:
            found.add(digest)
    return found


def _matters(line: ExportLine) -> tuple[float | None, str | None]:
    """What of a line enters the days: shoes change the load."""
    return line.rpe, line.gear


def _line(values: Sequence[Any]) -> ExportLine:
    """From `LINE_COLUMNS`."""
    return ExportLine(**dict(zip(("file", *VALUES), values, strict=True)))


def _over(earlier: ExportLine, later: ExportLine) -> ExportLine:
    """The later line, and where it does not tell a value, the earlier one's."""
    told = {name: value for name, value in asdict(later).items() if value is not None}
    if "sport" in told:
        told["sub_sport"] = later.sub_sport
    return ExportLine(**(asdict(earlier) | told))
