"""The same run recorded twice counts once: near copies are found by where the runner was when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.activity import Finding
from pipeline.motion import apart_m

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from pipeline.activity import Records

TRACE_STEP_S = 10.0
TRACE_GAP_S = 30.0
"""Between records further apart than this, where the runner was is not known."""
TRACE_COLUMNS = 3

ON_FOOT = {"walking", "hiking", "running"}
SIMILAR = 0.8
"""A phone calls a run a walk often enough: then distance and duration must agree within this."""

TRACE_MAX_S = 7 * 86_400.0
"""Longer than a week is a clock, not a run: no trace is kept."""

OVERLAP_MIN = 0.5
"""Two recordings of one runner that share half of the shorter one are one run: nobody is twice."""

SHIFTS_H = tuple(hour for hour in range(-14, 15) if hour)
REACH_S = 14 * 3600.0
SHIFTED_SAME_MIN = 0.95
"""At whole-hour shifts this share of the samples must coincide: equal commutes are two runs."""
SHIFTED_OVERLAP_MIN = 0.8
SAME_PLACE_M = 30.0
SAME_HEART_RATE_BPM = 2.0
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

    @property
    def duration_s(self) -> float:
        """From the first record to the last."""
        return self.end_s - self.start_s

    @property
    def richness(self) -> tuple[bool, bool, bool, bool, int]:
        """The higher, the more it can tell; ties go to the smaller id."""
        return (
            self.kept,
            not self.salvaged,
            self.has_cadence,
            self.has_heart_rate,
            self.records,
        )


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


def near_copies(activities: Iterable[Copy]) -> dict[str, str]:
    """Which activities are copies of which: id → id of the one that counts.

    The richest of each group counts. Activities that overlap nothing, at any whole-hour shift,
    are never in the answer.
    """
    ordered = sorted(activities, key=lambda each: each.start_s)
    reach_s = max((each.duration_s for each in ordered), default=0.0) + REACH_S
    by_richness = sorted(ordered, key=lambda each: each.id)
    by_richness.sort(key=lambda each: each.richness, reverse=True)
    starts = np.array([each.start_s for each in ordered])
    copy_of: dict[str, str] = {}
    for chosen in by_richness:
        if chosen.id in copy_of:
            continue
        low = int(np.searchsorted(starts, chosen.start_s - reach_s))
        high = int(np.searchsorted(starts, chosen.end_s + reach_s, side="right"))
        for other in ordered[low:high]:
            if other.id != chosen.id and other.id not in copy_of and _is_copy(chosen, other):
                copy_of[other.id] = chosen.id
    return copy_of


def short_copies(activities: Sequence[Copy], copy_of: dict[str, str]) -> dict[str, Finding]:
    """A finding for each counted activity that lasts less than half of a copy of it."""
    by_id = {each.id: each for each in activities}
    return {
        chosen: Finding(
            "short_copy_counted", 1, "A longer recording of this run exists but tells less."
        )
        for other, chosen in copy_of.items()
        if by_id[chosen].duration_s < by_id[other].duration_s / 2
    }


def _is_copy(one: Copy, other: Copy) -> bool:
    apart_s = max(one.start_s, other.start_s) - min(one.end_s, other.end_s)
    if apart_s > REACH_S or not _same_family(one, other):
        return False
    if _overlap(one, other) >= OVERLAP_MIN:
        return True
    return any(_is_shifted_copy(one, other, hour) for hour in SHIFTS_H)


def _same_family(one: Copy, other: Copy) -> bool:
    if one.sport == other.sport or "unknown" in (one.sport, other.sport):
        return True
    return {one.sport, other.sport} <= ON_FOOT and (
        _similar(one.duration_s, other.duration_s) and _similar(one.distance_m, other.distance_m)
    )


def _similar(one: float | None, other: float | None) -> bool:
    if not one or not other:
        return False
    return min(one, other) / max(one, other) >= SIMILAR


def _overlap(one: Copy, other: Copy, shift_s: float = 0.0) -> float:
    """Shared time over the duration of the shorter, 0 to 1, with the other moved by the shift."""
    shared = min(one.end_s, other.end_s + shift_s) - max(one.start_s, other.start_s + shift_s)
    shorter = min(one.duration_s, other.duration_s)
    # A recording of one moment lies within the other or it does not.
    return max(shared, 0.0) / shorter if shorter > 0 else float(shared >= 0)


def _is_shifted_copy(one: Copy, other: Copy, hours: int) -> bool:
    shift_s = hours * 3600.0
    if _overlap(one, other, shift_s) < SHIFTED_OVERLAP_MIN:
        return False
    first, second = _samples(one), _samples(other)
    begins = _first_instant(one, len(first))
    offset = round((_first_instant(other, len(second)) + shift_s - begins) / TRACE_STEP_S)
    begin, end = max(offset, 0), min(len(first), len(second) + offset)
    if end <= begin:
        return False
    share = _coinciding(first[begin:end], second[begin - offset : end - offset])
    return share is not None and share >= SHIFTED_SAME_MIN


def _coinciding(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Share of the instants at which both are in the same place.

    By heart rate where places are missing, or are one place; None where that is missing too.
    """
    off_m = apart_m(one[:, 0], one[:, 1], other[:, 0], other[:, 1])
    known = np.isfinite(off_m)
    if known.mean() >= TOLD_MIN:
        here = one[known]
        if apart_m(here[:1, 0], here[:1, 1], here[:, 0], here[:, 1]).max() > ROAMED_M / 2:
            return float((off_m[known] <= SAME_PLACE_M).mean())
    beats = np.abs(one[:, 2] - other[:, 2])
    known = np.isfinite(beats)
    return float((beats[known] <= SAME_HEART_RATE_BPM).mean()) if known.mean() >= TOLD_MIN else None


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
