"""Read GPX: every <trk> is an activity, its segments are parted by pauses.

`xml_columns` collects the columns in one pass; gpxpy, which most people would reach for, is the
oracle of the tests, and `reading.moment` asks it for times that no standard has.
It does not read the file, because it refuses a whole file for one point without coordinates, drops
every extension where `version` says 1.0, finds nothing where the default namespace is Garmin's,
reads UTF-8 only, and holds a tree of the whole file (LIBRARIES.md 3, PITFALLS.md 10). Four detours
around it would be more code than reading the file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from connectors.limits import USUAL
from connectors.reading import LONGEST_DEVICE, TIME, Track, content_of, refuse_too_many
from connectors.xml_columns import walk
from connectors.xml_guard import root_name
from pipeline.cadence import from_unknown_unit
from pipeline.findings import found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.limits import FormatLimits
    from connectors.reading import Content
    from pipeline.activity import Activity

FORMAT = "gpx"

COLUMN_OF = {
    "ele": "altitude_m",
    "speed": "speed_mps",  # GPX 1.0, Garmin's TrackPointExtension v2, Cluetrust
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "heart_rate": "heart_rate_bpm",
    "cad": "cadence_per_min",
    "cadence": "cadence_per_min",
    "power": "power_w",  # Strava
    "watts": "power_w",
    "powerinwatts": "power_w",  # Garmin's PowerExtension v1
    "groundcontacttime": "ground_contact_time_ms",  # apps that export Apple's workouts
    "stancetime": "ground_contact_time_ms",  # the same by FIT's name, in FIT's unit
    "verticaloscillationmm": "vertical_oscillation_mm",
}
"""Local name in lower case → column, whatever the namespace.

No schema of Garmin's has running dynamics (TrackPointExtension v1 and v2, ActivityExtension v2),
and each exporter that adds them does it its own way. Here are the names whose unit is known.
`VerticalOscillation` is not: it is in centimetres here and in millimetres there. Nor is
`StrideLength`, of one step or of two, nor a balance, of either foot.

`distance` is not here: OpenTracks writes the metres since the last point, Movescount the metres
since the start, and nothing tells one from the other.
"""


def identify(head: bytes) -> bool:
    """Whether these are the first bytes of a GPX file."""
    return root_name(head) == "gpx"


def read(content: bytes, limits: FormatLimits = USUAL) -> Content:
    """Read every track of a GPX file.

    Positions in degrees, elevation in metres, speed in m/s, cadence decided by plausibility. Of a
    file cut in the middle every complete point is kept.

    Raises:
        UnreadableFileError: `not_an_activity` where no track has a time, `hostile` by
            `xml_columns.walk`, `truncated` or `damaged` where nothing could be saved.
    """
    visitor = _Tracks(limits)
    damage = walk(content, visitor, limits=limits)
    return content_of(visitor.activities, damage)


class _Tracks:
    """Gathers tracks while `walk` goes through the file."""

    point = "trkpt"
    around = frozenset({"gpx", "trk", "trkseg", "type"})
    attributes: ClassVar[Mapping[str, str]] = {"lat": "latitude_deg", "lon": "longitude_deg"}

    def __init__(self, limits: FormatLimits) -> None:
        self._limits = limits
        self._creator: str | None = None
        self._tracks: list[Track] = []

    @property
    def activities(self) -> tuple[Activity, ...]:
        found: list[Activity] = []
        untimed = 0
        for track in self._tracks:
            activity = track.activity(self._creator, from_unknown_unit)
            if activity:
                found.append(activity)
            else:
                untimed += track.without_time
        return _with_untimed(found, untimed)

    @property
    def track(self) -> Track | None:
        return self._tracks[-1] if self._tracks else None

    def column_of(self, _: str, name: str) -> str | None:
        return TIME if name == "time" else COLUMN_OF.get(name.lower())

    def start(self, path: list[str], attributes: dict[str, str]) -> None:
        name = path[-1]
        if name == "trkseg" and self._tracks:
            self._tracks[-1].begin_stretch()
        elif name == "trk":
            self._tracks.append(Track())
            refuse_too_many(len(self._tracks), self._limits)
        elif name == "gpx":
            self._creator = attributes.get("creator", "").strip()[:LONGEST_DEVICE] or None

    def end(self, path: list[str], text: str) -> None:
        if path[-2:] == ["trk", "type"] and self._tracks:
            self._tracks[-1].sport_name = text


def _with_untimed(activities: list[Activity], points: int) -> tuple[Activity, ...]:
    """Say of the first activity that whole tracks beside it had no times."""
    if not activities or not points:
        return tuple(activities)
    first, *others = activities
    beside = found("track_without_times", points)
    return (replace(first, findings=(*first.findings, beside)), *others)
