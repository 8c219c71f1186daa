"""Grants: which coach may look at which runner, and what a coach sees of all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from pipeline.store.athletes import Athletes
from pipeline.store.tables import (
    ActivityTableRow,
    CheckInRow,
    CoachGrantRow,
    DayTableRow,
    RecommendationRow,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A coach may look, from one instant until another."""

    coach: str
    granted_at: datetime
    revoked_at: datetime | None = None
    """None while it stands."""


@dataclass(frozen=True, slots=True)
class MorningSaid:
    """What was told and judged of one morning; None means not told, not judged."""

    on: date
    left: int | None
    right: int | None
    verdict: str | None

    @property
    def worst(self) -> int | None:
        """The larger of both sides."""
        return None if self.left is None or self.right is None else max(self.left, self.right)


class Grants(Athletes):
    """What can be asked and told of grants; all questions of a coach are bounded and light."""

    def grant(self, athlete: str, coach: str, at: datetime) -> bool:
        """Let a coach look from now on; says whether that was news."""
        if self.may_look(coach, athlete):
            return False
        self.session.add(
            CoachGrantRow(athlete_id=athlete, coach=coach, granted_at=at, revoked_at=None)
        )
        self.session.flush()
        return True

    def revoke(self, athlete: str, coach: str, at: datetime) -> bool:
        """Take it back at once, and keep that it was; says whether there was anything to take."""
        query = select(CoachGrantRow).where(_stands(coach), CoachGrantRow.athlete_id == athlete)
        standing = self.session.scalars(query).all()
        for each in standing:
            each.revoked_at = at
        self.session.flush()
        return bool(standing)

    def grants(self, athlete: str) -> list[Grant]:
        """Every grant of a runner, those taken back too, oldest first."""
        query = (
            select(CoachGrantRow)
            .where(CoachGrantRow.athlete_id == athlete)
            .order_by(CoachGrantRow.granted_at, CoachGrantRow.coach)
        )
        return [
            Grant(coach=each.coach, granted_at=each.granted_at, revoked_at=each.revoked_at)
            for each in self.session.scalars(query)
        ]

    def may_look(self, coach: str, athlete: str) -> bool:
        """Whether a coach may look at a runner now."""
        query = select(func.count()).where(_stands(coach), CoachGrantRow.athlete_id == athlete)
        return self.session.execute(query).scalar_one() > 0

    def athletes_of(self, coach: str) -> list[str]:
        """The runners who let a coach look now."""
        query = select(CoachGrantRow.athlete_id).where(_stands(coach)).distinct()
        return sorted(self.session.scalars(query))

    def mornings_said(
        self, athletes: Sequence[str], since: date, until: date
    ) -> dict[str, list[MorningSaid]]:
        """The derived days of some runners between two dates, oldest first."""
        query = (
            select(
                DayTableRow.athlete_id,
                DayTableRow.on_date,
                DayTableRow.soreness_left,
                DayTableRow.soreness_right,
                DayTableRow.verdict,
            )
            .where(
                DayTableRow.athlete_id.in_(athletes),
                DayTableRow.on_date >= since,
                DayTableRow.on_date <= until,
            )
            .order_by(DayTableRow.on_date)
        )
        said: dict[str, list[MorningSaid]] = {each: [] for each in athletes}
        for athlete, on, left, right, verdict in self.session.execute(query):
            said[athlete].append(MorningSaid(on, left, right, verdict))
        return said

    def told_verdicts(
        self, athletes: Sequence[str], since: date, until: date
    ) -> dict[str, list[tuple[date, str]]]:
        """What some runners were recommended for dates between two, oldest first."""
        query = (
            select(
                RecommendationRow.athlete_id, RecommendationRow.on_date, RecommendationRow.verdict
            )
            .where(
                RecommendationRow.athlete_id.in_(athletes),
                RecommendationRow.on_date >= since,
                RecommendationRow.on_date <= until,
            )
            .order_by(RecommendationRow.on_date)
        )
        told: dict[str, list[tuple[date, str]]] = {each: [] for each in athletes}
        for athlete, on, verdict in self.session.execute(query):
            told[athlete].append((on, verdict))
        return told

    def last_answers_on(self, athletes: Sequence[str]) -> dict[str, date]:
        """The date of each runner's last answer; those without one are left out."""
        query = (
            select(CheckInRow.athlete_id, func.max(CheckInRow.on_date))
            .where(CheckInRow.athlete_id.in_(athletes))
            .group_by(CheckInRow.athlete_id)
        )
        return dict(self.session.execute(query).all())

    def last_runs_on(self, athletes: Sequence[str]) -> dict[str, date]:
        """The date of each runner's last run that counts; those without one are left out."""
        query = (
            select(ActivityTableRow.athlete_id, func.max(ActivityTableRow.local_date))
            .where(ActivityTableRow.athlete_id.in_(athletes), ActivityTableRow.counted)
            .group_by(ActivityTableRow.athlete_id)
        )
        return dict(self.session.execute(query).all())


def _stands(coach: str) -> ColumnElement[bool]:
    return (CoachGrantRow.coach == coach) & CoachGrantRow.revoked_at.is_(None)
