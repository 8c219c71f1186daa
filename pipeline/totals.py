"""Times, distance, climb and steps of an activity: the device's own sums where they are sound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline import climb, leaps, motion, quality
from pipeline.findings import noted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Activity, Finding, NumberFrom

# What honest devices differ by from their own records, measured on 30 real runs: times 5 s,
# distance 3 m or 0.03 %, steps 2.3 %. The tolerances leave room for firmware we have not seen.
TIME_SLACK_S, TIME_SLACK = 60.0, 0.02
DISTANCE_SLACK_M, DISTANCE_SLACK = 50.0, 0.05
CORRECTED = 1 / 3
"""Indoors runners correct the watch's distance to that of the belt, and only the total changes."""

POSITIONS_SLACK_M, POSITIONS_SLACK = 200.0, 0.3
"""Positions are a rough witness: 4 % off on most real runs, 17 % on a steep one in the forest."""

STEPS_SLACK, STEPS_SLACK_COUNT = 0.1, 50.0
NEARLY_WHOLE = 0.95
"""Share of the time that must have a cadence before it can contradict a total."""

STEPS_PER_S = (0.5, 5.0)
"""On the move: from a stroll with stops to faster than any sprint."""

CLIMB_FACTOR, CLIMB_SLACK_M = 1.5, 30.0
"""On 18 real runs devices differ from our climb by a quarter, or 8 m."""

CLIMB_MPS = 1.0
"""The best climb 1,000 m in half an hour, 0.55 m/s; going down twice as fast is a fall."""


def times(
    activity: Activity, moving_s: float
) -> tuple[tuple[float, NumberFrom], tuple[float, NumberFrom], tuple[Finding, ...]]:
    """Elapsed and timer seconds, each with where it is from, and doubts.

    The device's where sound, else from the records and pauses. A timer may have stood still
    without the file saying when, so it is sound from the time on the move up to the time between
    first and last record without the pauses; elapsed time is that between first and last.

    Args:
        activity: checked, with all pauses.
        moving_s: how long the feet moved.
    """
    at_s, told = activity.records.at_s, activity.totals
    span_s = float(at_s[-1] - at_s[0])
    ran_s = span_s - sum(pause.duration_s for pause in activity.pauses)
    # A device may have waited for its first record.
    waited_s = max(float(at_s[0]) - activity.start_at.timestamp(), 0.0)
    slack_s = time_slack_s(span_s)
    timer_s = _within(told.timer_s, moving_s - slack_s, ran_s + waited_s + slack_s)
    elapsed_s = _within(told.elapsed_s, span_s - slack_s, span_s + waited_s + slack_s)
    unsound = (told.elapsed_s != elapsed_s) + (told.timer_s != timer_s)
    doubts = noted(time_total_unsound=unsound)
    timer: tuple[float, NumberFrom] = (
        (timer_s, "device") if timer_s is not None else (ran_s, "records")
    )
    elapsed: tuple[float, NumberFrom] = (
        (elapsed_s, "device") if elapsed_s is not None else (span_s, "records")
    )
    return max(elapsed, timer, key=lambda each: each[0]), timer, doubts


def time_slack_s(span_s: float) -> float:
    """How far a device's time may be from its records, over so long a recording."""
    return max(TIME_SLACK_S, TIME_SLACK * span_s)


def _within(total: float | None, least: float, most: float) -> float | None:
    """The total where it is positive and within the bounds."""
    if total is None or not 0 < total < np.inf:
        return None
    return total if least <= total <= most else None


def distance(activity: Activity) -> tuple[float | None, NumberFrom | None, tuple[Finding, ...]]:
    """Distance in metres, where it is from, and doubts.

    The device's total where its records agree, else its records, else positions. Where total and
    records disagree, positions say which of them is right. Indoors the total may be a third off.

    Args:
        activity: checked.
    """
    total_m, (told_m, leap) = activity.totals.distance_m, _counted_m(activity)
    way_m = quality.way_along_positions_m(activity)
    wrong_total: tuple[Finding, ...] = ()
    if total_m is not None and not 0 < total_m < np.inf:
        # A device that never knew a distance says 0, and means nothing by it.
        wrong_total = noted(distance_total_unsound=int(total_m != 0))
        total_m = None
    if total_m is not None and told_m is not None:
        indoors = any(each.code == "indoors" for each in activity.findings)
        slack = CORRECTED if indoors else DISTANCE_SLACK
        if _near(total_m, told_m, DISTANCE_SLACK_M, slack):
            return total_m, "device", (*leap, *_doubt(total_m, way_m))
        if way_m is not None and _like(total_m, way_m) and not _like(told_m, way_m):
            return total_m, "device", (*leap, *noted(distance_records_unsound=1))
        wrong_total = noted(distance_total_unsound=1)
    if told_m is not None:
        return told_m, "records", (*leap, *wrong_total, *_doubt(told_m, way_m))
    if total_m is not None and (way_m is None or _like(total_m, way_m)):
        return total_m, "device", wrong_total
    path_m = _highest(_path_m(activity))
    if path_m is None:
        return total_m, None if total_m is None else "device", wrong_total
    if total_m is not None:
        wrong_total = noted(distance_total_unsound=1)
    return path_m, "positions", (*wrong_total, *noted(distance_from_positions=1))


def _counted_m(activity: Activity) -> tuple[float | None, tuple[Finding, ...]]:
    """What the records counted; a counter that did not begin at 0 only from there on."""
    counted = activity.records.distance_m
    known = np.flatnonzero(np.isfinite(counted))
    highest_m, total_m = _highest(counted), activity.totals.distance_m
    if highest_m is None:
        return None, ()
    first_m = float(counted[known[0]])
    waited_s = max(float(activity.records.at_s[known[0]]) - activity.start_at.timestamp(), 0.0)
    begun_at_0 = first_m <= leaps.COUNTED_M + leaps.SPIKE_MPS * waited_s
    agreed = total_m is not None and _near(total_m, highest_m, DISTANCE_SLACK_M, DISTANCE_SLACK)
    if begun_at_0 or agreed or highest_m == first_m or activity.sport not in quality.ON_FOOT:
        return highest_m, ()
    return highest_m - first_m, noted(distance_jump=1)


def _doubt(distance_m: float, way_m: float | None) -> tuple[Finding, ...]:
    return noted(distance_unlike_positions=int(way_m is not None and not _like(distance_m, way_m)))


def _like(distance_m: float, way_m: float) -> bool:
    return _near(distance_m, way_m, POSITIONS_SLACK_M, POSITIONS_SLACK)


def _near(one: float, other: float, slack: float, share: float) -> bool:
    return abs(one - other) <= max(slack, share * other)


def _path_m(activity: Activity) -> NDArray[np.float64]:
    fastest_mps = leaps.SPIKE_MPS if activity.sport in quality.ON_FOOT else np.inf
    return motion.path_m(activity.records, activity.pauses, fastest_mps=fastest_mps)


def _highest(cumulative_m: NDArray[np.float64]) -> float | None:
    """The end of a cumulative column; None where it never rises above 0."""
    highest = float(np.max(cumulative_m[np.isfinite(cumulative_m)], initial=0.0))
    return highest if highest > 0 else None


def steps(
    activity: Activity, counted: float | None, coverage: float | None, moving_s: float
) -> tuple[float | None, NumberFrom | None, tuple[Finding, ...]]:
    """Steps of a run, where they are from, and doubts.

    From the cadence of the records. The device's own total is only compared with them, where
    nearly all of the run has a cadence, and stands in where none was recorded.

    Args:
        activity: checked.
        counted: steps over the records; None where they have no cadence.
        coverage: share of the running time with a cadence, 0 to 1.
        moving_s: how long the feet moved.
    """
    total = activity.totals.steps
    if counted is not None:
        whole = total is not None and coverage is not None and coverage >= NEARLY_WHOLE
        off = whole and not _near(total or 0.0, counted, STEPS_SLACK_COUNT, STEPS_SLACK)
        return counted, "records", noted(steps_total_unsound=int(off))
    if not total:
        return None, None, ()
    slowest, fastest = STEPS_PER_S
    if _within(total, slowest * moving_s, fastest * moving_s) is None:
        return None, None, noted(steps_total_unsound=1)
    return total, "device", noted(steps_from_total=1)


def with_sound_climb(activity: Activity) -> Activity:
    """Without the device's ascent and descent where its own altitudes contradict them.

    Devices smooth more or less than we do. So the most is 1.5 times what we find, or what means of
    half minutes rise by, and 30 m; the least is what we find where altitude wanders as that of a
    GPS may (a barometer's total beside the altitude of a GPS is sound), by 1.5, less 30 m.
    Without altitudes nobody climbs faster than 1 m/s.
    """
    told = activity.totals
    if told.ascent_m is None and told.descent_m is None:
        return activity
    up, down = _climb_bounds(activity)
    ascent_m, descent_m = (
        total if total is not None and least <= total <= most else None
        for total, (least, most) in ((told.ascent_m, up), (told.descent_m, down))
    )
    unsound = (ascent_m, descent_m) != (told.ascent_m, told.descent_m)
    return replace(
        activity,
        totals=replace(told, ascent_m=ascent_m, descent_m=descent_m),
        findings=(*activity.findings, *noted(ascent_total_unsound=int(unsound))),
    )


def _climb_bounds(activity: Activity) -> tuple[tuple[float, float], tuple[float, float]]:
    """Least and most that the ascent can be, and the descent."""
    ours = _climb(activity)
    if ours is None:
        fastest_m = CLIMB_MPS * float(np.ptp(activity.records.at_s)) + CLIMB_SLACK_M
        return (0.0, fastest_m), (0.0, fastest_m)
    told_m = (activity.totals.ascent_m, activity.totals.descent_m)
    steps_m = np.diff(quality.coarse_altitude_m(activity.records))
    rises_m = (np.maximum(steps_m, 0.0).sum(), np.maximum(-steps_m, 0.0).sum())
    least_m = [_least_climb_m(each) for each in ours]
    if any(told is not None and told < least for told, least in zip(told_m, least_m, strict=True)):
        sure = _climb(activity, wander_m=climb.GPS_WANDER_M) or ours
        least_m = [_least_climb_m(each) for each in sure]
    most_m = [
        CLIMB_FACTOR * max(each, rise) + CLIMB_SLACK_M
        for each, rise in zip(ours, rises_m, strict=True)
    ]
    return (least_m[0], float(most_m[0])), (least_m[1], float(most_m[1]))


def _least_climb_m(ours_m: float) -> float:
    return max(ours_m / CLIMB_FACTOR - CLIMB_SLACK_M, 0.0)


def climbed(activity: Activity) -> tuple[float | None, float | None]:
    """Ascent and descent in metres: the device's where it says, else from altitude."""
    totals = activity.totals
    up_m, down_m = (
        told if told is not None and 0 <= told < np.inf else None
        for told in (totals.ascent_m, totals.descent_m)
    )
    if up_m is not None and down_m is not None:
        return up_m, down_m
    ours = _climb(activity)
    if ours is None:
        return up_m, down_m
    return (
        up_m if up_m is not None else ours[0],
        down_m if down_m is not None else ours[1],
    )


def _climb(activity: Activity, *, wander_m: float = climb.WANDER_M) -> tuple[float, float] | None:
    """Ascent and descent from altitude, in metres; None where it tells none."""
    records = activity.records
    known = np.isfinite(records.altitude_m)
    if known.sum() < 2:  # noqa: PLR2004 - one height is no climb
        return None
    lasting_s = motion.sample_s(records.at_s, activity.pauses)
    timer_s = np.append(0.0, np.cumsum(lasting_s[:-1]))
    return climb.ascent_descent_m(timer_s[known], records.altitude_m[known], wander_m=wander_m)
