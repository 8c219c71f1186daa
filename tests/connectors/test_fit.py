"""FIT: what is read of files as a watch writes them, and of files as no watch should."""

from __future__ import annotations

import random
import struct
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from connectors import fit
from connectors.errors import UnreadableFileError
from connectors.formats import read_file
from flows import fit_profile
from flows.fit_writer import crc16_arc, fit_bytes
from pipeline.activity import Activity, Lap, Pause
from pipeline.athlete import Athlete
from pipeline.run import row_of
from tests.connectors import made
from tests.connectors.made import START, START_S, fit_run, run, steady

if TYPE_CHECKING:
    from pipeline.row import ActivityRow

BERLIN = Athlete(timezone="Europe/Berlin")


def only(content: bytes) -> Activity:
    found = fit.read(content)
    assert found.salvaged is None
    (activity,) = found.activities
    return activity


def row(activity: Activity) -> ActivityRow:
    derived = row_of(activity, BERLIN)
    assert derived is not None
    return derived


def refusal(content: bytes) -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as caught:
        fit.read(content)
    return caught.value


def codes(activity: Activity) -> dict[str, int]:
    return {each.code: each.count for each in activity.findings}


# Cadence


def test_strides_are_doubled_with_their_fraction():
    activity = only(fit_run(recorded=steady(cadence_spm=171.0)))  # 85.5 strides: 85 and 64/128
    assert activity.cadence_rule == "strides_doubled"
    assert set(activity.records.cadence_spm) == {171.0}


@pytest.mark.parametrize("cadence_spm", [161.25, 170.015625, 183.984375])
def test_no_fraction_of_a_stride_is_lost(cadence_spm):
    activity = only(fit_run(recorded=steady(cadence_spm=cadence_spm)))
    assert activity.records.cadence_spm == pytest.approx(cadence_spm, abs=1 / 64)


def test_a_device_that_counts_steps_is_not_doubled():
    activity = only(fit_run(recorded=steady(cadence_spm=168.0), cadence_rule="steps_as_is"))
    assert activity.cadence_rule == "steps_as_is"
    assert set(activity.records.cadence_spm) == {168.0}
    assert codes(activity) == {"cadence_already_steps": 60}


def test_pedals_are_no_steps():
    activity = only(fit_run(recorded=steady(), sport="cycling"))
    assert activity.cadence_rule == "none"
    assert np.isnan(activity.records.cadence_spm).all()


def test_a_fraction_without_a_whole_is_no_cadence():
    content = made.fit_file(
        *(made.record(each, (6, "uint16", 3000), (53, "uint8", 64)) for each in range(3)),
        made.session(0),
    )
    assert np.isnan(only(content).records.cadence_spm).all()


# Columns


def test_every_column_comes_back():
    columns = {
        "latitude_deg": [48.1, 48.2],
        "longitude_deg": [-11.5, -11.6],
        "altitude_m": [499.8, -12.2],
        "distance_m": [0.0, 3.25],
        "speed_mps": [2.5, 3.125],
        "heart_rate_bpm": [140, 141],
        "power_w": [250, 251],
        "ground_contact_time_ms": [240.5, 238.1],
        "ground_contact_balance_pct": [49.75, 50.25],
        "vertical_oscillation_mm": [90.1, 88.8],
        "vertical_ratio_pct": [8.01, 7.99],
        "step_length_mm": [1100.5, 1120.0],
    }
    read = only(fit_run(recorded=made.records(**columns))).records
    for name, values in columns.items():
        assert getattr(read, name) == pytest.approx(values, abs=0.06, rel=1e-8), name
    assert list(read.at_s - START_S) == [0, 1]


def test_invalid_values_are_missing_not_zero():
    recorded = made.records(
        distance_m=[0, None, 6], heart_rate_bpm=[None, 150, None], cadence_spm=[170, None, 172]
    )
    read = only(fit_run(recorded=recorded)).records
    assert np.isnan(read.distance_m).tolist() == [False, True, False]
    assert np.isnan(read.heart_rate_bpm).tolist() == [True, False, True]
    assert np.isnan(read.cadence_spm).tolist() == [False, True, False]
    assert np.isnan(read.latitude_deg).all()


def test_an_invalid_component_does_not_hide_the_field_itself():
    nothing_compressed = (8, "byte", (0xFF, 0xFF, 0xFF))
    content = made.fit_file(
        *(made.record(n, (5, "uint32", n * 300), nothing_compressed) for n in range(3)),
        made.session(0),
    )
    assert only(content).records.distance_m.tolist() == [0, 3, 6]


def test_a_list_of_numbers_where_one_belongs_is_missing():
    content = made.fit_file(
        made.record(0, (3, "uint8", (140, 141))), made.record(1, (3, "uint8", 142)), made.session(0)
    )
    assert only(content).records.heart_rate_bpm.tolist() == pytest.approx(
        [np.nan, 142], nan_ok=True
    )


def test_effort_told_to_the_watch_is_read():
    assert only(fit_run(rpe=7.0)).rpe == 7.0
    assert only(fit_run()).rpe is None


def test_a_devices_name_cannot_fill_the_store():
    activity = only(fit_run(device="W" * 200))
    assert activity.device is not None
    assert len(activity.device) == 80


# Developer fields: a registry that fitparse keeps for the whole process


def with_developer_field(name: str, *, described: bool) -> bytes:
    """Three records, each with a developer's field of one byte that says 200."""
    description = (
        made.message(made.DEVELOPER_DATA_ID, (3, "uint8", 0)),
        made.message(
            made.FIELD_DESCRIPTION,
            (0, "uint8", 0),
            (1, "uint8", 0),
            (2, "uint8", 2),
            (3, "string", name.encode() + b"\0"),
        ),
    )
    theirs = ((0, "uint8", 200),)
    recorded = [made.record(each, (6, "uint16", 3000), developer=theirs) for each in range(3)]
    return made.fit_file(*(description if described else ()), *recorded, made.session(0))


def test_a_developers_field_of_the_same_name_means_something_else():
    assert np.isnan(only(with_developer_field("power", described=True)).records.power_w).all()


def test_developer_fields_do_not_leak_from_file_to_file():
    plain = with_developer_field("", described=False)
    alone = read_file("plain.fit", plain, BERLIN)
    read_file("other.fit", with_developer_field("power", described=True), BERLIN)
    assert read_file("plain.fit", plain, BERLIN) == alone
    assert alone.rows[0].records == 3


def test_a_misaligned_field_is_read_by_fitdecode():
    """Coros declares four-byte numbers of one byte; fitparse gives up, fitdecode does not."""
    odd = made.message(
        made.RECORD,
        (253, "uint32", made.since_1989(1)),
        (6, "uint16", 3000),
        (99, "uint32", b"\x07"),
    )
    content = made.fit_file(made.moving_record(0), odd, made.moving_record(2), made.session(0))
    assert only(content).records.at_s.tolist() == [START_S, START_S + 1, START_S + 2]


# Time


def test_pauses_come_from_the_timer():
    pauses = (Pause(START_S + 10, START_S + 25), Pause(START_S + 40, START_S + 41))
    assert only(fit_run(pauses=pauses)).pauses == pauses


def test_two_stops_in_a_row_are_one_pause():
    timer = [(10, 4), (11, 1), (15, 0), (20, 0), (30, 1)]  # 0 starts; 1 and 4 stop
    events = (
        made.message(
            made.EVENT,
            (253, "uint32", made.since_1989(second)),
            (0, "enum", 0),
            (1, "enum", kind),
        )
        for second, kind in timer
    )
    content = made.fit_file(
        *(made.moving_record(each) for each in range(40)), *events, made.session(0)
    )
    assert only(content).pauses == (Pause(START_S + 10, START_S + 15),)


@pytest.mark.parametrize("hours", [-8, 0, 2, 5.75, 13])
def test_the_files_own_local_time_is_kept(hours):
    activity = only(fit_run(utc_offset_s=int(hours * 3600)))
    assert activity.utc_offset_s == hours * 3600


def test_a_local_time_decades_away_is_not_believed():
    activity = only(fit_run(utc_offset_s=-27 * 365 * 86_400))
    assert (row(activity).timezone, row(activity).timezone_from) == ("Europe/Berlin", "position")


def test_a_run_over_midnight_belongs_to_the_day_it_began():
    start = datetime(2026, 3, 1, 22, 50, tzinfo=UTC)  # ten to midnight in Berlin
    recorded = steady(1200)
    recorded = recorded.replace(at_s=recorded.at_s - START_S + start.timestamp())
    derived = row(only(fit_run(recorded=recorded, start_at=start)))
    assert derived.local_date == date(2026, 3, 1)
    assert derived.end_at == start + timedelta(seconds=1199)


def test_records_out_of_order_are_put_in_order_and_said():
    order = [0, 1, 2, 3, 5, 4, 6, 7, 8, 9]
    content = made.fit_file(*(made.moving_record(each) for each in order), made.session(0))
    derived = row(only(content))
    assert derived.records == 10
    assert {each.code: each.count for each in derived.findings}["out_of_order"] == 1
    assert derived.distance_m == 27


def test_laps_and_pauses_stay_when_the_last_record_is_not_the_latest():
    laps = [made.message(made.LAP, (2, "uint32", made.since_1989(each))) for each in (0, 8)]
    order = [*range(10), 3]
    content = made.fit_file(*(made.moving_record(each) for each in order), *laps, made.session(0))
    assert len(only(content).laps) == 2


def test_the_first_lap_may_begin_before_the_first_record():
    laps = (Lap(start_at=START, elapsed_s=30.0), Lap(start_at=START + timedelta(seconds=30)))
    recorded = steady().select(np.arange(60) >= 2)
    assert [each.start_at for each in only(fit_run(recorded=recorded, laps=laps)).laps] == [
        START,
        START + timedelta(seconds=30),
    ]


def test_records_without_a_time_are_counted():
    content = made.fit_file(
        made.moving_record(0),
        made.message(made.RECORD, (6, "uint16", 3000)),
        made.moving_record(1),
        made.session(0),
    )
    assert codes(only(content)) == {"no_time": 1}


def test_a_watch_that_knew_only_its_local_time():
    """Seconds since it was switched on; the activity message alone has a date."""
    switched_on = 1000
    recorded = (
        made.message(
            made.RECORD,
            (253, "uint32", switched_on + each),
            (5, "uint32", each * 300),
            (6, "uint16", 3000),
        )
        for each in range(60)
    )
    content = made.fit_file(
        *recorded,
        made.message(made.SESSION, (2, "uint32", switched_on), (5, "enum", made.RUNNING)),
        made.message(
            made.ACTIVITY,
            (253, "uint32", switched_on + 60),
            (5, "uint32", made.since_1989(3600 + 60)),
        ),
    )
    activity = only(content)
    assert activity.clock_is_local
    assert activity.start_at == START + timedelta(hours=1)
    assert row(activity).start_at == START  # an hour less in Berlin
    assert "clock_is_local" in {each.code for each in row(activity).findings}


def test_a_dated_file_is_not_shifted_for_an_undated_activity_message():
    content = made.fit_file(
        *(made.moving_record(each) for each in range(10)),
        made.session(0),
        made.message(made.ACTIVITY, (253, "uint32", 5000), (5, "uint32", made.since_1989(3600))),
    )
    activity = only(content)
    assert not activity.clock_is_local
    assert activity.start_at == START


# Sessions


@pytest.mark.parametrize(
    ("number", "sub_number", "sport", "sub_sport"),
    [
        (0, 0, "unknown", None),
        (1, 0, "running", None),
        (1, 1, "running", "treadmill"),
        (1, 3, "running", "trail"),
        (1, 4, "running", "track"),
        (1, 58, "running", "virtual"),
        (2, 0, "cycling", None),
        (5, 17, "swimming", "lap_swimming"),
        (11, 0, "walking", None),
        (17, 0, "hiking", None),
        (200, 0, "other", None),
        (254, 0, "unknown", None),
    ],
)
def test_the_profiles_sports_become_ours(number, sub_number, sport, sub_sport):
    content = made.fit_file(made.moving_record(0), made.session(0, number, (6, "enum", sub_number)))
    activity = only(content)
    assert (activity.sport, activity.sub_sport) == (sport, sub_sport)


def test_what_fit_writer_names_is_read_back():
    for sport in fit_profile.SPORTS:
        read = only(fit_run(sport=sport)).sport
        assert read == ("unknown" if sport == "generic" else sport)


def test_a_session_without_a_start_still_names_the_sport():
    content = made.fit_file(*(made.moving_record(n) for n in range(5)), made.session(None))
    activity = only(content)
    assert (activity.sport, activity.start_at) == ("running", START)


def test_without_a_session_the_sport_message_is_asked():
    sport = made.message(made.SPORT, (0, "enum", made.RUNNING), (1, "enum", 1))
    content = made.fit_file(sport, *(made.moving_record(n) for n in range(5)))
    assert (only(content).sport, only(content).sub_sport) == ("running", "treadmill")


def test_without_any_sport_it_is_unknown_and_the_speed_tells():
    activity = only(made.fit_file(*(made.moving_record(n) for n in range(60))))
    assert activity.sport == "unknown"
    assert row(activity).sport == "running"


def test_every_leg_of_a_multisport_file_is_an_activity_with_its_own_distance():
    content = made.fit_file(
        *(made.moving_record(each) for each in range(30)),
        made.session(0, made.CYCLING),
        made.session(10, made.RUNNING),
        made.session(20, made.CYCLING),
    )
    legs = fit.read(content).activities
    assert [(each.sport, len(each.records)) for each in legs] == [
        ("cycling", 10),
        ("running", 10),
        ("cycling", 10),
    ]
    assert [each.records.distance_m[0] for each in legs] == [0, 0, 0]
    assert [each.start_at - START for each in legs] == [
        timedelta(seconds=each) for each in (0, 10, 20)
    ]


def test_records_before_the_first_session_are_its_own():
    content = made.fit_file(
        *(made.moving_record(each) for each in range(30)),
        made.session(20, made.RUNNING),
        made.session(10, made.CYCLING),
    )
    legs = fit.read(content).activities
    assert [(each.sport, len(each.records)) for each in legs] == [("cycling", 20), ("running", 10)]


def test_no_record_is_in_two_sessions():
    twice = (made.session(0), made.session(0))
    content = made.fit_file(*(made.moving_record(each) for each in range(30)), *twice)
    assert len(only(content).records) == 30


def test_an_activity_message_may_be_missing_or_empty():
    bare = made.message(made.ACTIVITY, (2, "enum", 0xFF))
    for end in (b"", bare):
        content = made.fit_file(*(made.moving_record(n) for n in range(5)), made.session(0), end)
        assert only(content).utc_offset_s is None


def test_chained_files_are_two_activities():
    later = START + timedelta(hours=5)
    recorded = steady()
    second = run(recorded.replace(at_s=recorded.at_s + 5 * 3600), start_at=later, sport="walking")
    found = fit.read(fit_run() + fit_bytes(second))
    assert found.salvaged is None
    assert [(each.sport, each.start_at) for each in found.activities] == [
        ("running", START),
        ("walking", later),
    ]


# Files that are damaged, or none


GOOD = fit_run(device="Testwatch")


def test_a_wrong_checksum_costs_nothing_but_is_said():
    wrong = GOOD[:-2] + struct.pack("<H", crc16_arc(GOOD[:-2]) ^ 1)
    found = fit.read(wrong)
    assert found.salvaged == "crc_mismatch"
    assert len(found.activities[0].records) == 60
    assert read_file("wrong.fit", wrong, BERLIN).status == "salvaged"


def test_a_wrong_checksum_of_the_head_alone_is_said():
    head = bytearray(GOOD)
    head[12] ^= 0xFF
    found = fit.read(bytes(head))
    assert found.salvaged == "crc_mismatch"
    assert len(found.activities[0].records) == 60


def test_a_file_that_never_learnt_its_size_is_read_to_its_end():
    unfinished = GOOD[:4] + bytes(4) + GOOD[8:-2]
    found = fit.read(unfinished)
    assert found.salvaged == "truncated"
    assert len(found.activities[0].records) == 60


def test_cut_anywhere_it_is_salvaged_or_refused():
    counts = []
    for size in [*range(0, len(GOOD), 23), len(GOOD) - 1]:
        reading = read_file("cut.fit", GOOD[:size], BERLIN)
        assert reading.status != "read"
        assert reading.reason in {"truncated", "damaged", "empty", "unknown_format"}
        counts.append(sum(each.records for each in reading.rows))
    assert counts == sorted(counts)
    assert counts[-1] == 60


def test_cut_before_its_first_record_it_is_not_said_to_hold_none():
    assert refusal(GOOD[:60]).reason == "truncated"


def test_no_flipped_bit_goes_unnoticed():
    chance = random.Random(20261122)
    for _ in range(50):
        damaged = bytearray(GOOD)
        place = chance.randrange(len(damaged))
        damaged[place] ^= 1 << chance.randrange(8)
        reading = read_file("flipped.fit", bytes(damaged), BERLIN)
        assert reading.status in {"salvaged", "refused"}, place


def test_a_flipped_bit_that_fitparse_refuses_and_fitdecode_forgives_is_said():
    """Two bytes for a number of four: fitdecode reads on, and the checksum alone tells of it."""
    damaged = bytearray(made.fit_file(*(made.moving_record(n) for n in range(9)), made.session(0)))
    place = damaged.rindex(bytes([6, 2, 0x84]))
    damaged[place + 2] = 0x86
    reading = read_file("flipped.fit", bytes(damaged), BERLIN)
    assert reading.status == "salvaged"


def test_a_header_alone_holds_no_activity():
    assert refusal(made.fit_file()).reason == "not_an_activity"


@pytest.mark.parametrize(("kind", "name"), [(2, "settings"), (6, "course"), (15, "monitoring_a")])
def test_other_kinds_of_file_are_named(kind, name):
    said = refusal(made.fit_file(made.moving_record(0), kind=kind))
    assert said.reason == "not_an_activity"
    assert name in said.says


def test_an_activity_entered_by_hand_has_no_record_to_read():
    said = refusal(made.fit_file(made.session(0, made.RUNNING, (8, "uint32", 1_800_000))))
    assert (said.reason, "by hand" in said.says) == ("not_an_activity", True)


def test_one_moment_without_a_date_moves_nothing():
    dated = [made.moving_record(second) for second in range(60)]
    undated = made.message(made.RECORD, (253, "uint32", 100), (3, "uint8", 140))
    ended = made.message(
        made.ACTIVITY, (253, "uint32", 160), (5, "uint32", made.since_1989(3600 + 160))
    )
    activity = only(made.fit_file(*dated, undated, made.session(0), ended))
    assert not activity.clock_is_local
    assert activity.records.at_s.tolist() == [START_S + second for second in range(60)]
    assert codes(activity)["no_time"] == 1


def test_a_number_of_no_size_is_none():
    huge = struct.pack("<d", 1e300)
    definition = bytes([0x40, 0, 0, 20, 0, 2, 253, 4, 0x86, 5, 8, 0x89])
    rows = struct.pack("<I", made.since_1989(0)) + huge
    activity = only(made.fit_file(definition + b"\0" + rows))
    assert np.isnan(activity.records.distance_m).all()


def test_a_session_that_does_not_say_when_it_began_says_when_it_ended():
    records = [made.moving_record(second) for second in range(60)]
    first = made.session(0, made.CYCLING)
    second = made.message(
        made.SESSION,
        (253, "uint32", made.since_1989(60)),
        (7, "uint32", 30_000),
        (5, "enum", made.RUNNING),
    )
    ride, run_after = fit.read(made.fit_file(*records, first, second)).activities
    assert (ride.sport, run_after.sport) == ("cycling", "running")
    assert (len(ride.records), len(run_after.records)) == (30, 30)
