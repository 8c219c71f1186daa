"""Times, distance and climb of an activity: the device's own sums where they are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline import motion, quality
from pipeline.activity import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Activity

ASCENT_HYSTERESIS_M = 3.0
"""A rise counts once it exceeds this: barometers and GPS wander by metres on the flat."""
ALTITUDE_SMOOTHING_S = 30.0

TOTAL_TOLERANCE = 0.5
"""A device total under half, or over twice, of what its own records say is not believed."""


def times(activity: Activity, sampled_s: float) -> tuple[float, float, tuple[Finding, ...]]:
    """Elapsed and timer seconds: the device's where sound, else from the records and pauses.

    A timer may have stood still without the file saying when, so the device's is sound from half
    of what its records cover, each at most 10 s, up to twice the time between first and last.
    """
    records, told = activity.records, activity.totals
    recorded_s = float(records.at_s[-1] - records.at_s[0])
    paused_s = sum(pause.duration_s for pause in activity.pauses)
    elapsed_s = told.elapsed_s if _sound(told.elapsed_s, recorded_s, recorded_s) else None
    timer_s = told.timer_s if _sound(told.timer_s, sampled_s, recorded_s) else None
    unsound = (told.elapsed_s, told.timer_s) != (elapsed_s, timer_s)
    if timer_s is None:
        timer_s = recorded_s - paused_s
    if elapsed_s is None:
        elapsed_s = recorded_s
    doubt = Finding(
        "time_total_unsound",
        1,
        "The device's total time contradicts its own records; theirs was taken.",
    )
    return max(elapsed_s, timer_s), timer_s, (doubt,) if unsound else ()


def distance(activity: Activity) -> tuple[float | None, tuple[Finding, ...]]:
    """Distance in metres: the device's total where sound, else its records, else positions."""
    records, total_m = activity.records, activity.totals.distance_m
    counted_m = _highest(records.distance_m)
    path_m = None
    if counted_m is None:
        fastest_mps = quality.SPIKE_MPS if activity.sport in quality.ON_FOOT else np.inf
        path_m = _highest(motion.path_m(records, activity.pauses, fastest_mps=fastest_mps))
    recorded_m = counted_m or path_m or 0.0
    if _sound(total_m, recorded_m, recorded_m):
        return total_m, ()
    findings: tuple[Finding, ...] = ()
    if total_m and recorded_m:
        findings = (
            Finding(
                "distance_total_unsound",
                1,
                "The device's total distance contradicts its own records; theirs was taken.",
            ),
        )
    if path_m:
        measured = Finding(
            "distance_from_positions", 1, "Distance was measured along the positions."
        )
        findings = (*findings, measured)
    return recorded_m or None, findings


def _highest(cumulative_m: NDArray[np.float64]) -> float | None:
    """The end of a cumulative column; None where it never rises above 0."""
    highest = float(np.max(cumulative_m[np.isfinite(cumulative_m)], initial=0.0))
    return highest if highest > 0 else None


def _sound(total: float | None, least: float, most: float) -> bool:
    """Whether a device total can be believed beside what its records say; of 0 they say nothing."""
    if total is None or not 0 < total < np.inf:
        return False
    return total >= TOTAL_TOLERANCE * least and (most <= 0 or total <= most / TOTAL_TOLERANCE)


def climbed(activity: Activity) -> tuple[float | None, float | None]:
    """Ascent and descent in metres: the device's where it says, else from smoothed altitude."""
    totals = activity.totals
    up_m, down_m = (
        told if told is not None and 0 <= told < np.inf else None
        for told in (totals.ascent_m, totals.descent_m)
    )
    if up_m is not None and down_m is not None:
        return up_m, down_m
    known = np.isfinite(activity.records.altitude_m)
    if known.sum() < 2:  # noqa: PLR2004 - one height is no climb
        return up_m, down_m
    smooth = motion.centred_mean(
        activity.records.at_s[known], activity.records.altitude_m[known], ALTITUDE_SMOOTHING_S
    )
    ours_up_m, ours_down_m = climbed_m(smooth)
    return (
        up_m if up_m is not None else ours_up_m,
        down_m if down_m is not None else ours_down_m,
    )


def climbed_m(altitude_m: NDArray[np.float64]) -> tuple[float, float]:
    """Ascent and descent along a smooth altitude, counting only swings of 3 m and more.

    Args:
        altitude_m: finite, in order of time, shape (n,).
    """
    up_m = down_m = 0.0
    low = high = float(altitude_m[0])
    rising: bool | None = None
    for height in altitude_m.tolist():
        if rising is not False and height > high:
            high = height
        if rising is not True and height < low:
            low = height
        if rising is not True and height - low >= ASCENT_HYSTERESIS_M:
            down_m += high - low if rising is False else 0.0
            rising, high = True, height
        elif rising is not False and high - height >= ASCENT_HYSTERESIS_M:
            up_m += high - low if rising is True else 0.0
            rising, low = False, height
    if rising is True:
        up_m += high - low
    elif rising is False:
        down_m += high - low
    return up_m, down_m
