"""Times that can be true: impossible ones left out, a clock that was set put right, in order."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from pipeline.activity import Pause, Records
from pipeline.findings import noted
from pipeline.motion import apart_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Activity

EARLIEST_S = datetime(2005, 1, 1, tzinfo=UTC).timestamp()
"""No GPS watch wrote files before; an earlier date is a clock that was never set."""

LATEST_S = datetime(2106, 1, 1, tzinfo=UTC).timestamp()
"""Beyond the last second that most devices can count."""

FUTURE_S = 86_400.0
"""A clock may be a day ahead (zones), not more."""

CLOCK_JUMP_S = 86_400.0 * 2
"""Two days between neighbours is a clock that jumped, not a pause."""

SET_BACK_S, SET_FORWARD_S = 5.0, 60.0
"""A smaller step back is merged with what it repeats; a smaller step forward is a pause."""

PAUSE_OF_STEPS = 10
"""How many usual steps a step forward must be."""

FEW = 0.05
"""Share of the records that may have a date of their own."""

AROUND, RUNNING_MPS = 5, 2.0
"""Records before (and after) a step that must tell of it for the step to be no pause."""

MOST_SETTINGS = 10
"""A clock is set once or twice; more steps back are records in disorder."""

START_TOLERANCE_S = 3600.0
"""A start further than this from the first record is a clock that was set in between."""

DISORDER_M = 50.0
"""Distance, or way between positions, that sorting may cost before it is the wrong repair."""

SHARED_INSTANTS = 10
"""As many instants recorded both before and after a step back mean two clocks."""


def possible(activity: Activity, latest_s: float = LATEST_S) -> Activity:
    """Leave out records whose clock was not set, or jumped away from the rest by days."""
    records = activity.records
    dated = (records.at_s >= EARLIEST_S) & (records.at_s <= latest_s)
    impossible_time = len(records) - int(dated.sum())
    if impossible_time:
        records = records.select(dated)
    together = _largest_cluster(records.at_s)
    clock_jump = len(records) - int(together.sum())
    if clock_jump:
        records = records.select(together)
    findings = noted(impossible_time=impossible_time, clock_jump=clock_jump)
    if not findings:
        return activity
    return replace(activity, records=records, findings=(*activity.findings, *findings))


def ordered(activity: Activity) -> Activity:
    """Records in ascending time, one an instant, a clock that was set meanwhile put right."""
    return _one_per_instant(_in_order(_set_right(activity)))


def _largest_cluster(at_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The most records that lie within two days of a neighbour, as a mask."""
    mask = np.ones(len(at_s), dtype=bool)
    if len(at_s) == 0 or np.ptp(at_s) <= CLOCK_JUMP_S:
        return mask
    order = np.argsort(at_s, kind="stable")
    group = np.append(0, np.cumsum(np.diff(at_s[order]) > CLOCK_JUMP_S))
    mask[order] = group == np.bincount(group).argmax()
    return mask


def _set_right(activity: Activity) -> Activity:
    """Move what was recorded before the clock was set, so that it ends where the rest begins.

    A step back in the order of the file is a clock that was set where sorting would make the
    cumulative distance (else the positions) run to and fro; without either, where many instants
    were recorded twice. A step forward looks like a pause. It is a setting where no pause and no
    elapsed time speaks of it, at the first fix, or where elapsed time denies it and the runner ran
    on. The later clock is right: a fix sets it.
    """
    back = np.flatnonzero(np.diff(activity.records.at_s) < -SET_BACK_S).tolist()
    if len(back) <= MOST_SETTINGS and back and _sorting_is_wrong(activity.records):
        for last in reversed(back):
            activity = _set_from(activity, last)
    return _set_from(activity, _before_step_forward(activity))


def _set_from(activity: Activity, last: int | None) -> Activity:
    """Move the moments up to this one so that the next follows as moments usually do."""
    if last is None:
        return activity
    at_s = activity.records.at_s
    first = _wrong_since(at_s, last)
    by_s = float(at_s[last + 1] - _usual_s(at_s) - at_s[last])
    activity = _moved(activity, slice(first, last + 1), by_s)
    findings = noted(clock_set=last + 1 - first)
    return replace(activity, findings=(*activity.findings, *findings))


def _usual_s(at_s: NDArray[np.float64]) -> float:
    """How far moments usually lie apart."""
    steps = np.diff(at_s)
    return float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0


def _sorting_is_wrong(records: Records) -> bool:
    """Whether records in the order of time run to and fro, and in the order of the file do not."""
    order = np.argsort(records.at_s, kind="stable")
    distance = records.distance_m
    if (known := np.isfinite(distance)[order]).sum() > 1 and np.nanmax(distance) > 0:
        fallen = _fallen_m(distance[order][known]) - _fallen_m(distance[np.isfinite(distance)])
        return bool(fallen > DISORDER_M)
    if _some_lie_far_off(records.at_s, order):
        return True
    if (np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg)).sum() > 1:
        return _way_m(records.select(order)) - _way_m(records) > DISORDER_M
    step = int(np.argmin(np.diff(records.at_s)))
    shared = np.intersect1d(records.at_s[: step + 1], records.at_s[step + 1 :])
    return len(shared) >= SHARED_INSTANTS


def _some_lie_far_off(at_s: NDArray[np.float64], order: NDArray[np.intp]) -> bool:
    """Whether a few records from the middle of the file would come long after all others."""
    gaps = np.flatnonzero(np.diff(at_s[order]) >= _long_s(at_s))
    if len(gaps) == 0:
        return False
    last = order[gaps[-1] + 1 :]
    return len(last) <= FEW * len(at_s) and bool(last.max() < len(at_s) - len(last))


def _long_s(at_s: NDArray[np.float64]) -> float:
    """What is longer than this is a pause, or a clock that was set."""
    return max(SET_FORWARD_S, PAUSE_OF_STEPS * _usual_s(at_s))


def _fallen_m(cumulative_m: NDArray[np.float64]) -> float:
    return float(-np.minimum(np.diff(cumulative_m), 0.0).sum())


def _way_m(records: Records) -> float:
    placed = np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg)
    latitude, longitude = records.latitude_deg[placed], records.longitude_deg[placed]
    return float(apart_m(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:]).sum())


def _before_step_forward(activity: Activity) -> int | None:
    """The last record before the clock was set forward; None where time really passed."""
    records, told_s = activity.records, activity.totals.elapsed_s
    if len(records) < 2:  # noqa: PLR2004 - one moment makes no step
        return None
    last = int(np.argmax(np.diff(records.at_s)))
    before_s, after_s = records.at_s[last], records.at_s[last + 1]
    step_s, span_s = float(after_s - before_s), float(np.ptp(records.at_s))
    if step_s < SET_FORWARD_S or step_s < _long_s(records.at_s):
        return None
    if any(pause.start_s < after_s and pause.end_s > before_s for pause in activity.pauses):
        return None
    if told_s is not None:
        not_passed = abs(span_s - step_s - told_s) < min(abs(span_s - told_s), SET_FORWARD_S)
        return last if not_passed and (_fixed(records, last) or _ran_on(records, last)) else None
    return last if _fixed(records, last) else None


def _fixed(records: Records, last: int) -> bool:
    """Whether the first position of all came right after this record, and some came without."""
    placed = np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg)
    return bool(last + 1 >= AROUND and placed[last + 1] and not placed[: last + 1].any())


def _ran_on(records: Records, last: int) -> bool:
    """Whether distance went on over a step as if only a usual moment had passed.

    Who pauses slows down before, and begins slowly after; elapsed time alone is no proof, because
    some devices tell timer time for it.
    """
    first, end = last - AROUND, last + 1 + AROUND
    if first < 0 or end >= len(records):
        return False
    at_s, counted = records.at_s, records.distance_m
    before = (counted[last] - counted[first]) / (at_s[last] - at_s[first])
    after = (counted[end] - counted[last + 1]) / (at_s[end] - at_s[last + 1])
    gained = (counted[last + 1] - counted[last]) / _usual_s(at_s)
    slower, faster = min(before, after), max(before, after)
    return bool(slower >= RUNNING_MPS and slower / 2 <= gained <= faster * 2)


def _wrong_since(at_s: NDArray[np.float64], last: int) -> int:
    """Where the wrong clock began: at a step forward as large as the step back, else at the start.

    Some moments with a date of their own lie between the two, and what comes before them is right.
    """
    back_s = at_s[last] - at_s[last + 1]
    forward = np.flatnonzero(np.diff(at_s[: last + 1]) >= max(back_s / 2, SET_BACK_S))
    if back_s <= 0 or len(forward) == 0:
        return 0
    begun = int(forward[-1])
    return begun + 1 if at_s[begun] <= at_s[last + 1] else 0


def _moved(activity: Activity, part: slice, by_s: float) -> Activity:
    """The activity with some records moved in time, and with them the pauses among them."""
    at_s = activity.records.at_s
    own, others = at_s[part], np.delete(at_s, np.s_[part])
    first_s, last_s = float(own.min()), float(own.max())

    def moved(pause: Pause) -> Pause:
        among = first_s <= pause.start_s <= last_s
        # Two clocks may cover the same hour: a pause is where nothing was recorded.
        if not among or _inside(own, pause) > _inside(others, pause):
            return pause
        return Pause(pause.start_s + by_s, pause.end_s + by_s)

    moved_at_s = at_s.copy()
    moved_at_s[part] += by_s
    start_at, told_s = activity.start_at, activity.start_at.timestamp()
    own_clock = abs(told_s - at_s[0]) < min(abs(told_s - at_s[0] - by_s), START_TOLERANCE_S)
    if part.start == 0 and own_clock:
        start_at += timedelta(seconds=by_s)
    return replace(
        activity,
        records=activity.records.replace(at_s=moved_at_s),
        pauses=tuple(moved(each) for each in activity.pauses),
        start_at=start_at,
    )


def _inside(at_s: NDArray[np.float64], pause: Pause) -> int:
    return int(((at_s > pause.start_s) & (at_s < pause.end_s)).sum())


def _in_order(activity: Activity) -> Activity:
    records = activity.records
    backwards = int((np.diff(records.at_s) < 0).sum())
    if not backwards:
        return activity
    return replace(
        activity,
        records=records.select(np.argsort(records.at_s, kind="stable")),
        findings=(*activity.findings, *noted(out_of_order=backwards)),
    )


def _one_per_instant(activity: Activity) -> Activity:
    """Merge records of one instant: of each column the last value that is there."""
    records = activity.records
    later = np.diff(records.at_s) > 0
    repeated = int((~later).sum())
    if not repeated:
        return activity
    first, last = np.flatnonzero(np.append(True, later)), np.flatnonzero(np.append(later, True))
    here = np.arange(len(records))
    columns = {}
    for each in fields(records):
        column = getattr(records, each.name)
        newest = np.maximum.accumulate(np.where(np.isfinite(column), here, -1))[last]
        columns[each.name] = np.where(newest >= first, column[newest], np.nan)
    return replace(
        activity,
        records=Records.from_columns(columns),
        findings=(*activity.findings, *noted(same_instant=repeated)),
    )
