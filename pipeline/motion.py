"""Time, speed and distance of a recording: how long a sample lasts, whether the feet move, how far.

Everything here works on columns of one activity. A sample lasts until the next record, at most
`SAMPLE_MAX_S`, and never into a pause: load is a matter of timer time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.activity import Pause

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pipeline.activity import Records

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


def merged(pauses: Iterable[Pause], first_s: float, last_s: float) -> tuple[Pause, ...]:
    """The pauses between two instants, in order of time, none over another."""
    apart: list[Pause] = []
    for pause in sorted(pauses, key=lambda each: each.start_s):
        start_s = max(pause.start_s, apart[-1].end_s if apart else first_s)
        end_s = min(pause.end_s, last_s)
        if end_s > start_s:
            apart.append(Pause(start_s, end_s))
    return tuple(apart)


def timer_s(at_s: NDArray[np.float64], pauses: Sequence[Pause] = ()) -> NDArray[np.float64]:
    """What the timer showed at each record, in seconds: it stands still in a pause; shape (n,).

    Args:
        at_s: times in ascending order, shape (n,).
        pauses: in order of time, none over another.
    """
    shown: NDArray[np.float64] = at_s - at_s[:1]
    if not pauses:
        return shown
    starts = np.array([pause.start_s for pause in pauses])
    lasting = np.array([pause.duration_s for pause in pauses])
    begun = np.searchsorted(starts, at_s, side="right")
    last = np.maximum(begun - 1, 0)
    # The pauses that are over, and what has passed of the one that began last.
    over = np.append(0.0, np.cumsum(lasting))[last]
    passed = np.clip(at_s - starts[last], 0.0, lasting[last])
    paused: NDArray[np.float64] = np.where(begun > 0, over + passed, 0.0)
    return shown - paused


def sample_s(at_s: NDArray[np.float64], pauses: Sequence[Pause] = ()) -> NDArray[np.float64]:
    """How long each record lasts, in seconds: to the next one, without pauses, at most 10 s.

    Args:
        at_s: times in ascending order, shape (n,).
        pauses: stretches in which the timer stood still, none over another.

    Returns:
        Shape (n,). The last record lasts 0 s: nothing is known after it.
    """
    lasting = np.diff(timer_s(at_s, pauses), append=np.nan)
    lasting[-1:] = 0.0
    return np.clip(lasting, 0.0, SAMPLE_MAX_S)


def step_m(
    latitude_deg: NDArray[np.float64], longitude_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Great-circle distance from each position to the next, in metres; shape (n - 1,)."""
    return apart_m(latitude_deg[:-1], longitude_deg[:-1], latitude_deg[1:], longitude_deg[1:])


def apart_m(
    latitude_deg: NDArray[np.float64],
    longitude_deg: NDArray[np.float64],
    other_latitude_deg: NDArray[np.float64],
    other_longitude_deg: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Great-circle distance between two places, in metres; NaN where either is missing.

    Haversine formula on a sphere, error below 0.5 %.
    """
    north, south = np.radians(latitude_deg), np.radians(other_latitude_deg)
    east = np.radians(other_longitude_deg - longitude_deg)
    half_chord = (
        np.sin((south - north) / 2) ** 2 + np.cos(north) * np.cos(south) * np.sin(east / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half_chord, 1.0))))


def path_m(
    records: Records, pauses: Sequence[Pause] = (), *, fastest_mps: float = np.inf
) -> NDArray[np.float64]:
    """Cumulative distance from positions alone, in metres; shape (n,).

    Positions are averaged over 5 s first, because noise makes every path longer. NaN where
    there is no position; all NaN when there are fewer than two.

    Args:
        records: in ascending time.
        pauses: what was covered while the timer stood still does not count.
        fastest_mps: a step that needs more than this is a jump of the position and does not count.
    """
    placed = np.flatnonzero(np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg))
    path = np.full(len(records), np.nan)
    if len(placed) < 2:  # noqa: PLR2004 - one place is no path
        return path
    at_s = records.at_s[placed]
    latitude = _moving_mean(at_s, records.latitude_deg[placed], POSITION_WINDOW_S)
    longitude = np.unwrap(records.longitude_deg[placed], period=360.0)
    longitude = _moving_mean(at_s, longitude, POSITION_WINDOW_S)
    steps = step_m(latitude, longitude)
    lasting = np.diff(at_s)
    paused = lasting - np.diff(timer_s(at_s, pauses)) > 0
    steps[paused | (steps > fastest_mps * lasting)] = 0.0
    path[placed] = np.append(0.0, np.cumsum(steps))
    return path


def with_speed(
    records: Records, pauses: Sequence[Pause] = (), *, fastest_mps: float = np.inf
) -> Records:
    """The same records with speed filled in where the device gave none.

    Speed comes from the device, else from its distance, else from positions (mean over 10 s of
    timer time). A column that never rises while the feet count steps tells nothing.

    Args:
        records: in ascending time.
        pauses: stretches in which the timer stood still, none over another.
        fastest_mps: a step between positions that needs more than this does not count.
    """
    stepping = bool((records.cadence_spm > 0).any())
    speed, distance = records.speed_mps, records.distance_m
    if stepping and not (speed > 0).any():
        speed = np.full(len(records), np.nan)
    if np.isfinite(speed).all():
        return records
    shown_s = timer_s(records.at_s, pauses)
    counted = distance[np.isfinite(distance)]
    if (counted > counted[:1]).any():
        speed = _filled(speed, shown_s, distance)
    speed = _filled(speed, shown_s, path_m(records, pauses, fastest_mps=fastest_mps))
    if not stepping:
        speed = _filled(speed, shown_s, distance)
    return records.replace(speed_mps=speed)


def is_moving(records: Records) -> NDArray[np.bool_]:
    """Whether the feet move, per record: by speed, or where no speed is known by cadence."""
    speed, cadence = records.speed_mps, records.cadence_spm
    moving: NDArray[np.bool_] = np.where(np.isfinite(speed), speed >= MOVING_MPS, cadence > 0)
    return moving


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
    area = np.append(0.0, np.cumsum((values[1:] + values[:-1]) / 2 * np.diff(axis)))

    def area_to(end: NDArray[np.float64]) -> NDArray[np.float64]:
        before = np.searchsorted(axis, end, side="right") - 1
        edges = values[before] + np.interp(end, axis, values)
        return np.asarray(area[before] + edges / 2 * (end - axis[before]))

    low = np.maximum(axis - window / 2, axis[0])
    high = np.minimum(axis + window / 2, axis[-1])
    mean: NDArray[np.float64] = values.astype(np.float64)
    np.divide(area_to(high) - area_to(low), high - low, out=mean, where=high > low)
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
    speed_mps: NDArray[np.float64], shown_s: NDArray[np.float64], cumulative_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    slope = _slope(shown_s, cumulative_m, SPEED_WINDOW_S)
    return np.where(np.isfinite(speed_mps), speed_mps, slope)


def _slope(
    axis_s: NDArray[np.float64], cumulative: NDArray[np.float64], window_s: float
) -> NDArray[np.float64]:
    """Rate of a cumulative column over a centred window.

    Across a gap it is the gap's own mean: both ends of it are known. NaN before the first and
    after the last value.
    """
    rate = np.full(len(axis_s), np.nan)
    known = np.flatnonzero(np.isfinite(cumulative))
    if len(known) < 2:  # noqa: PLR2004 - a slope needs two points
        return rate
    axis, values = axis_s[known], cumulative[known]
    inside = slice(known[0], known[-1] + 1)
    low = np.maximum(axis_s[inside] - window_s / 2, axis[0])
    high = np.minimum(axis_s[inside] + window_s / 2, axis[-1])
    rise = np.interp(high, axis, values) - np.interp(low, axis, values)
    np.divide(rise, high - low, out=rate[inside], where=high > low)
    np.maximum(rate, 0.0, out=rate)
    return rate
