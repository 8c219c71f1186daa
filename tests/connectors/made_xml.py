"""Tracks as different exporters write them, made by Hypothesis: GPX and TCX with their values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Style:
    """How one exporter writes a GPX point; a value that is missing leaves tags out, or empty."""

    head: str
    parts: tuple[str, ...]
    line_end: str = "\n"
    quote: str = '"'
    zone: timezone | None = UTC
    subsecond: str = ""


TPX = 'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"'
STYLES = {
    "garmin": Style(
        'creator="Garmin Connect" xmlns:ns3="http://www.garmin.com/xmlschemas/TPE/v1"',
        (
            "<ele>{ele}</ele>",
            "<time>{time}</time>",
            "<extensions><ns3:TrackPointExtension>",
            "<ns3:atemp>{atemp}</ns3:atemp>",
            "<ns3:hr>{hr}</ns3:hr>",
            "<ns3:cad>{cad}</ns3:cad>",
            "</ns3:TrackPointExtension></extensions>",
        ),
        subsecond=".000",
    ),
    "strava": Style(
        f'creator="StravaGPX" {TPX}',
        (
            "<ele>{ele}</ele>",
            "<time>{time}</time>",
            "<extensions><power>{power}</power>",
            "<gpxtpx:TrackPointExtension><gpxtpx:hr>{hr}</gpxtpx:hr>",
            "<gpxtpx:cad>{cad}</gpxtpx:cad></gpxtpx:TrackPointExtension></extensions>",
        ),
    ),
    "opentracks": Style(
        f'creator="OpenTracks" {TPX} xmlns:pwr="http://www.garmin.com/xmlschemas/PowerExtension/v1"',
        (
            "<ele>{ele}</ele>",
            "<time>{time}</time>",
            "<extensions><gpxtpx:TrackPointExtension><gpxtpx:speed>{speed}</gpxtpx:speed>",
            "<gpxtpx:hr>{hr}</gpxtpx:hr></gpxtpx:TrackPointExtension>",
            "<pwr:PowerInWatts>{power}</pwr:PowerInWatts></extensions>",
        ),
        zone=timezone(timedelta(hours=2)),
        subsecond=".125",
    ),
    "movescount": Style(
        'creator="Movescount" xmlns:gpxdata="http://www.cluetrust.com/XML/GPXDATA/1/0"',
        (
            "<time>{time}</time>",
            "<ele>{ele}</ele>",
            "<extensions><gpxdata:hr>{hr}</gpxdata:hr>",
            "<gpxdata:cadence>{cad}</gpxdata:cadence>",
            "<gpxdata:speed>{speed}</gpxdata:speed></extensions>",
        ),
        line_end="\r\n",
    ),
    "plain": Style(
        'creator="x"',
        ("<ele>{ele}</ele>", "<time>{time}</time>", "<name>P&amp;{hr}</name>"),
        line_end="",
        quote="'",
        zone=None,
        subsecond=".5",
    ),
}

Point = dict[str, Any]
KINDS = ("ele", "hr", "cad", "power", "speed", "atemp")


@st.composite
def tracks(draw: st.DrawFn) -> list[list[list[Point]]]:
    """Tracks of segments of points: runs of points of one kind, broken by others."""
    kinds = st.frozensets(st.sampled_from(KINDS)).map(lambda found: found | {"time"})
    run = st.tuples(kinds, st.integers(1, 70), st.sampled_from([0.25, 1.0, 60.0]))
    value = st.floats(-1e6, 1e6).filter(lambda found: found == 0 or abs(found) > 1e-4)
    some = draw(st.lists(value, min_size=7, max_size=7))
    made: list[list[list[Point]]] = []
    second = 0
    for segments in draw(st.lists(st.lists(st.lists(run, max_size=4), max_size=3), max_size=2)):
        made.append([])
        for runs in segments:
            made[-1].append([])
            for kind, count, factor in runs:
                for _ in range(count):
                    second += 1
                    values = {name: some[KINDS.index(name)] + factor * second
                              for name in KINDS if name in kind}  # fmt: skip
                    made[-1][-1].append({"second": second, "lat": 48.1 + second * 1e-5 * factor,
                                         "lon": -11.5 - second / 30_000, **values})  # fmt: skip
    return made


def gpx_of(made: list[list[list[Point]]], style: Style) -> bytes:
    inner = "".join(
        f"<trk><type>cycling</type>{''.join(_segment(each, style) for each in segments)}</trk>"
        for segments in made
    )
    return f'<gpx version="1.1" xmlns="http://x" {style.head}>{inner}</gpx>'.encode()


def _segment(points: list[Point], style: Style) -> str:
    return f"<trkseg>{''.join(_point(each, style) for each in points)}</trkseg>"


def _point(values: Point, style: Style) -> str:
    at = (START + timedelta(seconds=values["second"])).astimezone(style.zone or UTC)
    zone = "" if style.zone is None else at.isoformat()[19:].replace("+00:00", "Z")
    known = values | {"time": f"{at:%Y-%m-%dT%H:%M:%S}{style.subsecond}{zone}"}
    quote = style.quote
    where = f"lat={quote}{values['lat']!r}{quote} lon={quote}{values['lon']!r}{quote}"
    inside = (each for each in (_filled(part, known) for part in style.parts) if each)
    return style.line_end.join([f"<trkpt {where}>", *inside, "</trkpt>", ""])


def _filled(part: str, known: Point) -> str:
    """The part with its value; only a lone element can be left out where there is none."""
    name = part.partition("{")[2].partition("}")[0]
    if not name or name in known:
        return part.format(**known)
    return "" if part.count("<") == 2 else part.replace("{" + name + "}", "")


def tcx_of(made: list[list[list[Point]]]) -> bytes:
    """Every track an activity, every segment a lap; a missing value has no element."""
    inner = "".join(
        f'<Activity Sport="Biking"><Id>x</Id>{"".join(map(_lap, segments))}</Activity>'
        for segments in made
    )
    return (
        f"<TrainingCenterDatabase><Activities>{inner}</Activities></TrainingCenterDatabase>"
    ).encode()


def _lap(points: list[Point]) -> str:
    inner = "".join(map(_trackpoint, points))
    return f'<Lap StartTime="2026-03-01T08:00:00Z">\n<Track>\n{inner}</Track>\n</Lap>'


def _trackpoint(values: Point) -> str:
    at = START + timedelta(seconds=values["second"])
    lines = [
        "<Trackpoint>",
        f"<Time>{at:%Y-%m-%dT%H:%M:%S}.000Z</Time>",
        f"<Position><LatitudeDegrees>{values['lat']}</LatitudeDegrees>",
        f"<LongitudeDegrees>{values['lon']}</LongitudeDegrees></Position>",
    ]
    for name, part in {
        "ele": "<AltitudeMeters>{}</AltitudeMeters>",
        "atemp": "<DistanceMeters>{}</DistanceMeters>",
        "hr": "<HeartRateBpm><Value>{}</Value></HeartRateBpm>",
        "speed": '<Extensions><TPX xmlns="http://x/v2"><Speed>{}</Speed></TPX></Extensions>',
        "power": "<x:Extensions xmlns:x='u'><n:TPX xmlns:n='http://x/v2'><n:Watts>{}</n:Watts></n:TPX>"
        "</x:Extensions>",
    }.items():
        if name in values:
            lines.append(part.format(values[name]))
    return "\n  ".join([*lines, "</Trackpoint>"])
