"""Noise that looks like life: values that wander slowly about zero, the same on every machine."""

from __future__ import annotations

from itertools import accumulate
from math import sqrt

import numpy as np
from numpy.typing import NDArray


def wander(
    random: np.random.Generator, count: int, *, sd: float, time_constant_s: float
) -> NDArray[np.float64]:
    """A first-order autoregressive series at 1 Hz, mean 0, in the unit of `sd`.

        today = yesterday x keep + fresh,   keep = 1 - 1 / time_constant_s

    The fresh part is scaled so that the standard deviation is `sd` from the first value on.
    """
    keep = 1 - 1 / time_constant_s
    fresh = random.standard_normal(count) * (sd * sqrt(1 - keep * keep))
    fresh[:1] /= sqrt(1 - keep * keep)
    return np.array(list(accumulate(fresh.tolist(), lambda past, new: past * keep + new)))


def between(random: np.random.Generator, low: float, high: float) -> float:
    """One number, evenly spread over [low, high)."""
    return low + (high - low) * float(random.random())


def steady(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rounded to nine digits after the point: what processors disagree on is far behind that."""
    return np.round(values, 9)
