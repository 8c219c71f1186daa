"""How one run stands among the runner's other runs: own cadence line, own balance, 30 days."""

from __future__ import annotations

from dataclasses import dataclass


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
