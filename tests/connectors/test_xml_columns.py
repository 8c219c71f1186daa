"""XML into columns: reading by form gives what reading by elements gives, and gpxpy agrees."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.parsers.expat import ExpatError, ParserCreate

import gpxpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import gpx, tcx, xml_columns
from connectors.errors import UnreadableFileError
from connectors.xml_forms import Form
from tests.connectors.made_xml import STYLES, gpx_of, tcx_of, tracks

if TYPE_CHECKING:
    from connectors.formats import Reader
    from pipeline.activity import Activity, Records

COLUMN_OF = {
    "hr": "heart_rate_bpm",
    "power": "power_w",
    "PowerInWatts": "power_w",
    "speed": "speed_mps",
}


@settings(max_examples=25, deadline=None)
@given(made=tracks(), style=st.sampled_from(sorted(STYLES)))
def test_every_value_of_a_gpx_file_is_gpxpys(made, style):
    content = gpx_of(made, STYLES[style])
    expected = [rows for each in gpxpy.parse(content).tracks if (rows := seen_by_gpxpy(each))]
    assert [as_rows(each.records) for each in activities(gpx, content)] == expected


@settings(max_examples=25, deadline=None)
@given(made=tracks())
def test_every_value_of_a_tcx_file_is_elementtrees(made):
    content = tcx_of(made)
    root = ET.fromstring(content)  # noqa: S314 - our own file
    expected = [rows for each in root.iter("Activity") if (rows := seen_by_elementtree(each))]
    assert [as_rows(each.records) for each in activities(tcx, content)] == expected


def activities(reader: Reader, content: bytes) -> tuple[Activity, ...]:
    """What is read; nothing where no point has a time."""
    if b"ime>2026" not in content:
        with pytest.raises(UnreadableFileError, match="not_an_activity"):
            reader.read(content)
        return ()
    return reader.read(content).activities


def as_rows(records: Records) -> list[dict[str, float]]:
    columns = {name: getattr(records, name).tolist() for name in records.__slots__}
    return [
        {name: values[at] for name, values in columns.items() if not np.isnan(values[at])}
        for at in range(len(records))
    ]


def seen_by_gpxpy(track) -> list[dict[str, float]]:
    rows = []
    for segment in track.segments:
        for each in segment.points:
            at = each.time if each.time.tzinfo else each.time.replace(tzinfo=UTC)
            row = {"at_s": at.timestamp(), "altitude_m": each.elevation}
            row |= {"latitude_deg": each.latitude, "longitude_deg": each.longitude}
            for extension in each.extensions:
                for element in extension.iter():
                    column = COLUMN_OF.get(element.tag.rpartition("}")[2])
                    if column and element.text:
                        row[column] = float(element.text)
            rows.append({name: value for name, value in row.items() if value is not None})
    return rows


TCX_COLUMNS = {
    "LatitudeDegrees": "latitude_deg",
    "LongitudeDegrees": "longitude_deg",
    "AltitudeMeters": "altitude_m",
    "DistanceMeters": "distance_m",
    "Value": "heart_rate_bpm",
    "{http://x/v2}Speed": "speed_mps",
    "{http://x/v2}Watts": "power_w",
}


def seen_by_elementtree(activity: ET.Element) -> list[dict[str, float]]:
    rows = []
    for point in activity.iter("Trackpoint"):
        at = datetime.fromisoformat(point.findtext("Time", ""))
        values = {TCX_COLUMNS[each.tag]: float(each.text or "") for each in point.iter()
                  if each.tag in TCX_COLUMNS}  # fmt: skip
        rows.append({"at_s": at.timestamp(), **values})
    return rows


HEAD, TAIL = "<gpx><trk><type>cycling</type><trkseg>\n", "</trkseg></trk></gpx>"
KIND = (
    '<trkpt lat="48.5" lon="11.5"><ele>{}</ele><time>2026-03-01T08:{:02}:{:02}Z</time>'
    "<name>{}</name></trkpt>\n"
)


def point(second: int, *, ele: object = None, name: str = "P") -> str:
    return KIND.format(second if ele is None else ele, second // 60, second % 60, name)


def usual(begin: int, end: int) -> str:
    return "".join(point(each, name=f"P {each}") for each in range(begin, end))


@pytest.fixture
def by_form(monkeypatch) -> list[int]:
    """How many bytes each run of points read by its form had."""
    taken: list[int] = []
    take = Form.take

    def counted(self, content, at, track):
        after = take(self, content, at, track)
        taken.append(after - at)
        return after

    monkeypatch.setattr(Form, "take", counted)
    return taken


def test_thousands_of_points_are_read_by_the_form_of_the_first(by_form):
    content = (HEAD + usual(0, 3000) + TAIL).encode()
    (activity,) = gpx.read(content).activities
    assert activity.records.altitude_m.tolist() == list(range(3000))
    assert sum(by_form) > 0.99 * len(content)


ODD = {
    "another element": (point(60).replace("<name>", "<sat>7</sat><name>"), 60),
    "a number that is none": (point(60, ele="--"), None),
    "not a number": (point(60, ele="nan"), None),
    "too large a number": (point(60, ele="1e10"), None),
    "blanks around": (point(60, ele=" 60\n"), 60),
    "an underscore": (point(60, ele="6_0"), 60),
    "a reference": (point(60, ele="6&#48;"), 60),
    "a comment": (point(60, ele="<!-- 5 -->60"), 60),
    "a section": (point(60, ele="<![CDATA[60]]>"), 60),
    "two of them": (point(60, ele="</ele><ele>60</ele><ele>61"), 60),
    "letters": (point(60, name="Müllerstraße &amp; &lt;"), 60),
    "other quotes": (point(60).replace('"', "'"), 60),
    "a misleading attribute": (point(60).replace(' lat="', ' about="\n lat=\'5\'" lat="'), 60),
    "an angle in an attribute": (point(60).replace("<name>", '<name about=">">'), 60),
    "an end in a comment": ("<!-- </trkpt> -->" + point(60), 60),
    "an end in a section": ("<![CDATA[</trkpt>]]>" + point(60), 60),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("often", [1, 200])
def test_what_differs_from_the_form_is_read_by_its_elements(odd, often):
    written, altitude = ODD[odd]
    inner = usual(0, 60) + written * often + usual(61, 120)
    (activity,) = gpx.read((HEAD + inner + TAIL).encode()).activities
    records = activity.records
    expected = [*range(60), *[np.nan if altitude is None else altitude] * often, *range(61, 120)]
    np.testing.assert_array_equal(records.altitude_m, expected)
    assert records.latitude_deg.tolist() == [48.5] * len(expected)


def test_nonsense_is_counted_whichever_way_it_is_read():
    wrong = "".join(point(each, ele="1e5e5") for each in range(100))
    nowhere = "".join(point(each).replace('"48.5"', '"98.5"') for each in range(100))
    never = "".join(point(each).replace("-03-01", "-02-30") for each in range(100))
    (activity,) = gpx.read(
        (HEAD + usual(0, 100) + wrong + nowhere + never + TAIL).encode()
    ).activities
    assert {each.code: each.count for each in activity.findings} == {
        "no_number": 100,
        "position_impossible": 100,
        "no_time": 100,
    }


def test_one_date_that_is_none_among_thousands_ends_no_process():
    """NumPy 2.4 does end it: of over 500 times, as bytes, it lets no error out."""
    never = point(700).replace("-03-01", "-02-30")
    content = (HEAD + usual(0, 700) + never + usual(701, 1400) + TAIL).encode()
    (activity,) = gpx.read(content).activities
    assert len(activity.records) == 1399
    assert {each.code: each.count for each in activity.findings} == {"no_time": 1}


@pytest.mark.parametrize(
    ("written", "at_s"),
    [
        ("2026-03-01T08:00:00.1234567Z", 1772352000.123456),
        ("2300-01-01T00:00:00.123457Z", 10413792000.123457),
        ("1850-01-01T00:00:00+01:00", -3786829200.0),
        ("2026-03-01T02:30:00.5-0530", 1772352000.5),
    ],
)
def test_rare_times_are_datetimes_whichever_way_they_are_read(written, at_s):
    one = f'<trkpt lat="1" lon="2"><time>{written}</time></trkpt>'
    (activity,) = gpx.read((HEAD + one * 100 + TAIL).encode()).activities
    assert activity.records.at_s.tolist() == [at_s] * 100


def test_every_point_has_its_own_zone_or_none():
    zones = ["08:00:00Z", "09:00:00+01:00", "08:00:00"]
    times = [f"<time>2026-03-01T{each}</time>" for each in zones] + [""]
    inner = "".join(f'<trkpt lat="1" lon="2">{each}</trkpt>' for each in times * 200)
    (activity,) = gpx.read((HEAD + inner + TAIL).encode()).activities
    assert activity.records.at_s.tolist() == [1772352000.0] * 600
    assert activity.utc_offset_s == 3600
    assert {each.code: each.count for each in activity.findings} == {"no_time": 200, "no_zone": 200}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_damage_after_points_read_by_form_is_found_in_its_line(line_end):
    inner = usual(0, 200) + "</gpx>"
    content = gpx.read((HEAD + inner).replace("\n", line_end).encode())
    assert content.salvaged == "damaged"
    assert content.says == "The file is damaged at line 202."
    assert len(content.activities[0].records) == 200


def test_lines_of_points_read_by_form_are_counted_as_expat_counts():
    """Each ends in its own way; blanks before the file are lines too."""
    ends = ["\n", "\r", "\r\n", "\r\r\n", "\n\r"]
    inner = "".join(point(each).replace("\n", ends[each % 5]) for each in range(200)) + "</gpx>"
    wrong = (HEAD + inner).encode()
    with pytest.raises(ExpatError) as error:
        ParserCreate().Parse(wrong, True)  # noqa: FBT003 - expat takes no keywords
    before = b"\r\n\n \xef\xbb\xbf\r"
    for begin, lines in ((b"", 0), (before, 3)):
        says = f"The file is damaged at line {error.value.lineno + lines}."
        assert gpx.read(begin + wrong).says == says


def test_a_form_is_not_used_where_its_elements_would_be_too_deep():
    bare = '<trkpt lat="1" lon="2"></trkpt>'
    content = HEAD + usual(0, 60) + "<a>" * 60 + bare
    assert gpx.read(content.encode()).salvaged == "truncated"
    with pytest.raises(UnreadableFileError, match="hostile"):
        gpx.read((content + usual(60, 120)).encode())


def test_forms_of_no_use_are_forgotten(monkeypatch):
    monkeypatch.setattr(xml_columns, "MOST_MISSES", 4)
    monkeypatch.setattr(xml_columns, "POINTS_PER_FORM", 2)
    inner = "".join(point(each).replace("<name>", f"<a b='{each}'/><name>") for each in range(300))
    (activity,) = gpx.read((HEAD + inner + usual(300, 600) + TAIL).encode()).activities
    assert activity.records.altitude_m.tolist() == list(range(600))


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file():
    content = (HEAD + usual(0, 3600) * 12 + TAIL).encode()
    tracemalloc.start()
    gpx.read(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(content)  # a tree takes ten times as much
