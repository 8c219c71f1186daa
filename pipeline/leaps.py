"""Values that leap away and back: positions, distance, altitude and heart rate.

Each check gives the records without what cannot be, and how much that was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline import motion
from pipeline.findings import noted

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pipeline.activity import Finding, Records

    Some = NDArray[np.intp] | np.intp
    Reach = Callable[[Some, Some], NDArray[np.bool_]]

SPIKE_MPS = 12.0
"""Nobody runs faster; the world's best sprinters touch 12.4 m/s for a moment."""

STRAY_S = 30.0
"""Values that jump away and back within this time never were there."""

LEAP_M, LEAP_MPS = 5.0, 5.0
"""Altitude leaps when it changes by more; on real runs it does by 3.2 m/s, on rides by 6.2."""

COUNTED_M = 50.0
"""A counter that catches up after a tunnel, or at the first fix, leaps 30 m on real runs."""

HEART_LEAP_BPM, HEART_LEAP_BPM_PER_S = 25.0, 5.0
"""From second to second hearts change by up to 17 bpm on real runs; sensors leap by 100."""

LASTING_LEAP_BPM, LASTING_LEAP_S = 40.0, 2.0
WRONG_BEAT_S = 300.0
"""A leap that no heart makes, and how long what lies beyond may last to be taken for wrong."""

MOST_ROUNDS = 10
"""Strays among strays; real files need two."""

LEAST_FALL_M = 5.0


def without_spikes(records: Records) -> tuple[Records, tuple[Finding, ...]]:
    """Leave out positions and device speeds that would need more than 12 m/s on foot."""
    at_s, latitude, longitude = records.at_s, records.latitude_deg, records.longitude_deg
    placed = np.isfinite(latitude) & np.isfinite(longitude)

    def within_reach(one: Some, other: Some) -> NDArray[np.bool_]:
        off_m = motion.apart_m(latitude[one], longitude[one], latitude[other], longitude[other])
        return np.asarray(off_m <= SPIKE_MPS * (at_s[other] - at_s[one]))

    at = np.flatnonzero(placed)
    spike = np.zeros(len(at_s), dtype=bool)
    if not within_reach(at[:-1], at[1:]).all():
        spike = _detours(at_s, latitude, longitude, placed)
        spike |= _strays(at_s, placed & ~spike, within_reach)
    too_fast = records.speed_mps > SPIKE_MPS
    wrong = int((spike | too_fast).sum())
    if not wrong:
        return records, ()
    return records.replace(
        latitude_deg=np.where(spike, np.nan, latitude),
        longitude_deg=np.where(spike, np.nan, longitude),
        speed_mps=np.where(too_fast, np.nan, records.speed_mps),
    ), noted(gps_spike=wrong)


def gone_elsewhere(records: Records) -> tuple[Finding, ...]:
    """Leaps of the positions that were left: to where they stay for longer, or to the end.

    Leaps in a row are a ride, and no leaps.
    """
    at = np.flatnonzero(np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg))
    way_m = motion.step_m(records.latitude_deg[at], records.longitude_deg[at])
    leap = np.append(way_m > SPIKE_MPS * np.diff(records.at_s[at]), False)
    alone = leap & ~np.append(False, leap[:-1]) & ~np.append(leap[1:], False)
    return noted(gps_jump=int(alone.sum()))


def counting_on(records: Records) -> tuple[Records, tuple[Finding, ...]]:
    """A cumulative distance that only ever counts on, as fast as feet may go."""
    at_s, counted = records.at_s, records.distance_m
    known = np.isfinite(counted)
    if not known.any():
        return records, ()
    # A counter that stood still in a tunnel may catch up with all of it at once.
    at, here = np.flatnonzero(known), counted[known]
    since = np.zeros(len(records), dtype=np.intp)
    changed = np.append(True, here[1:] != here[:-1])
    since[at] = at[np.maximum.accumulate(np.where(changed, np.arange(len(at)), 0))]

    def within_reach(one: Some, other: Some) -> NDArray[np.bool_]:
        gained_m = counted[other] - counted[one]
        most_m = COUNTED_M + SPIKE_MPS * (at_s[other] - at_s[since[one]])
        return np.asarray((gained_m >= -LEAST_FALL_M) & (gained_m <= most_m))

    spike = _strays(at_s, known, within_reach)
    at = np.flatnonzero(known & ~spike)
    leap = ~within_reach(at[:-1], at[1:])
    if not (spike.any() or leap.any()):
        return records, ()
    straight = np.where(spike, np.nan, counted)
    leaps_m = np.where(leap, np.diff(counted[at]), 0.0)
    straight[at[1:]] -= np.cumsum(leaps_m)
    return records.replace(distance_m=straight), noted(
        distance_spike=int(spike.sum()), distance_jump=int(leap.sum())
    )


def without_leaps(records: Records) -> tuple[Records, tuple[Finding, ...]]:
    """Altitude without what was told before the first fix, spikes, and a device's own setting."""
    at_s, altitude = records.at_s, records.altitude_m
    known = np.isfinite(altitude)
    if known.sum() < 2:  # noqa: PLR2004 - one height does not leap
        return records, ()

    def within_reach(one: Some, other: Some) -> NDArray[np.bool_]:
        most_m = LEAP_M + LEAP_MPS * (at_s[other] - at_s[one])
        return np.asarray(np.abs(altitude[other] - altitude[one]) <= most_m)

    at = np.flatnonzero(known)
    if within_reach(at[:-1], at[1:]).all():
        return records, ()
    spike = _strays(at_s, known, within_reach)
    at = np.flatnonzero(known & ~spike)
    leap = ~within_reach(at[:-1], at[1:])
    unset = int(np.argmax(np.append(altitude[at] != 0, True)))
    if 0 < unset < len(at) and leap[unset - 1]:
        spike[at[:unset]] = True
        at, leap = at[unset:], leap[unset:]
    level = np.where(spike, np.nan, altitude)
    leaps_m = np.where(leap, np.diff(altitude[at]), 0.0)
    level[at[:-1]] += np.cumsum(leaps_m[::-1])[::-1]  # a device that sets itself is right later
    return records.replace(altitude_m=level), noted(
        altitude_spike=int(spike.sum()), altitude_step=int(leap.sum())
    )


def without_heart_leaps(records: Records) -> tuple[Records, tuple[Finding, ...]]:
    """Heart rate without what leapt away and back faster than hearts do.

    A sensor may hold on to something else for minutes, to the feet for one. Such a stretch lies
    between two leaps of 40 bpm within 2 s, or between one and the start or the end.
    """
    at_s, heart = records.at_s, records.heart_rate_bpm

    def within_reach(one: Some, other: Some) -> NDArray[np.bool_]:
        most_bpm = HEART_LEAP_BPM + HEART_LEAP_BPM_PER_S * (at_s[other] - at_s[one])
        return np.asarray(np.abs(heart[other] - heart[one]) <= most_bpm)

    def same_beat(one: Some, other: Some) -> NDArray[np.bool_]:
        return np.asarray(np.abs(heart[other] - heart[one]) < LASTING_LEAP_BPM)

    def slowly(one: Some, other: Some) -> NDArray[np.bool_]:
        return np.asarray(same_beat(one, other) | (at_s[other] - at_s[one] > LASTING_LEAP_S))

    known = np.isfinite(heart)
    spike = _strays(at_s, known, within_reach)
    lasting = _strays(at_s, known & ~spike, slowly, alike=same_beat, stray_s=WRONG_BEAT_S)
    # Where less would stay than goes, nobody can say which of the two is wrong.
    spike |= lasting & (2 * lasting.sum() < known.sum())
    if not spike.any():
        return records, ()
    return records.replace(heart_rate_bpm=np.where(spike, np.nan, heart)), noted(
        heart_rate_spike=int(spike.sum())
    )


EVERY = (without_spikes, counting_on, without_leaps, without_heart_leaps)


def _detours(
    at_s: NDArray[np.float64],
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    placed: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Which single positions nobody can have passed on the way from one before to one after.

    One step of the two may be slow enough, forwards or back; both together are not. Shape (n,).
    """
    at = np.flatnonzero(placed)
    there = (latitude[at], longitude[at])
    step_m = motion.step_m(*there)
    by_way_m = np.zeros(len(at))
    by_way_m[1:-1] = step_m[:-1] + step_m[1:]
    straight_m, most_m = np.zeros(len(at)), np.full(len(at), np.inf)
    straight_m[1:-1] = motion.apart_m(*(each[:-2] for each in there), *(each[2:] for each in there))
    most_m[1:-1] = SPIKE_MPS * (at_s[at[2:]] - at_s[at[:-2]])
    # Only the furthest of three in a row: the way to it and from it is long as well.
    beside_m = np.maximum(np.append(0.0, by_way_m[:-1]), np.append(by_way_m[1:], 0.0))
    detour = np.zeros(len(at_s), dtype=bool)
    detour[at] = (by_way_m > most_m) & (straight_m <= most_m) & (by_way_m > beside_m)
    return detour


def _strays(
    at_s: NDArray[np.float64],
    known: NDArray[np.bool_],
    within_reach: Reach,
    *,
    alike: Reach | None = None,
    stray_s: float = STRAY_S,
) -> NDArray[np.bool_]:
    """Which values lie between a jump away and the jump back; shape (n,).

    Between the value before and the value after them nothing had to hurry, which tells a few
    wrong values from a ride home with the watch still on. First ones before a jump to the rest
    are strays too, and so are the last ones after a jump away from the rest. Of two places that
    values jump between, the one with fewer of them is the wrong one.

    Args:
        at_s: times in ascending order, shape (n,).
        known: where there is a value, shape (n,).
        within_reach: whether from the values at some indices those at others can be reached.
        alike: whether values are as near as before a jump away and after the jump back; None
            asks `within_reach`.
        stray_s: what lasts longer is no stray.
    """
    stray = np.zeros(len(at_s), dtype=bool)
    for _ in range(MOST_ROUNDS):
        at = np.flatnonzero(known & ~stray)
        found = _strays_once(at_s[at], at, within_reach, alike or within_reach, stray_s)
        if not found.any():
            break
        stray[at[found]] = True
    return stray


def _strays_once(
    at_s: NDArray[np.float64],
    at: NDArray[np.intp],
    within_reach: Reach,
    alike: Reach,
    stray_s: float,
) -> NDArray[np.bool_]:
    stray = np.zeros(len(at), dtype=bool)
    jumps = np.flatnonzero(~within_reach(at[:-1], at[1:]))
    if len(jumps) == 0:
        return stray
    # A stay is what lies between two jumps.
    begins, ends = np.append(0, jumps + 1), np.append(jumps + 1, len(at))
    lasting_s = at_s[ends - 1] - at_s[begins]
    soon = np.searchsorted(at_s[jumps], at_s[jumps] + stray_s, side="right")
    here = since = 0
    while here < len(jumps):
        later = np.arange(here + 2, soon[here] + 1)
        back = later[alike(at[ends[here] - 1], at[begins[later]])]
        if len(back):
            first, until = ends[here], begins[back[0]]
            if until - first <= max(first - since, ends[back[0]] - until):
                stray[first:until] = True
                here = int(back[0])
                continue
        is_only = len(back) > 0 or len(later) == 0
        if here == 0 and is_only and lasting_s[0] <= stray_s < at_s[-1] - at_s[jumps[0]]:
            stray[: ends[0]] = ~alike(at[0], at[begins[1]])
        here += 1
        since = begins[here]
    before_s = at_s[begins[-1]] - at_s[begins[-2]]
    if since == begins[-1] and lasting_s[-1] <= stray_s < before_s:
        stray[since:] = ~alike(at[since - 1], at[-1])
    return stray
