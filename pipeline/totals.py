"""Times, distance and climb of an activity: the device's own sums where they are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline import climb, motion, quality
from pipeline.activity import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Activity

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
    """Ascent and descent in metres: the device's where it says, else from altitude."""
    totals = activity.totals
    up_m, down_m = (
        told if told is not None and 0 <= told < np.inf else None
        for told in (totals.ascent_m, totals.descent_m)
    )
    if up_m is not None and down_m is not None:
        return up_m, down_m
    records = activity.records
    known = np.isfinite(records.altitude_m)
    if known.sum() < 2:  # noqa: PLR2004 - one height is no climb
        return up_m, down_m
    lasting_s = motion.sample_s(records.at_s, activity.pauses)
    timer_s = np.append(0.0, np.cumsum(lasting_s[:-1]))
    ours_up_m, ours_down_m = climb.ascent_descent_m(timer_s[known], records.altitude_m[known])
    return (
        up_m if up_m is not None else ours_up_m,
        down_m if down_m is not None else ours_down_m,
    )
