"""Deriving again: what is due, which versions derived what, and what the tables said before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store import before
from pipeline.store.athletes import Athletes
from pipeline.store.versions import day_versions, label_days, mark_due

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from pipeline.changes import Row, Table
    from pipeline.versions import Versions


class Deriving(Athletes):
    """What can be asked and told of versions, and of what was before."""

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

    def mend_before(self, athlete: str, name: before.Which, was: Mapping[str, Row]) -> None:
        """Let what is kept say what the runner's own word made of a table since it was `was`."""
        before.mend(self.session, athlete, name, was)

    def rows_now(self, athlete: str, name: before.Which) -> Iterator[tuple[str, Row]]:
        """What the same table says now, row by row."""
        return before.rows_now(self.session, athlete, name)

    def has_before(self, athlete: str) -> bool:
        """Whether anything is kept."""
        return before.is_kept(self.session, athlete)

    def forget_before(self, athlete: str) -> None:
        """Somebody was told what became different."""
        before.forget(self.session, athlete)
