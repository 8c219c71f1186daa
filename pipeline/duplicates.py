"""The same run recorded twice counts once: near copies are found by where the runner was when."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from pipeline.motion import EARTH_RADIUS_M, MOVING_MPS, apart_m
from pipeline.row import RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.activity import Records

TRACE_STEP_S = 10.0
TRACE_GAP_S = 30.0
"""Between records further apart than this, where the runner was is not known."""
TRACE_COLUMNS = 3

ON_FOOT = {"walking", "hiking", "running"}
SIMILAR = 0.8
"""A phone calls a run a walk often enough: then distance and duration must agree within this.

Of several recordings, one that holds less than this of the longest is only a part.
"""
NEARLY_ALL = 0.9
"""Where less than this of a run counts, that is said."""

TRACE_MAX_S = 7 * 86_400.0
"""Longer than a week is a clock, not a run: no trace is kept."""

OVERLAP_MIN = 0.5
"""Two recordings of one runner that share half of the shorter one are one run: nobody is twice."""

HOUR_S, MOST_HOURS = 3600.0, 14
SHIFTED_SAME_MIN = 0.95
"""At whole-hour shifts this share of the samples must coincide: equal commutes are two runs."""
SAME_PLACE_M = 30.0
SAME_HEART_RATE_BPM = 1.5
DRIFT_RATIO, DRIFT_MIN_M, DRIFT_SAMPLES_MIN = 2.0, 5.0, 30
"""Apart along the way by more than twice what they are apart aside: one got ahead of the other."""
BEATS_MIN, BEAT_RANGE_BPM = 30, 10.0
"""Five minutes of heart rate that changes: steady ones are alike on every day."""
TOLD_MIN = 0.5
"""Less than this share of a stretch in common tells nothing about the whole of it."""
ROAMED_M = 200.0
"""Who stays within this is on a treadmill: there, the place is the same every day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One stored activity, as far as the search for copies looks at it."""

    id: str
    sport: str
    start_s: float
    end_s: float
    distance_m: float | None
    salvaged: bool
    has_cadence: bool
    has_heart_rate: bool
    records: int
    trace: Callable[[], bytes]
    """Where the runner was, as `trace_of` wrote it; asked for only where two are hours apart."""
    kept: bool = False
    """The runner said: prefer this one."""
    named: bool = False
    """The runner said what sport it was."""

    @property
    def duration_s(self) -> float:
        """From the first record to the last."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Found:
    """What the search for copies found."""

    copy_of: dict[str, str]
    """Id of a copy → id of the recording that counts in its place."""
    short: frozenset[str]
    """Those that count although other recordings of the run hold more of it."""


def trace_of(records: Records) -> bytes:
    """Latitude, longitude and heart rate every 10 s of the clock, as float32; about 4 kB an hour.

    Samples fall on multiples of 10 s since 1970, so that two recordings of one run have theirs
    at the same instants, also when one is whole hours off.
    """
    first = np.ceil(records.at_s[0] / TRACE_STEP_S)
    last = np.floor(records.at_s[-1] / TRACE_STEP_S)
    if (last - first) * TRACE_STEP_S > TRACE_MAX_S:
        return b""
    instants = np.arange(first, last + 1) * TRACE_STEP_S
    columns = [
        _sampled(instants, records.at_s, column)
        for column in (records.latitude_deg, records.longitude_deg, records.heart_rate_bpm)
    ]
    return np.stack(columns, axis=1).astype("<f4").tobytes()


def near_copies(activities: Iterable[Copy]) -> Found:
    """Which activities are copies of which, and which of those that count are short.

    Recordings of one run hang together: by overlap, or by coinciding whole hours apart. On their
    common clock the richest of those that last nearly as long as the longest counts, and what
    overlaps it by half is a copy of it; so of two halves and a whole either the whole counts or
    both halves. Activities that overlap nothing, at any whole-hour shift, are never in the answer.
    """
    ordered = sorted(activities, key=lambda each: (each.start_s, each.id))
    copy_of: dict[str, str] = {}
    short: set[str] = set()
    for group in _groups(ordered, _matches(ordered)):
        chosen = _settle(group, copy_of)
        if _is_short(chosen, group):
            short.update(each.copy.id for each in chosen)
    return Found(copy_of, frozenset(short))


@dataclass(frozen=True, slots=True)
class _Placed:
    """One recording on the common clock of its group."""

    copy: Copy
    moved_s: float

    @property
    def start_s(self) -> float:
        return self.copy.start_s + self.moved_s

    @property
    def end_s(self) -> float:
        return self.copy.end_s + self.moved_s


def _matches(ordered: Sequence[Copy]) -> dict[tuple[int, int], float]:
    """Pairs that are one run: places in the list → by how much to move the later one.

    An overlap is weaker than a coincidence: a recording that coincides with one at another hour
    and overlaps another that it does not coincide with has a wrong clock.
    """
    found: dict[tuple[int, int], float] = {}
    for first, one in enumerate(ordered):
        for second in range(first + 1, len(ordered)):
            other = ordered[second]
            if other.start_s > one.end_s + MOST_HOURS * HOUR_S:
                break
            shift_s = _shift_s(one, other)
            if shift_s is not None:
                found[first, second] = shift_s
    shifted = {pair for pair, shift_s in found.items() if shift_s}
    return {
        pair: shift_s
        for pair, shift_s in found.items()
        if shift_s or not _is_chance(ordered, pair, found, shifted)
    }


def _is_chance(
    ordered: Sequence[Copy],
    pair: tuple[int, int],
    found: Mapping[tuple[int, int], float],
    shifted: Iterable[tuple[int, int]],
) -> bool:
    """Whether two overlap only because the clock of one is hours off."""
    for one, other in (pair, pair[::-1]):
        for each in shifted:
            third = each[each.index(one) - 1] if one in each else None
            if third is not None and third != other and _ordered(third, other) not in found:
                share = _coinciding(*_common(ordered[pair[0]], ordered[pair[1]], 0.0))
                return share is not None and share < OVERLAP_MIN
    return False


def _ordered(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _groups(
    ordered: Sequence[Copy], matches: Mapping[tuple[int, int], float]
) -> Iterator[list[_Placed]]:
    """What hangs together, each recording moved onto the clock of the first."""
    beside: dict[int, list[tuple[int, float]]] = {}
    for (first, second), shift_s in matches.items():
        beside.setdefault(first, []).append((second, shift_s))
        beside.setdefault(second, []).append((first, -shift_s))
    seen: set[int] = set()
    for root in sorted(beside):
        if root in seen:
            continue
        moved = {root: 0.0}
        waiting = [root]
        for one in waiting:
            for other, shift_s in beside[one]:
                if other not in moved:
                    moved[other] = moved[one] + shift_s
                    waiting.append(other)
        seen.update(moved)
        yield [_Placed(ordered[place], moved_s) for place, moved_s in moved.items()]


def _settle(group: Sequence[_Placed], copy_of: dict[str, str]) -> list[_Placed]:
    """Note which are copies of which; returns those that are copies of none."""
    longest = max(group, key=lambda each: each.copy.duration_s).copy

    def richness(each: _Placed) -> tuple[bool | int, ...]:
        """The higher, the more it can tell; ties go to the smaller id."""
        copy = each.copy
        return (
            copy.kept,
            copy.named and copy.sport != RUNNING,  # what was no run is none in any recording
            not _is_part(copy, longest),
            copy.sport == RUNNING,
            not copy.salvaged,
            copy.has_cadence,
            copy.has_heart_rate,
            copy.records,
        )

    chosen: list[_Placed] = []
    by_id = sorted(group, key=lambda each: each.copy.id)
    for each in sorted(by_id, key=richness, reverse=True):
        richer = next((one for one in chosen if _overlap(one, each) >= OVERLAP_MIN), None)
        if richer is None:
            chosen.append(each)
        else:
            copy_of[each.copy.id] = richer.copy.id
    return chosen


def _is_part(one: Copy, longest: Copy) -> bool:
    """Whether it holds clearly less than another: in time, and in distance where both tell it."""
    if one.duration_s >= SIMILAR * longest.duration_s:
        return False
    if one.distance_m is None or longest.distance_m is None:
        return True
    return one.distance_m < SIMILAR * longest.distance_m


def _is_short(chosen: Sequence[_Placed], group: Sequence[_Placed]) -> bool:
    """Whether what counts holds less of the run than its recordings do together."""
    if _covered_s(chosen) >= NEARLY_ALL * _covered_s(group):
        return False
    counted = [each.copy.distance_m for each in chosen]
    furthest = max(each.copy.distance_m or 0.0 for each in group)
    return None in counted or sum(far or 0.0 for far in counted) < NEARLY_ALL * furthest


def _covered_s(placed: Iterable[_Placed]) -> float:
    """How long at least one of them ran."""
    covered, until = 0.0, -np.inf
    for each in sorted(placed, key=lambda each: each.start_s):
        covered += max(each.end_s - max(each.start_s, until), 0.0)
        until = max(until, each.end_s)
    return covered


def _shift_s(one: Copy, other: Copy) -> float | None:
    """By how much to move the other for both to be one run; None where they are two."""
    if not _same_family(one, other):
        return None
    if _overlap(one, other) >= OVERLAP_MIN:
        return 0.0
    for shift_s in _shifts_s(one, other):
        samples = _common(one, other, shift_s)
        share = _coinciding(*samples)
        if share is not None and share >= SHIFTED_SAME_MIN and not _gets_ahead(*samples):
            return shift_s
    return None


def _shifts_s(one: Copy, other: Copy) -> Iterator[float]:
    """The whole-hour shifts of the other at which the two share half of the shorter."""
    half_s = OVERLAP_MIN * min(one.duration_s, other.duration_s)
    earliest_s = one.start_s - other.end_s + half_s
    latest_s = one.end_s - other.start_s - half_s
    first = max(ceil(earliest_s / HOUR_S), -MOST_HOURS)
    last = min(floor(latest_s / HOUR_S), MOST_HOURS)
    return (hours * HOUR_S for hours in range(first, last + 1) if hours)


def _same_family(one: Copy, other: Copy) -> bool:
    """Whether the sports can be two names of one run."""
    if one.sport == other.sport or "unknown" in (one.sport, other.sport):
        return True
    if not (one.named or other.named or {one.sport, other.sport} <= ON_FOOT):
        return False
    return _similar(one.duration_s, other.duration_s) and _similar(one.distance_m, other.distance_m)


def _similar(one: float | None, other: float | None) -> bool:
    if not one or not other:
        return False
    return min(one, other) / max(one, other) >= SIMILAR


def _overlap(one: Copy | _Placed, other: Copy | _Placed) -> float:
    """Shared time over the duration of the shorter, 0 to 1."""
    shared = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    shorter = min(one.end_s - one.start_s, other.end_s - other.start_s)
    # A recording of one moment lies within the other or it does not.
    return max(shared, 0.0) / shorter if shorter > 0 else float(shared >= 0)


def _common(
    one: Copy, other: Copy, shift_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The samples of both at the instants they have in common, the other moved by the shift."""
    first, second = _samples(one), _samples(other)
    begins = _first_instant(one, len(first))
    offset = round((_first_instant(other, len(second)) + shift_s - begins) / TRACE_STEP_S)
    begin = max(offset, 0)
    end = max(min(len(first), len(second) + offset), begin)
    return first[begin:end], second[begin - offset : end - offset]


def _coinciding(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Share of the instants at which both are in the same place.

    By heart rate where places are missing, or are one place; None where that says nothing either.
    """
    if len(one) == 0:
        return None
    off_m = apart_m(one[:, 0], one[:, 1], other[:, 0], other[:, 1])
    known = np.isfinite(off_m)
    if known.mean() >= TOLD_MIN:
        here = one[known]
        if apart_m(here[:1, 0], here[:1, 1], here[:, 0], here[:, 1]).max() > ROAMED_M / 2:
            return float((off_m[known] <= SAME_PLACE_M).mean())
    beats = one[:, 2]
    off_bpm = np.abs(beats - other[:, 2])
    known = np.isfinite(off_bpm)
    if known.mean() < TOLD_MIN or known.sum() < BEATS_MIN or np.ptp(beats[known]) < BEAT_RANGE_BPM:
        return None
    return float((off_bpm[known] <= SAME_HEART_RATE_BPM).mean())


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
    moving = step_m >= MOVING_MPS * TRACE_STEP_S
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


def _first_instant(copy: Copy, samples: int) -> float:
    last = np.floor(copy.end_s / TRACE_STEP_S) * TRACE_STEP_S
    return float(last - (samples - 1) * TRACE_STEP_S)


def _samples(copy: Copy) -> NDArray[np.float64]:
    trace = np.frombuffer(copy.trace(), dtype="<f4").astype(np.float64)
    return trace.reshape(-1, TRACE_COLUMNS)


def _sampled(
    instants: NDArray[np.float64], at_s: NDArray[np.float64], column: NDArray[np.float64]
) -> NDArray[np.float64]:
    known = np.isfinite(column)
    if known.sum() < 2:  # noqa: PLR2004 - nothing lies between
        return np.full(len(instants), np.nan)
    times = at_s[known]
    values = np.interp(instants, times, column[known], left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(times, instants), 1, len(times) - 1)
    return np.where(times[after] - times[after - 1] > TRACE_GAP_S, np.nan, values)
