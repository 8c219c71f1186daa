"""Shoes: which pair is worn from when; facts that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from pipeline.store.athletes import EVER, Athletes
from pipeline.store.tables import ShoesRow
from pipeline.wardrobe import Pair, Wardrobe

if TYPE_CHECKING:
    from pipeline.shoes import ShoeKind


class Shoes(Athletes):
    """What can be asked and told of shoes."""

    def wardrobe(self, athlete: str) -> Wardrobe:
        """Every pair, and from when it is worn."""
        query = select(ShoesRow).where(ShoesRow.athlete_id == athlete)
        return Wardrobe(
            [
                Pair(name=row.name, from_date=row.from_date, kind=_kind(row))
                for row in self.session.scalars(query)
            ]
        )

    def add_shoes(self, athlete: str, pair: Pair) -> None:
        """Say which pair is worn from a date on; it takes the place of another of that date."""
        before = self.wardrobe(athlete)
        self.session.merge(
            ShoesRow(athlete_id=athlete, from_date=pair.from_date, name=pair.name, kind=pair.kind)
        )
        self.session.flush()
        self.mark_runs_stale(athlete)
        self.mark_stale(athlete, pair.from_date)
        if self.wardrobe(athlete).kind_of(pair.name) != before.kind_of(pair.name):
            # An export may name the pair on any day.
            self.mark_stale(athlete, EVER)


def _kind(row: ShoesRow) -> ShoeKind | None:
    return row.kind  # type: ignore[return-value] # only `add_shoes` writes it
