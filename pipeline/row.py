"""One activity as a row of the table of runs: every number that was derived from its records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from pipeline.activity import CadenceRule, Finding, NumberFrom
    from pipeline.localday import ZoneFrom

RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """One activity as a row of the table of runs. None means the file does not tell."""

    sport: str
    sub_sport: str | None
    start_at: datetime
    end_at: datetime
    timezone: str
    timezone_from: ZoneFrom
    local_date: date
    elapsed_s: float
    elapsed_from: NumberFrom | None = None
    timer_s: float
    timer_from: NumberFrom | None = None
    moving_s: float
    distance_m: float | None
    distance_from: NumberFrom | None = None
    ascent_m: float | None
    ascent_from: NumberFrom | None = None
    descent_m: float | None
    descent_from: NumberFrom | None = None
    records: int
    cadence_mean_spm: float | None = None
    cadence_median_spm: float | None = None
    cadence_sd_spm: float | None = None
    cadence_coverage: float | None = None
    cadence_histogram: tuple[tuple[float, float], ...] | None = None
    """Lower end of a class of 5 steps/min, and the seconds of running spent in it."""
    cadence_by_speed: tuple[tuple[float, float, float], ...] | None = None
    """On gentle grades, for each class of speed: m/s, mean steps/min, seconds."""
    cadence_drift_pct: float | None = None
    """Last third of the running against the first, after correction for speed and grade."""
    cadence_rule: CadenceRule = "none"
    steps: float | None = None
    steps_from: NumberFrom | None = None
    step_length_mean_m: float | None = None
    speed_mean_mps: float | None = None
    heart_rate_mean_bpm: float | None = None
    ground_contact_time_ms: float | None = None
    ground_contact_balance_pct: float | None = None
    """Share of the left foot, mean of the running."""
    power_mean_w: float | None = None
    work_kj: float | None = None
    calf_km: float | None = None
    """With standard shoes and no known strike; as worn: `shoes.as_worn`."""
    calf_km_strain: float | None = None
    calf_km_walked: float | None = None
    """The part of `calf_km` that was walked: shoes do not change it."""
    calf_km_strain_walked: float | None = None
    trimp: float | None = None
    edwards_au: float | None = None
    rpe: float | None = None
    device: str | None = None
    findings: tuple[Finding, ...] = ()
    trace: bytes = b""
    """Where the runner was every ten seconds, to recognise the same run twice."""

    @property
    def is_run(self) -> bool:
        """Whether it belongs to the running family."""
        return self.sport == RUNNING
