"""TCX: activities, laps, the device's totals, and what is saved of damaged files."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import numpy as np
import pytest

from connectors import gpx, tcx
from connectors.errors import UnreadableFileError
from pipeline.activity import Lap, Pause, Totals
from tests.connectors.real_files import HERE, NOT_RUN, WATCH

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
TPX = '<Extensions><TPX xmlns="http://x/ActivityExtension/v2">{}</TPX></Extensions>'
DEVICE = "<Creator><Name>Forerunner 245</Name><UnitId>1</UnitId></Creator>"


def clock(second: int) -> str:
    return f"2026-03-01T08:{second // 60:02}:{second % 60:02}.000Z"


def point(second: int, inside: str = "") -> str:
    return f"<Trackpoint><Time>{clock(second)}</Time>{inside}</Trackpoint>"


def lap(second: int, *tracks: str, timer_s: object = 10, distance_m: object = 30) -> str:
    summary = f"<TotalTimeSeconds>{timer_s}</TotalTimeSeconds>"
    summary += f"<DistanceMeters>{distance_m}</DistanceMeters>"
    inner = "".join(f"<Track>{each}</Track>" for each in tracks)
    return f'<Lap StartTime="{clock(second)}">{summary}{inner}</Lap>'


def activity(*laps: str, sport: str = "Running") -> str:
    return f'<Activity Sport="{sport}"><Id>x</Id>{"".join(laps)}{DEVICE}</Activity>'


def document(*activities: str) -> bytes:
    author = "<Author><Name>Connect Api</Name></Author>"
    inner = f"<Activities>{''.join(activities)}</Activities>{author}"
    return f"<TrainingCenterDatabase>{inner}</TrainingCenterDatabase>".encode()


def only(content: bytes):
    (found,) = tcx.read(content).activities
    return found


FULL = (
    "<Position><LatitudeDegrees>48.1</LatitudeDegrees>"
    "<LongitudeDegrees>11.5</LongitudeDegrees></Position>"
    "<AltitudeMeters>500</AltitudeMeters><DistanceMeters>12.5</DistanceMeters>"
    "<HeartRateBpm><Value>150</Value></HeartRateBpm>"
    + TPX.format(
        "<Speed>3</Speed><RunCadence>84</RunCadence><Watts>240</Watts>"
        "<GroundContactTime>241.5</GroundContactTime>"
    )
)


def test_a_trackpoint_gives_every_column():
    found = only(document(activity(lap(0, point(0, FULL)))))
    assert (found.sport, found.sub_sport) == ("running", None)
    assert (found.device, found.start_at) == ("Forerunner 245", START)
    assert found.cadence_rule == "strides_doubled"
    row = {name: getattr(found.records, name)[0] for name in found.records.__slots__}
    assert {name: value for name, value in row.items() if not np.isnan(value)} == {
        "at_s": START.timestamp(),
        "latitude_deg": 48.1,
        "longitude_deg": 11.5,
        "altitude_m": 500,
        "distance_m": 12.5,
        "heart_rate_bpm": 150,
        "speed_mps": 3,
        "cadence_spm": 168,
        "power_w": 240,
        "ground_contact_time_ms": 241.5,
    }


def test_laps_and_totals_are_the_devices_own():
    laps = [lap(0, point(0), timer_s=60.5, distance_m=200), lap(61, point(61), timer_s=30)]
    found = only(document(activity(*laps)))
    assert found.laps == (
        Lap(start_at=START, timer_s=60.5, distance_m=200),
        Lap(start_at=START.replace(minute=1, second=1), timer_s=30, distance_m=30),
    )
    assert found.totals == Totals(timer_s=90.5, distance_m=230)


def test_half_a_total_is_none():
    laps = [lap(0, point(0)), lap(10, point(10), distance_m="?")]
    assert only(document(activity(*laps))).totals == Totals(timer_s=20)


def test_a_new_track_is_a_pause_and_a_new_lap_only_after_a_long_gap():
    laps = [
        lap(0, point(0) + point(5), point(30) + point(35)),  # 5 to 30: two tracks in one lap
        lap(36, point(36) + point(40)),  # 35 to 36: the next lap, at once
        lap(100, point(100)),  # 40 to 100: the next lap, much later
    ]
    began = START.timestamp()
    assert only(document(activity(*laps))).pauses == (
        Pause(began + 5, began + 30),
        Pause(began + 40, began + 100),
    )


@pytest.mark.parametrize(
    ("inside", "sport", "rule", "cadence_spm"),
    [
        ("<Cadence>84</Cadence>", "Running", "strides_doubled", 168),
        ("<Cadence>0</Cadence>" + TPX.format("<RunCadence>84</RunCadence>"), "Running",
         "strides_doubled", 168),
        (TPX.format("<RunCadence>168</RunCadence>"), "Running", "steps_as_is", 168),
        (TPX.format("<RunCadence>84</RunCadence>"), "Other", "strides_doubled", 168),
        ("<Cadence>84</Cadence>", "Biking", "none", None),
    ],
)  # fmt: skip
def test_cadence_counts_strides_and_pedals_are_none(inside, sport, rule, cadence_spm):
    inside += TPX.format("<Speed>3</Speed>")
    points = "".join(point(each, inside) for each in range(30))
    found = only(document(activity(lap(0, points), sport=sport)))
    assert found.cadence_rule == rule
    assert np.nanmax(np.append(found.records.cadence_spm, -1)) == (cadence_spm or -1)


def test_every_activity_is_one_even_in_a_multisport_session():
    bike = f"<MultiSportSession>{activity(lap(0, point(0)), sport='Biking')}</MultiSportSession>"
    found = tcx.read(document(bike, activity(lap(9, point(9))))).activities
    assert [each.sport for each in found] == ["cycling", "running"]


def test_blanks_before_the_declaration_are_forgiven():
    content = b"          <?xml version='1.0'?>" + document(activity(lap(0, point(0))))
    assert tcx.identify(content[:1024])
    assert tcx.read(content).salvaged is None


def test_points_without_a_time_are_counted():
    found = only(document(activity(lap(0, point(0) + "<Trackpoint></Trackpoint>"))))
    assert [(each.code, each.count) for each in found.findings] == [("no_time", 1)]


@pytest.mark.parametrize(
    "inner",
    [
        "",
        activity(),
        activity(lap(0)),
        f"<Course><Lap><TotalTimeSeconds>9</TotalTimeSeconds></Lap><Track>{point(0)}</Track></Course>",
    ],
)
def test_what_holds_no_recording_is_no_activity(inner):
    with pytest.raises(UnreadableFileError, match="not_an_activity"):
        tcx.read(document(inner))


def test_of_a_cut_file_every_complete_point_is_kept():
    whole = document(activity(lap(0, "".join(point(each) for each in range(30)))))
    content = tcx.read(whole[: whole.index(b"08:00:20")])
    assert content.salvaged == "truncated"
    assert len(content.activities[0].records) == 20
    with pytest.raises(UnreadableFileError, match="truncated"):
        tcx.read(whole[:100])


@pytest.mark.shared
@pytest.mark.skipif(not HERE, reason=NOT_RUN)
def test_real_files_give_every_trackpoint_of_every_activity():
    files = sorted((WATCH / "tcx").glob("*/*.tcx"))
    assert files
    for path in files:
        raw = path.read_bytes()
        assert tcx.identify(raw[:1024]), path.name
        assert not gpx.identify(raw[:1024]), path.name
        if b"<Activity " not in raw:
            with pytest.raises(UnreadableFileError, match="not_an_activity"):
                tcx.read(raw)
            continue
        content = tcx.read(raw)
        assert content.salvaged is None
        records = content.activities[0].records
        for name, pattern in SEEN_BY_EYE.items():
            values = getattr(records, name)
            written = [float(each) for each in re.findall(pattern, raw)]
            np.testing.assert_array_equal(values[np.isfinite(values)], written, path.name)
        assert len(records) == raw.count(b"<Trackpoint>"), path.name


SEEN_BY_EYE = {
    "latitude_deg": rb"<LatitudeDegrees>(.*?)<",
    "longitude_deg": rb"<LongitudeDegrees>(.*?)<",
    "altitude_m": rb"<AltitudeMeters>(.*?)<",
    "heart_rate_bpm": rb"<HeartRateBpm[^>]*>\s*<Value>(.*?)<",
    "speed_mps": rb"<ns3:Speed>(.*?)<",
    "power_w": rb"<ns3:Watts>(.*?)<",
}
"""The plainest other way to find the same values: a search through the text."""
