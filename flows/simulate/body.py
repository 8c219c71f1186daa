"""What the virtual runner's body does at a given speed: steps, heart, time on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from flows.simulate.motion import Motion
from flows.simulate.noise import wander

_SECONDS_AN_HOUR = 3600
_HEART_LAG_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """What is particular to one runner.

    Source of the cadence line: EVIDENCE.md section 6 (about 165 steps a minute at 3 m/s, 9 more
    per m/s, residual between runs 3.6).
    """

    cadence_at_3_mps_spm: float = 166.0
    cadence_slope_spm_per_mps: float = 9.0
    cadence_residual_sd_spm: float = 3.6
    easy_mps: float = 2.8
    heart_rate_rest_bpm: float = 52.0
    heart_rate_max_bpm: float = 188.0


def cadence_spm(random: np.random.Generator, runner: Runner, motion: Motion) -> NDArray[np.float64]:
    """Steps of both feet per minute.

        running: c0 + b (v - 3) + today's residual + a little more uphill, up to 2 % less when tired
        walking: 112 at 1.4 m/s

    The fall late in long runs is 1 to 3 % (EVIDENCE.md section 6).
    """
    speed = motion.speed_mps
    residual = runner.cadence_residual_sd_spm * float(random.standard_normal())
    line = runner.cadence_at_3_mps_spm + runner.cadence_slope_spm_per_mps * (speed - 3.0)
    uphill = 40.0 * np.maximum(motion.grade, 0.0)
    tired = 0.02 * np.clip(_hours(motion) - 1.0, 0.0, 1.0)
    unrest = wander(random, len(speed), sd=1.5, time_constant_s=15)
    running = (line + residual + uphill + unrest) * (1 - tired)
    walking = 112.0 + 25.0 * (speed - 1.4)
    moving = np.where(motion.walking, walking, running)
    moving[motion.standing] = 0.0
    return moving.round(2)


def heart_rate_bpm(
    random: np.random.Generator, runner: Runner, motion: Motion
) -> NDArray[np.float64]:
    """Beats per minute: 70 % of the reserve at 3 m/s on the flat, slow to rise, drifting up."""
    effort_mps = motion.speed_mps * (1 + 3.0 * motion.grade)
    share = 0.70 + 0.16 * (effort_mps - 3.0) + 0.04 * _hours(motion)
    reserve = runner.heart_rate_max_bpm - runner.heart_rate_rest_bpm
    target = runner.heart_rate_rest_bpm + reserve * np.clip(share, 0.2, 0.98)
    at_the_start = runner.heart_rate_rest_bpm + 0.3 * reserve
    lagging = accumulate(
        target.tolist(),
        lambda now, wanted: now + (wanted - now) / _HEART_LAG_S,
        initial=at_the_start,
    )
    beating = np.array(list(lagging)[1:])
    return np.round(beating + wander(random, len(beating), sd=1.2, time_constant_s=20), 1)


def running_dynamics(
    random: np.random.Generator, motion: Motion, steps_per_min: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """The columns that a chest strap or a foot pod adds; NaN while walking or standing."""
    speed, count = motion.speed_mps, len(motion.speed_mps)
    contact = 250.0 - 30.0 * (speed - 3.0) + wander(random, count, sd=4, time_constant_s=30)
    balance = 50.2 + wander(random, count, sd=0.4, time_constant_s=60)
    bounce = 88.0 + 4.0 * (speed - 3.0) + wander(random, count, sd=2, time_constant_s=30)
    running = motion.running
    untold = np.full(count, np.nan)
    step_length = np.divide(speed * 60_000, steps_per_min, out=untold.copy(), where=running)
    columns = {
        "ground_contact_time_ms": contact,
        "ground_contact_balance_pct": balance,
        "vertical_oscillation_mm": bounce,
        "vertical_ratio_pct": 100 * bounce / step_length,
        "step_length_mm": step_length,
    }
    return {name: np.where(running, values, untold).round(2) for name, values in columns.items()}


def _hours(motion: Motion) -> NDArray[np.float64]:
    return np.arange(len(motion.speed_mps)) / _SECONDS_AN_HOUR
