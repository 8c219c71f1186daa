"""Sources: which places files come from, and which days each of them covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from pipeline.day import SourceSpan
from pipeline.store.athletes import Athletes
from pipeline.store.tables import ActivityTableRow, SeenFileRow, SourceRow

if TYPE_CHECKING:
    from datetime import date


class Sources(Athletes):
    """What can be asked and told of sources."""

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
