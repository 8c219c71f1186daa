"""What watch and phone make of a true run: the files they write, with the errors they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from flows.fit_writer import fit_bytes
from flows.simulate.course import METRES_PER_DEGREE
from flows.simulate.noise import between, wander
from flows.simulate.truth import TrueRun
from pipeline.activity import Records, Totals

Counting = Literal["strides", "steps"]
"""What an app writes as cadence into GPX, which does not say."""

# Each recorder draws from a stream of its own, so that one's noise does not depend on another's.
_WATCH, _PHONE, _HOLES = 1, 2, 3

_HOLE_S = (30, 180)

_SENSOR_SEARCH_S = 8
"""The heart rate strap is found this long after the start."""

_GPX_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Simulated phone" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">
<metadata><time>{time}</time></metadata>
<trk><name>{name}</name><type>running</type>
"""
_GPX_TAIL = "</trk>\n</gpx>\n"


Stretch = tuple[float, float]
"""From so many seconds after the first record up to so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a recorder gets wrong, and what it does not tell."""

    position_sd_m: float
    """North and east each; errors last, they are not new each second."""
    position_lasting_s: float = 60.0
    altitude_sd_m: float
    altitude_lasting_s: float
    distance_scale_sd: float | None = None
    """None: as a good watch, 0.4 % with GPS, 2 % on a treadmill."""
    counts_distance: bool = True
    """And speed; else there are only positions."""
    counts_climb: bool = True
    unplaced: tuple[Stretch, ...] = ()
    """Without satellites: records without positions."""
    unrecorded: tuple[Stretch, ...] = ()
    """Without records, though the timer ran."""


WATCH = Device(position_sd_m=2.0, altitude_sd_m=0.4, altitude_lasting_s=120.0)
PHONE = Device(position_sd_m=3.0, altitude_sd_m=4.0, altitude_lasting_s=60.0)


def holes(run: TrueRun, count: int = 2) -> tuple[Stretch, ...]:
    """Stretches of 30 to 180 s in which a recorder may fail, each in its own part of the run."""
    random = np.random.default_rng([run.seed, _HOLES])
    part_s = run.truth.elapsed_s / count
    found = []
    for number in range(count):
        lasting_s = min(int(random.integers(*_HOLE_S, endpoint=True)), part_s / 2)
        first_s = number * part_s + between(random, 0.1, 0.9) * (part_s - lasting_s)
        found.append((first_s, first_s + lasting_s))
    return tuple(found)


def watch_fit(run: TrueRun, device: Device = WATCH) -> bytes:
    """The FIT file of a good watch with a heart rate strap, or of one that is told how bad it is.

    Its distance is off by one scale for the whole run (0.4 % with GPS, 2 % on a treadmill), its
    cadence is rounded to whole steps, its positions wander by 2 m, its altitude by 0.4 m.
    """
    random = np.random.default_rng([run.seed, _WATCH])
    true = run.activity
    indoors = true.sub_sport == "treadmill"
    scale_sd = device.distance_scale_sd
    if scale_sd is None:
        scale_sd = 0.02 if indoors else 0.004
    scale = 1 + scale_sd * float(random.standard_normal())
    records = _watched(random, true.records, scale, device)
    climb_scale = 1 + 0.05 * float(random.standard_normal())
    totals = true.totals
    metres = scale if device.counts_distance else None
    climb = climb_scale if device.counts_climb else None
    return fit_bytes(
        replace(
            true,
            records=_left_out(records, device),
            totals=Totals(
                elapsed_s=totals.elapsed_s,
                timer_s=totals.timer_s,
                distance_m=_scaled(totals.distance_m, metres),
                ascent_m=_scaled(totals.ascent_m, climb),
                descent_m=_scaled(totals.descent_m, climb),
                steps=float(records.cadence_spm[:-1].sum() / 60),
            ),
            laps=tuple(
                replace(lap, distance_m=_scaled(lap.distance_m, metres)) for lap in true.laps
            ),
            device="Simulated watch",
        )
    )


def phone_gpx(
    run: TrueRun,
    device: Device = PHONE,
    *,
    started_late_s: int = 0,
    cadence: Counting | None = None,
    heart_rate: bool = False,
) -> bytes:
    """The GPX 1.1 file of a phone in a pocket: positions off by 3 m, heights by 4 m.

    Args:
        run: with positions.
        device: how bad it is; a point that has no position is not written.
        started_late_s: how long after the start the phone was told to record.
        cadence: written in Garmin's TrackPointExtension, in the unit of the app; None: not at all.
        heart_rate: whether the phone heard a strap.

    Raises:
        ValueError: a run without positions.
    """
    if run.activity.sub_sport == "treadmill":
        raise ValueError("a phone records positions, and a treadmill has none")
    random = np.random.default_rng([run.seed, _PHONE])
    records = _scattered(random, run.activity.records, device)
    heights = records.altitude_m + _wrong_height(random, len(records), device)
    times = _gpx_times(records)
    columns: list[list[float] | list[str]] = [
        records.latitude_deg.tolist(),
        records.longitude_deg.tolist(),
        heights.tolist(),
        times,
    ]
    if heart_rate:
        columns.append(records.heart_rate_bpm.tolist())
    if cadence is not None:
        per_count = 2 if cadence == "strides" else 1
        columns.append((records.cadence_spm / per_count).tolist())
    template = _point_template(heart_rate=heart_rate, cadence=cadence is not None)
    points = [template % values for values in zip(*columns, strict=True)]
    for lost in np.flatnonzero(_within(records, (*device.unplaced, *device.unrecorded))):
        points[lost] = ""
    segments = list(_segments(run, started_late_s))
    head = _GPX_HEAD.format(time=times[segments[0].start], name=run.kind)
    body = "".join(f"<trkseg>\n{''.join(points[each])}</trkseg>\n" for each in segments)
    return (head + body + _GPX_TAIL).encode()


def truncated(content: bytes, fraction: float) -> bytes:
    """What is left of a file when the battery or the cable gave up: its first part."""
    return content[: int(len(content) * fraction)]


def _watched(random: np.random.Generator, true: Records, scale: float, device: Device) -> Records:
    jitter = wander(random, len(true), sd=0.03, time_constant_s=5)
    altitude = true.altitude_m + _wrong_height(random, len(true), device)
    heart_rate = np.round(true.heart_rate_bpm)
    heart_rate[:_SENSOR_SEARCH_S] = np.nan
    return _scattered(random, true, device).replace(
        distance_m=true.distance_m * scale,
        speed_mps=np.where(true.speed_mps > 0, true.speed_mps * scale + jitter, 0.0),
        cadence_spm=np.round(true.cadence_spm),
        altitude_m=altitude,
        heart_rate_bpm=heart_rate,
    )


def _wrong_height(random: np.random.Generator, count: int, device: Device) -> NDArray[np.float64]:
    """By how much altitude is off, in metres; shape (count,)."""
    return wander(random, count, sd=device.altitude_sd_m, time_constant_s=device.altitude_lasting_s)


def _scattered(random: np.random.Generator, records: Records, device: Device) -> Records:
    """Positions as satellites give them: errors that last for a minute, not new each second."""
    shrink = np.round(np.cos(np.radians(records.latitude_deg[0])), 9)
    sd_m, lasting_s = device.position_sd_m, device.position_lasting_s
    north, east = (
        wander(random, len(records), sd=sd_m, time_constant_s=lasting_s) for _ in range(2)
    )
    return records.replace(
        latitude_deg=records.latitude_deg + north / METRES_PER_DEGREE,
        longitude_deg=records.longitude_deg + east / (METRES_PER_DEGREE * shrink),
    )


def _left_out(records: Records, device: Device) -> Records:
    """What is left of a watch's records."""
    if not device.counts_distance:
        untold = np.full(len(records), np.nan)
        records = records.replace(distance_m=untold, speed_mps=untold)
    lost = _within(records, device.unplaced)
    records = records.replace(
        latitude_deg=np.where(lost, np.nan, records.latitude_deg),
        longitude_deg=np.where(lost, np.nan, records.longitude_deg),
    )
    return records.select(~_within(records, device.unrecorded))


def _within(records: Records, stretches: tuple[Stretch, ...]) -> NDArray[np.bool_]:
    """Which records fall into one of the stretches."""
    since_s = records.at_s - records.at_s[0]
    inside = np.zeros(len(records), np.bool_)
    for first_s, last_s in stretches:
        inside |= (since_s >= first_s) & (since_s < last_s)
    return inside


def _scaled(value: float | None, scale: float | None) -> float | None:
    return None if value is None or scale is None else value * scale


def _gpx_times(records: Records) -> list[str]:
    seconds = records.at_s.astype(np.int64).astype("datetime64[s]")
    times: list[str] = np.datetime_as_string(seconds, timezone="UTC").tolist()
    return times


def _point_template(*, heart_rate: bool, cadence: bool) -> str:
    inside = "<gpxtpx:hr>%.0f</gpxtpx:hr>" * heart_rate + "<gpxtpx:cad>%.0f</gpxtpx:cad>" * cadence
    extension = (
        "<extensions><gpxtpx:TrackPointExtension>"
        f"{inside}</gpxtpx:TrackPointExtension></extensions>"
    )
    return (
        '<trkpt lat="%.7f" lon="%.7f"><ele>%.1f</ele><time>%s</time>'
        f"{extension if inside else ''}</trkpt>\n"
    )


def _segments(run: TrueRun, started_late_s: int) -> Iterator[slice]:
    """From the phone's start to the finish, a new segment after every pause."""
    at_s = run.activity.records.at_s
    first = int(np.searchsorted(at_s, at_s[0] + started_late_s))
    for pause in run.activity.pauses:
        last = int(np.searchsorted(at_s, pause.start_s, side="right"))
        if last > first:
            yield slice(first, last)
            first = last
    yield slice(first, len(at_s))
