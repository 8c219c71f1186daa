"""Cadence at matched speed within one run: by class of speed, and its drift.

Cadence rises with speed and on hills, so a mean of it says little by itself. A run is cut into
stretches of 12 s on the clock of its running; walking and standing stop that clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.cadence import WALKING_MPS, near
from pipeline.cadence_line import SLOPE_PRIOR_SPM_PER_MPS
from pipeline.load import GRADE_MAX, SPEED_SMOOTHING_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

SETTLING_S = 6.0
"""Beside a walk or a stop the speed, a mean over seconds, is neither the one nor the other."""

GENTLE_GRADE = 0.02
SPEED_CLASS_MPS = 0.25
CLASS_MIN_S = 30.0

DRIFT_MIN_S = 20 * 60.0
DRIFT_COVERAGE = 0.5
"""So much of the running of each third must be settled, and have speed and cadence."""
FIRST_THIRD, LAST_THIRD = 1 / 3, 2 / 3
"""Where the one ends and the other begins, as a share of the running."""
DRIFT_SD_MAX_PCT = 0.75
"""A drift that is no better known than this is not told: 3 % is where it starts to matter."""

GRADE_PRIOR_SD_SPM = 50.0
"""Per unit of grade, up and down each: 2.5 steps a minute on a hill of 5 %. Assumed; weak."""
FREE_SD_SPM = 100.0
"""Of the level, and of what a slope in time would come to over the run."""
INDEPENDENT_S = 30.0
"""Cadence wanders within a run; so far apart two readings tell two things."""
NOISE_MIN_SPM = 0.5


@dataclass(frozen=True, slots=True)
class Stretches:
    """Settled running in stretches of 12 s with both speed and cadence; shape (n,) each."""

    speed_mps: NDArray[np.float64]
    cadence_spm: NDArray[np.float64]
    grade: NDArray[np.float64]
    """Rise over run, no unit."""
    seconds: NDArray[np.float64]
    begun_s: NDArray[np.float64]
    """On the clock of the running."""
    running_s: float
    """All the running of the run, settled or not."""


def stretches(
    speed_mps: NDArray[np.float64],
    cadence_spm: NDArray[np.float64],
    grade: NDArray[np.float64],
    lasting_s: NDArray[np.float64],
    *,
    running: NDArray[np.bool_],
) -> Stretches:
    """Cut the running of one run into stretches, and take the mean of each.

    Speed and cadence are averaged over the same moments, so a line between them stays that line,
    at the start of an interval too.

    Args:
        speed_mps: as recorded, NaN where unknown; shape (n,).
        cadence_spm: both feet, NaN where unknown; shape (n,).
        grade: smoothed, no unit; shape (n,).
        lasting_s: how long each sample lasts on the timer; shape (n,).
        running: moving and not walking; shape (n,).
    """
    shown_s = np.cumsum(lasting_s) - lasting_s
    known = running & np.isfinite(speed_mps) & np.isfinite(cadence_spm) & (lasting_s > 0)
    settled = known & ~near(~running, shown_s, SETTLING_S)
    run_s = np.where(running, lasting_s, 0.0)
    clock_s = (np.cumsum(run_s) - run_s)[settled]
    stretch = np.floor(clock_s / SPEED_SMOOTHING_S).astype(np.intp)
    lasting = lasting_s[settled]
    seconds = np.bincount(stretch, weights=lasting)
    told = np.flatnonzero(seconds > 0)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.bincount(stretch, weights=values[settled] * lasting)
        return np.asarray(total[told] / seconds[told])

    return Stretches(
        speed_mps=mean(speed_mps),
        cadence_spm=mean(cadence_spm),
        grade=mean(grade),
        seconds=np.asarray(seconds[told], dtype=np.float64),
        begun_s=np.asarray(told * SPEED_SMOOTHING_S),
        running_s=float(run_s.sum()),
    )


def cadence_by_speed(run: Stretches) -> tuple[tuple[float, float, float], ...] | None:
    """Mean speed, mean cadence and seconds of each class of speed on gentle grades.

    Classes of 0.25 m/s from 2.0 m/s up, the lower end within, each of at least 30 s; grades up
    to 2 % either way. None where no class has that. A run without altitude counts as flat.
    """
    chosen = (np.abs(run.grade) <= GENTLE_GRADE) & (run.speed_mps >= WALKING_MPS)
    speed, seconds = run.speed_mps[chosen], run.seconds[chosen]
    of_speed = np.floor((speed - WALKING_MPS) / SPEED_CLASS_MPS).astype(np.intp)
    lasting = np.bincount(of_speed, weights=seconds)
    metres = np.bincount(of_speed, weights=seconds * speed)
    counts = np.bincount(of_speed, weights=seconds * run.cadence_spm[chosen])
    return (
        tuple(
            (float(metres[at] / lasting[at]), float(counts[at] / lasting[at]), float(lasting[at]))
            for at in np.flatnonzero(lasting >= CLASS_MIN_S)
        )
        or None
    )


def cadence_drift_pct(run: Stretches) -> float | None:
    """Cadence of the last third of the running against the first, in percent of the first.

    Speed and grade are taken out by a ridge regression over the stretches,

        c = a + b v + up max(g, 0) + down max(-g, 0) + f(t)
        b ~ N(9, 3),  up, down ~ N(0, 50),  the rest as good as free
        f continuous, a straight line over each third of the running
        drift = 100 x (mean of f over the last third - over the first) / cadence of the first

    None when less than 20 min were run, when a third has too little of speed and cadence, and
    when the drift cannot be told from the change of speed or grade (its standard deviation is
    above 0.75 %): somebody who ran faster and faster, or slowly out of a valley.

    Source: EVIDENCE section 6 (1 to 3 % fall late in long runs; priors of the line). The formula
    is ours.
    """
    if run.running_s < DRIFT_MIN_S:
        return None
    at = (run.begun_s + SPEED_SMOOTHING_S / 2) / run.running_s
    first, last = at < FIRST_THIRD, at >= LAST_THIRD
    middle = ~(first | last)
    told_s = min(float(run.seconds[third].sum()) for third in (first, middle, last))
    if told_s < DRIFT_COVERAGE * run.running_s / 3:
        return None
    slope, slope_sd = SLOPE_PRIOR_SPM_PER_MPS
    level = np.average(run.cadence_spm, weights=run.seconds)
    speed = run.speed_mps - np.average(run.speed_mps, weights=run.seconds)
    grade = np.clip(run.grade, -GRADE_MAX, GRADE_MAX)
    since = np.maximum(at - np.array([[0.0], [FIRST_THIRD], [LAST_THIRD]]), 0.0)
    way = [np.ones_like(at), speed, np.maximum(grade, 0.0), np.maximum(-grade, 0.0)]
    way_sd = [FREE_SD_SPM, slope_sd, GRADE_PRIOR_SD_SPM, GRADE_PRIOR_SD_SPM]
    found, covariance = _ridge(
        np.vstack([*way, since]),
        np.array([*way_sd, *[FREE_SD_SPM] * len(since)]),
        run.cadence_spm - level - slope * speed,
        run.seconds,
    )
    asked = _mean(since, run.seconds, last) - _mean(since, run.seconds, first)
    to_pct = 100 / _mean(run.cadence_spm, run.seconds, first)
    of_time = slice(len(way), None)
    if np.sqrt(asked @ covariance[of_time, of_time] @ asked) * to_pct > DRIFT_SD_MAX_PCT:
        return None
    return float(asked @ found[of_time] * to_pct)


def _ridge(
    told_by: NDArray[np.float64],
    prior_sd: NDArray[np.float64],
    spm: NDArray[np.float64],
    seconds: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients of a ridge regression weighted by time, and their covariance.

    Args:
        told_by: the columns of the regression, shape (m, n).
        prior_sd: of each coefficient about 0, shape (m,).
        spm: cadence without what is expected of it, shape (n,).
        seconds: shape (n,).
    """
    weighted = told_by * seconds / INDEPENDENT_S
    # How noisy the feet are is seen after a first fit; so much the priors weigh in the second.
    noise_spm = 1.0
    for _ in range(2):
        precision = np.diag(prior_sd**-2.0) + weighted @ told_by.T / noise_spm**2
        covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
        found = covariance @ (weighted @ spm) / noise_spm**2
        off = spm - found @ told_by
        noise_spm = max(float(np.sqrt(np.average(off**2, weights=seconds))), NOISE_MIN_SPM)
    return found, covariance


def _mean(
    values: NDArray[np.float64], seconds: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Mean over the chosen stretches, weighted by time; of each row."""
    return np.asarray(np.average(values[..., chosen], axis=-1, weights=seconds[chosen]))
