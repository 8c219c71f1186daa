"""Cadence: steps per minute of both feet, whichever way the device counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.findings import found, noted
from pipeline.motion import MOVING_MPS, stretches, weighted_mean, weighted_median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import CadenceRule, Finding

STEPS_PER_STRIDE = 2

STRIDES_MAX_PER_MIN = 120
"""A running median above this cannot be strides: 240 steps a minute is nobody's run."""

UNKNOWN_AS_STRIDES_PER_MIN = (60, 110)
"""GPX says no unit: a running median in here counts one foot (DESIGN.md: what is true)."""

UNKNOWN_AS_STEPS_PER_MIN = (120, 230)

CLEARLY_RUNNING_MPS = 2.2
"""People walk at 2.0 m/s at most before they run, and speed has its noise."""

UNIT_TOLD_S = 30.0
"""Of clear running are enough to tell the unit: 80 steps. Less may be noise in the speed of a
walk."""

HISTOGRAM_CLASS_SPM = 5.0

WALKING_MPS = 2.0
WALKING_SPM = 140
"""Slower than the one and fewer than the other is walking (EVIDENCE 5.2)."""

RUNNING_SPM = (130, 230)
"""Fewer is hardly anybody's run; more are counted twice."""

WALKING_STRETCH_MPS = 2.1
"""Mean of a whole stretch of few steps that is walking still: a tenth above WALKING_MPS, for what
a lagging speed takes over from the run beside it."""

WALKING_EDGES_S = 15.0
"""Speed is a mean over some ten seconds, positions are smoothed besides, and feet change at once:
at most so long they disagree at the edges of a walk."""

FEW_OF_RUNNING = 0.9
"""Share of a runner's own running cadence below which steps are few: that of a run stays within
some 5 %, that of a walk is a fifth less and more."""


@dataclass(frozen=True, slots=True)
class CadenceReading:
    """What a file's cadence column means: steps per minute, by which rule, with what doubts."""

    cadence_spm: NDArray[np.float64]
    """Shape (n,); NaN where missing."""
    rule: CadenceRule
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RunningCadence:
    """Cadence of one run; None where no running sample has one."""

    mean_spm: float | None
    median_spm: float | None
    coverage: float | None
    """Share of the running time for which cadence is known, 0 to 1; no unit."""
    steps: float | None
    """Steps counted over the samples with a cadence, walking included; never filled in."""
    sd_spm: float | None = None
    histogram: tuple[tuple[float, float], ...] | None = None
    """Lower end of each class of 5 steps a minute that was run in, and seconds in it."""


def from_strides(
    raw_per_min: NDArray[np.float64], moving: NDArray[np.bool_], running_s: NDArray[np.float64]
) -> CadenceReading:
    """Steps from a column that should count strides (FIT, TCX): double it.

    Some devices write steps all the same; a running median above 120 gives them away.

    Args:
        raw_per_min: as the file has it, fraction already added, NaN where missing; shape (n,).
        moving: whether the feet move; shape (n,).
        running_s: as `clear_run_s` has it; shape (n,).
    """
    median = _running_median(raw_per_min, moving, running_s)
    if median is None:
        return _none(raw_per_min, moving)
    if median <= STRIDES_MAX_PER_MIN:
        return _reading(raw_per_min * STEPS_PER_STRIDE, moving, "strides_doubled")
    counted = int(np.isfinite(raw_per_min).sum())
    doubt = found("cadence_already_steps", counted)
    return _reading(raw_per_min, moving, "steps_as_is", doubt)


def from_unknown_unit(
    raw_per_min: NDArray[np.float64], moving: NDArray[np.bool_], running_s: NDArray[np.float64]
) -> CadenceReading:
    """Steps from a column whose unit the format does not fix (GPX): decide by plausibility.

    A running median of 60 to 110 counts one foot, 120 to 230 counts both, anything else cannot be
    told and gives no cadence.

    Args:
        raw_per_min: as the file has it, NaN where missing; shape (n,).
        moving: whether the feet move; shape (n,).
        running_s: as `clear_run_s` has it; shape (n,).
    """
    median = _running_median(raw_per_min, moving, running_s)
    if median is None:
        return _none(raw_per_min, moving)
    low, high = UNKNOWN_AS_STRIDES_PER_MIN
    if low <= median <= high:
        return _reading(raw_per_min * STEPS_PER_STRIDE, moving, "strides_doubled")
    low, high = UNKNOWN_AS_STEPS_PER_MIN
    if low <= median <= high:
        return _reading(raw_per_min, moving, "steps_as_is")
    doubts = noted(cadence_unit_unknown=int(np.isfinite(raw_per_min).sum()))
    return CadenceReading(np.full(len(raw_per_min), np.nan), "none", doubts)


def clear_run_s(
    speed_mps: NDArray[np.float64], lasting_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How long each sample lasts where it is of a clear run, 2.2 m/s and more, else 0; shape (n,).

    Args:
        speed_mps: NaN where missing; shape (n,).
        lasting_s: how long each sample lasts; shape (n,).
    """
    return np.where(speed_mps >= CLEARLY_RUNNING_MPS, lasting_s, 0.0)


def is_walking(
    speed_mps: NDArray[np.float64], cadence_spm: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Walking: slower than 2.0 m/s and fewer than 140 steps a minute (EVIDENCE 5.2).

    Where one of the two is missing the other decides; where both are, it is not walking.
    """
    slow, few = speed_mps < WALKING_MPS, cadence_spm < WALKING_SPM
    no_speed, no_cadence = ~np.isfinite(speed_mps), ~np.isfinite(cadence_spm)
    return (slow | no_speed) & (few | no_cadence) & ~(no_speed & no_cadence)


def walking_stretches(
    speed_mps: NDArray[np.float64], cadence_spm: NDArray[np.float64], shown_s: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Walking as `is_walking` has it, and whole stretches of steps as few as a walk's.

    Speed is a mean over seconds, and that of positions wanders, so that in a walk there are moments
    of 2 m/s and more. A stretch of few steps throughout is walking from its first to its last
    moment where its mean speed on the move is below 2.1 m/s, or where there is walking in it and
    all else in it lasts 15 s at most: a short walk between fast runs has a high mean.

    Few are fewer than 140 a minute, and fewer than 90 % of the median at a clear run: a tall runner
    may run at 138, and then his runs and his walks must not be taken for one stretch. Moments of
    walking without a cadence belong to a stretch.

    Args:
        speed_mps: NaN where missing, which counts neither way in a mean; shape (n,).
        cadence_spm: both feet, NaN where missing; shape (n,).
        shown_s: what the timer shows, not decreasing; shape (n,).
    """
    walking = is_walking(speed_mps, cadence_spm)
    if not (cadence_spm < WALKING_SPM).any():
        return walking
    few = (cadence_spm < _few_spm(speed_mps, cadence_spm)) | (walking & np.isnan(cadence_spm))
    begins, ends = stretches(few)
    lasting_s = np.diff(shown_s, append=shown_s[-1])
    too_fast_m = lasting_s * np.nan_to_num(speed_mps - WALKING_STRETCH_MPS)
    slow = within(too_fast_m * (speed_mps >= MOVING_MPS), begins, ends) < 0
    edges_s = within(lasting_s * ~walking, begins, ends)
    whole = slow | (within(walking, begins, ends) > 0) & (edges_s <= WALKING_EDGES_S)
    return walking | inside(begins[whole], ends[whole], len(walking))


def _few_spm(speed_mps: NDArray[np.float64], cadence_spm: NDArray[np.float64]) -> float:
    running = (speed_mps >= CLEARLY_RUNNING_MPS) & (cadence_spm >= RUNNING_SPM[0])
    if not running.any():
        return WALKING_SPM
    return min(WALKING_SPM, FEW_OF_RUNNING * float(np.median(cadence_spm[running])))


def within(
    values: NDArray[np.float64] | NDArray[np.bool_],
    begins: NDArray[np.intp],
    ends: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Sum of the values of each stretch."""
    until = np.append(0.0, np.cumsum(values))
    return np.asarray(until[ends] - until[begins])


def inside(begins: NDArray[np.intp], ends: NDArray[np.intp], count: int) -> NDArray[np.bool_]:
    """The mask of so many places that has these stretches, none over another."""
    change = np.bincount(begins, minlength=count) - np.bincount(ends, minlength=count + 1)[:count]
    return np.asarray(np.cumsum(change) > 0)


def near(
    chosen: NDArray[np.bool_], shown_s: NDArray[np.float64], within_s: float
) -> NDArray[np.bool_]:
    """Which samples lie within so many seconds of a chosen one, the chosen included; shape (n,)."""
    at_s = shown_s[chosen]
    if len(at_s) == 0:
        return chosen
    after = np.searchsorted(at_s, shown_s)
    to_next = at_s[np.minimum(after, len(at_s) - 1)] - shown_s
    since_last = shown_s - at_s[np.maximum(after - 1, 0)]
    is_near: NDArray[np.bool_] = np.minimum(np.abs(to_next), np.abs(since_last)) <= within_s
    return is_near


def running_cadence(
    cadence_spm: NDArray[np.float64],
    lasting_s: NDArray[np.float64],
    *,
    moving: NDArray[np.bool_],
    walking: NDArray[np.bool_],
) -> RunningCadence:
    """Mean, median, spread, histogram, coverage and steps of one run, weighted by time.

    All but the steps are of moving samples that are not walking: a walking break is not slow
    running. The spread is the standard deviation over time (ddof 0). Steps are counted over every
    sample that has a cadence. Nothing is filled in.

    Args:
        cadence_spm: steps per minute, NaN where missing; shape (n,).
        lasting_s: how long each sample lasts; shape (n,).
        moving: whether the feet move; shape (n,).
        walking: whether the feet walk; shape (n,).
    """
    known = np.isfinite(cadence_spm)
    if not known.any():
        return RunningCadence(None, None, None, None)
    running = moving & ~walking
    used = running & known
    running_s = float(lasting_s[running].sum())
    spm, seconds = cadence_spm[used], lasting_s[used]
    mean_spm = weighted_mean(spm, seconds)
    return RunningCadence(
        mean_spm=mean_spm,
        median_spm=weighted_median(spm, seconds, width=_rounded_to(spm)),
        sd_spm=None if mean_spm is None else _sd_spm(spm, seconds, mean_spm),
        histogram=_histogram(spm, seconds),
        coverage=float(lasting_s[used].sum()) / running_s if running_s > 0 else None,
        steps=float((cadence_spm[known] * lasting_s[known]).sum() / 60),
    )


def _sd_spm(
    cadence_spm: NDArray[np.float64], lasting_s: NDArray[np.float64], mean_spm: float
) -> float:
    return float(np.sqrt(np.average((cadence_spm - mean_spm) ** 2, weights=lasting_s)))


def _histogram(
    cadence_spm: NDArray[np.float64], lasting_s: NDArray[np.float64]
) -> tuple[tuple[float, float], ...] | None:
    """Classes in which time was spent, from the lowest; a class holds its lower end."""
    classes = np.floor(cadence_spm / HISTOGRAM_CLASS_SPM).astype(np.intp)
    seconds = np.bincount(classes, weights=lasting_s)
    spent = np.flatnonzero(seconds > 0)
    return tuple((float(at) * HISTOGRAM_CLASS_SPM, float(seconds[at])) for at in spent) or None


def _rounded_to(cadence_spm: NDArray[np.float64]) -> float:
    """2 where strides were counted in whole numbers, 1 where steps were, 0 where neither."""
    if (cadence_spm % 1).any():
        return 0.0
    return 1.0 if (cadence_spm % 2).any() else 2.0


def _running_median(
    raw_per_min: NDArray[np.float64], moving: NDArray[np.bool_], running_s: NDArray[np.float64]
) -> float | None:
    """Of what was counted at a clear run of 30 s in all, else on the move, else at all.

    None where nothing was counted. Walks take no part where there is a run: 102 steps a minute of a
    walk would pass for the strides of a run.
    """
    counted = raw_per_min > 0
    chosen = counted & (running_s > 0)
    if running_s[chosen].sum() < UNIT_TOLD_S:
        chosen = counted & moving
    if not chosen.any():
        chosen = counted
    return float(np.median(raw_per_min[chosen])) if chosen.any() else None


def _reading(
    cadence_spm: NDArray[np.float64],
    moving: NDArray[np.bool_],
    rule: CadenceRule,
    *findings: Finding,
) -> CadenceReading:
    """Zero while the feet move is a sensor that was not looking: missing, not slow."""
    blind = moving & (cadence_spm == 0)
    findings = (*findings, *noted(cadence_zero_while_moving=int(blind.sum())))
    return CadenceReading(np.where(blind, np.nan, cadence_spm), rule, findings)


def _none(raw_per_min: NDArray[np.float64], moving: NDArray[np.bool_]) -> CadenceReading:
    """A column without one step tells nothing, unless the runner never moved."""
    reading = _reading(raw_per_min, moving, "none")
    if not reading.findings:
        return reading
    return replace(reading, cadence_spm=np.full(len(raw_per_min), np.nan))
