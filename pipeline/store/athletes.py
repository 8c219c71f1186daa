"""Runners: who is known, and from which date on their days no longer follow from the facts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from pipeline.store.tables import AthleteRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pipeline.shoes import Strike


EVER = date.min
"""From here on means: every day."""


class Athletes:
    """What can be asked and told of runners; every other part of a transaction builds on it."""

    def __init__(self, session: Session) -> None:
        """For `Store.reading` and `Store.writing`."""
        self.session = session

    def athletes(self) -> list[str]:
        """The ids of all runners."""
        return list(self.session.scalars(select(AthleteRow.id).order_by(AthleteRow.id)))

    def has_athlete(self, athlete: str) -> bool:
        """Whether this runner is known."""
        return self.session.get(AthleteRow, athlete) is not None

    def add_athlete(self, athlete: str) -> None:
        """Make the runner known; nothing happens when they are."""
        if not self.has_athlete(athlete):
            self.session.add(AthleteRow(id=athlete, stale_from=None, runs_stale=False, facts=0))
            self.session.flush()

    def stale_from(self, athlete: str) -> date | None:
        """From which date on the days no longer follow from the facts; None when all do."""
        row = self.session.get(AthleteRow, athlete)
        return row.stale_from if row else None

    def mark_stale(self, athlete: str, on: date) -> None:
        """Something changed that matters from this date on."""
        row = self.session.get_one(AthleteRow, athlete)
        row.stale_from = on if row.stale_from is None else min(on, row.stale_from)
        row.facts += 1

    def facts(self, athlete: str) -> int:
        """A number that grows with every fact: what was worked out at the same number still holds.

        It is raised in the transaction that changes the fact.
        """
        row = self.session.get(AthleteRow, athlete)
        return row.facts if row else 0

    def mark_fresh(self, athlete: str, versions: str) -> None:
        """All days follow from the facts again, by these versions of the code."""
        row = self.session.get_one(AthleteRow, athlete)
        row.stale_from, row.versions = None, versions

    def versions(self, athlete: str) -> str | None:
        """Which versions derived the days."""
        row = self.session.get(AthleteRow, athlete)
        return row.versions if row else None

    def are_runs_stale(self, athlete: str) -> bool:
        """Whether it must be found again which runs count, and how each stands among the others."""
        row = self.session.get(AthleteRow, athlete)
        return bool(row and row.runs_stale)

    def mark_runs_stale(self, athlete: str) -> None:
        """An activity came, went or changed, or what the runner says of one."""
        row = self.session.get_one(AthleteRow, athlete)
        row.runs_stale = True
        row.facts += 1

    def mark_runs_fresh(self, athlete: str) -> None:
        """It is known which runs count and how each stands among the others."""
        self.session.get_one(AthleteRow, athlete).runs_stale = False

    def strike(self, athlete: str) -> Strike | None:
        """How the foot lands, as the settings said it last; None where they do not say."""
        row = self.session.get(AthleteRow, athlete)
        return row.strike if row else None  # type: ignore[return-value] # only `note_strike` writes it

    def note_strike(self, athlete: str, strike: Strike | None) -> None:
        """What the settings say of the foot; another word changes the load of every run."""
        row = self.session.get_one(AthleteRow, athlete)
        if row.strike != strike:
            row.strike, row.runs_stale = strike, True
            self.mark_stale(athlete, EVER)
