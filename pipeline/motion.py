"""Time, speed and distance of a recording: how long a sample lasts, whether the feet move, how far.

Everything here works on columns of one activity. A sample lasts until the next record, at most
`SAMPLE_MAX_S`, and never into a pause: load is a matter of timer time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.activity import Pause, Records

SAMPLE_MAX_S = 10.0
"""A record speaks for at most this long (DESIGN.md: what is true of the data)."""

MOVING_MPS = 0.5
"""Below this the feet stand; a slow walk is 1 m/s, GPS at rest wanders at 0.1 to 0.3 m/s."""

SPEED_WINDOW_S = 10.0
"""Window over which speed is taken from distance or positions, which are too coarse at 1 s."""

POSITION_WINDOW_S = 5.0
"""Positions are averaged over this long before their path is measured: noise only adds length."""

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG 1980)."""


def sample_s(at_s: NDArray[np.float64], pauses: Sequence[Pause] = ()) -> NDArray[np.float64]:
    """How long each record lasts, in seconds: to the next one, without pauses, at most 10 s.

    Args:
        at_s: times in ascending order, shape (n,).
        pauses: stretches in which the timer stood still.

    Returns:
        Shape (n,). The last record lasts 0 s: nothing is known after it.
    """
    if len(at_s) == 0:
        return np.empty(0)
    ends = np.append(at_s[1:], at_s[-1])
    lasting = ends - at_s
    for pause in pauses:
        overlap = np.minimum(ends, pause.end_s) - np.maximum(at_s, pause.start_s)
        lasting -= np.maximum(overlap, 0.0)
    return np.clip(lasting, 0.0, SAMPLE_MAX_S)


def step_m(
    latitude_deg: NDArray[np.float64], longitude_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Great-circle distance from each position to the next, in metres; shape (n - 1,).

    NaN where either position is missing. Haversine formula on a sphere, error below 0.5 %.
    """
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    half_chord = (
        np.sin(np.diff(latitude) / 2) ** 2
        + np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half_chord, 1.0))))


def path_m(records: Records) -> NDArray[np.float64]:
    """Cumulative distance from positions alone, in metres; shape (n,).

    Positions are averaged over 5 s first, because noise makes every path longer. NaN where
    there is no position; all NaN when there are fewer than two.
    """
    placed = np.flatnonzero(np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg))
    path = np.full(len(records), np.nan)
    if len(placed) < 2:  # noqa: PLR2004 - one place is no path
        return path
    at_s = records.at_s[placed]
    latitude = _moving_mean(at_s, records.latitude_deg[placed], POSITION_WINDOW_S)
    longitude = np.unwrap(records.longitude_deg[placed], period=360.0)
    longitude = _moving_mean(at_s, longitude, POSITION_WINDOW_S)
    path[placed] = np.append(0.0, np.cumsum(step_m(latitude, longitude)))
    return path


def with_speed(records: Records) -> Records:
    """The same records with speed filled in where the device gave none.

    Speed comes from the device, else from its distance, else from positions (mean over 10 s).
    """
    speed = _filled(records.speed_mps, records.at_s, records.distance_m)
    if not np.isfinite(speed).all():
        speed = _filled(speed, records.at_s, path_m(records))
    return records.replace(speed_mps=speed)


def is_moving(records: Records) -> NDArray[np.bool_]:
    """Whether the feet move, per record: by speed, or where no speed is known by cadence."""
    speed, cadence = records.speed_mps, records.cadence_spm
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(speed), speed >= MOVING_MPS, cadence > 0)


def weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    """Mean weighted by time; None where there is no time to weigh."""
    total = float(weights.sum())
    return float((values * weights).sum() / total) if total > 0 else None


def weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    """The value at which half of the time lies on either side; None where there is no time."""
    if not weights.sum() > 0:
        return None
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, cumulative[-1] / 2)])


def centred_mean(
    axis: NDArray[np.float64], values: NDArray[np.float64], window: float
) -> NDArray[np.float64]:
    """Mean of a piecewise linear function over [x - window/2, x + window/2], cut at the ends.

    Args:
        axis: non-decreasing positions (seconds, or metres), shape (n,).
        values: the function at those positions, finite, shape (n,).
        window: width, in the unit of the axis.
    """
    steps = np.diff(axis)
    area = np.append(0.0, np.cumsum((values[1:] + values[:-1]) / 2 * steps))
    low = np.maximum(axis - window / 2, axis[0])
    high = np.minimum(axis + window / 2, axis[-1])
    width = high - low
    between = np.interp(high, axis, area) - np.interp(low, axis, area)
    mean: NDArray[np.float64] = values.astype(np.float64)
    np.divide(between, width, out=mean, where=width > 0)
    return mean


def _moving_mean(
    at_s: NDArray[np.float64], values: NDArray[np.float64], window_s: float
) -> NDArray[np.float64]:
    """Mean of the samples within the window, each counted once: gaps are not bridged."""
    low = np.searchsorted(at_s, at_s - window_s / 2, side="left")
    high = np.searchsorted(at_s, at_s + window_s / 2, side="right")
    # Symmetric in samples, so that the ends of a path are not pulled inwards more than needed.
    here = np.arange(len(at_s))
    reach = np.minimum(here - low, high - 1 - here)
    cumulative = np.append(0.0, np.cumsum(values - values[0]))
    between = cumulative[here + reach + 1] - cumulative[here - reach]
    mean: NDArray[np.float64] = values[0] + between / (2 * reach + 1)
    return mean


def _filled(
    speed_mps: NDArray[np.float64], at_s: NDArray[np.float64], cumulative_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    missing = ~np.isfinite(speed_mps)
    if not missing.any():
        return speed_mps
    return np.where(missing, _slope(at_s, cumulative_m, SPEED_WINDOW_S), speed_mps)


def _slope(
    at_s: NDArray[np.float64], cumulative: NDArray[np.float64], window_s: float
) -> NDArray[np.float64]:
    """Rate of a cumulative column over a centred window; NaN where the column is missing."""
    known = np.isfinite(cumulative)
    if known.sum() < 2:  # noqa: PLR2004 - a slope needs two points
        return np.full(len(at_s), np.nan)
    low = np.maximum(at_s - window_s / 2, at_s[known][0])
    high = np.minimum(at_s + window_s / 2, at_s[known][-1])
    rise = np.interp(high, at_s[known], cumulative[known]) - np.interp(
        low, at_s[known], cumulative[known]
    )
    rate = np.divide(rise, high - low, out=np.full(len(at_s), np.nan), where=high > low)
    return np.where(known, np.maximum(rate, 0.0), np.nan)
