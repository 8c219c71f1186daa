"""Cadence: steps per minute of both feet, whichever way the device counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.activity import Finding
from pipeline.motion import weighted_mean, weighted_median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import CadenceRule

STEPS_PER_STRIDE = 2

STRIDES_MAX_PER_MIN = 120
"""A running median above this cannot be strides: 240 steps a minute is nobody's run."""

UNKNOWN_AS_STRIDES_PER_MIN = (60, 110)
"""GPX says no unit: a moving median in here counts one foot (DESIGN.md: what is true)."""

UNKNOWN_AS_STEPS_PER_MIN = (120, 230)

WALKING_MPS = 2.0
WALKING_SPM = 140
"""Slower than the one and fewer than the other is walking (EVIDENCE 5.2)."""


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
    doubt = Finding(
        "cadence_already_steps",
        int(np.isfinite(raw_per_min).sum()),
        "The file counts both feet where its format counts one; cadence was not doubled.",
    )
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
    doubt = Finding(
        "cadence_unit_unknown",
        int(np.isfinite(raw_per_min).sum()),
        "The cadence in the file fits neither one foot nor both; it was left out.",
    )
    return CadenceReading(np.full(len(raw_per_min), np.nan), "none", (doubt,))


def is_walking(
    speed_mps: NDArray[np.float64], cadence_spm: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Walking: slower than 2.0 m/s and fewer than 140 steps a minute (EVIDENCE 5.2).

    Where one of the two is missing the other decides; where both are, it is not walking.
    """
    slow, few = speed_mps < WALKING_MPS, cadence_spm < WALKING_SPM
    no_speed, no_cadence = ~np.isfinite(speed_mps), ~np.isfinite(cadence_spm)
    return (slow | no_speed) & (few | no_cadence) & ~(no_speed & no_cadence)


def running_cadence(
    cadence_spm: NDArray[np.float64],
    lasting_s: NDArray[np.float64],
    *,
    moving: NDArray[np.bool_],
    walking: NDArray[np.bool_],
) -> RunningCadence:
    """Mean, median, coverage and steps of one run, weighted by time.

    Mean and median are of moving samples that are not walking: a walking break is not slow
    running. Steps are counted over every sample that has a cadence. Nothing is filled in.

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
    return RunningCadence(
        mean_spm=weighted_mean(cadence_spm[used], lasting_s[used]),
        median_spm=weighted_median(
            cadence_spm[used], lasting_s[used], width=_rounded_to(cadence_spm[used])
        ),
        coverage=float(lasting_s[used].sum()) / running_s if running_s > 0 else None,
        steps=float((cadence_spm[known] * lasting_s[known]).sum() / 60),
    )


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
    if blind.any():
        doubt = Finding(
            "cadence_zero_while_moving",
            int(blind.sum()),
            "Cadence was 0 while the runner moved; those moments count as missing.",
        )
        findings = (*findings, doubt)
    return CadenceReading(np.where(blind, np.nan, cadence_spm), rule, findings)


def _none(raw_per_min: NDArray[np.float64], moving: NDArray[np.bool_]) -> CadenceReading:
    """A column without one step tells nothing, unless the runner never moved."""
    reading = _reading(raw_per_min, moving, "none")
    if not reading.findings:
        return reading
    return replace(reading, cadence_spm=np.full(len(raw_per_min), np.nan))
