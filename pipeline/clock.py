"""Times that can be true: impossible ones left out, a clock that was set put right, in order."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from pipeline.activity import Pause, Records
from pipeline.findings import noted
from pipeline.leaps import SPIKE_MPS
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
"""How many usual steps a long step must be."""

CLOSE_S, CLOSE_OF_STEPS, CLOSE_SHARE = 5.0, 3, 0.1
"""Moments this near are neighbours; so is what is left of a step that was taken back, up to a tenth
of it: a device that lost its clock may have been silent for a while."""

FEW = 0.05
"""Share of the records that may have a date of their own."""

AROUND, RUNNING_MPS = 5, 2.0
"""Records before (and after) a step that must tell of it, and how fast, for a runner who ran on."""

RESTED_BPM = 20.0
"""A heart that beats so much slower than a moment ago had a rest in between."""

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
    cumulative distance (else the positions) run to and fro, or where the runner ran on over it;
    without either, where many instants were recorded twice. A step forward looks like a pause. It
    is a setting where no pause and no elapsed time speaks of it, at the first fix, or where elapsed
    time denies it and the runner ran on; one of less than a minute is left, because all it moves is
    the start, by less than that. The later clock is right: a fix sets it.
    """
    back = np.flatnonzero(np.diff(activity.records.at_s) < -SET_BACK_S).tolist()
    if 0 < len(back) <= MOST_SETTINGS and _sorting_is_wrong(activity.records, back):
        for last in reversed(back):
            activity = _set_from(activity, _wrong_since(activity, last), last)
    forward = _before_step_forward(activity)
    return activity if forward is None else _set_from(activity, 0, forward)


def _set_from(activity: Activity, first: int, last: int) -> Activity:
    """Move the moments from one to another so that the next follows as moments usually do."""
    by_s = _right_by_s(activity.records.at_s, last)
    activity = _moved(activity, slice(first, last + 1), by_s)
    findings = noted(clock_set=last + 1 - first)
    return replace(activity, findings=(*activity.findings, *findings))


def _right_by_s(at_s: NDArray[np.float64], last: int) -> float:
    """By how much a moment must move for the next one to follow as moments usually do."""
    return float(at_s[last + 1] - _usual_s(at_s) - at_s[last])


def _usual_s(at_s: NDArray[np.float64]) -> float:
    """How far moments usually lie apart."""
    steps = np.diff(at_s)
    return float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0


def _sorting_is_wrong(records: Records, back: list[int]) -> bool:
    """Whether records in the order of time run to and fro, and in the order of the file do not.

    Args:
        records: in the order of the file.
        back: the last moments before a step back.
    """
    order = np.argsort(records.at_s, kind="stable")
    distance = records.distance_m
    if (known := np.isfinite(distance)[order]).sum() > 1 and np.nanmax(distance) > 0:
        fallen = _fallen_m(distance[order][known]) - _fallen_m(distance[np.isfinite(distance)])
        return bool(fallen > DISORDER_M)
    if _some_lie_far_off(records.at_s, order):
        return True
    if (np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg)).sum() > 1:
        longer_m = _way_m(records.select(order)) - _way_m(records)
        return longer_m > DISORDER_M or all(_went_on(records, last) for last in back)
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


def _went_on(records: Records, last: int) -> bool:
    """Whether the runner ran on, along the positions, over a long step back.

    Where a run ends at its start, sorting joins both and costs nothing, yet the order of the file
    is right. Parts in the wrong order are known by a stop, a jump, a turn or a rested heart where
    they meet, or because one begins right when the other ends.
    """
    at_s, heart = records.at_s, records.heart_rate_bpm
    first, end = last - AROUND, last + 1 + AROUND
    if first < 0 or end >= len(at_s) or at_s[last] - at_s[last + 1] < _long_s(at_s):
        return False
    if 0 < at_s[: last + 1].min() - at_s[last + 1 :].max() <= _close_s(at_s):
        return False
    before_m, over_m, after_m, in_all_m = (
        _way_m(records.select(np.array(ends)))
        for ends in ((first, last), (last, last + 1), (last + 1, end), (first, end))
    )
    stopped = before_m < RUNNING_MPS * (at_s[last] - at_s[first])
    stopped |= after_m < RUNNING_MPS * (at_s[end] - at_s[last + 1])
    jumped = over_m > SPIKE_MPS * _usual_s(at_s)
    turned = in_all_m < (before_m + after_m) / 2
    rested = heart[first : last + 1].mean() - heart[last + 1 : end + 1].mean() > RESTED_BPM
    return not (stopped or jumped or turned or rested)


def _long_s(at_s: NDArray[np.float64]) -> float:
    """What is longer than this is a pause, or a clock that was set."""
    return max(SET_FORWARD_S, PAUSE_OF_STEPS * _usual_s(at_s))


def _close_s(at_s: NDArray[np.float64]) -> float:
    """Moments no further apart than this are neighbours."""
    return max(CLOSE_S, CLOSE_OF_STEPS * _usual_s(at_s))


def _fallen_m(cumulative_m: NDArray[np.float64]) -> float:
    return float(-np.minimum(np.diff(cumulative_m), 0.0).sum())


def _way_m(records: Records) -> float:
    placed = np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg)
    latitude, longitude = records.latitude_deg[placed], records.longitude_deg[placed]
    return float(apart_m(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:]).sum())


def _before_step_forward(activity: Activity) -> int | None:
    """The last record before the clock was set forward; None where time really passed."""
    records, told_s = activity.records, activity.totals.elapsed_s
    steps_s = np.diff(records.at_s)
    forward = np.flatnonzero((steps_s >= _long_s(records.at_s)) & ~_told_as_pause(activity))
    if told_s is not None and len(forward):
        beyond_s = float(np.ptp(records.at_s)) - told_s
        not_passed = np.abs(beyond_s - steps_s[forward]) < min(abs(beyond_s), SET_FORWARD_S)
        forward = forward[not_passed]
    for last in forward.tolist():
        if _fixed(records, last) or (told_s is not None and _ran_on(records, last)):
            return int(last)
    return None


def _told_as_pause(activity: Activity) -> NDArray[np.bool_]:
    """Whether a pause lies across the step from each moment to the next; shape (n - 1,)."""
    at_s, pauses = activity.records.at_s, activity.pauses
    begun = np.searchsorted(np.sort([each.start_s for each in pauses]), at_s[1:], side="left")
    over = np.searchsorted(np.sort([each.end_s for each in pauses]), at_s[:-1], side="right")
    return np.asarray(begun > over)


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
    before_s, after_s = at_s[last] - at_s[first], at_s[end] - at_s[last + 1]
    if not (before_s > 0 and after_s > 0):
        return False
    before = (counted[last] - counted[first]) / before_s
    after = (counted[end] - counted[last + 1]) / after_s
    gained = (counted[last + 1] - counted[last]) / _usual_s(at_s)
    slower, faster = min(before, after), max(before, after)
    return bool(slower >= RUNNING_MPS and slower / 2 <= gained <= faster * 2)


def _wrong_since(activity: Activity, last: int) -> int:
    """Where the wrong clock began: at a step forward that the step back takes back, else at 0.

    Some moments with a date of their own lie between the two: put right, they follow closely on
    the moment before them, which is right already. A pause is no step of the clock.
    """
    at_s = activity.records.at_s
    by_s = _right_by_s(at_s, last)
    left_s = np.diff(at_s[: last + 1]) + by_s
    closely = (left_s > 0) & (left_s <= max(_close_s(at_s), CLOSE_SHARE * -by_s))
    begun = np.flatnonzero(closely & ~_told_as_pause(activity)[:last])
    return int(begun[-1]) + 1 if len(begun) else 0


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
