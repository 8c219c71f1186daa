"""The runner's own line of cadence against speed, drawn from the runs before each run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.load import CADENCE_SLOPE_SPM_PER_MPS, DEFAULT_CADENCE_SPM, REFERENCE_MPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# EVIDENCE section 6: mean and standard deviation over runners, and between the runs of one.
C0_PRIOR_SPM = (DEFAULT_CADENCE_SPM, 8.0)
SLOPE_PRIOR_SPM_PER_MPS = (CADENCE_SLOPE_SPM_PER_MPS, 3.0)
BETWEEN_RUNS_SPM = 3.6

BIWEIGHT_REACH = 4.685
"""In standard deviations between runs: a run further off the line weighs nothing (Tukey; 95 %
efficient where nothing is strange)."""

ROUNDS_TO_CHOOSE, ROUNDS_TO_SETTLE = 3, 24
LINES_AT_ONCE = 256
"""A runner's year of runs for so many lines stays in the processor's cache."""
DIGITS = 6
"""Sums over more room differ in their last digits; no number may seem changed by that."""


@dataclass(frozen=True, slots=True)
class Line:
    """Cadence to expect: c0 + slope (v - 3.0), and how well the two are known."""

    c0_spm: float
    slope_spm_per_mps: float
    c0_variance: float
    covariance: float
    slope_variance: float
    runs: int
    """How many runs weigh in it; with 0 it is the line of everybody."""

    def expected_spm(self, off_mps: float) -> tuple[float, float]:
        """Cadence to expect of a run so far above 3.0 m/s, and how far off runs lie, one SD.

        sd = sqrt(3.6^2 + x' V x),  x = (1, v - 3.0), V the covariance of the line
        """
        variance = (
            self.c0_variance + 2 * off_mps * self.covariance + off_mps**2 * self.slope_variance
        )
        expected = self.c0_spm + self.slope_spm_per_mps * off_mps
        return expected, math.sqrt(BETWEEN_RUNS_SPM**2 + variance)


class _Work(NamedTuple):
    """The runs behind some lines: one line a row, one run a column; shape (lines, runs) each."""

    off_mps: NDArray[np.float64]
    cadence_spm: NDArray[np.float64]
    inside: NDArray[np.bool_]


class _Fit(NamedTuple):
    """Some lines; shape (lines,) each."""

    c0: NDArray[np.float64]
    slope: NDArray[np.float64]


def run_mean(cadence_by_speed: Sequence[Sequence[float]]) -> tuple[float, float]:
    """One run as one observation: its speed above 3.0 m/s, and its cadence.

    Args:
        cadence_by_speed: m/s, steps a minute and seconds of each class, at least one.
    """
    seconds = off_mps = counted = 0.0
    for speed_mps, cadence_spm, lasting_s in cadence_by_speed:
        seconds += lasting_s
        off_mps += (speed_mps - REFERENCE_MPS) * lasting_s
        counted += cadence_spm * lasting_s
    return off_mps / seconds, counted / seconds


def lines(
    starts_s: Sequence[float],
    cadence_by_speed: Sequence[Sequence[Sequence[float]]],
    *,
    within_s: float,
) -> list[Line]:
    """For each run the line of the runs that started before it, within so long.

        c = c0 + b (v - 3.0),  c0 ~ N(165, 8),  b ~ N(9, 3),  3.6 between runs

    A run is one observation, however long: its cadence and speed, averaged over its classes of
    speed on gentle grades by their time. The line is the most probable one under Tukey's biweight
    loss, so that strange runs do not move it (a sensor that counts twice, a treadmill without
    speed). That loss may have several valleys: the search starts at everybody's line and at the
    median run with everybody's slope, and goes on in the deeper one by weighted least squares,
    a fixed number of times. So a line depends on the runs behind it and on nothing else.

    Args:
        starts_s: when each run started, ascending, seconds.
        cadence_by_speed: m/s, steps a minute and seconds of each class; empty where unknown.
        within_s: how long before a run its line begins.

    Source: EVIDENCE section 6 (line, priors, spread between runs); Tukey's biweight is ours.
    """
    behind = [index for index, classes in enumerate(cadence_by_speed) if len(classes)]
    if not behind:
        return [_everybodys()] * len(starts_s)
    told = np.array([run_mean(cadence_by_speed[index]) for index in behind])
    starts = np.asarray(starts_s, dtype=np.float64)
    stop = np.searchsorted(behind, np.arange(len(starts)))
    first = np.searchsorted(starts[behind], starts - within_s)
    return [line for work in _works(told, first, stop) for line in _drawn(work)]


def _everybodys() -> Line:
    (c0, c0_sd), (slope, slope_sd) = C0_PRIOR_SPM, SLOPE_PRIOR_SPM_PER_MPS
    return Line(c0, slope, c0_sd**2, 0.0, slope_sd**2, 0)


def _works(
    told: NDArray[np.float64], first: NDArray[np.intp], stop: NDArray[np.intp]
) -> Iterator[_Work]:
    """The runs [first, stop) behind each line, for some lines at a time."""
    for at in range(0, len(stop), LINES_AT_ONCE):
        rows = slice(at, at + LINES_AT_ONCE)
        width = max(int((stop[rows] - first[rows]).max()), 1)
        column = stop[rows, None] - width + np.arange(width)
        off_mps, cadence_spm = told[np.maximum(column, 0)].transpose(2, 0, 1).copy()
        yield _Work(off_mps, cadence_spm, column >= first[rows, None])


def _drawn(work: _Work) -> Iterator[Line]:
    """The most probable line of each row."""
    everybodys = _everybodys()
    count = len(work.inside)
    slope = np.full(count, everybodys.slope_spm_per_mps)
    starts = (
        _Fit(np.full(count, everybodys.c0_spm), slope),
        _Fit(_median_c0(work, everybodys), slope),
    )
    one, other = (_settled(work, start, ROUNDS_TO_CHOOSE) for start in starts)
    better = _loss(work, other) < _loss(work, one)
    fit = _Fit(*(np.where(better, b, a) for a, b in zip(one, other, strict=True)))
    fit = _settled(work, fit, ROUNDS_TO_SETTLE)
    weights = _weights(work, fit)
    c0_precision, mixed, slope_precision, _, _ = _normal(work, weights)
    determinant = c0_precision * slope_precision - mixed**2
    numbers = np.stack(
        [
            *fit,
            slope_precision / determinant,
            -mixed / determinant,
            c0_precision / determinant,
        ],
        axis=1,
    ).round(DIGITS)
    runs = (weights > 0).sum(axis=1)
    for (c0, b, c0_variance, covariance, slope_variance), behind in zip(
        numbers.tolist(), runs.tolist(), strict=True
    ):
        yield Line(c0, b, c0_variance, covariance, slope_variance, behind)


def _median_c0(work: _Work, everybodys: Line) -> NDArray[np.float64]:
    """The (lower) median over the runs of their cadence at 3.0 m/s, by everybody's slope."""
    at_reference = work.cadence_spm - everybodys.slope_spm_per_mps * work.off_mps
    in_order = np.sort(np.where(work.inside, at_reference, np.inf), axis=1)
    count = work.inside.sum(axis=1)
    middle = in_order[np.arange(len(count)), np.maximum(count - 1, 0) // 2]
    return np.where(count > 0, middle, everybodys.c0_spm)


def _settled(work: _Work, fit: _Fit, rounds: int) -> _Fit:
    """Weighted least squares with priors, so many times, each with the weights of the last."""
    for _ in range(rounds):
        c0_precision, mixed, slope_precision, c0_sum, slope_sum = _normal(work, _weights(work, fit))
        determinant = c0_precision * slope_precision - mixed**2
        fit = _Fit(
            (slope_precision * c0_sum - mixed * slope_sum) / determinant,
            (c0_precision * slope_sum - mixed * c0_sum) / determinant,
        )
    return fit


def _normal(work: _Work, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """The normal equations of each line: its precision (3 numbers) and its right side (2)."""
    (c0, c0_sd), (slope, slope_sd) = C0_PRIOR_SPM, SLOPE_PRIOR_SPM_PER_MPS
    known = weights / BETWEEN_RUNS_SPM**2
    sloped = known * work.off_mps

    def summed(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.einsum("ij,ij->i", one, other))

    return (
        known.sum(axis=1) + c0_sd**-2,
        sloped.sum(axis=1),
        summed(sloped, work.off_mps) + slope_sd**-2,
        summed(known, work.cadence_spm) + c0 * c0_sd**-2,
        summed(sloped, work.cadence_spm) + slope * slope_sd**-2,
    )


def _nearness(work: _Work, fit: _Fit) -> NDArray[np.float64]:
    """1 on the line, falling to 0 at the biweight's reach; 0 outside of the line's runs."""
    off = work.cadence_spm - fit.c0[:, None] - fit.slope[:, None] * work.off_mps
    off /= BIWEIGHT_REACH * BETWEEN_RUNS_SPM
    return np.where(work.inside, np.maximum(1 - off * off, 0.0), 0.0)


def _weights(work: _Work, fit: _Fit) -> NDArray[np.float64]:
    nearness = _nearness(work, fit)
    return nearness * nearness


def _loss(work: _Work, fit: _Fit) -> NDArray[np.float64]:
    """How improbable each line is, given its runs and everybody's line: minus a log density."""
    (c0, c0_sd), (slope, slope_sd) = C0_PRIOR_SPM, SLOPE_PRIOR_SPM_PER_MPS
    gained = (_nearness(work, fit) ** 3).sum(axis=1) * BIWEIGHT_REACH**2 / 6
    prior = ((fit.c0 - c0) / c0_sd) ** 2 + ((fit.slope - slope) / slope_sd) ** 2
    return np.asarray(prior / 2 - gained)
