"""Cadence: steps per minute of both feet, whichever way the device counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.findings import found, noted
from pipeline.motion import weighted_mean, weighted_median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import CadenceRule, Finding

STEPS_PER_STRIDE = 2

STRIDES_MAX_PER_MIN = 120
"""A running median above this cannot be strides: 240 steps a minute is nobody's run."""

UNKNOWN_AS_STRIDES_PER_MIN = (60, 110)
"""GPX says no unit: a moving median in here counts one foot (DESIGN.md: what is true)."""

UNKNOWN_AS_STEPS_PER_MIN = (120, 230)

HISTOGRAM_CLASS_SPM = 5.0

WALKING_MPS = 2.0
WALKING_SPM = 140
"""Slower than the one and fewer than the other is walking (EVIDENCE 5.2)."""

WALKING_EDGE_S = 15.0
"""Speed is a mean over some ten seconds, positions are smoothed besides, and feet change at once:
at most so long they disagree."""

CLEARLY_RUNNING_MPS = 2.2
TYPICAL_SPM = (130, 230)
FOLD_TOLERANCE = 0.15
FOLD_LASTS_S = 8.0
FOLD_EXPLAINS = 0.8
ONE_FOOT_MAX = 105
"""What is above it, and far below the run's own cadence, may be a walking break."""


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


def from_strides(raw_per_min: NDArray[np.float64], moving: NDArray[np.bool_]) -> CadenceReading:
    """Steps from a column that should count strides (FIT, TCX): double it.

    Some devices write steps all the same; a moving median above 120 gives them away.

    Args:
        raw_per_min: as the file has it, fraction already added, NaN where missing; shape (n,).
        moving: whether the feet move; shape (n,).
    """
    median = _moving_median(raw_per_min, moving)
    if median is None:
        return _none(raw_per_min, moving)
    if median <= STRIDES_MAX_PER_MIN:
        return _reading(raw_per_min * STEPS_PER_STRIDE, moving, "strides_doubled")
    counted = int(np.isfinite(raw_per_min).sum())
    doubt = found("cadence_already_steps", counted)
    return _reading(raw_per_min, moving, "steps_as_is", doubt)


def from_unknown_unit(
    raw_per_min: NDArray[np.float64], moving: NDArray[np.bool_]
) -> CadenceReading:
    """Steps from a column whose unit the format does not fix (GPX): decide by plausibility.

    A moving median of 60 to 110 counts one foot, 120 to 230 counts both, anything else cannot be
    told and gives no cadence.
    """
    median = _moving_median(raw_per_min, moving)
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


def folded(
    cadence_spm: NDArray[np.float64], speed_mps: NDArray[np.float64], at_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], int, int]:
    """Cadence of a device that for a stretch counted one foot only, or every step twice.

    Only at a clear run (2.2 m/s and more), against the run's own typical cadence there, and for
    8 s or longer: within 15 % of half of it, and at most 105, the cadence is doubled; within
    15 % of twice it, halved. Walking breaks, slow or at 110 steps a minute, stay as they are. Where
    the three together are less than 80 % of what was counted, it is no way of counting but noise.

    Args:
        cadence_spm: steps per minute, NaN where missing; shape (n,).
        speed_mps: shape (n,).
        at_s: in ascending order, shape (n,).

    Returns:
        Cadence of shape (n,), how many samples were doubled, and how many halved.

    Source: EVIDENCE section 6 ("detect one-foot cadence (70-100): double it").
    """
    running = speed_mps >= CLEARLY_RUNNING_MPS
    low, high = TYPICAL_SPM
    usual = running & (cadence_spm >= low) & (cadence_spm <= high)
    if not usual.any() or (cadence_spm[running] > 0).sum() == usual.sum():
        return cadence_spm, 0, 0
    typical_spm = float(np.median(cadence_spm[usual]))
    off = FOLD_TOLERANCE * typical_spm
    once = running & (np.abs(cadence_spm * 2 - typical_spm) <= off) & (cadence_spm <= ONE_FOOT_MAX)
    twice = running & (np.abs(cadence_spm / 2 - typical_spm) <= off)
    counted = running & (cadence_spm > 0)
    if (usual | once | twice).sum() < FOLD_EXPLAINS * counted.sum():
        return cadence_spm, 0, 0
    once, twice = _lasting(once, at_s), _lasting(twice, at_s)
    straight = np.where(once, cadence_spm * 2, np.where(twice, cadence_spm / 2, cadence_spm))
    return straight, int(once.sum()), int(twice.sum())


def _lasting(mask: NDArray[np.bool_], at_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Only the stretches of it that last long enough, to the sample after them."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    begins, ends = edges[::2], np.minimum(edges[1::2], len(at_s) - 1)
    long_enough = at_s[ends] - at_s[begins] >= FOLD_LASTS_S
    kept = np.zeros(len(mask), dtype=bool)
    for begin, end in zip(begins[long_enough], edges[1::2][long_enough], strict=True):
        kept[begin:end] = True
    return kept


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
    """Walking as `is_walking` has it, and the moments at its edges in which speed lags behind.

    Speed is a mean over seconds, so at both ends of a walk there are moments of 2 m/s and more
    with the steps of a walk. Up to 15 s of them are walking still; longer, somebody runs with few
    steps.

    Args:
        speed_mps: NaN where missing; shape (n,).
        cadence_spm: both feet, NaN where missing; shape (n,).
        shown_s: what the timer shows, not decreasing; shape (n,).
    """
    walking = is_walking(speed_mps, cadence_spm)
    few = ~walking & (cadence_spm < WALKING_SPM)
    if not (walking.any() and few.any()):
        return walking
    changes = np.flatnonzero(np.diff(few, prepend=False, append=False))
    begins, ends = changes[::2], changes[1::2]
    until_s = np.append(shown_s, shown_s[-1])[ends]
    beside = np.append(walking, False)[ends] | (walking[begins - 1] & (begins > 0))
    edges = beside & (until_s - shown_s[begins] <= WALKING_EDGE_S)
    at_edge = np.zeros(len(walking) + 1, dtype=np.intp)
    at_edge[begins[edges]] += 1
    at_edge[ends[edges]] -= 1
    return walking | (np.cumsum(at_edge[:-1]) > 0)


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


def _moving_median(raw_per_min: NDArray[np.float64], moving: NDArray[np.bool_]) -> float | None:
    """Of what was counted on the move, else of all that was counted; None where nothing was."""
    counted = raw_per_min > 0
    on_the_move = counted & moving
    chosen = raw_per_min[on_the_move if on_the_move.any() else counted]
    return float(np.median(chosen)) if len(chosen) else None


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
