"""One recording along its time, few enough points to be drawn, and kilometre by kilometre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline import load, motion, quality
from pipeline.onfoot import calf_km_of_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pipeline.activity import Activity
    from pipeline.athlete import Athlete

POINTS_MAX = 2_000
"""Of one line: more than any screen is wide."""
SPLITS_MAX = 120
"""A longer way is split into parts of 2, 5, 10, ... units."""
LONGER_SPLITS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
LEAST_SPLIT = 0.01
"""Of a unit: a shorter rest of the way is no line of its own."""
AN_HOUR_S = 3600.0

Line = tuple[float | None, ...]
"""A value for each point; None where nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Least, mean (weighted by time) and most of what was recorded."""

    least: float
    mean: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One part of the way; None where it was not recorded."""

    from_m: float
    to_m: float
    timer_s: float
    cadence_spm: Range | None
    heart_rate_bpm: Range | None
    altitude_m: Range | None
    calf_km: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The lines of one recording; all as long as `at_s`, those that were not recorded left out."""

    at_s: tuple[float, ...]
    """Where each point begins, seconds since the first record, pauses included."""
    step_s: float
    """How long a point lasts: its values are means over that time."""
    speed_mps: Line | None
    """Averaged over 12 s on the move; None while standing."""
    cadence_spm: Line | None
    heart_rate_bpm: Line | None
    altitude_m: Line | None
    calf_km_per_h: Line | None
    """As worn; 0 while standing."""
    splits: tuple[Split, ...]


def moments_of(
    activity: Activity, athlete: Athlete, *, force_as_worn: float, split_m: float
) -> Moments:
    """The lines of a recording, as bucket means over at most 2,000 equal stretches of time.

    A record speaks until the next one, at most 10 s and never into a pause: beyond that is a gap,
    and a stretch without any record has no value.

    Args:
        activity: sound, as `run.sound_of` gives it.
        athlete: for the cadence that calf load is reckoned with.
        force_as_worn: of the shoes that were worn (`shoes.force_as_worn`).
        split_m: length of a part of the way; a kilometre, or a mile.
    """
    records = activity.records
    lasting_s = motion.sample_s(records.at_s, activity.pauses)
    moving = motion.is_moving(records)
    speed_mps = load.smoothed_speed_mps(records.speed_mps, np.where(moving, lasting_s, 0.0))
    added = (
        calf_km_of_records(
            records,
            lasting_s,
            c0_spm=athlete.cadence_at_3_mps_spm,
            force_as_worn=force_as_worn,
        )
        if activity.sport in quality.ON_FOOT and np.isfinite(records.speed_mps).any()
        else None
    )
    span_s = max(float(np.ptp(records.at_s)), 1.0)
    step_s = max(float(np.ceil(span_s / POINTS_MAX)), 1.0)
    edges_s = np.arange(0.0, span_s + step_s, step_s)
    buckets = _Buckets(records.at_s - records.at_s[0], lasting_s, edges_s)
    cadence_spm = np.where(moving & (records.cadence_spm > 0), records.cadence_spm, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Where the speed is not known nobody can say what was added.
        known = np.where(np.isfinite(records.speed_mps), lasting_s, np.nan)
        rate = None if added is None else added / known * AN_HOUR_S
    return Moments(
        at_s=tuple(edges_s[:-1].tolist()),
        step_s=step_s,
        speed_mps=buckets.means(np.where(moving, speed_mps, np.nan), digits=3),
        cadence_spm=buckets.means(cadence_spm, digits=1),
        heart_rate_bpm=buckets.means(records.heart_rate_bpm, digits=1),
        altitude_m=buckets.means(records.altitude_m, digits=1),
        calf_km_per_h=None if rate is None else buckets.means(rate, digits=2),
        splits=tuple(
            _splits(
                activity,
                lasting_s,
                moving=moving,
                cadence_spm=cadence_spm,
                added=added,
                split_m=split_m,
            )
        ),
    )


class _Buckets:
    """Equal stretches of time, into which records that last for a while are averaged."""

    def __init__(
        self,
        at_s: NDArray[np.float64],
        lasting_s: NDArray[np.float64],
        edges_s: NDArray[np.float64],
    ) -> None:
        """Records by their start, shape (n,); the stretches by their edges, shape (m + 1,)."""
        # A record and the silence after it, one after the other: no time is counted twice.
        ends_s = np.minimum(at_s + lasting_s, np.append(at_s[1:], at_s[-1]))
        self._borders_s = np.stack([at_s, ends_s], axis=1).ravel()
        self._edges_s = edges_s

    def means(self, values: NDArray[np.float64], *, digits: int) -> Line | None:
        """The mean of each stretch over the time that was recorded; None where nothing ever was."""
        known = np.isfinite(values)
        if not known.any():
            return None
        spoken_s = np.diff(self._borders_s)[::2] * known
        covered_s = self._within(spoken_s)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = self._within(spoken_s * np.nan_to_num(values)) / covered_s
        return tuple(
            round(mean, digits) if seconds > 0 else None
            for mean, seconds in zip(means.tolist(), covered_s.tolist(), strict=True)
        )

    def _within(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much of what each record amounts to falls into each stretch; shape (m,)."""
        after = np.repeat(np.cumsum(amounts), 2)
        after[::2] -= amounts
        return np.asarray(np.diff(np.interp(self._edges_s, self._borders_s, after)))


def _splits(
    activity: Activity,
    lasting_s: NDArray[np.float64],
    *,
    moving: NDArray[np.bool_],
    cadence_spm: NDArray[np.float64],
    added: NDArray[np.float64] | None,
    split_m: float,
) -> Iterator[Split]:
    """The parts of the way, by the speed of the records."""
    records = activity.records
    stretches_m = np.where(moving, np.nan_to_num(records.speed_mps) * lasting_s, 0.0)
    way_m = np.cumsum(stretches_m)
    total_m = float(way_m[-1])
    if total_m < split_m * LEAST_SPLIT:
        return
    times = next(
        (each for each in LONGER_SPLITS if total_m / (split_m * each) <= SPLITS_MAX),
        LONGER_SPLITS[-1],
    )
    part_m = split_m * times
    number = np.floor((way_m - stretches_m) / part_m).astype(np.intp)
    for part in np.unique(number):
        chosen = number == part
        end_m = min((part + 1) * part_m, total_m)
        if end_m - part * part_m < split_m * LEAST_SPLIT:
            continue
        seconds = lasting_s[chosen]
        yield Split(
            from_m=float(part * part_m),
            to_m=float(end_m),
            timer_s=float(seconds.sum()),
            cadence_spm=_range(cadence_spm[chosen], seconds),
            heart_rate_bpm=_range(records.heart_rate_bpm[chosen], seconds),
            altitude_m=_range(records.altitude_m[chosen], seconds),
            calf_km=None if added is None else float(added[chosen].sum()),
        )


def _range(values: NDArray[np.float64], lasting_s: NDArray[np.float64]) -> Range | None:
    known = np.isfinite(values)
    mean = motion.weighted_mean(values[known], lasting_s[known])
    if mean is None:
        return None
    return Range(least=float(values[known].min()), mean=mean, most=float(values[known].max()))
