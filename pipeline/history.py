"""All that advice may look at: the mornings, the runs, and which days are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from pipeline.checkin import CheckIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One counted run as advice sees it: numbers only, already paired with what was told of it."""

    id: str
    on: date
    """Local date on which it started."""
    start_at: datetime
    distance_m: float | None
    calf_km: float | None
    during: int | None = None
    """Worst pain during or after it, 0 to 10, from a later morning's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One runner's past.

    `mornings` has one answer per date, oldest first; `runs` are the counted runs, oldest first;
    `unknown` are the dates, from the first activity to the last day asked for, of which nobody
    can say whether there was a run. Dates before the first run are unknown as well.
    """

    mornings: tuple[CheckIn, ...] = ()
    runs: tuple[Run, ...] = ()
    unknown: frozenset[date] = frozenset()
    data_through: datetime | None = None
    """The end of the last activity, UTC."""
