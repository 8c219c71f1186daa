"""Fits the population prior: least squares over the pool, soreness and load never lowering it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from advice.forecast.state import (
    before_each_day,
    load_features,
    share_of_scale,
    soreness_features,
)
from advice.forecast.voices import FEATURES, Prior

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from advice.forecast.diaries import Diaries, Floats

DIGITS = 4
MANY = 100_000
"""More than there are athletes in a pool."""
CALF = [FEATURES.index(name) for name in ("calf_day_before", "calf_two_before")]
EVERYWHERE = [place for place in range(len(FEATURES)) if place not in CALF]
"""Calf load is known of few: it is fitted last, on what the others leave, for those alone."""


def fitted(pools: Sequence[Diaries], chosen: Prior) -> Prior:
    """The prior with coefficients and spread of a pool; the rest stays as it was chosen.

        min over b of  sum_i n_i^(-1/2) sum_t (u_it - m_it - b . z_it)^2,  b >= 0 but for the level

    An athlete with four times the answers weighs twice as much. A coefficient that would be
    negative is taken out, the worst first, and the others are fitted again. Calf load comes last.

    Args:
        pools: diaries on any scale; u, m and z as in `advice.forecast.voices.forecasts`.
        chosen: what is not fitted.
    """
    parts = [_rows_of(pool) for pool in pools]
    z = np.concatenate([each[0] for each in parts])
    off = np.concatenate([each[1] for each in parts])
    names = np.concatenate([each[2] + place * MANY for place, each in enumerate(parts)])
    _, athlete, answers = np.unique(names, return_inverse=True, return_counts=True)
    weight: Floats = answers.astype(np.float64)[athlete] ** -0.5
    b = np.zeros(len(FEATURES))
    for features in (EVERYWHERE, CALF):
        b[features] = _least_squares(z[:, features], off - z @ b, weight)
    of_each = np.bincount(athlete, (off - z @ b) ** 2) / answers
    spread = round(float(np.sqrt(of_each.mean())), DIGITS)
    return replace(
        chosen, coefficients=tuple(b.round(DIGITS).tolist()), spread=spread, noise=spread
    )


def _least_squares(z: Floats, off: Floats, weight: Floats) -> Floats:
    """Weighted least squares without negative coefficients; the level of all may be negative."""
    squares, sums = (z * weight[:, None]).T @ z, (z * weight[:, None]).T @ off
    is_level = (z == 1.0).all(axis=0)
    free = [feature for feature in range(z.shape[1]) if squares[feature, feature] > 0]
    while True:
        b = np.zeros(z.shape[1])
        b[free] = np.linalg.solve(squares[np.ix_(free, free)], sums[free])
        lowering = [feature for feature in free if b[feature] < 0 and not is_level[feature]]
        if not lowering:
            return b
        free.remove(min(lowering, key=b.__getitem__))


def _rows_of(pool: Diaries) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Features, answer over the mean, and athlete, of each answered day with an earlier answer."""
    answers = share_of_scale(pool.soreness, pool.scale)
    before = before_each_day(answers, pool.scale)
    z = np.concatenate([soreness_features(before), load_features(pool)], axis=2)
    told = ~np.isnan(answers) & (before.answers > 0)
    return z[told], (answers - before.mean)[told], np.nonzero(told)[0]
