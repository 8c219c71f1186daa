"""Puts one true run together: the plan of its kind, the course, the body, the pauses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from flows.simulate.body import Runner, cadence_spm, heart_rate_bpm, running_dynamics
from flows.simulate.course import Course, Place, choose_course, place_in
from flows.simulate.motion import Motion, move
from flows.simulate.truth import Kind, TrueRun, Truth
from pipeline.activity import Activity, Lap, Pause, Records, Totals

_LAP_M = 1000.0
_PAUSE_S = (40, 150)


def simulate_run(
    kind: Kind,
    *,
    start_at: datetime,
    minutes: float,
    seed: int,
    place: Place | None = None,
    runner: Runner | None = None,
) -> TrueRun:
    """One run of a kind, at 1 Hz.

    Args:
        kind: what sort of run; `treadmill` has neither positions nor altitude, `paused` two
            pauses of 40 to 150 s.
        start_at: aware, on a whole second.
        minutes: time on the timer; pauses come on top.
        seed: not negative; the same seed and arguments give the same run.
        place: the middle of the loop, and the time zone; Zürich without it.
        runner: whose body; a recreational runner's without it.
    """
    place = place or place_in("Europe/Zurich")
    runner = runner or Runner()
    random = np.random.default_rng(seed)
    course = None if kind == "treadmill" else choose_course(random, place, hilly=kind == "hilly")
    seconds = round(minutes * 60)
    motion = move(random, kind, seconds, easy_mps=runner.easy_mps, course=course)
    cadence = cadence_spm(random, runner, motion)
    pauses_s = _pauses_s(random, seconds) if kind == "paused" else {}
    at_s = _times_s(start_at, seconds, pauses_s)
    lasting = {
        "speed_mps": motion.speed_mps,
        "cadence_spm": cadence,
        "heart_rate_bpm": heart_rate_bpm(random, runner, motion),
        **running_dynamics(random, motion, cadence),
    }
    records = Records.from_columns(
        {
            "at_s": at_s,
            "distance_m": np.round(motion.distance_m, 3),
            **_on_the_course(course, motion.distance_m),
            # The finish ends the last second: it has that second's values.
            **{name: np.append(values, values[-1]) for name, values in lasting.items()},
        }
    )
    truth = _sum_up(records, motion)
    activity = Activity(
        sport="running",
        sub_sport="treadmill" if course is None else "generic",
        start_at=start_at.astimezone(UTC),
        records=records,
        totals=_totals(truth, indoors=course is None),
        laps=_laps(records),
        pauses=tuple(
            Pause(float(at_s[second]), float(at_s[second]) + lasted)
            for second, lasted in pauses_s.items()
        ),
        utc_offset_s=_utc_offset_s(start_at, place),
    )
    return TrueRun(kind=kind, timezone=place.timezone, seed=seed, activity=activity, truth=truth)


def _pauses_s(random: np.random.Generator, seconds: int) -> dict[int, int]:
    """After which second of the timer it stands still, and for how long."""
    return {
        seconds * third // 3: int(random.integers(*_PAUSE_S, endpoint=True)) for third in (1, 2)
    }


def _times_s(start_at: datetime, seconds: int, pauses_s: dict[int, int]) -> NDArray[np.float64]:
    """When each second of the timer begins, and when the last one ends; since 1970 UTC."""
    at_s = start_at.timestamp() + np.arange(seconds + 1, dtype=np.float64)
    for second, lasted in pauses_s.items():
        at_s[second + 1 :] += lasted
    return at_s


def _on_the_course(
    course: Course | None, distance_m: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    if course is None:
        return {}
    latitude, longitude = course.position_deg(distance_m)
    return {
        "latitude_deg": np.round(latitude, 8),
        "longitude_deg": np.round(longitude, 8),
        "altitude_m": np.round(course.altitude_m(distance_m), 3),
    }


def _sum_up(records: Records, motion: Motion) -> Truth:
    cadence = records.cadence_spm[:-1]
    running = cadence[motion.running]
    climbs = np.diff(records.altitude_m)
    return Truth(
        steps=float(cadence.sum() / 60),
        distance_m=float(records.distance_m[-1]),
        timer_s=float(len(cadence)),
        elapsed_s=float(records.at_s[-1] - records.at_s[0]),
        moving_s=float((~motion.standing).sum()),
        cadence_mean_spm=float(running.mean()),
        cadence_median_spm=float(np.median(running)),
        ascent_m=float(climbs[climbs > 0].sum()),
        descent_m=float(np.abs(climbs[climbs < 0]).sum()),
    )


def _totals(truth: Truth, *, indoors: bool) -> Totals:
    return Totals(
        elapsed_s=truth.elapsed_s,
        timer_s=truth.timer_s,
        distance_m=truth.distance_m,
        ascent_m=None if indoors else truth.ascent_m,
        descent_m=None if indoors else truth.descent_m,
        steps=truth.steps,
    )


def _laps(records: Records) -> tuple[Lap, ...]:
    """A lap for every kilometre, as watches do by themselves, and one for the rest."""
    distance = records.distance_m
    kilometres = np.searchsorted(distance, np.arange(_LAP_M, distance[-1], _LAP_M))
    bounds = [0, *kilometres.tolist(), len(records) - 1]
    return tuple(
        Lap(
            start_at=datetime.fromtimestamp(records.at_s[first], UTC),
            elapsed_s=float(records.at_s[last] - records.at_s[first]),
            timer_s=float(last - first),
            distance_m=float(distance[last] - distance[first]),
        )
        for first, last in pairwise(bounds)
        if last > first
    )


def _utc_offset_s(start_at: datetime, place: Place) -> int:
    offset = start_at.astimezone(ZoneInfo(place.timezone)).utcoffset() or timedelta()
    return int(offset.total_seconds())
