"""What really happened in a run: the numbers that tests compare every reading with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.activity import Activity, Pause

Kind = Literal["easy", "long", "intervals", "hilly", "treadmill", "walk_run", "paused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The sums of one run as it was. No recorder knows them."""

    steps: float
    """Both feet, walking included: the integral of cadence over timer time."""
    distance_m: float
    timer_s: float
    elapsed_s: float
    """With pauses."""
    moving_s: float
    """Running or walking; standing with the timer on is not moving."""
    cadence_mean_spm: float
    """While running: neither walking nor standing."""
    cadence_median_spm: float
    ascent_m: float
    descent_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueRun:
    """One run as it was. `activity` holds it second by second, without noise.

    A record's speed and cadence hold until the next record; the last record is the finish.
    Records fall on every second of the timer, none into a pause.
    """

    kind: Kind
    timezone: str
    seed: int
    """The recorders draw their noise from it too."""
    activity: Activity
    truth: Truth

    @property
    def local_start(self) -> datetime:
        """When it started, by the clock on the wall there."""
        return self.activity.start_at.astimezone(ZoneInfo(self.timezone))

    @property
    def on(self) -> date:
        """Local date on which it started."""
        return self.local_start.date()

    def shifted(self, hours: int) -> TrueRun:
        """The same run with its clock wrong by whole hours, as some exports have it."""
        moved = timedelta(hours=hours)
        moved_s = moved.total_seconds()
        right = self.activity
        wrong = replace(
            right,
            start_at=right.start_at + moved,
            records=right.records.replace(at_s=right.records.at_s + moved_s),
            laps=tuple(replace(lap, start_at=lap.start_at + moved) for lap in right.laps),
            pauses=tuple(
                Pause(pause.start_s + moved_s, pause.end_s + moved_s) for pause in right.pauses
            ),
        )
        return replace(self, activity=wrong)
