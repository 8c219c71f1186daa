"""How days add up: acute and chronic averages, monotony and strain of a daily series.

Plain Python, because a morning's answer must not wait for NumPy to be imported.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ACUTE_DAYS = 7
CHRONIC_DAYS = 28


def ewma(daily: Sequence[float | None], *, span_days: int) -> list[float | None]:
    """Exponentially weighted moving average of a daily series, one value a day.

        today = k x load + (1 - k) x yesterday,   k = 2 / (span_days + 1)

    A rest day must be there as 0. An unknown day is None and holds yesterday's value. The first
    known day starts the average; before it there is none.

    Source: Williams 2017, Br J Sports Med 51:209. Differs from the paper: starts at the first
    day's load and not at zero, and holds over unknown days.
    """
    weight = 2 / (span_days + 1)
    averages: list[float | None] = []
    current: float | None = None
    for load in daily:
        if load is not None:
            current = load if current is None else weight * load + (1 - weight) * current
        averages.append(current)
    return averages


def monotony(week: Sequence[float | None]) -> float | None:
    """Mean over standard deviation of seven daily loads, no unit; rest days are 0.

    None when one of the days is unknown or missing, and when all are equal: nothing varies, so
    there is nothing to divide by. The deviation is that of a sample (ddof 1).

    Source: Foster 1998.
    """
    loads = [load for load in week if load is not None]
    if len(loads) < ACUTE_DAYS or min(loads) == max(loads):
        return None
    mean = math.fsum(loads) / len(loads)
    # By hand: the module statistics is exact, and fifty times slower.
    deviation = math.dist(loads, [mean] * len(loads)) / math.sqrt(len(loads) - 1)
    return mean / deviation if deviation > 0 else None


def strain(week: Sequence[float | None]) -> float | None:
    """The week's load times its monotony (Foster 1998); None where monotony is."""
    evenness = monotony(week)
    if evenness is None:
        return None
    return math.fsum(load for load in week if load is not None) * evenness
