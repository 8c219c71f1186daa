"""Pauses of three kinds: the timer was stopped, nothing was recorded, or the runner stood."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline import leaps, motion, quality, totals
from pipeline.activity import Pause
from pipeline.findings import noted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Activity, Finding, Records

GAP_S, GAP_OF_STEPS = motion.SAMPLE_MAX_S, 5
"""A record speaks for 10 s, and what follows without a record is a gap; but a device that seldom
records at all makes one only where it is silent for five times as long as it usually is."""

UNTOLD_GAP_S = 60.0
"""Where nothing tells whether the runner moved on: watches that save records write one a minute."""

SHORTEST_PAUSE_S = 0.1
"""A shorter one is a fraction of a second, rounded."""

STANDING_S = 10.0


def with_gaps(activity: Activity) -> Activity:
    """The same activity with a pause for each gap in which the runner stayed put.

    A gap is a long time without a record and without a pause. Who moved on at a speed of feet
    was only not recorded (a dropout), and the timer ran. Where the device tells its timer time,
    that says whether gaps are pauses.

    Args:
        activity: checked.
    """
    at_s = activity.records.at_s
    ran_s = np.diff(motion.timer_s(at_s, activity.pauses))
    gaps = np.flatnonzero(ran_s > GAP_S)
    if len(gaps):
        gaps = gaps[ran_s[gaps] > GAP_OF_STEPS * float(np.median(ran_s))]
    paused = noted(paused=len(activity.pauses))
    if len(gaps) == 0:
        return replace(activity, findings=(*activity.findings, *paused))
    # Where a pause was told within, the device knew when its timer ran.
    untold = gaps[ran_s[gaps] > np.diff(at_s)[gaps] - SHORTEST_PAUSE_S]
    still = untold[_stayed(activity, untold, ran_s[untold])]
    told_s = activity.totals.timer_s
    if told_s is not None and len(still):
        on_s = float(ran_s.sum())
        off_s = on_s - float(ran_s[still].sum())
        if abs(told_s - on_s) < abs(told_s - off_s):
            still = still[:0]
    # A pause begins with the record that opens the gap: nothing is known of the moments after it.
    quiet = [Pause(float(at_s[each]), float(at_s[each + 1])) for each in still]
    pauses = motion.merged((*activity.pauses, *quiet), float(at_s[0]), float(at_s[-1]))
    findings = noted(paused_without_word=len(still), recording_gap=len(gaps) - len(still))
    return replace(activity, pauses=pauses, findings=(*activity.findings, *paused, *findings))


def _stayed(
    activity: Activity, gaps: NDArray[np.intp], lasting_s: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether the runner stayed put, or was driven: by positions, else by the counted distance."""
    records = activity.records
    fastest_mps = leaps.SPIKE_MPS if activity.sport in quality.ON_FOOT else np.inf
    latitude, longitude = records.latitude_deg, records.longitude_deg
    after = gaps + 1
    way_m = motion.apart_m(latitude[gaps], longitude[gaps], latitude[after], longitude[after])
    counted_m = records.distance_m[after] - records.distance_m[gaps]
    speed_mps = np.where(np.isfinite(way_m), way_m, counted_m) / lasting_s
    moved_on = (speed_mps >= motion.MOVING_MPS) & (speed_mps <= fastest_mps)
    return np.where(np.isfinite(speed_mps), ~moved_on, lasting_s > UNTOLD_GAP_S)


def with_stands(activity: Activity) -> Activity:
    """The same activity with a pause for each stand of more than 10 s in which the timer stood too.

    Some devices record on while their timer waits by itself, and no event says so. Then the time
    that the device tells is sound, and nearer to that without the stands than to that with them.

    Args:
        activity: with all other pauses, and with speed.
    """
    records, told_s = activity.records, activity.totals.timer_s
    if told_s is None or activity.sport not in quality.ON_FOOT:
        return activity
    lasting_s = motion.sample_s(records.at_s, activity.pauses)
    stands = _stands(records, lasting_s, motion.is_moving(records))
    if not stands:
        return activity
    span_s = float(np.ptp(records.at_s))
    on_s = span_s - sum(pause.duration_s for pause in activity.pauses)
    off_s = on_s - sum(float(lasting_s[begin:end].sum()) for begin, end in stands)
    if not off_s - totals.time_slack_s(span_s) <= told_s < (on_s + off_s) / 2:
        return activity
    at_s = np.append(records.at_s, records.at_s[-1])
    waited = [Pause(float(at_s[begin]), float(at_s[end])) for begin, end in stands]
    pauses = motion.merged((*activity.pauses, *waited), float(at_s[0]), float(at_s[-1]))
    findings = noted(paused_standing=len(waited))
    return replace(activity, pauses=pauses, findings=(*activity.findings, *findings))


def stood(
    records: Records, lasting_s: NDArray[np.float64], moving: NDArray[np.bool_]
) -> tuple[Finding, ...]:
    """How often the feet stood still for more than 10 s while the timer ran.

    Args:
        records: checked, with speed.
        lasting_s: how long each lasts; shape (n,).
        moving: whether the feet move; shape (n,).
    """
    return noted(standing=len(_stands(records, lasting_s, moving)))


def _stands(
    records: Records, lasting_s: NDArray[np.float64], moving: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Where each stand begins, and the index just after its end."""
    told = np.isfinite(records.speed_mps) | np.isfinite(records.cadence_spm)
    return [
        (begin, end)
        for begin, end in zip(*motion.stretches(told & ~moving), strict=True)
        if lasting_s[begin:end].sum() > STANDING_S
    ]
