"""Read TCX: every <Activity> with its laps, its tracks and the device's own totals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isnan
from typing import TYPE_CHECKING, ClassVar

from connectors.limits import USUAL
from connectors.reading import (
    LONGEST_DEVICE,
    RAW_CADENCE,
    RAW_RUN_CADENCE,
    TIME,
    Track,
    content_of,
    in_utc,
    moment,
    number,
    refuse_too_many,
)
from connectors.xml_columns import walk
from connectors.xml_guard import root_name
from pipeline.activity import Lap, Totals
from pipeline.cadence import from_strides
from pipeline.motion import SAMPLE_MAX_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.limits import FormatLimits
    from connectors.reading import Content
    from pipeline.activity import Activity

FORMAT = "tcx"

POINT_COLUMN_OF = {
    ("Trackpoint", "Time"): TIME,
    ("Position", "LatitudeDegrees"): "latitude_deg",
    ("Position", "LongitudeDegrees"): "longitude_deg",
    ("Trackpoint", "AltitudeMeters"): "altitude_m",
    ("Trackpoint", "DistanceMeters"): "distance_m",
    ("HeartRateBpm", "Value"): "heart_rate_bpm",
    ("TPX", "Speed"): "speed_mps",
    ("TPX", "Watts"): "power_w",
    ("TPX", "GroundContactTime"): "ground_contact_time_ms",  # not Garmin's: see COLUMN_OF of GPX
    ("TPX", "RunCadence"): RAW_RUN_CADENCE,
    ("Trackpoint", "Cadence"): RAW_CADENCE,
}
"""(Parent, element) → column; TPX is Garmin's ActivityExtension v2."""


@dataclass(slots=True)
class _Lap:
    """A lap as it is read; None where the file does not say."""

    start: str | None
    timer_s: float | None = None
    distance_m: float | None = None


@dataclass(slots=True)
class _Recording:
    """One <Activity> as it is read."""

    track: Track = field(default_factory=Track)
    laps: list[_Lap] = field(default_factory=list)
    device: str | None = None


def identify(head: bytes) -> bool:
    """Whether these are the first bytes of a TCX file."""
    return root_name(head) == "TrainingCenterDatabase"


def read(content: bytes, limits: FormatLimits = USUAL) -> Content:
    """Read every activity of a TCX file.

    Positions in degrees, altitude and distance in metres, speed in m/s; cadence counts strides.
    Of a file cut in the middle every complete point is kept.

    Raises:
        UnreadableFileError: `not_an_activity` for courses, workouts and activities without a
            point in time, `hostile` by `xml_columns.walk`, `truncated` or `damaged` where nothing
            could be saved.
    """
    visitor = _Recordings(limits)
    damage = walk(content, visitor, limits=limits)
    return content_of(visitor.activities, damage)


class _Recordings:
    """Gathers activities while `walk` goes through the file."""

    point = "Trackpoint"
    around = frozenset({"Activity", "Lap", "Track", "TotalTimeSeconds", "DistanceMeters", "Name"})
    attributes: ClassVar[Mapping[str, str]] = {}

    def __init__(self, limits: FormatLimits) -> None:
        self._limits = limits
        self._recordings: list[_Recording] = []
        self._open: _Recording | None = None  # None outside of activities: courses have laps too
        self._lap_is_new = False

    @property
    def activities(self) -> tuple[Activity, ...]:
        found = (_activity(each) for each in self._recordings)
        return tuple(each for each in found if each)

    @property
    def track(self) -> Track | None:
        return self._open.track if self._open else None

    def column_of(self, parent: str, name: str) -> str | None:
        return POINT_COLUMN_OF.get((parent, name))

    def start(self, path: list[str], attributes: dict[str, str]) -> None:
        name = path[-1]
        if name == "Activity":
            self._open = _Recording()
            self._open.track.sport_name = attributes.get("Sport")
            self._recordings.append(self._open)
            refuse_too_many(len(self._recordings), self._limits)
        elif self._open is None:
            return
        elif name == "Lap":
            self._open.laps.append(_Lap(attributes.get("StartTime")))
            self._lap_is_new = True
        elif name == "Track":
            # Within a lap a new track means the timer stood still. A new lap alone means nothing,
            # so there only a gap too long for one sample is a pause.
            self._open.track.begin_stretch(SAMPLE_MAX_S if self._lap_is_new else 0.0)
            self._lap_is_new = False

    def end(self, path: list[str], text: str) -> None:
        if self._open is None:
            return
        name, parent = path[-1], path[-2] if len(path) > 1 else ""
        if name == "Activity":
            self._open = None
        elif parent == "Lap" and self._open.laps:
            self._end_in_lap(self._open.laps[-1], name, text)
        elif (parent, name) == ("Creator", "Name"):
            self._open.device = text.strip()[:LONGEST_DEVICE] or None

    def _end_in_lap(self, lap: _Lap, name: str, text: str) -> None:
        value = number(text)
        if isnan(value):
            return
        if name == "TotalTimeSeconds":
            lap.timer_s = value
        elif name == "DistanceMeters":
            lap.distance_m = value


def _activity(recording: _Recording) -> Activity | None:
    activity = recording.track.activity(recording.device, from_strides)
    if activity is None:
        return None
    laps = recording.laps
    totals = Totals(
        timer_s=_sum([each.timer_s for each in laps]),
        distance_m=_sum([each.distance_m for each in laps]),
    )
    return replace(activity, laps=_laps(laps), totals=totals)


def _laps(laps: list[_Lap]) -> tuple[Lap, ...]:
    """Laps whose start is readable; without one a lap cannot be placed."""
    started = ((moment(each.start), each) for each in laps)
    return tuple(
        Lap(start_at=in_utc(start), timer_s=each.timer_s, distance_m=each.distance_m)
        for start, each in started
        if start
    )


def _sum(values: list[float | None]) -> float | None:
    """The sum, None where a part is missing: half a total is none."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None
