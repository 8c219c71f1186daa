"""Read GPX: every <trk> is an activity, its segments are parted by pauses.

Expat collects the columns in one pass; gpxpy, which most people would reach for, is the oracle of
the tests and the reader of last resort: it understands times that we do not (`2026-3-1T8:05:00Z`).
It does not go first, because it refuses a whole file for one point without coordinates, drops every
extension where `version` says 1.0, finds nothing where the default namespace is Garmin's, reads
UTF-8 only, and holds a tree of the whole file (LIBRARIES.md 3, PITFALLS.md 10). Four detours around
it would be more code than reading the file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.reading import LONGEST_DEVICE, Track, content_of, number
from connectors.xml_guard import MOST_NAMESPACES, root_name, walk
from pipeline.activity import Finding
from pipeline.cadence import from_unknown_unit

if TYPE_CHECKING:
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
}
"""Local name in lower case → column, whatever the namespace.

`distance` is not here: OpenTracks writes the metres since the last point, Movescount the metres
since the start, and nothing tells one from the other.
"""


def identify(head: bytes) -> bool:
    """Whether these are the first bytes of a GPX file."""
    return root_name(head) == "gpx"


def read(content: bytes) -> Content:
    """Read every track of a GPX file.

    Positions in degrees, elevation in metres, speed in m/s, cadence decided by plausibility. Of a
    file cut in the middle every complete point is kept.

    Raises:
        UnreadableFileError: `not_an_activity` where no track has a time, `hostile` by
            `xml_guard.walk`, `truncated` or `damaged` where nothing could be saved.
    """
    visitor = _Tracks()
    damage = walk(content, visitor)
    activities = visitor.activities
    if not activities and not damage and visitor.has_strange_times:
        again = _Tracks()
        if walk(_tidied(content), again) is None:
            activities = again.activities
    return content_of(activities, damage)


def _tidied(content: bytes) -> bytes:
    """The same file as gpxpy would write it; as it is where gpxpy does not understand it either.

    Called for whole files only: `walk` has then refused what would crash gpxpy, except for words
    on which its search for namespaces takes for ever (CHANNELS.md, fault 7).
    """
    if content.count(b"xmlns") > MOST_NAMESPACES:
        return content
    import gpxpy  # noqa: PLC0415 - only the rare file needs it

    try:
        return gpxpy.parse(content).to_xml().encode()
    except Exception:  # noqa: BLE001 - its own errors, and UnicodeDecodeError, ValueError, KeyError
        return content


class _Tracks:
    """Gathers tracks while `walk` goes through the file."""

    def __init__(self) -> None:
        self._creator: str | None = None
        self._tracks: list[Track] = []
        self._time: str | None = None
        self._values: dict[str, float] = {}
        self._in_point = False
        self.has_strange_times = False
        """Whether some point has a time that was not understood."""

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

    def start(self, path: list[str], attributes: dict[str, str]) -> None:
        name = path[-1]
        if name == "trkpt" and self._tracks:
            self._in_point = True
            self._time = None
            self._values = _position(attributes)
        elif name == "trkseg" and self._tracks:
            self._tracks[-1].begin_stretch()
        elif name == "trk":
            self._tracks.append(Track())
        elif name == "gpx":
            self._creator = attributes.get("creator", "").strip()[:LONGEST_DEVICE] or None

    def end(self, path: list[str], text: str) -> None:
        name = path[-1]
        if name == "trkpt" and self._in_point:
            self._in_point = False
            track, before = self._tracks[-1], self._tracks[-1].without_time
            track.add(self._time, self._values)
            self.has_strange_times |= self._time is not None and track.without_time > before
        elif self._in_point:
            self._end_in_point(name, text)
        elif name == "type" and path[-2:-1] == ["trk"]:
            self._tracks[-1].sport_name = text

    def _end_in_point(self, name: str, text: str) -> None:
        if name == "time":
            self._time = self._time or text
        elif column := COLUMN_OF.get(name.lower()):
            # Several values for one thing occur; the first that is a number counts.
            value = self._tracks[-1].value(text)
            if value is not None:
                self._values.setdefault(column, value)


def _position(attributes: dict[str, str]) -> dict[str, float]:
    columns = {"lat": "latitude_deg", "lon": "longitude_deg"}
    return {columns[key]: number(text) for key, text in attributes.items() if key in columns}


def _with_untimed(activities: list[Activity], points: int) -> tuple[Activity, ...]:
    """Say of the first activity that whole tracks beside it had no times."""
    if not activities or not points:
        return tuple(activities)
    first, *others = activities
    beside = Finding("track_without_times", points, "A track without any time was left out.")
    return (replace(first, findings=(*first.findings, beside)), *others)
