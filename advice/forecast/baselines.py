"""Simple forecasts of soreness: the last answer, the mean, the EWMA; what others must beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from advice.forecast.diaries import Diaries, Floats, Integers, Scale

EWMA_NEW = 0.3
"""Weight of the newest answer (EVIDENCE 7.2, 7.6)."""

SPREAD_MIN = 0.35
"""Smallest spread of a forecast, in levels.

A diary that never moved has no error to learn a spread from, and would be certain for ever: one
surprise would then cost as much as the scoring allows. With this spread the middle level keeps 85 %
and each neighbour 8 %. Chosen by us, not fitted."""


def persistence(diaries: Diaries) -> Floats:
    """Tomorrow is as the last answer, however long ago that was."""
    answered = ~np.isnan(diaries.soreness)
    columns = np.where(answered, np.arange(diaries.soreness.shape[1]), -1)
    latest = np.maximum.accumulate(columns, axis=1)
    values = np.take_along_axis(diaries.soreness, np.maximum(latest, 0), axis=1)
    return _forecast(diaries, _day_later(np.where(latest < 0, np.nan, values)))


def person_mean(diaries: Diaries) -> Floats:
    """Tomorrow is as the mean of all answers so far."""
    answered = ~np.isnan(diaries.soreness)
    total = np.cumsum(np.where(answered, diaries.soreness, 0.0), axis=1)
    return _forecast(diaries, _day_later(_ratio(total, np.cumsum(answered, axis=1))))


def ewma(diaries: Diaries) -> Floats:
    """Tomorrow is as the exponentially weighted mean of the answers so far."""
    return _forecast(diaries, ewma_before(diaries.soreness))


def ewma_before(soreness: Floats) -> Floats:
    """The exponentially weighted mean of all answers before each day, shape (athletes, days).

        new mean = 0.3 x answer + 0.7 x mean

    It starts at the first answer and runs over answers, not over days: a gap changes nothing. NaN
    before there is an answer.

    Args:
        soreness: shape (athletes, days), NaN where there is no answer.

    Source: EVIDENCE 7.2, 7.6.
    """
    before = np.full_like(soreness, np.nan)
    mean = np.full(len(soreness), np.nan)
    for day in range(soreness.shape[1]):
        before[:, day] = mean
        answer = soreness[:, day]
        moved = np.where(np.isnan(mean), answer, mean + EWMA_NEW * (answer - mean))
        mean = np.where(np.isnan(answer), mean, moved)
    return before


def discretised_normal(mean: Floats, sd: Floats, scale: Scale) -> Floats:
    """A normal distribution as probabilities of the levels, shape (..., levels).

        P(level) = F((level + 1/2 - mean) / sd) - F((level - 1/2 - mean) / sd)

    The outer levels take the tails, so that a row sums to one, wherever the mean lies.

    Args:
        mean: any shape, on the scale; NaN where nothing can be said, and so is the row.
        sd: above zero, of a shape that goes with the mean's, in levels.
        scale: the levels.
    """
    edges = (scale.edges - np.asarray(mean)[..., None]) / np.asarray(sd)[..., None]
    below = _normal_cdf(edges)
    density = np.empty((*below.shape[:-1], scale.levels))
    density[..., 0] = below[..., 0]
    density[..., 1:-1] = np.diff(below, axis=-1)
    density[..., -1] = 1.0 - below[..., -1]
    return density


def _forecast(diaries: Diaries, mean: Floats) -> Floats:
    """A model's forecast means as densities, with its own past errors for a spread.

    sd is the root mean square of the model's errors over this athlete's earlier answered days, at
    least SPREAD_MIN. Where there was no error yet, up to the second answer, nothing is said.

    Args:
        diaries: what was forecast.
        mean: the model's mean for each day, from earlier days only, shape (athletes, days).
    """
    errors = diaries.soreness - mean
    made = ~np.isnan(errors)
    squares = np.cumsum(np.where(made, errors**2, 0.0), axis=1)
    sd = np.sqrt(_day_later(_ratio(squares, np.cumsum(made, axis=1))))
    return discretised_normal(mean, np.maximum(sd, SPREAD_MIN), diaries.scale)


def _day_later(array: Floats) -> Floats:
    """What is known after a day, put where the next day begins."""
    later = np.full_like(array, np.nan)
    later[:, 1:] = array[:, :-1]
    return later


def _ratio(total: Floats, count: Integers) -> Floats:
    """Means of so many; NaN of none."""
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


ERF_IS_ONE_FROM = 6.0
"""To the last bit of a double; powers of larger numbers would overflow."""

# Cody's coefficients for 0.46875 <= x <= 4, that of the highest power last.
NUMERATOR = (
    1.23033935479799725e03,
    2.05107837782607147e03,
    1.71204761263407058e03,
    8.81952221241769090e02,
    2.98635138197400131e02,
    6.61191906371416295e01,
    8.88314979438837594e00,
    5.64188496988670089e-01,
    2.15311535474403846e-08,
)
DENOMINATOR = (
    1.23033935480374942e03,
    3.43936767414372164e03,
    4.36261909014324716e03,
    3.29079923573345963e03,
    1.62138957456669019e03,
    5.37181101862009858e02,
    1.17693950891312499e02,
    1.57449261107098347e01,
    1.0,
)


def erf(x: Floats) -> Floats:
    """The error function of an array, to 1e-11; NaN of NaN.

        erf(x) = 1 - exp(-x^2) P(x) / Q(x) for x >= 0, and erf(-x) = -erf(x)

    NumPy has none, and math.erf takes one number at a time.

    Source: W. J. Cody 1969, Rational Chebyshev approximations for the error function, Math. Comp.
    23:631.
    Differs from the paper: his middle one of three intervals is used for all x. That costs relative
    accuracy near zero and in the far tail, which probabilities of levels do not need; the absolute
    error stays below 5e-12 (compared with math.erf).
    """
    positive = np.minimum(np.abs(x), ERF_IS_ONE_FROM)
    ratio = _polynomial(NUMERATOR, positive)
    ratio /= _polynomial(DENOMINATOR, positive)
    ratio *= np.exp(-positive * positive)
    return np.copysign(1.0 - ratio, x)


def _polynomial(coefficients: tuple[float, ...], x: Floats) -> Floats:
    """By Horner's scheme, in place: memory is what takes the time."""
    total = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total *= x
        total += coefficient
    return total


def _normal_cdf(z: Floats) -> Floats:
    return 0.5 * (1.0 + erf(z / np.sqrt(2.0)))
