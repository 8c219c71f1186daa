"""Files: what was seen where, what is kept of it, and what exports tell of it."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from pipeline.store.corrections import Corrections
from pipeline.store.rows import RawFile, SeenFile, activity_row
from pipeline.store.sources import Sources
from pipeline.store.tables import ActivityTableRow, RawFileRow, SeenFileRow
from pipeline.store.told import dates_told, keep_lines, misnamed, told_of_files
from pipeline.versions import METRICS_VERSION, Versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from pipeline.activity import ExportLine
    from pipeline.row import ActivityRow


class Files(Sources, Corrections):
    """What can be asked and told of files."""

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
            dates = dates_told(self.session, athlete, source_url, seen.path, seen.sha256)
            self._told_otherwise(athlete, dates)

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
        self.mark_runs_stale(athlete)
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
        dates = keep_lines(self.session, athlete, source_url, listed_in, lines)
        self._told_otherwise(athlete, dates)

    def _told_otherwise(self, athlete: str, dates: Iterable[date]) -> None:
        """On these dates an effort is another, or the shoes are, and with them the loads."""
        for on in dates:
            self.mark_stale(athlete, on)
            self.mark_runs_stale(athlete)

    def told(self, athlete: str) -> dict[str, ExportLine]:
        """What exports tell of files: digest → the line."""
        return told_of_files(self.session, athlete)

    def misnamed(self, athlete: str) -> set[str]:
        """Digests of the files that are stored with another sport than they are said to be of."""
        return misnamed(self.session, athlete, self.told(athlete), self.corrections(athlete))

    def refused_count(self, athlete: str) -> int:
        """How many files stand refused, other than those that are no activity."""
        query = select(func.count()).where(
            SeenFileRow.athlete_id == athlete,
            SeenFileRow.status == "refused",
            SeenFileRow.reason != "not_an_activity",
        )
        return self.session.execute(query).scalar_one()
