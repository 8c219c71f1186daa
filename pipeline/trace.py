"""Where a runner was every ten seconds: kept with each activity, and compared between two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from pipeline.motion import EARTH_RADIUS_M, MOVING_MPS, apart_m

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pipeline.activity import Records

STEP_S = 10.0
GAP_S = 30.0
"""Between records further apart than this, where the runner was is not known."""
COLUMNS = 3

LONGEST_S = 7 * 86_400.0
"""Longer than a week is a clock, not a run: no trace is kept."""

SAME_MIN = 0.95
"""At whole-hour shifts this share of the samples must coincide: equal commutes are two runs."""
SAME_PLACE_M = 30.0
SAME_HEART_RATE_BPM = 1.5
ONE_RECORDING_M, ONE_RECORDING_SAMPLES_MIN = 2.0, 12
"""Satellites err by more than this twice: only what was copied coincides so well, for 2 minutes.

Five decimals of a degree are off by 0.8 m at most.
"""
PLACES_ALONE_S = 900.0
"""Two commutes at one pace lie within 30 m of each other for ten minutes often enough.

Of 30 pairs that started at the same second 17 did so over 6 minutes, 13 over 12, none over 15.
"""
TOGETHER_MIN = 0.5
"""Who is in the same place half of the time, at the same time, is the same runner."""
TOGETHER_SAMPLES_MIN = 3
"""A watch that is stopped and started again overlaps by seconds."""
DRIFT_RATIO, DRIFT_MIN_M, DRIFT_SAMPLES_MIN = 2.0, 7.0, 30
"""Apart along the way by more than twice what they are apart aside: one got ahead of the other.

Two satellite receivers that err by 3 m for a minute at a time are 6 m apart over seven minutes.
"""
BEATS_MIN, BEAT_RANGE_BPM = 30, 10.0
"""Five minutes of heart rate that changes: steady ones are alike on every day."""
ONE_RECORDING_BPM, COPIED_RANGE_BPM = 0.5, 5.0
"""Two treadmill runs alike are that near in a quarter of their samples, a copy in all."""
BEATS_DENY_MIN = 6
"""A minute of other heart rates is another run."""
TOLD_MIN = 0.5
"""Less than this share of a stretch in common tells nothing about the whole of it."""
ROAMED_M = 200.0
"""Who stays within this is on a treadmill: there, the place is the same every day."""


class Traced(Protocol):
    """A recording that has a trace."""

    @property
    def end_s(self) -> float:
        """Its last record, seconds since 1970 UTC."""

    @property
    def trace(self) -> Callable[[], bytes]:
        """What `trace_of` wrote."""


def trace_of(records: Records) -> bytes:
    """Latitude, longitude and heart rate every 10 s of the clock, as float32; about 4 kB an hour.

    Samples fall on multiples of 10 s since 1970, so that two recordings of one run have theirs
    at the same instants, also when one is whole hours off.
    """
    first = np.ceil(records.at_s[0] / STEP_S)
    last = np.floor(records.at_s[-1] / STEP_S)
    if (last - first) * STEP_S > LONGEST_S:
        return b""
    instants = np.arange(first, last + 1) * STEP_S
    columns = [
        _sampled(instants, records.at_s, column)
        for column in (records.latitude_deg, records.longitude_deg, records.heart_rate_bpm)
    ]
    return np.stack(columns, axis=1).astype("<f4").tobytes()


def agreement(one: Traced, other: Traced) -> float | None:
    """Share of the time in common in which both were in the same place, 0 to 1.

    By heart rate where places are missing; None where that says nothing either.
    """
    here, there = _common(one, other, 0.0)
    if len(here) < TOGETHER_SAMPLES_MIN:
        return None
    share = _same_places(here, there)
    return _same_hearts(here, there) if share is None and _heart_tells(here, there) else share


def is_one_run_hours_apart(one: Traced, other: Traced, shift_s: float, *, is_broken: bool) -> bool:
    """Whether two recordings are one run once the other is moved by whole hours.

    95 % of the places must coincide and neither may get ahead; where both tell the heart rate,
    95 % of it must agree too. Places without a heart to confirm them need 15 minutes, because
    short commutes resemble each other, or must be alike to the metre, as in a converted file.
    Without places, a heart rate that changes must agree.

    Args:
        one: a recording.
        other: another, of another hour.
        shift_s: by how much to move the other.
        is_broken: one is the rest of a broken file, which has a whole elsewhere more often than
            not, and the other lasted 15 minutes: then places suffice.
    """
    here, there = _common(one, other, shift_s)
    hearts = _same_hearts(here, there)
    if hearts is not None and hearts < SAME_MIN:
        return False
    heart_tells = hearts is not None and _heart_tells(here, there)
    places = _same_places(here, there) if _roamed(here) else None
    if places is None:
        return heart_tells
    if places < SAME_MIN or _gets_ahead(here, there):
        return False
    is_long = len(here) * STEP_S >= PLACES_ALONE_S
    return heart_tells or is_long or is_broken or _is_copied(here, there)


def _common(
    one: Traced, other: Traced, shift_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The samples of both at the instants they have in common, the other moved by the shift."""
    first, second = _samples(one), _samples(other)
    begins = _first_instant(one, len(first))
    offset = round((_first_instant(other, len(second)) + shift_s - begins) / STEP_S)
    begin = max(offset, 0)
    end = max(min(len(first), len(second) + offset), begin)
    return first[begin:end], second[begin - offset : end - offset]


def _off_m(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far apart both were at each instant; NaN where one does not tell."""
    return apart_m(one[:, 0], one[:, 1], other[:, 0], other[:, 1])


def _same_places(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Share of the instants at which both are in the same place; None where too few tell."""
    off_m = _off_m(one, other)
    off_m = off_m[np.isfinite(off_m)]
    if len(off_m) < max(TOLD_MIN * len(one), 1):
        return None
    return float((off_m <= SAME_PLACE_M).mean())


def _roamed(one: NDArray[np.float64]) -> bool:
    here = one[np.isfinite(one[:, :2]).all(axis=1)]
    if len(here) == 0:
        return False
    return bool(apart_m(here[:1, 0], here[:1, 1], here[:, 0], here[:, 1]).max() > ROAMED_M / 2)


def _is_copied(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether the places are those of one recording, converted."""
    off_m = _off_m(one, other)
    off_m = off_m[np.isfinite(off_m)]
    if len(off_m) < ONE_RECORDING_SAMPLES_MIN:
        return False
    return bool((off_m <= ONE_RECORDING_M).mean() >= SAME_MIN)


def _same_hearts(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Share of the instants at which both hearts beat alike; None where too few tell.

    Nor does a heart rate that is one value throughout: that is an average, not a measurement.
    """
    off_bpm = np.abs(one[:, 2] - other[:, 2])
    known = np.isfinite(off_bpm)
    if known.sum() < max(TOLD_MIN * len(known), BEATS_DENY_MIN):
        return None
    if not (np.ptp(one[known, 2]) and np.ptp(other[known, 2])):
        return None
    return float((off_bpm[known] <= SAME_HEART_RATE_BPM).mean())


def _heart_tells(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether equal heart rates are no chance: five minutes of them, and changing.

    Beat for beat the same, as in a converted file, they may change less.
    """
    off_bpm = np.abs(one[:, 2] - other[:, 2])
    known = np.isfinite(off_bpm)
    if known.sum() < max(TOLD_MIN * len(known), BEATS_MIN):
        return False
    is_copied = (off_bpm[known] <= ONE_RECORDING_BPM).mean() >= SAME_MIN
    least_bpm = COPIED_RANGE_BPM if is_copied else BEAT_RANGE_BPM
    return bool(np.ptp(one[known, 2]) >= least_bpm)


def _gets_ahead(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether one falls behind on the way of the other, as no two recordings of one run do.

    Satellites err as much to the side as along the way. Two runs of one way, also at one pace,
    lie apart along it: by 7 m after 10 minutes and 20 m after 30 where the pace wanders by 3 %.
    An equal lag all the way is a clock that is off by seconds.
    """
    known = np.isfinite(one[:, :2]).all(axis=1) & np.isfinite(other[:, :2]).all(axis=1)
    if known.sum() <= DRIFT_SAMPLES_MIN:
        return False
    here, there = _metres(one[known], one[known]), _metres(other[known], one[known])
    way = np.gradient(here + there, axis=0) / 2
    step_m = np.hypot(*way.T)
    moving = step_m >= MOVING_MPS * STEP_S
    if moving.sum() <= DRIFT_SAMPLES_MIN:
        return False
    ahead, right = (way[moving] / step_m[moving, None]).T
    east, north = (there - here)[moving].T
    along_m, aside_m = east * ahead + north * right, east * right - north * ahead
    return bool(np.std(along_m) > max(DRIFT_RATIO * np.std(aside_m), DRIFT_MIN_M))


def _metres(samples: NDArray[np.float64], origin: NDArray[np.float64]) -> NDArray[np.float64]:
    """East and north of the first sample of the origin, in metres, shape (n, 2)."""
    east_deg = (samples[:, 1] - origin[0, 1] + 180) % 360 - 180
    shrink = np.cos(np.radians(origin[0, 0]))
    east_north_deg = np.stack([east_deg * shrink, samples[:, 0] - origin[0, 0]], axis=1)
    metres: NDArray[np.float64] = np.radians(east_north_deg) * EARTH_RADIUS_M
    return metres


def _first_instant(one: Traced, samples: int) -> float:
    last = np.floor(one.end_s / STEP_S) * STEP_S
    return float(last - (samples - 1) * STEP_S)


def _samples(one: Traced) -> NDArray[np.float64]:
    trace = np.frombuffer(one.trace(), dtype="<f4").astype(np.float64)
    return trace.reshape(-1, COLUMNS)


def _sampled(
    instants: NDArray[np.float64], at_s: NDArray[np.float64], column: NDArray[np.float64]
) -> NDArray[np.float64]:
    known = np.isfinite(column)
    if known.sum() < 2:  # noqa: PLR2004 - nothing lies between
        return np.full(len(instants), np.nan)
    times = at_s[known]
    values = np.interp(instants, times, column[known], left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(times, instants), 1, len(times) - 1)
    return np.where(times[after] - times[after - 1] > GAP_S, np.nan, values)
