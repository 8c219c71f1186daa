"""The same run recorded twice counts once: near copies are found by where the runner was when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import ceil, floor, inf
from typing import TYPE_CHECKING

from pipeline.row import RUNNING
from pipeline.trace import (
    PLACES_ALONE_S,
    STEP_S,
    TOGETHER_MIN,
    TOGETHER_SAMPLES_MIN,
    agreement,
    is_one_run_hours_apart,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

ON_FOOT = {"walking", "hiking", "running"}
SIMILAR = 0.8
"""A phone calls a run a walk often enough: then distance and duration must agree within this.

Of several recordings, one that holds less than this of the longest is only a part.
"""
NEARLY_ALL = 0.9
"""Where less than this of a run counts, that is said; a broken file that holds less is a part."""
MOST = 2 / 3
"""Without the rest of a broken file as much as this of a run must count."""

OVERLAP_MIN = 0.5
"""Two recordings of one runner that share half of the shorter one are one run: nobody is twice."""

HOUR_S, MOST_HOURS = 3600.0, 14
TOGETHER_MIN_S = TOGETHER_SAMPLES_MIN * STEP_S
FORMATS = ("gpx", "tcx", "fit")
"""Of two that tell as much, the format that can tell more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One stored activity, as far as the search for copies looks at it."""

    id: str
    sport: str
    start_s: float
    end_s: float
    distance_m: float | None
    salvaged: bool
    tells: int
    """How many kinds of value it tells: places, cadence, heart rate, the device's totals, ..."""
    format: str
    records: int
    trace: Callable[[], bytes]
    """Where the runner was, as `trace_of` wrote it; asked for where overlap says too little."""
    kept: bool = False
    """The runner said: prefer this one."""
    dropped: bool = False
    """The runner said: this is not to count, and with it no other recording of the run."""
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


def near_copies(activities: Iterable[Copy]) -> Found:
    """Which activities are copies of which, and which of those that count are short.

    Recordings of one run hang together: by overlap, or by coinciding whole hours apart. On their
    common clock the one that tells most of those that last nearly as long as the longest counts,
    and what overlaps it by half is a copy of it. Which file came first does not matter. Activities
    that overlap nothing, at any whole-hour shift, are never in the answer.
    """
    ordered = sorted(activities, key=lambda each: (each.start_s, each.id))
    copy_of: dict[str, str] = {}
    short: set[str] = set()
    for group in _groups(ordered, _matches(ordered)):
        settled = _settle(group)
        copy_of |= settled.copy_of
        if _is_short(settled.chosen, group):
            short.update(each.copy.id for each in settled.chosen)
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
                share = agreement(ordered[pair[0]], ordered[pair[1]])
                return share is not None and share < TOGETHER_MIN
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


@dataclass(frozen=True, slots=True)
class _Settled:
    """Which recordings of one run count, and which are copies."""

    chosen: list[_Placed]
    copy_of: dict[str, str]


def _settle(group: Sequence[_Placed]) -> _Settled:
    """What counts of one run: as a rule a whole recording; parts where no whole is as good."""
    clock_s = _shared_clock_s(group)
    longest = max(group, key=lambda each: each.copy.duration_s).copy
    wholes, parts = (
        _by_richness(group, longest, clock_s, prefers_wholes=prefers) for prefers in (True, False)
    )
    return parts if _are_better(parts.chosen, wholes.chosen, clock_s) else wholes


def _shared_clock_s(group: Sequence[_Placed]) -> float | None:
    """By how much recordings are moved whose clock more share than any other; None in a tie."""
    clocks = Counter(each.moved_s for each in group).most_common(2)
    if len(clocks) > 1 and clocks[0][1] == clocks[1][1]:
        return None
    return clocks[0][0]


def _by_richness(
    group: Sequence[_Placed], longest: Copy, clock_s: float | None, *, prefers_wholes: bool
) -> _Settled:
    """The richest counts, then the next that is no copy of what counts already, and so on."""

    def richness(each: _Placed) -> tuple[bool | int | float, ...]:
        """The higher, the more it can tell."""
        copy, is_whole = each.copy, not _is_part(each.copy, longest)
        return (
            copy.kept and (is_whole or not copy.dropped),
            not copy.dropped,
            copy.named and copy.sport != RUNNING,  # what was no run is none in any recording
            is_whole or not prefers_wholes,
            copy.sport == RUNNING,
            each.moved_s == clock_s,
            copy.tells,
            not copy.salvaged,
            FORMATS.index(copy.format) if copy.format in FORMATS else -1,
            copy.records,
            copy.duration_s,
            -copy.start_s,
        )

    chosen: list[_Placed] = []
    copy_of: dict[str, str] = {}
    by_id = sorted(group, key=lambda each: each.copy.id)
    for each in sorted(by_id, key=richness, reverse=True):
        stands_for_it = _copied(each, chosen)
        if stands_for_it is None:
            chosen.append(each)
        else:
            copy_of[each.copy.id] = stands_for_it.copy.id
    return _Settled(chosen, copy_of)


def _copied(each: _Placed, chosen: Sequence[_Placed]) -> _Placed | None:
    """The recording that counts in the place of this one.

    The one with which it shares half of the shorter; or less than half, where little of the run
    goes with it. Of a broken file that may be a third: a broken file is a rest, while a whole one
    holds something of its own.
    """
    richer = next((one for one in chosen if _overlap(one, each) >= OVERLAP_MIN), None)
    if richer is not None or not chosen:
        return richer
    nearest = max(chosen, key=lambda one: _shared_s(one, each))
    if _shared_s(nearest, each) < TOGETHER_MIN_S:
        return None
    least = MOST if each.copy.salvaged else NEARLY_ALL
    return nearest if _covered_s(chosen) >= least * _covered_s([*chosen, each]) else None


def _are_better(parts: Sequence[_Placed], wholes: Sequence[_Placed], clock_s: float | None) -> bool:
    """Whether parts hold and tell more of a run than the whole, or hold it on the right clock.

    A run in two parts is two runs in the table, and neither as long: for more values alone it is
    not taken apart.
    """
    if any(each.copy.kept for each in wholes):
        return False
    parts_s, wholes_s = _covered_s(parts), _covered_s(wholes)
    mends_clock = any(each.moved_s != clock_s for each in wholes)
    mends_clock = mends_clock and all(each.moved_s == clock_s for each in parts)
    if mends_clock and parts_s >= NEARLY_ALL * wholes_s:
        return True
    told = min(each.copy.tells for each in parts), max(each.copy.tells for each in wholes)
    return wholes_s < NEARLY_ALL * parts_s and told[0] > told[1]


def _is_part(one: Copy, longest: Copy) -> bool:
    """Whether it holds clearly less than another: in time, and in distance where both tell it."""
    least = NEARLY_ALL if one.salvaged else SIMILAR
    if one.duration_s >= least * longest.duration_s:
        return False
    if one.distance_m is None or longest.distance_m is None:
        return True
    return one.distance_m < least * longest.distance_m


def _is_short(chosen: Sequence[_Placed], group: Sequence[_Placed]) -> bool:
    """Whether what counts holds less of the run than its recordings do together."""
    if any(each.copy.dropped for each in chosen):
        return False
    run_s = _covered_s(group)
    if _covered_s(chosen) >= NEARLY_ALL * run_s:
        return False
    if max(each.copy.duration_s for each in group) < NEARLY_ALL * run_s:
        return True  # nobody recorded all of it, so no distance is that of the run
    counted = [each.copy.distance_m for each in chosen]
    furthest = max(each.copy.distance_m or 0.0 for each in group)
    return None in counted or sum(far or 0.0 for far in counted) < NEARLY_ALL * furthest


def _covered_s(placed: Iterable[_Placed]) -> float:
    """How long at least one of them ran."""
    covered, until = 0.0, -inf
    for each in sorted(placed, key=lambda each: each.start_s):
        covered += max(each.end_s - max(each.start_s, until), 0.0)
        until = max(until, each.end_s)
    return covered


def _shift_s(one: Copy, other: Copy) -> float | None:
    """By how much to move the other for both to be one run; None where they are two."""
    if not _same_family(one, other):
        return None
    if _overlap(one, other) >= OVERLAP_MIN or _are_together(one, other):
        return 0.0
    is_broken = one.salvaged or other.salvaged
    is_broken = is_broken and max(one.duration_s, other.duration_s) >= PLACES_ALONE_S
    for shift_s in _shifts_s(one, other):
        if is_one_run_hours_apart(one, other, shift_s, is_broken=is_broken):
            return shift_s
    return None


def _are_together(one: Copy, other: Copy) -> bool:
    """Whether both were in the same place while they overlap, be it briefly."""
    if _shared_s(one, other) < TOGETHER_MIN_S:
        return False
    share = agreement(one, other)
    return share is not None and share >= TOGETHER_MIN


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


def _shared_s(one: Copy | _Placed, other: Copy | _Placed) -> float:
    """How long both ran; negative where they do not overlap."""
    return min(one.end_s, other.end_s) - max(one.start_s, other.start_s)


def _overlap(one: Copy | _Placed, other: Copy | _Placed) -> float:
    """Shared time over the duration of the shorter, 0 to 1."""
    shared_s = _shared_s(one, other)
    shorter_s = min(one.end_s - one.start_s, other.end_s - other.start_s)
    # A recording of one moment lies within the other or it does not.
    return max(shared_s, 0.0) / shorter_s if shorter_s > 0 else float(shared_s >= 0)
