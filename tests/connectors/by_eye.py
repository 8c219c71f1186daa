"""Real files read a second time by other means: other parsers, plain arithmetic, no NumPy.

Nothing here is shared with connectors/ or pipeline/. Where the two readings differ by more than
the tolerance of the test, one of them is wrong.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from statistics import median
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import fitdecode

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SAMPLE_S = 10
MOVING_MPS = 0.5
WALKING_MPS, WALKING_SPM = 2.0, 140
STRIDES_MAX = 120


@dataclass
class Moment:
    """One record, in the file's own words."""

    at_s: float
    cadence: float | None = None
    speed_mps: float | None = None
    distance_m: float | None = None
    place: tuple[float, float] | None = None


@dataclass
class Seen:
    """One activity as this reading sees it."""

    moments: list[Moment] = field(default_factory=list)
    stops: list[tuple[float, float]] = field(default_factory=list)
    total_s: float | None = None
    total_m: float | None = None
    total_strides: float | None = None

    @property
    def duration_s(self) -> float:
        """The device's timer time, else the time between the ends without the stops."""
        if self.total_s:
            return self.total_s
        times = [each.at_s for each in self.moments]
        return max(times) - min(times) - sum(end - start for start, end in self.stops)

    @property
    def distance_m(self) -> float | None:
        """The device's distance, else the furthest record, else the way along the positions."""
        if self.total_m:
            return self.total_m
        counted = [each.distance_m for each in self.moments if each.distance_m is not None]
        if counted and max(counted) > 0:
            return max(counted)
        places = [each.place for each in self.moments if each.place]
        return sum(apart_m(*pair) for pair in pairwise(places)) if len(places) > 1 else None

    def steps_and_mean(self) -> tuple[float | None, float | None]:
        """Steps over the whole, and the mean cadence while running, in steps a minute."""
        timed = self._lasting()
        raw = [each.cadence for each, _, speed in timed if each.cadence and _is_moving(speed)]
        factor = 1 if raw and median(raw) > STRIDES_MAX else 2
        steps = turns = running_s = 0.0
        for each, lasting_s, speed in timed:
            if each.cadence is None or (each.cadence == 0 and _is_moving(speed)):
                continue
            spm = each.cadence * factor
            steps += spm * lasting_s / 60
            walks = (speed is None or speed < WALKING_MPS) and spm < WALKING_SPM
            if spm and not walks and _is_moving(speed):
                turns += spm * lasting_s
                running_s += lasting_s
        return (steps if raw else None), (turns / running_s if running_s else None)

    def _lasting(self) -> list[tuple[Moment, float, float | None]]:
        """Each record with how long it lasts and how fast the runner was."""
        ordered = sorted(self.moments, key=lambda each: each.at_s)
        timed = []
        for each, after in pairwise(ordered):
            gone_s = after.at_s - each.at_s
            stood_s = sum(
                max(min(end, after.at_s) - max(start, each.at_s), 0.0) for start, end in self.stops
            )
            speed = each.speed_mps
            if speed is None and gone_s > stood_s:
                speed = _way_m(each, after, gone_s - stood_s)
            timed.append((each, min(gone_s - stood_s, LONGEST_SAMPLE_S), speed))
        return timed


def _is_moving(speed: float | None) -> bool:
    return speed is None or speed >= MOVING_MPS


def _way_m(one: Moment, other: Moment, lasting_s: float) -> float | None:
    if one.distance_m is not None and other.distance_m is not None:
        return (other.distance_m - one.distance_m) / lasting_s
    if one.place and other.place:
        return apart_m(one.place, other.place) / lasting_s
    return None


def apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Haversine on a sphere."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, each)) for each in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.8 * asin(sqrt(half))


def see_fit(content: bytes) -> list[Seen]:
    """By fitdecode; the sessions of each file in the chain, in the order in which they began."""
    files: list[dict[str, list[dict[str, Any]]]] = [{}]
    for name, values in _frames(content):
        if name == "file_id" and "file_id" in files[-1]:
            files.append({})
        files[-1].setdefault(name, []).append(values)
    return [seen for each in files for seen in _sessions(each)]


def _frames(content: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with fitdecode.FitReader(
            io.BytesIO(content),
            check_crc=fitdecode.CrcCheck.DISABLED,
            error_handling=fitdecode.ErrorHandling.IGNORE,
        ) as frames:
            for frame in frames:
                if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                    values: dict[str, Any] = {}
                    for each in frame.fields:
                        if each.value is not None:
                            values.setdefault(each.name, each.value)
                    yield frame.name, values
    except fitdecode.FitError:
        return  # what came before is enough


def _sessions(file: dict[str, list[dict[str, Any]]]) -> Iterator[Seen]:
    moments = [_moment(each) for each in file.get("record", []) if _seconds(each) is not None]
    sessions = sorted(
        (each for each in file.get("session", []) if "start_time" in each),
        key=lambda each: _at(each["start_time"]),
    )
    starts = [_at(each["start_time"]) for each in sessions][1:]
    bounds = [float("-inf"), *starts, float("inf")]
    for number, (low, high) in enumerate(pairwise(bounds)):
        session = sessions[number] if sessions else {}
        own = [each for each in moments if low <= each.at_s < high]
        if own:
            yield Seen(
                moments=own,
                stops=list(_stops(file.get("event", []), own)),
                total_s=session.get("total_timer_time"),
                total_m=session.get("total_distance"),
                total_strides=session.get("total_strides"),
            )


def _moment(values: dict[str, Any]) -> Moment:
    cadence = values.get("cadence")
    latitude, longitude = values.get("position_lat"), values.get("position_long")
    return Moment(
        at_s=_seconds(values) or 0.0,
        cadence=None if cadence is None else cadence + values.get("fractional_cadence", 0),
        speed_mps=values.get("enhanced_speed", values.get("speed")),
        distance_m=values.get("distance"),
        place=None
        if latitude is None or longitude is None
        else (latitude * 180 / 2**31, longitude * 180 / 2**31),
    )


def _stops(events: list[dict[str, Any]], own: list[Moment]) -> Iterator[tuple[float, float]]:
    stopped = None
    first, last = own[0].at_s, own[-1].at_s
    for each in events:
        at = _seconds(each)
        if each.get("event") != "timer" or at is None or not first <= at <= last:
            continue
        if str(each.get("event_type")).startswith("stop"):
            stopped = at if stopped is None else stopped
        elif each.get("event_type") == "start" and stopped is not None:
            yield stopped, at
            stopped = None


def _seconds(values: dict[str, Any]) -> float | None:
    """Seconds since 1970; since the watch was switched on where it knew no date."""
    told = values.get("timestamp")
    return None if told is None else _at(told)


def _at(told: Any) -> float:
    return told.timestamp() if isinstance(told, datetime) else float(told)


def see_xml(content: bytes) -> list[Seen]:
    """By ElementTree: the tracks of a GPX, or the activities of a TCX, that have a time."""
    text = content.decode().strip()
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text)
    text = re.sub(r"<(/?)\w+:", r"<\1", text)
    text = re.sub(r"\s\w+:\w+=", " a=", text)
    root = ET.fromstring(text)  # noqa: S314 - known files
    found = [_gpx(each) for each in root.iter("trk")] + [
        _tcx(each) for each in root.iter("Activity")
    ]
    return [each for each in found if each.moments]


def _gpx(track: ET.Element) -> Seen:
    seen = Seen()
    for segment in track.iter("trkseg"):
        points = [each for each in segment.iter("trkpt") if each.findtext("time")]
        moments = [
            Moment(
                at_s=_utc_s(each.findtext("time") or ""),
                cadence=_number(each.findtext(".//cad")),
                speed_mps=_number(each.findtext(".//speed")),
                place=(float(each.attrib["lat"]), float(each.attrib["lon"])),
            )
            for each in points
        ]
        if moments and seen.moments:
            seen.stops.append((seen.moments[-1].at_s, moments[0].at_s))
        seen.moments += moments
    return seen


def _tcx(activity: ET.Element) -> Seen:
    laps = activity.findall("Lap")
    seen = Seen(
        total_s=sum(float(each.findtext("TotalTimeSeconds", "0")) for each in laps),
        total_m=sum(float(each.findtext("DistanceMeters", "0")) for each in laps),
    )
    for point in activity.iter("Trackpoint"):
        latitude = _number(point.findtext(".//LatitudeDegrees"))
        longitude = _number(point.findtext(".//LongitudeDegrees"))
        cadence = point.findtext(".//RunCadence") or point.findtext("Cadence")
        moment = Moment(
            at_s=_utc_s(point.findtext("Time") or ""),
            cadence=_number(cadence),
            speed_mps=_number(point.findtext(".//Speed")),
            distance_m=_number(point.findtext("DistanceMeters")),
            place=None if latitude is None or longitude is None else (latitude, longitude),
        )
        if not seen.moments or moment.at_s > seen.moments[-1].at_s:
            seen.moments.append(moment)
    return seen


def _utc_s(text: str) -> float:
    told = datetime.fromisoformat(text.strip())
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def _number(text: str | None) -> float | None:
    return float(text) if text else None
