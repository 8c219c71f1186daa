"""FIT files of ours, read back by two readers that know nothing of us."""

import io
import time
from datetime import UTC, datetime

import fitdecode
import fitparse
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fit_writer import crc16_arc, fit_bytes
from pipeline.activity import Activity, Lap, Pause, Records, Totals

pytestmark = pytest.mark.filterwarnings(
    # fitparse calls datetime.utcfromtimestamp, which Python 3.12 deprecates; no release since 2020.
    "ignore:datetime.datetime.utcfromtimestamp:DeprecationWarning"
)

START = datetime(2026, 3, 29, 6, 30, tzinfo=UTC)
START_S = START.timestamp()


def with_fitparse(content):
    """Every message as its name and values, CRC checked."""
    return [(m.name, m.get_values()) for m in fitparse.FitFile(io.BytesIO(content)).messages]


def with_fitdecode(content):
    with fitdecode.FitReader(
        io.BytesIO(content),
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.RAISE,
    ) as frames:
        return [
            (frame.name, {field.name: field.value for field in frame.fields})
            for frame in frames
            if isinstance(frame, fitdecode.FitDataMessage)
        ]


both_readers = pytest.mark.parametrize("read", [with_fitparse, with_fitdecode])


def records(**columns):
    """Records at 1 Hz from lists; None is missing."""
    count = len(next(iter(columns.values())))
    return Records.from_columns(
        {"at_s": START_S + np.arange(count, dtype=float)}
        | {name: np.array(values, np.float64) for name, values in columns.items()}
    )


def activity(**changes):
    plain = {
        "sport": "running",
        "sub_sport": "generic",
        "start_at": START,
        "records": records(speed_mps=[3.0, 3.0, 3.0]),
    }
    return Activity(**(plain | changes))


def messages(read, content, name):
    return [values for each, values in read(content) if each == name]


EVERYTHING = {
    "latitude_deg": [47.3769, -33.9, None],
    "longitude_deg": [8.5417, -70.6, None],
    "altitude_m": [-12.4, 408.0, None],
    "distance_m": [0.0, 3.21, 4_000_000.0],
    "speed_mps": [0.0, 3.217, None],
    "cadence_spm": [0.0, 169.0, None],
    "heart_rate_bpm": [None, 141.0, 142.0],
    "power_w": [0.0, 251.0, None],
    "ground_contact_time_ms": [None, 243.5, 251.0],
    "ground_contact_balance_pct": [None, 49.87, 50.12],
    "vertical_oscillation_mm": [None, 88.4, 90.1],
    "vertical_ratio_pct": [None, 8.11, 8.2],
    "step_length_mm": [None, 1142.3, 1100.0],
}

AS_FIT_NAMES_THEM = {
    "altitude_m": ["altitude", "enhanced_altitude"],
    "distance_m": ["distance"],
    "speed_mps": ["speed", "enhanced_speed"],
    "heart_rate_bpm": ["heart_rate"],
    "power_w": ["power"],
    "ground_contact_time_ms": ["stance_time"],
    "ground_contact_balance_pct": ["stance_time_balance"],
    "vertical_oscillation_mm": ["vertical_oscillation"],
    "vertical_ratio_pct": ["vertical_ratio"],
    "step_length_mm": ["step_length"],
}


@both_readers
def test_every_value_comes_back(read):
    rows = messages(read, fit_bytes(activity(records=records(**EVERYTHING))), "record")
    for ours, theirs in AS_FIT_NAMES_THEM.items():
        for name in theirs:
            assert [row[name] for row in rows] == pytest.approx(EVERYTHING[ours]), name


@both_readers
def test_positions_come_back_to_a_centimetre(read):
    rows = messages(read, fit_bytes(activity(records=records(**EVERYTHING))), "record")
    for ours, theirs in (("latitude_deg", "position_lat"), ("longitude_deg", "position_long")):
        degrees = [row[theirs] and row[theirs] * 180 / 2**31 for row in rows]
        assert degrees == pytest.approx(EVERYTHING[ours], abs=1e-7)


@both_readers
def test_cadence_is_strides_with_their_fraction(read):
    steps = [0.0, 169.0, 170.0, 169.99, None]
    rows = messages(read, fit_bytes(activity(records=records(cadence_spm=steps))), "record")
    assert [row["cadence"] for row in rows] == [0, 84, 85, 84, None]
    assert [row["fractional_cadence"] for row in rows] == [0.0, 0.5, 0.0, 127 / 128, None]


@both_readers
def test_a_device_that_counts_steps(read):
    column = records(cadence_spm=[170.0, 171.0])
    content = fit_bytes(activity(records=column, cadence_rule="steps_as_is"))
    assert [row["cadence"] for row in messages(read, content, "record")] == [170, 171]


@both_readers
def test_columns_nobody_told_are_left_out(read):
    [first, *_] = messages(read, fit_bytes(activity()), "record")
    assert set(first) == {"timestamp", "speed", "enhanced_speed"}


@both_readers
def test_session_and_activity_sum_up(read):
    content = fit_bytes(
        activity(
            sub_sport="trail",
            records=records(cadence_spm=[0.0, 169.0, 172.0], heart_rate_bpm=[None, 141, 144]),
            totals=Totals(
                elapsed_s=62.5,
                timer_s=60.0,
                distance_m=180.55,
                ascent_m=11.0,
                descent_m=9.0,
                steps=170.0,
            ),
            utc_offset_s=7200,
            rpe=3.0,
        )
    )
    [session] = messages(read, content, "session")
    told = {
        "sport": "running",
        "sub_sport": "trail",
        "total_elapsed_time": 62.5,
        "total_timer_time": 60.0,
        "total_distance": 180.55,
        "total_strides": 85,
        "avg_heart_rate": 142,  # 142.5, to the even
        "max_heart_rate": 144,
        "avg_running_cadence": 85,  # standing does not count: 85.25 strides
        "avg_fractional_cadence": 0.25,
        "total_ascent": 11,
        "total_descent": 9,
    }
    assert {name: session[name] for name in told} == told
    [summary] = messages(read, content, "activity")
    ahead = summary["local_timestamp"].replace(tzinfo=None) - summary["timestamp"].replace(
        tzinfo=None
    )
    assert ahead.total_seconds() == 7200


@both_readers
@pytest.mark.parametrize(
    ("sport", "sub_sport"),
    [
        ("running", "generic"),
        ("running", "treadmill"),
        ("running", "trail"),
        ("running", "track"),
        ("walking", "generic"),
        ("cycling", "generic"),
    ],
)
def test_sports_have_their_names(read, sport, sub_sport):
    content = fit_bytes(activity(sport=sport, sub_sport=sub_sport))
    [session] = messages(read, content, "session")
    assert (session["sport"], session["sub_sport"]) == (sport, sub_sport)


@both_readers
def test_events_and_laps_stand_where_they_happened(read):
    """Ten seconds: timer stopped after the third record, started before the eighth."""
    kept = np.array([0, 1, 2, 7, 8, 9])
    content = fit_bytes(
        activity(
            records=records(speed_mps=[3.0] * 10).select(kept),
            pauses=(Pause(START_S + 2, START_S + 7),),
            laps=(
                Lap(start_at=START, elapsed_s=8.0, timer_s=3.0, distance_m=9.0),
                Lap(start_at=datetime.fromtimestamp(START_S + 8, UTC), elapsed_s=1.0),
            ),
        )
    )
    story = [
        values["event_type"] if name == "event" else name
        for name, values in read(content)
        if name in {"event", "record", "lap"}
    ]
    told = "start record record record stop_all start record record lap record stop_all lap"
    assert story == told.split()
    laps = messages(read, content, "lap")
    assert [lap["total_timer_time"] for lap in laps] == [3.0, None]


@both_readers
def test_the_device_is_named(read):
    content = fit_bytes(activity(device="Würfel 5"))
    [file_id] = messages(read, content, "file_id")
    [device_info] = messages(read, content, "device_info")
    assert file_id["type"] == "activity"
    assert file_id["product_name"] == device_info["product_name"] == "Würfel 5"


@both_readers
def test_an_activity_without_records_is_still_a_file(read):
    content = fit_bytes(activity(records=Records.from_columns({"at_s": np.empty(0)})))
    assert [name for name, _ in read(content)] == [
        "file_id",
        "event",
        "event",
        "session",
        "activity",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"sport": "curling"},
        {"sub_sport": "uphill both ways"},
        {"records": records(heart_rate_bpm=[255.0])},
        {"records": records(power_w=[-1.0])},
    ],
)
def test_what_fit_cannot_hold_is_refused(changes):
    with pytest.raises(ValueError, match=r"cannot (write|hold)"):
        fit_bytes(activity(**changes))


def crc_bit_by_bit(content):
    """CRC-16/ARC as the textbook has it."""
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc


def test_the_crc_of_the_catalogue():
    assert crc16_arc(b"123456789") == 0xBB3D
    assert crc16_arc(b"") == 0


@given(st.binary(max_size=300), st.integers(0, 12_000))
def test_the_crc_is_the_textbook_one(content, zeros):
    """The zeros carry the content beyond 32,767 bits, where the fast way folds."""
    assert crc16_arc(content) == crc_bit_by_bit(content)
    assert crc16_arc(content + bytes(zeros) + content) == crc_bit_by_bit(
        content + bytes(zeros) + content
    )


def test_an_hour_takes_milliseconds():
    hour = activity(records=records(**{name: [1.0] * 3_600 for name in EVERYTHING}))
    fit_bytes(hour)
    started = time.process_time()
    fit_bytes(hour)
    assert time.process_time() - started < 0.1
