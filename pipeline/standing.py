"""What is compared of a run, and how it stands among the runs before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRun:
    """What is compared of one counted run; None where its file does not tell."""

    id: str
    on: date
    """Local date."""
    start_at: datetime
    distance_m: float | None = None
    calf_km: float | None = None
    """As worn."""
    cadence_by_speed: Sequence[Sequence[float]] | None = None
    """m/s, mean steps a minute and seconds of each class of speed, on gentle grades."""
    ground_contact_balance_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One run against the runs before it; None where there is nothing to compare with."""

    cadence_expected_spm: float | None = None
    """By the runner's own line, at the speeds of this run."""
    cadence_residual_spm: float | None = None
    """This run above its own line (+) or below it (-), at matched speed and gentle grades."""
    cadence_residual_sd_spm: float | None = None
    """How far runs lie off the line, the line's own uncertainty included."""
    cadence_line_runs: int | None = None
    """How many runs the line was drawn from, all of them before this one."""
    cadence_line_c0_spm: float | None = None
    cadence_line_slope_spm_per_mps: float | None = None
    balance_shift_points: float | None = None
    """Ground contact balance, share of the left foot, against the runner's own baseline."""
    longest_before_m: float | None = None
    """The longest run of the 30 days before this run's date."""
    hardest_before_calf_km: float | None = None
    """The run with most calf load of the 30 days before this run's date."""

    def above_longest_pct(self, distance_m: float | None) -> float | None:
        """How far a run of this distance stood above the longest before it, in percent."""
        return _above_pct(distance_m, self.longest_before_m)

    def above_hardest_pct(self, calf_km: float | None) -> float | None:
        """How far a run of this calf load stood above the hardest before it, in percent."""
        return _above_pct(calf_km, self.hardest_before_calf_km)


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceRun:
    """One counted run with a cadence, and the line of the runs before it; None where none is."""

    on: date
    cadence_by_speed: Sequence[Sequence[float]]
    """As of `ComparedRun`, at least one class."""
    c0_spm: float | None = None
    slope_spm_per_mps: float | None = None
    sd_spm: float | None = None
    """As `Standing.cadence_residual_sd_spm`."""
    line_runs: int | None = None


@dataclass(frozen=True, slots=True)
class OwnCadence:
    """Of a standing, what every morning looks at: cadence against the runner's own line."""

    residual_spm: float
    sd_spm: float
    line_runs: int


def _above_pct(amount: float | None, most: float | None) -> float | None:
    """Negative where it stayed below; None where there is nothing to stand above."""
    return None if amount is None or not most else 100 * (amount / most - 1)
