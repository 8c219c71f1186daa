"""GPX: what is read, what is saved, what is refused, and that gpxpy agrees."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import gpxpy
import numpy as np
import pytest

from connectors import gpx, tcx
from connectors.errors import UnreadableFileError
from pipeline.activity import Pause
from tests.connectors.real_files import HERE, NOT_RUN, WATCH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from connectors.reading import Content

HEAD = '<?xml version="1.0"?><gpx version="1.1" creator="Test" xmlns="http://x/GPX/1/1">'
START_S = datetime(2026, 3, 1, 8, tzinfo=UTC).timestamp()


def point(second: int, *, inside: str = "", where: str = 'lat="48.1" lon="11.5"') -> str:
    clock = f"2026-03-01T08:{second // 60:02}:{second % 60:02}Z"
    return f"<trkpt {where}><ele>500</ele><time>{clock}</time>{inside}</trkpt>"


def track(*segments: str, sport: str = "running") -> str:
    inner = "".join(f"<trkseg>{segment}</trkseg>" for segment in segments)
    return f"<trk><type>{sport}</type>{inner}</trk>"


def document(*tracks: str, head: str = HEAD) -> bytes:
    return (head + "".join(tracks) + "</gpx>").encode()


def codes(content: Content) -> dict[str, int]:
    return {each.code: each.count for each in content.activities[0].findings}


def run_with_cadence(per_min: float, *, sport: str = "running") -> bytes:
    """One minute at 3 m/s, one point a second."""
    inside = f"<extensions><cad>{per_min}</cad><speed>3</speed></extensions>"
    return document(track("".join(point(each, inside=inside) for each in range(60)), sport=sport))


def test_one_track_is_one_activity_and_a_gap_between_segments_is_a_pause():
    content = gpx.read(document(track(point(0) + point(5), point(65) + point(70))))
    (activity,) = content.activities
    assert content.salvaged is None
    assert (activity.sport, activity.sub_sport, activity.device) == ("running", None, "Test")
    assert activity.start_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert list(activity.records.at_s - START_S) == [0, 5, 65, 70]
    assert list(activity.records.altitude_m) == [500] * 4
    assert activity.pauses == (Pause(START_S + 5, START_S + 65),)
    assert activity.utc_offset_s is None


def test_every_track_is_an_activity_of_its_own():
    content = gpx.read(document(track(point(0)), track(point(60), sport="hiking")))
    assert [each.sport for each in content.activities] == ["running", "hiking"]


def test_the_type_of_a_link_is_not_the_sport():
    link = "<link href='x'><type>text/html</type></link>"
    (activity,) = gpx.read(document(f"<trk>{link}<trkseg>{point(0)}</trkseg></trk>")).activities
    assert activity.sport == "unknown"


@pytest.mark.parametrize(
    "extension",
    [
        "<gpxtpx:TrackPointExtension><gpxtpx:hr>150</gpxtpx:hr></gpxtpx:TrackPointExtension>",
        "<ns3:TrackPointExtension><ns3:hr>150.0</ns3:hr></ns3:TrackPointExtension>",
        "<gpxdata:hr>150</gpxdata:hr>",
        "<heartrate>150</heartrate>",
        '<TrackPointExtension xmlns="http://www.garmin.com/v2"><hr>150</hr></TrackPointExtension>',
        "<a><hr>??</hr></a><b><hr>150</hr></b><c><hr>99</hr></c>",
        "<hr>nan</hr><hr>1e999</hr><heart_rate> 150 </heart_rate>",
    ],
)
def test_an_extension_counts_by_its_name_whatever_its_namespace(extension):
    inside = f"<extensions>{extension}</extensions>"
    (activity,) = gpx.read(document(track(point(0, inside=inside)))).activities
    assert list(activity.records.heart_rate_bpm) == [150]


def test_values_that_are_no_numbers_are_counted_and_cost_nothing_else():
    inside = "<extensions><hr>NaN</hr><cad>1e300</cad><power>a lot</power></extensions>"
    content = gpx.read(document(track(point(0, inside=inside) + point(1, inside="<speed/>"))))
    assert len(content.activities[0].records) == 2
    assert codes(content) == {"no_number": 3}


def test_speed_and_power_are_read_from_1_0_and_from_strava():
    inside = "<speed>2.5</speed><extensions><power>240</power></extensions>"
    head = '<gpx version="1.0">'
    (activity,) = gpx.read(document(track(point(0, inside=inside)), head=head)).activities
    assert (activity.records.speed_mps[0], activity.records.power_w[0]) == (2.5, 240)


def test_the_default_namespace_may_be_garmins():
    head = '<g:gpx xmlns:g="http://x/GPX/1/1" xmlns="http://x/TrackPointExtension/v1">'
    inner = track(point(0)).replace("</", "</g:").replace("<t", "<g:t").replace("<e", "<g:e")
    content = gpx.read((head + inner + "</g:gpx>").encode())
    assert len(content.activities[0].records) == 1


@pytest.mark.parametrize(
    ("per_min", "sport", "rule", "cadence_spm"),
    [
        (84, "running", "strides_doubled", 168),
        (168, "running", "steps_as_is", 168),
        (84, "", "strides_doubled", 168),
        (114, "running", "none", None),
        (84, "cycling", "none", None),
    ],
)
def test_the_unit_of_cadence_is_decided_for_runs_alone(per_min, sport, rule, cadence_spm):
    (activity,) = gpx.read(run_with_cadence(per_min, sport=sport)).activities
    assert activity.cadence_rule == rule
    assert np.nanmax(np.append(activity.records.cadence_spm, -1)) == (cadence_spm or -1)


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("feet", [1, 2])
def test_a_run_with_long_walks_tells_the_unit_by_its_running(feet, shuffled):
    paces = [(3.0, 165) if second % 100 < 40 else (1.3, 102) for second in range(600)]
    told = [f"<cad>{spm * feet / 2}</cad><speed>{mps}</speed>" for mps, spm in paces]
    points = [
        point(second, inside=f"<extensions>{each}</extensions>") for second, each in enumerate(told)
    ]
    if shuffled:
        points = points[300:] + points[:300]
    (activity,) = gpx.read(document(track("".join(points)))).activities
    assert activity.cadence_rule == {1: "strides_doubled", 2: "steps_as_is"}[feet]
    in_order = np.argsort(activity.records.at_s)
    assert activity.records.cadence_spm[in_order].tolist() == [spm for _, spm in paces]


def test_points_out_of_order_are_left_as_they_are():
    inside = "<extensions><cad>84</cad></extensions>"
    seconds = [40, 0, 20, 60, 50, 10, 30]
    content = gpx.read(document(track("".join(point(each, inside=inside) for each in seconds))))
    assert list(content.activities[0].records.at_s - START_S) == seconds


def test_a_point_without_a_time_is_left_out_and_counted():
    content = gpx.read(document(track(point(0) + "<trkpt lat='1' lon='2'/>" + point(1))))
    assert len(content.activities[0].records) == 2
    assert codes(content) == {"no_time": 1}


def test_a_track_without_times_beside_a_timed_one_is_said():
    untimed = track("<trkpt lat='1' lon='2'/><trkpt lat='1' lon='2'><time>soon</time></trkpt>")
    content = gpx.read(document(untimed, track(point(0))))
    assert len(content.activities) == 1
    assert codes(content) == {"track_without_times": 2}


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("", 0),
        ('lat="nan" lon="1"', 1),
        ('lat="1" lon="inf"', 1),
        ('lat="91" lon="1"', 1),
        ('lat="1" lon="-180.1"', 1),
        ('lat="1"', 1),
        ('lat="north" lon="east"', 1),
    ],
)
def test_a_point_without_a_true_place_keeps_its_time(where, count):
    content = gpx.read(document(track(point(0, where=where) + point(1))))
    records = content.activities[0].records
    assert list(np.isnan(records.latitude_deg)) == [True, False]
    assert list(np.isnan(records.longitude_deg)) == [True, False]
    assert codes(content).get("position_impossible", 0) == count


@pytest.mark.parametrize(
    ("written", "offset_s", "found"),
    [
        ("2026-03-01T08:00:00Z", None, {}),
        ("2026-03-01T08:00:00+00:00", None, {}),
        ("2026-03-01T09:00:00.000+01:00", 3600, {}),
        ("2026-03-01T02:30:00-0530", -19800, {}),
        ("2026-03-01T08:00:00", None, {"no_zone": 1}),
        ("2026-03-01 08:00:00", None, {"no_zone": 1}),
    ],
)
def test_a_time_says_its_zone_or_is_taken_as_utc(written, offset_s, found):
    one = f"<trkpt lat='1' lon='2'><time>{written}</time></trkpt>"
    content = gpx.read(document(track(one)))
    (activity,) = content.activities
    assert activity.start_at.timestamp() == START_S
    assert activity.utc_offset_s == offset_s
    assert codes(content) == found


@pytest.mark.parametrize(
    "written",
    ["", "2026-03-01", "2026-13-01T08:00:00Z", "yesterday", "0001-01-01T00:00:00+14:00"],
)
def test_what_is_no_time_makes_no_activity(written):
    one = f"<trkpt lat='1' lon='2'><time>{written}</time></trkpt>"
    with pytest.raises(UnreadableFileError, match="not_an_activity"):
        gpx.read(document(track(one)))


@pytest.mark.parametrize(
    "inner",
    ["", track(), track(""), "<wpt lat='1' lon='2'/>", "<rte><rtept lat='1' lon='2'/></rte>"],
)
def test_a_file_without_points_in_time_is_no_activity(inner):
    with pytest.raises(UnreadableFileError, match="not_an_activity"):
        gpx.read(document(inner))


def with_times(moments: Iterable[str]) -> bytes:
    where = '<trkpt lat="48.1" lon="11.5"><time>{}</time></trkpt>'
    return document(track("".join(where.format(each) for each in moments)))


def seen_by_gpxpy(content: bytes) -> list[float]:
    """Seconds since 1970 of the first segment's points; a time without a zone is in UTC."""
    points = gpxpy.parse(content).tracks[0].segments[0].points
    times = [each.time for each in points if each.time]
    return [(at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() for at in times]


@pytest.mark.parametrize("reader_takes", ["trkpt", "Trackpoint"])
def test_of_times_without_padding_every_one_is_read_as_gpxpy_reads_it(reader_takes):
    """Where the digits happen to be two the points are read by their form, others are not."""
    start = datetime(2026, 11, 22, 10, tzinfo=UTC)
    every = [start + timedelta(seconds=each) for each in range(1800)]
    moments = [f"{at:%Y}-{at.month}-{at.day}T{at.hour}:{at.minute}:{at.second}Z" for at in every]
    content = with_times(moments)
    seen = seen_by_gpxpy(content)
    if reader_takes == "trkpt":
        (activity,) = gpx.read(content).activities
    else:
        points = "".join(f"<Trackpoint><Time>{each}</Time></Trackpoint>" for each in moments)
        inner = f"<Activity><Lap><Track>{points}</Track></Lap></Activity>"
        (activity,) = tcx.read(
            f"<TrainingCenterDatabase>{inner}</TrainingCenterDatabase>".encode()
        ).activities
    assert activity.records.at_s.tolist() == seen == [each.timestamp() for each in every]
    assert activity.findings == ()


@pytest.mark.parametrize(
    ("written", "at_s", "offset_s"),
    [
        ("2026-3-1T8:0:0Z", START_S, None),
        ("2026-3-1 8:0:0", START_S, None),
        ("2026-3-1T9:0:0.25+01:00", START_S + 0.25, 3600),
        ("2026-03-01T02:30:00\N{MINUS SIGN}05:30", START_S, -19800),
        ("2026-3-1T8:0:0.12345678Z", START_S + 0.123456, None),
    ],
)
def test_a_time_only_gpxpy_understands_is_gpxpys(written, at_s, offset_s):
    usual = [f"2026-03-01T08:00:{each:02}Z" for each in range(40)]
    content = with_times([*usual, written])
    (activity,) = gpx.read(content).activities
    assert len(activity.records) == 41
    assert activity.utc_offset_s == offset_s
    assert activity.records.at_s[-1] == at_s
    assert seen_by_gpxpy(content)[-1] == at_s


@pytest.mark.parametrize(
    "written",
    ["2026-3-0T8:0:0Z", "2026-3-1T25:0:0Z", "2026-3-1T8:0:0+99:99", "2026-3-1T8Z", "x" * 99],
)
def test_a_time_nobody_understands_costs_its_point_alone(written):
    content = gpx.read(with_times(["2026-3-1T8:0:0Z", written, "2026-3-1T8:0:2Z"]))
    assert list(content.activities[0].records.at_s - START_S) == [0, 2]
    assert codes(content) == {"no_time": 1}


def test_other_encodings_are_read_and_wrong_declarations_forgiven():
    text = '<?xml version="1.0" encoding="{}"?><gpx><metadata><name>Müllerstraße</name></metadata>'
    inner = track(point(0)) + "</gpx>"
    for declared, used in [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("ISO-8859-1", "iso-8859-1"),
        ("windows-1252", "cp1252"),
        ("GB2312", "iso-8859-1"),
        ("UTF-8", "iso-8859-1"),
        ("UTF-16", "utf-8"),
        ("klingon", "utf-8"),
    ]:
        content = (text.format(declared) + inner).encode(used)
        assert gpx.identify(content[:1024]), (declared, used)
        assert len(gpx.read(content).activities[0].records) == 1, (declared, used)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (HEAD.encode(), True),
        (b"  \n<?xml version='1.0'?><!-- <kml> --><ns:gpx", True),
        (b"\xef\xbb\xbf<gpx>", True),
        (b"<!DOCTYPE gpx [<!ENTITY a 'b'>]>", True),
        (b"<gpx creator='" + b"long " * 300, True),
        (b"<TrainingCenterDatabase><gpx>", False),
        (b"<kml><gpx>", False),
        (b"gpx", False),
        (b"", False),
        (b"<", False),
        (b"\0" * 1024, False),
        (b"<?a?>" * 204 + b"<", False),
    ],
)
def test_identify_looks_at_the_root_element(head, expected):
    assert gpx.identify(head) is expected


@pytest.mark.parametrize("salvage", ["truncated", "damaged"])
def test_of_a_cut_or_damaged_file_every_complete_point_is_kept(salvage):
    whole = document(track("".join(point(each) for each in range(30))))
    middle = whole.index(b"08:00:20")
    content = gpx.read(whole[:middle] + (b"" if salvage == "truncated" else b"<</&\0" * 9))
    assert content.salvaged == salvage
    assert content.says
    assert list(content.activities[0].records.at_s - START_S) == list(range(20))


def test_a_file_cut_anywhere_is_saved_or_refused():
    whole = document(track("".join(point(each) for each in range(3))))
    outcomes = [outcome(whole[:end]) for end in range(len(whole))]
    assert {reason for reason, _ in outcomes} == {"truncated"}
    kept = [count for _, count in outcomes]
    assert kept == sorted(kept)
    assert set(kept) == {0, 1, 2, 3}


def outcome(content: bytes) -> tuple[str | None, int]:
    """Why the file is not complete (None if it is), and how many records came out of it."""
    try:
        read = gpx.read(content)
    except UnreadableFileError as refusal:
        return refusal.reason, 0
    return read.salvaged, sum(len(each.records) for each in read.activities)


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{10 * (f"&l{n};")}">' for n in range(9))

DECLARED = [f'xmlns:a{n}="u{n}"' for n in range(50_000)]

ATTACKS = {
    "nesting": "<gpx>" + "<trk>" * 200_000,
    "xmlns on one element": f"<gpx {' '.join(DECLARED)}/>",
    "xmlns on many": "<gpx>" + "".join(f"<a {each}/>" for each in DECLARED) + "</gpx>",
    "billion laughs": f'<!DOCTYPE gpx [<!ENTITY l0 "ha">{LAUGHS}]><gpx>&l9;</gpx>',
    "external entity": '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx>&x;</gpx>',
    "external dtd": '<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/x.dtd"><gpx/>',
}


@pytest.mark.parametrize("reader", [gpx, tcx])
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_at_once(attack, reader):
    root = "gpx" if reader is gpx else "TrainingCenterDatabase"
    content = ATTACKS[attack].replace("gpx", root).encode()
    began = time.process_time()
    with pytest.raises(UnreadableFileError, match="hostile"):
        reader.read(content)
    assert time.process_time() - began < 2


GARMINS = '<g:gpx version="1.1" xmlns:g="http://x/GPX/1/1" xmlns="http://x/TrackPointExtension/v1">'
PULSE = "<extensions><hr>150</hr></extensions>"
WRONG_IN_GPXPY = {
    # It looks for extensions in files of 1.1 alone, but files that call themselves 1.0 have them.
    "version 1.0": document(track(point(0, inside=PULSE)), head='<gpx version="1.0">'),
    # It asks each point for its place, and gives up on the whole file where one has none.
    "no latitude": document(track(point(0, inside=PULSE, where=""))),
    # It decodes every file as UTF-8.
    "ISO-8859-1": document("<metadata><name>ü</name></metadata>", track(point(0, inside=PULSE)))
    .decode()
    .encode("iso-8859-1"),
    "UTF-16": document(track(point(0, inside=PULSE))).decode().encode("utf-16"),
    # It takes the default namespace for GPX's own.
    "Garmin's default": (
        GARMINS + re.sub(r"<(/?)(?!hr|/hr)", r"<\1g:", track(point(0, inside=PULSE))) + "</g:gpx>"
    ).encode(),
}


@pytest.mark.parametrize("file", WRONG_IN_GPXPY)
def test_where_gpxpy_is_wrong(file):
    content = WRONG_IN_GPXPY[file]
    (activity,) = gpx.read(content).activities
    assert activity.records.heart_rate_bpm.tolist() == [150]
    try:
        seen = [
            _extension(each, "hr")
            for each_track in gpxpy.parse(content).tracks
            for each in _timed_points(each_track)
        ]
    except (gpxpy.gpx.GPXException, UnicodeDecodeError):
        seen = []
    assert seen in ([], [pytest.approx(np.nan, nan_ok=True)])


@pytest.mark.parametrize(
    ("written", "column", "value"),
    [
        ("<RunningDynamics><GroundContactTime>241.5</GroundContactTime></RunningDynamics>",
         "ground_contact_time_ms", 241.5),
        ("<a:StanceTime>239</a:StanceTime>", "ground_contact_time_ms", 239),
        ("<a:VerticalOscillationMm>81</a:VerticalOscillationMm>", "vertical_oscillation_mm", 81),
        # In centimetres from one exporter, in millimetres from the next.
        ("<VerticalOscillation>8.1</VerticalOscillation>", "vertical_oscillation_mm", np.nan),
        ("<StrideLength>1.1</StrideLength>", "step_length_mm", np.nan),
    ],
)  # fmt: skip
def test_running_dynamics_are_read_where_their_unit_is_known(written, column, value):
    inside = f"<extensions>{written}</extensions>"
    points = "".join(point(each, inside=inside) for each in range(100))
    (activity,) = gpx.read(document(track(points))).activities
    np.testing.assert_array_equal(getattr(activity.records, column), [value] * 100)


def test_what_chokes_gpxpy_is_merely_read():
    began = time.process_time()
    content = gpx.read(document(f"<!--{' xmlns' * 60_000}-->", track(point(0))))
    assert content.salvaged is None
    assert time.process_time() - began < 2


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not HERE, reason=NOT_RUN)
def test_real_files_are_read_as_gpxpy_reads_them():
    files = sorted((WATCH / "gpx").glob("*/*.gpx"))
    assert files
    assert sum(_compare(path) for path in files) > 30_000


def _compare(path: Path) -> int:
    """Read one file both ways; returns how many points were compared."""
    raw = path.read_bytes()
    assert gpx.identify(raw[:1024]), path.name
    assert not tcx.identify(raw[:1024]), path.name
    if path.name == "invalid-lon-lat-missing.gpx":  # refused by gpxpy
        assert outcome(raw) == (None, 4)
        return 0
    parsed = gpxpy.parse(raw)
    tracks = [_timed_points(each) for each in parsed.tracks]
    tracks = [points for points in tracks if points]
    if not tracks:
        assert outcome(raw) == ("not_an_activity", 0), path.name
        return 0
    activities = gpx.read(raw).activities
    assert len(activities) == len(tracks), path.name
    for activity, points in zip(activities, tracks, strict=True):
        _assert_same(activity.records, points, path.name)
        if parsed.version == "1.1":  # gpxpy sees no extensions in 1.0
            for column, names in EXTENSIONS.items():
                if (path.name, column) == UNSEEN:
                    continue
                seen = np.array([_extension(each, *names) for each in points])
                np.testing.assert_array_equal(getattr(activity.records, column), seen, column)
            factor = {"strides_doubled": 2, "steps_as_is": 1, "none": 0}[activity.cadence_rule]
            steps = factor * np.array([_extension(each, "cad", "cadence") for each in points])
            kept = steps > 0  # whether a zero is true is decided later, and not by gpxpy
            np.testing.assert_array_equal(activity.records.cadence_spm[kept], steps[kept])
    return sum(len(points) for points in tracks)


EXTENSIONS = {
    "heart_rate_bpm": ("hr", "heartrate", "heart_rate"),
    "power_w": ("power", "PowerInWatts"),
    "speed_mps": ("speed",),
}
"""Our column → the names of it in the real files."""

UNSEEN = "gpx11_with_speed_no_namespace.gpx", "speed_mps"
"""Version 1.0 has <speed> in the point itself; in 1.1, where it is wrong, gpxpy drops it."""


def _timed_points(parsed):
    return [each for segment in parsed.segments for each in segment.points if each.time]


def _extension(parsed, *names):
    for top in parsed.extensions:
        for element in top.iter():
            if element.tag.rpartition("}")[2] in names:
                return float(element.text)
    return np.nan


def _assert_same(records, points, name):
    utc = [each.time if each.time.tzinfo else each.time.replace(tzinfo=UTC) for each in points]
    np.testing.assert_array_equal(records.at_s, [each.timestamp() for each in utc], name)
    altitudes = [np.nan if each.elevation is None else each.elevation for each in points]
    np.testing.assert_array_equal(records.altitude_m, altitudes, name)
    # We let go of places that are none (latitude 100); gpxpy hands them on.
    true = [each if abs(each.latitude) <= 90 and abs(each.longitude) <= 180 else None
            for each in points]  # fmt: skip
    latitudes = [each.latitude if each else np.nan for each in true]
    longitudes = [each.longitude if each else np.nan for each in true]
    np.testing.assert_array_equal(records.latitude_deg, latitudes, name)
    np.testing.assert_array_equal(records.longitude_deg, longitudes, name)
