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

RULER_S = 5.0
"""Paths are measured with a straight ruler as long as this, then with one twice as long."""

RULER_NOISE = 2.7
"""How much more two rulers in a row differ than one is wrong: 2 for slow noise, 3 for fast."""

LEAST_RULERS = 60
"""In fewer, noise cannot be told from an uneven pace; then a path is the sum of its steps."""

NORMAL_MEDIAN = 1.4826
"""Standard deviation of a normal distribution for each unit of its median absolute value."""

CUT_CORNERS = 2 / 3
"""Twice the ruler cuts twice as much off a corner and four times as much off a bend: what the
short one cut is 1 of the difference there, 1/3 here."""

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

    A straight ruler of w = 5 s is laid from every position to the one nearest to 5 s later. Noise
    makes a ruler of c metres longer by D / 2c, where D is the variance of its error across the way.
    Along the way that error is as large, and there it shows: speed hardly changes from one ruler
    to the next, so that the difference of their lengths is noise. The median, unlike the mean, is
    that of running evenly, whatever starts, stops and corners do.

        D      = (1.4826 x median |c - c of the ruler that follows|)^2 / 2.7
        ruler  = sqrt(c^2 - D), 0 where c^2 < D; its speed is that over its time
        speed  = the mean of the rulers lying across a step
        path   = steps of speed_w + 2/3 (speed_w - speed_2w): a ruler cuts corners, one twice as
                 long cuts more, which tells how much to put back; 0 where speed_2w < 0.5 m/s

    No ruler lies across a pause or a gap of more than 10 s: the one counts nothing, the other its
    straight line, as does every step where there are fewer than 60 rulers. NaN where there is no
    position; all NaN when there are fewer than two.

    Error at a record a second, noise of 3 m on each axis that lasts 5 to 300 s, 25 minutes with
    walks or stops: 95 % within 1.4 % on loops, a 400 m oval, a winding trail, there and back;
    within 1.6 % with a right angle every 100 m, within 3.3 % there at a record every 2 to 8 s.

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
    place_m = _in_space_m(records.latitude_deg[placed], records.longitude_deg[placed])
    lasting_s = np.diff(at_s)
    paused = lasting_s - np.diff(timer_s(at_s, pauses)) > 0
    whole = ~paused & (lasting_s <= SAMPLE_MAX_S)
    short, long = (
        _ruled_mps(at_s, place_m, whole, times * RULER_S, fastest_mps) for times in (1, 2)
    )
    put_back = np.where(np.isfinite(long), CUT_CORNERS * (short - long), 0.0)
    speed = np.maximum(short + put_back, 0.0)
    steps = np.where(np.isfinite(speed), speed * lasting_s, _length_m(np.diff(place_m)))
    steps[paused | (steps > fastest_mps * lasting_s) | (long < MOVING_MPS)] = 0.0
    path[placed] = np.append(0.0, np.cumsum(steps))
    return path


def with_speed(
    records: Records, pauses: Sequence[Pause] = (), *, fastest_mps: float = np.inf
) -> Records:
    """The same records with speed filled in where the device gave none.

    Speed comes from the device, else from its distance, else from positions (mean over 10 s of
    timer time). A column that never rises while the feet count steps tells nothing, and no more
    does a speed of 0 for over 10 s while the feet count steps and cover ground.

    Args:
        records: in ascending time.
        pauses: stretches in which the timer stood still, none over another.
        fastest_mps: a step between positions that needs more than this does not count.
    """
    stepping = bool((records.cadence_spm > 0).any())
    speed, distance = records.speed_mps, records.distance_m
    if stepping and not (speed > 0).any():
        speed = np.full(len(records), np.nan)
    shown_s = timer_s(records.at_s, pauses)
    stuck = _stuck(records, shown_s)
    if stuck.any():
        speed = np.where(stuck, np.nan, speed)
    if np.isfinite(speed).all():
        return records
    counted = distance[np.isfinite(distance)]
    if (counted > counted[:1]).any():
        speed = _filled(speed, shown_s, distance)
    speed = _filled(speed, shown_s, path_m(records, pauses, fastest_mps=fastest_mps))
    if not stepping:
        speed = _filled(speed, shown_s, distance)
    return records.replace(speed_mps=speed)


def _stuck(records: Records, shown_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where speed stood at 0 while the feet went on, and distance or position with them; (n,)."""
    stuck: NDArray[np.bool_] = (records.speed_mps == 0) & (records.cadence_spm > 0)
    latitude, longitude, counted_m = records.latitude_deg, records.longitude_deg, records.distance_m
    for begin, end in zip(*stretches(stuck), strict=True):
        last = end - 1
        lasting_s = shown_s[last] - shown_s[begin]
        way_m = apart_m(latitude[begin], longitude[begin], latitude[last], longitude[last])
        covered_m = np.fmax(counted_m[last] - counted_m[begin], way_m)
        stuck[begin:end] = lasting_s > SAMPLE_MAX_S and covered_m >= MOVING_MPS * lasting_s
    return stuck


def stretches(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where each stretch of a mask begins, and the place after its last; in order."""
    changes = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    return changes[::2], changes[1::2]


def is_moving(records: Records) -> NDArray[np.bool_]:
    """Whether the feet move, per record: by speed, or where no speed is known by cadence."""
    speed, cadence = records.speed_mps, records.cadence_spm
    moving: NDArray[np.bool_] = np.where(np.isfinite(speed), speed >= MOVING_MPS, cadence > 0)
    return moving


def weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    """Mean weighted by time; None where there is no time to weigh."""
    total = float(weights.sum())
    return float((values * weights).sum() / total) if total > 0 else None


def weighted_median(
    values: NDArray[np.float64], weights: NDArray[np.float64], *, width: float = 0.0
) -> float | None:
    """The value at which half of the time lies on either side; None where there is no time.

    Args:
        values: shape (n,).
        weights: how long each lasts, shape (n,).
        width: values that were rounded to multiples of this stand for all that lies within half of
            it, evenly spread (the median of grouped data); else a count in whole strides could be
            off by a whole step a minute.
    """
    if not weights.sum() > 0:
        return None
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    half = cumulative[-1] / 2
    middle = float(values[order][np.searchsorted(cumulative, half)])
    if not width:
        return middle
    below, within = weights[values < middle].sum(), weights[values == middle].sum()
    return middle + width * float((half - below) / within - 0.5)


def centred_mean(
    axis: NDArray[np.float64], values: NDArray[np.float64], window: float
) -> NDArray[np.float64]:
    """Mean of a piecewise linear function over [x - window/2, x + window/2], cut at the ends.

    Args:
        axis: non-decreasing positions (seconds, or metres), shape (n,).
        values: the function at those positions, finite, shape (n,).
        window: width, in the unit of the axis.
    """
    low = np.maximum(axis - window / 2, axis[0])
    high = np.minimum(axis + window / 2, axis[-1])
    means = means_between(axis, values, low, high)
    return np.asarray(np.where(high > low, means, values))


def means_between(
    axis: NDArray[np.float64],
    values: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Mean of a piecewise linear function over each [low, high]; NaN where that has no width.

    Args:
        axis: non-decreasing positions, shape (n,).
        values: the function at those positions, finite, shape (n,).
        low: lower ends, within the axis, shape (m,).
        high: upper ends likewise.
    """
    area = np.append(0.0, np.cumsum((values[1:] + values[:-1]) / 2 * np.diff(axis)))

    def area_to(end: NDArray[np.float64]) -> NDArray[np.float64]:
        before = np.searchsorted(axis, end, side="right") - 1
        edges = values[before] + np.interp(end, axis, values)
        return np.asarray(area[before] + edges / 2 * (end - axis[before]))

    means: NDArray[np.float64] = np.full(len(low), np.nan)
    np.divide(area_to(high) - area_to(low), high - low, out=means, where=high > low)
    return means


def _in_space_m(
    latitude_deg: NDArray[np.float64], longitude_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where a position is from the middle of the earth, in metres; shape (3, n)."""
    north, east = np.radians(latitude_deg), np.radians(longitude_deg)
    around = np.cos(north)
    return EARTH_RADIUS_M * np.array([around * np.cos(east), around * np.sin(east), np.sin(north)])


def _length_m(across_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Straight length of each column of shape (3, n)."""
    return np.asarray(np.sqrt((across_m * across_m).sum(axis=0)))


def _ruled_mps(
    at_s: NDArray[np.float64],
    place_m: NDArray[np.float64],
    whole: NDArray[np.bool_],
    ruler_s: float,
    fastest_mps: float,
) -> NDArray[np.float64]:
    """Speed of each step by the rulers lying across it, their noise taken off; NaN without one.

    Args:
        at_s: times in ascending order, shape (n,).
        place_m: positions in space, shape (3, n).
        whole: whether a ruler may lie across the step, shape (n - 1,).
        ruler_s: how long a ruler is meant to be.
        fastest_mps: a ruler that needs more than this is not laid.

    Returns:
        Shape (n - 1,).
    """
    count = len(at_s)
    here = np.arange(count - 1)
    goal_s = at_s[:-1] + ruler_s
    beyond = np.minimum(np.searchsorted(at_s, goal_s), count - 1)
    end = np.maximum(beyond - (goal_s - at_s[beyond - 1] < at_s[beyond] - goal_s), here + 1)
    breaks = np.append(0, np.cumsum(~whole))
    lasting_s = at_s[end] - at_s[here]
    length_m = _length_m(place_m.take(end, axis=1) - place_m[:, :-1])
    # At the very end of the track only a single step may be shorter than a ruler.
    laid = (breaks[end] == breaks[here]) & ((goal_s <= at_s[-1]) | (end == here + 1))
    laid &= (lasting_s > 0) & (length_m <= fastest_mps * lasting_s)
    if laid.sum() < LEAST_RULERS:
        return np.full(count - 1, np.nan)
    speed = np.divide(length_m, lasting_s, out=np.zeros(count - 1), where=laid)

    follows = np.minimum(end, count - 2)
    in_a_row = laid & laid[follows] & (end < count - 1)
    unrest_m = np.abs(speed[follows] - speed)[in_a_row] * lasting_s[in_a_row]
    typical_m = NORMAL_MEDIAN * np.median(unrest_m) if len(unrest_m) >= LEAST_RULERS else 0.0
    noise_m2 = typical_m**2 / RULER_NOISE
    ruled_m = np.sqrt(np.maximum(length_m**2 - noise_m2, 0.0))
    np.divide(ruled_m, lasting_s, out=speed, where=laid)

    start, end = here[laid], end[laid]
    begun = np.bincount(start, minlength=count) - np.bincount(end, minlength=count)
    sums = np.bincount(start, speed[laid], count) - np.bincount(end, speed[laid], count)
    lying = np.cumsum(begun)[:-1]
    mean = np.full(count - 1, np.nan)
    np.divide(np.cumsum(sums)[:-1], lying, out=mean, where=lying > 0)
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
