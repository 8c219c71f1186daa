"""What the rest of the house may ask of the store, in the words of the model.

A `Store` is opened once. `reading()` and `writing()` give a transaction; everything else is a
method of that. A writing transaction is all or nothing, and the only one at its time.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from pipeline.day import DayRow, SourceSpan
from pipeline.store import before
from pipeline.store.engine import READING, database_errors, open_engine
from pipeline.store.rows import (
    COPY_COLUMNS,
    COUNT_COLUMNS,
    DAY_COLUMNS,
    LETTER_FIELDS,
    RawFile,
    SeenFile,
    StoredActivity,
    StoredLetter,
    activity_row,
    checkin_of,
    checkin_row,
    copy_candidate,
    day_activity,
    day_row,
    stored_activity,
    stored_letter,
)
from pipeline.store.tables import (
    ActivityTableRow,
    AthleteRow,
    CheckInRow,
    DayTableRow,
    LetterRow,
    RawFileRow,
    RecommendationRow,
    SeenFileRow,
    SourceRow,
)
from pipeline.store.told import dates_told, keep_lines, misnamed, told_of_files
from pipeline.store.versions import day_versions, label_days, mark_due
from pipeline.versions import METRICS_VERSION, Versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Engine

    from pipeline.activity import ExportLine
    from pipeline.changes import Row, Table
    from pipeline.checkin import CheckIn
    from pipeline.day import DayActivity
    from pipeline.duplicates import Copy
    from pipeline.row import ActivityRow

__all__ = ["RawFile", "SeenFile", "Store", "StoredActivity", "StoredLetter", "Transaction"]

RUNNING = "running"

_OF_ITS_FILE = (RawFileRow.athlete_id == ActivityTableRow.athlete_id) & (
    RawFileRow.sha256 == ActivityTableRow.sha256
)


class Store:
    """The database of one installation."""

    def __init__(self, url: str) -> None:
        """Open it, on the newest schema; raises StoreError where that cannot be."""
        self.engine: Engine = open_engine(url)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that sees one state of the store and changes nothing."""
        engine = self.engine.execution_options(**{READING: True})
        with database_errors(self.engine), Session(engine) as session:
            yield Transaction(session)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that is kept whole when the block ends, and not at all if it raises."""
        with database_errors(self.engine), Session(self.engine) as session, session.begin():
            yield Transaction(session)

    def damage(self) -> str | None:
        """What is wrong inside the database; None when it is sound."""
        if self.engine.dialect.name != "sqlite":
            return None
        with self.reading() as transaction:
            told = transaction.session.execute(text("PRAGMA quick_check(1)")).scalar()
        return None if told == "ok" else str(told)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


class Transaction:
    """Everything that can be asked and told within one transaction."""

    def __init__(self, session: Session) -> None:
        """For `Store.reading` and `Store.writing`."""
        self.session = session

    # Athletes and sources

    def athletes(self) -> list[str]:
        """The ids of all runners."""
        return list(self.session.scalars(select(AthleteRow.id).order_by(AthleteRow.id)))

    def has_athlete(self, athlete: str) -> bool:
        """Whether this runner is known."""
        return self.session.get(AthleteRow, athlete) is not None

    def add_athlete(self, athlete: str) -> None:
        """Make the runner known; nothing happens when they are."""
        if not self.has_athlete(athlete):
            self.session.add(AthleteRow(id=athlete, stale_from=None, copies_stale=False))
            self.session.flush()

    def stale_from(self, athlete: str) -> date | None:
        """From which date on the days no longer follow from the facts; None when all do."""
        row = self.session.get(AthleteRow, athlete)
        return row.stale_from if row else None

    def mark_stale(self, athlete: str, on: date) -> None:
        """Something changed that matters from this date on."""
        row = self.session.get_one(AthleteRow, athlete)
        row.stale_from = on if row.stale_from is None else min(on, row.stale_from)

    def mark_fresh(self, athlete: str, versions: str) -> None:
        """All days follow from the facts again, by these versions of the code."""
        row = self.session.get_one(AthleteRow, athlete)
        row.stale_from, row.versions = None, versions

    def versions(self, athlete: str) -> str | None:
        """Which versions derived the days."""
        row = self.session.get(AthleteRow, athlete)
        return row.versions if row else None

    def are_copies_stale(self, athlete: str) -> bool:
        """Whether an activity came or went since copies were last looked for."""
        row = self.session.get(AthleteRow, athlete)
        return bool(row and row.copies_stale)

    def add_source(self, athlete: str, url: str, *, complete: bool) -> None:
        """Make a source known, or say anew whether it is complete."""
        row = self.session.get(SourceRow, (athlete, url))
        if row is None:
            row = SourceRow(athlete_id=athlete, url=url, complete=complete, scanned_on=None)
            self.session.add(row)
            self.session.flush()
        elif row.complete != complete:
            row.complete = complete
            self._span_changed(athlete, url)

    def mark_scanned(self, athlete: str, url: str, on: date) -> None:
        """Every file of the source was looked at on this local date."""
        row = self.session.get_one(SourceRow, (athlete, url))
        if row.scanned_on == on:
            return
        row.scanned_on = on
        if row.complete:
            self._span_changed(athlete, url)

    def _span_changed(self, athlete: str, url: str) -> None:
        """Days after the last activity of a source became known, or unknown."""
        for span_url, span in self._spans(athlete):
            if span_url == url:
                self.mark_stale(athlete, span.last)

    def spans(self, athlete: str) -> list[SourceSpan]:
        """What each source covers."""
        return [span for _, span in self._spans(athlete)]

    def _spans(self, athlete: str) -> list[tuple[str, SourceSpan]]:
        query = (
            select(
                SourceRow.url,
                SourceRow.complete,
                SourceRow.scanned_on,
                func.min(ActivityTableRow.local_date),
                func.max(ActivityTableRow.local_date),
            )
            .join(
                SeenFileRow,
                (SeenFileRow.athlete_id == SourceRow.athlete_id)
                & (SeenFileRow.source_url == SourceRow.url),
            )
            .join(
                ActivityTableRow,
                (ActivityTableRow.athlete_id == SeenFileRow.athlete_id)
                & (ActivityTableRow.sha256 == SeenFileRow.sha256),
            )
            .where(SourceRow.athlete_id == athlete)
            .group_by(SourceRow.url, SourceRow.complete, SourceRow.scanned_on)
        )
        return [
            (
                url,
                SourceSpan(first=first, last=last, complete_before=scanned if complete else None),
            )
            for url, complete, scanned, first, last in self.session.execute(query)
        ]

    # Files

    def seen_files(
        self, athlete: str, source_url: str, *, only: str | None = None
    ) -> dict[str, SeenFile]:
        """Every path of a source that was looked at before, or only one."""
        columns = [getattr(SeenFileRow, each.name) for each in fields(SeenFile)]
        query = select(*columns).where(
            SeenFileRow.athlete_id == athlete, SeenFileRow.source_url == source_url
        )
        if only is not None:
            query = query.where(SeenFileRow.path == only)
        return {
            row["path"]: SeenFile(**{**row, "modified_ns": int(row["modified_ns"])})
            for row in self.session.execute(query).mappings()
        }

    def raw_files(self, athlete: str) -> dict[str, RawFile]:
        """Every kept file by its digest."""
        columns = [getattr(RawFileRow, each.name) for each in fields(RawFile)]
        query = select(*columns).where(RawFileRow.athlete_id == athlete)
        rows = self.session.execute(query).mappings()
        return {row["sha256"]: RawFile(**row) for row in rows}

    def add_seen(self, athlete: str, source_url: str, seen: SeenFile) -> None:
        """Note that a path was looked at, and what became of it."""
        values = {**asdict(seen), "modified_ns": str(seen.modified_ns)}
        self.session.merge(SeenFileRow(athlete_id=athlete, source_url=source_url, **values))
        if seen.sha256 is not None:
            # The bytes may be known from elsewhere, and this path be told of.
            for on in dates_told(self.session, athlete, source_url, seen.path, seen.sha256):
                self.mark_stale(athlete, on)

    def add_raw(
        self,
        athlete: str,
        raw: RawFile,
        rows: Sequence[ActivityRow],
        reader_version: int | None = None,
    ) -> int:
        """Keep a file's facts and its activities; derived again, they replace the older ones.

        Returns:
            How many activities the file has.
        """
        query = select(ActivityTableRow.local_date).where(
            ActivityTableRow.athlete_id == athlete, ActivityTableRow.sha256 == raw.sha256
        )
        before = set(self.session.scalars(query))
        for on in before:
            self.mark_stale(athlete, on)
        left = before - {row.local_date for row in rows}
        spans = dict(self._spans(athlete)) if left else {}
        self.session.execute(
            delete(ActivityTableRow).where(
                ActivityTableRow.athlete_id == athlete, ActivityTableRow.sha256 == raw.sha256
            )
        )
        self.note_raw(athlete, raw)
        self.session.get_one(AthleteRow, athlete).copies_stale = True
        self.session.flush()
        versions = Versions(reader=reader_version, metrics=METRICS_VERSION)
        for position, row in enumerate(rows):
            self.session.add(activity_row(athlete, raw.sha256, position, row, versions))
            self.mark_stale(athlete, row.local_date)
        # Days without a run are known up to the last one of a source: that may be an earlier one.
        for url, span in self._spans(athlete) if left else ():
            if span != spans.get(url):
                self.mark_stale(athlete, span.last)
        return len(rows)

    def note_raw(self, athlete: str, raw: RawFile) -> None:
        """Keep a file's facts; its activities stay as they are."""
        self.session.merge(RawFileRow(athlete_id=athlete, **asdict(raw)))

    def note_became(self, athlete: str, raw: RawFile, reader_version: int) -> None:
        """Say wherever these bytes were seen before what has become of them by now."""
        self.session.execute(
            update(SeenFileRow)
            .where(SeenFileRow.athlete_id == athlete, SeenFileRow.sha256 == raw.sha256)
            .values(status=raw.status, reason=raw.reason, reader_version=reader_version)
        )

    def keep_told(
        self, athlete: str, source_url: str, listed_in: str, lines: Iterable[ExportLine]
    ) -> None:
        """Make these the lines of one list of an export; marks stale the days that they change."""
        for on in keep_lines(self.session, athlete, source_url, listed_in, lines):
            self.mark_stale(athlete, on)

    def told(self, athlete: str) -> dict[str, ExportLine]:
        """What exports tell of files: digest → the line."""
        return told_of_files(self.session, athlete)

    def misnamed(self, athlete: str) -> set[str]:
        """Digests of the files that an export says to be of another sport than is stored."""
        return misnamed(self.session, athlete, self.told(athlete))

    # Activities

    def activities(self, athlete: str) -> list[StoredActivity]:
        """Every activity of a runner, oldest first."""
        query = (
            select(ActivityTableRow, RawFileRow)
            .join(RawFileRow, _OF_ITS_FILE)
            .where(ActivityTableRow.athlete_id == athlete)
            .order_by(ActivityTableRow.start_at, ActivityTableRow.id)
        )
        told = self.told(athlete)
        return [
            stored_activity(activity, raw, told.get(raw.sha256))
            for activity, raw in self.session.execute(query)
        ]

    def day_activities(self, athlete: str) -> list[DayActivity]:
        """The same as the days look at them; light, because every morning asks."""
        query = (
            select(*DAY_COLUMNS)
            .where(ActivityTableRow.athlete_id == athlete)
            .order_by(ActivityTableRow.start_at, ActivityTableRow.id)
        )
        told = self.told(athlete)
        return [day_activity(row, told.get(row.sha256)) for row in self.session.execute(query)]

    def copies(self, athlete: str) -> list[Copy]:
        """The same as the search for near copies looks at them, each trace read when asked for."""
        query = (
            select(*COPY_COLUMNS)
            .join(RawFileRow, _OF_ITS_FILE)
            .where(ActivityTableRow.athlete_id == athlete)
            .order_by(ActivityTableRow.start_at, ActivityTableRow.id)
        )
        return [
            copy_candidate(row, partial(self._trace, athlete, row.id))
            for row in self.session.execute(query)
        ]

    def _trace(self, athlete: str, activity: str) -> bytes:
        query = select(ActivityTableRow.trace).where(
            ActivityTableRow.athlete_id == athlete, ActivityTableRow.id == activity
        )
        return self.session.execute(query).scalar_one()

    def set_copies(self, athlete: str, copy_of: Mapping[str, str], short: Collection[str]) -> None:
        """Say which activities are copies of which; runs that are no copy count.

        Marks the days stale on which the answer changed.
        """
        query = select(*COUNT_COLUMNS).where(ActivityTableRow.athlete_id == athlete)
        changed = []
        for row in self.session.execute(query):
            now = {
                "counted": row.sport == RUNNING and row.id not in copy_of,
                "duplicate_of": copy_of.get(row.id),
                "short_copy": row.id in short,
            }
            if (now["counted"], now["duplicate_of"]) != (row.counted, row.duplicate_of):
                self.mark_stale(athlete, row.local_date)
            if any(getattr(row, name) != value for name, value in now.items()):
                changed.append({"athlete_id": athlete, "id": row.id, **now})
        if changed:
            self.session.execute(update(ActivityTableRow), changed)
        self.session.get_one(AthleteRow, athlete).copies_stale = False

    def has_activity(self, athlete: str, activity: str) -> bool:
        """Whether there is an activity with this id."""
        return self.session.get(ActivityTableRow, (athlete, activity)) is not None

    def refused_count(self, athlete: str) -> int:
        """How many files stand refused, other than those that are no activity."""
        query = select(func.count()).where(
            SeenFileRow.athlete_id == athlete,
            SeenFileRow.status == "refused",
            SeenFileRow.reason != "not_an_activity",
        )
        return self.session.execute(query).scalar_one()

    def counted_ids(self, athlete: str) -> set[str]:
        """The activities that count."""
        query = select(ActivityTableRow.id).where(
            ActivityTableRow.athlete_id == athlete, ActivityTableRow.counted
        )
        return set(self.session.scalars(query))

    # Answers

    def mornings(self, athlete: str) -> list[CheckIn]:
        """The standing answer of each morning, oldest first."""
        query = (
            select(CheckInRow)
            .where(CheckInRow.athlete_id == athlete)
            .order_by(CheckInRow.on_date, CheckInRow.revision)
        )
        latest = {row.on_date: row for row in self.session.scalars(query)}
        return [checkin_of(row) for row in latest.values()]

    def add_checkin(self, athlete: str, answer: CheckIn, answered_at: datetime) -> bool:
        """Keep an answer; one that says the same as the standing one changes nothing.

        Returns:
            Whether anything changed.
        """
        query = (
            select(CheckInRow)
            .where(CheckInRow.athlete_id == athlete, CheckInRow.on_date == answer.on)
            .order_by(CheckInRow.revision.desc())
            .limit(1)
        )
        standing = self.session.scalars(query).first()
        if standing is not None and checkin_of(standing) == answer:
            return False
        revision = 0 if standing is None else standing.revision + 1
        self.session.add(checkin_row(athlete, answer, revision, answered_at))
        self.mark_stale(athlete, answer.on)
        return True

    # Days

    def days(self, athlete: str) -> list[tuple[DayRow, str | None]]:
        """Every derived day with its verdict, oldest first."""
        query = (
            select(DayTableRow)
            .where(DayTableRow.athlete_id == athlete)
            .order_by(DayTableRow.on_date)
        )
        names = [each.name for each in fields(DayRow) if each.name != "on"]
        return [
            (DayRow(on=row.on_date, **{name: getattr(row, name) for name in names}), row.verdict)
            for row in self.session.scalars(query)
        ]

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

    # Versions, and what was before

    def label_days(self, athlete: str, code: Versions) -> None:
        """Say of every day which versions of the code derived it."""
        label_days(self.session, athlete, code)

    def day_versions(self, athlete: str) -> dict[date, Versions]:
        """What each day was derived with."""
        return day_versions(self.session, athlete)

    def mark_due(self, athlete: str, since: date | None) -> None:
        """Have all kept files derived again, or those with an activity since a local date."""
        mark_due(self.session, athlete, since)

    def keep_before(self, athlete: str, *names: before.Which) -> None:
        """Keep what tables say now, until `forget_before`; what is kept already stays."""
        for name in names:
            before.keep(self.session, athlete, name)

    def kept_before(self, athlete: str, name: before.Which) -> Table | None:
        """What a table said; None where nothing is kept."""
        return before.kept(self.session, athlete, name)

    def rows_now(self, athlete: str, name: before.Which) -> Iterator[tuple[str, Row]]:
        """What the same table says now, row by row."""
        return before.rows_now(self.session, athlete, name)

    def has_before(self, athlete: str) -> bool:
        """Whether anything is kept."""
        return before.is_kept(self.session, athlete)

    def forget_before(self, athlete: str) -> None:
        """Somebody was told what became different."""
        before.forget(self.session, athlete)

    # Letters

    def letter(self, athlete: str, on: date, kind: str, revision: int) -> StoredLetter | None:
        """One letter of the outbox, or None."""
        row = self.session.get(LetterRow, (athlete, on, kind, revision))
        return None if row is None else stored_letter(row)

    def add_letter(
        self,
        athlete: str,
        letter: StoredLetter,
        *,
        verdict: str,
        rules_version: str,
        body: dict[str, Any],
    ) -> None:
        """Queue a letter with the recommendation it carries, both or neither."""
        self.session.merge(
            RecommendationRow(
                athlete_id=athlete,
                on_date=letter.on,
                verdict=verdict,
                rules_version=rules_version,
                body=body,
            )
        )
        self.session.flush()  # the letter refers to it
        values = {name: getattr(letter, name) for name in LETTER_FIELDS}
        self.session.add(LetterRow(athlete_id=athlete, on_date=letter.on, **values))

    def pending_letters(self, athlete: str) -> list[StoredLetter]:
        """Letters that were not delivered yet, oldest first."""
        query = (
            select(LetterRow)
            .where(LetterRow.athlete_id == athlete, LetterRow.state == "pending")
            .order_by(LetterRow.on_date, LetterRow.kind, LetterRow.revision)
        )
        return [stored_letter(row) for row in self.session.scalars(query)]

    def mark_sent(self, athlete: str, letter: StoredLetter) -> None:
        """The letter lies where the runner finds it."""
        self.session.execute(
            update(LetterRow)
            .where(LetterRow.athlete_id == athlete, LetterRow.message_id == letter.message_id)
            .values(state="sent")
        )
