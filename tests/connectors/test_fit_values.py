"""FIT: every value of every message, held against fitparse, which is slow and is believed."""

from __future__ import annotations

import io
import random
import struct
import warnings
from datetime import datetime
from typing import Any

import fitparse
import numpy as np
import pytest
from fitparse import records as fitparse_records

from connectors import fit
from connectors.fit.definition import BASE_BYTES
from connectors.fit.files import files_in
from connectors.fit.rare import by_libraries
from connectors.fit.rows import STRING
from connectors.fit.table import FitTable, descriptions_in
from connectors.fit.tells import NUMBER_OF, Descriptions, UnusualLayoutError
from connectors.fit.walk import Walked, chained
from tests.connectors.made import FIELD_DESCRIPTION, START_S, fit_file, message, record
from tests.connectors.real_files import HERE, NOT_RUN, WATCH, names

KINDS = (
    "file_id", "record", "lap", "session", "event", "activity", "sport", "hrv", "length", "hr",
    "device_info", "field_description", "developer_data_id", "monitoring", "workout_step",
)  # fmt: skip

REAL_FILES = names("fit")

Messages = dict[str, list[dict[str, Any]]]


def by_fitparse(content: bytes, *, check_crc: bool = True) -> tuple[Messages, bool]:
    """Of each name in a message the first value that is not None; whether it came to the end."""
    fitparse_records.DEV_TYPES.clear()
    found: Messages = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # utcfromtimestamp, Python 3.12
        try:
            for message in fitparse.FitFile(
                io.BytesIO(content), check_crc=check_crc
            ).get_messages():
                values: dict[str, Any] = {}
                for each in message.fields:
                    if values.get(each.name) is None:
                        values[each.name] = each.value
                found.setdefault(message.name, []).append(values)
        except Exception:  # noqa: BLE001 - what fitparse cannot read it says in many ways
            return found, False
    return found, True


def by_us(content: bytes) -> Messages:
    found: Messages = {}
    for walked in chained(content):
        described = descriptions_in(walked)
        for kind in KINDS:
            found.setdefault(kind, []).extend(messages_of(walked, kind, described))
    return found


def messages_of(walked: Walked, kind: str, described: Descriptions) -> list[dict[str, Any]]:
    try:
        return FitTable(walked, kind, described).messages(developers=True)
    except UnusualLayoutError:
        return by_libraries(walked, kind)


def exactly(value: Any) -> Any:
    """Two values are equal when their types and all their bits are; fitparse's times are naive."""
    if isinstance(value, tuple):
        return tuple(map(exactly, value))
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return type(value), repr(value)


def check_equal(ours: Messages, theirs: Messages) -> int:
    count = 0
    for kind in KINDS:
        assert len(ours[kind]) == len(theirs.get(kind, [])), kind
        for our, their in zip(ours[kind], theirs.get(kind, []), strict=True):
            assert {name: exactly(value) for name, value in our.items()} == {
                name: exactly(value) for name, value in their.items()
            }, kind
            count += len(their)
    return count


# Made-up files: any definition, any bytes

NUMBERS = [NUMBER_OF[kind] for kind in ("record", "lap", "session", "event", "hr", "sport")]
FIELD_NUMBERS = [*range(13), 18, 19, 28, 29, 39, 41, 53, 73, 78, 108, 253, 253, 254]
BASE_TYPES = sorted(BASE_BYTES)


def any_definition(chance: random.Random) -> tuple[bytes, int]:
    """A definition without its head, and the size of its data."""
    big = chance.random() < 0.3
    number = chance.choice([*NUMBERS, *NUMBERS, chance.randrange(0xFFFF)])
    fields, size = b"", 0
    for _ in range(chance.randrange(7)):
        base_type = chance.choice(BASE_TYPES)
        width = BASE_BYTES[base_type] * chance.choice([1, 1, 1, 1, 2, 3])
        fields += bytes([chance.choice([*FIELD_NUMBERS, chance.randrange(256)]), width, base_type])
        size += width
    told = bytes([0, big]) + number.to_bytes(2, "big" if big else "little")
    return told + bytes([len(fields) // 3]) + fields, size


def any_file(chance: random.Random) -> bytes:
    """Some definitions, redefined at any moment, and data of any bytes after each of them."""
    messages, sizes = b"", {}
    for _ in range(chance.randrange(1, 7)):
        local = chance.randrange(5)
        told, sizes[local] = any_definition(chance)
        messages += bytes([0x40 | local]) + told
        for _ in range(chance.choice([0, 1, 5, 20, 150])):
            local = chance.choice(sorted(sizes)) if chance.random() < 0.2 else local
            in_head = local < 4 and chance.random() < 0.3
            head = 0x80 | local << 5 | chance.randrange(32) if in_head else local
            fill = chance.choice([b"\x00", b"\x01", b"\x7f", b"\xff", None, None, None])
            data = chance.randbytes(sizes[local]) if fill is None else fill * sizes[local]
            messages += bytes([head]) + data
    return fit_file(messages)


def described(
    base_type: int,
    number: int,
    name: str,
    *,
    native: int = 0xFF,
    units: str = "Watts",
    more: tuple[Any, ...] = (),
) -> bytes:
    """A developer's field_description."""
    return message(
        FIELD_DESCRIPTION,
        (0, "uint8", 0),
        (1, "uint8", number),
        (2, "uint8", base_type),
        (3, "string", name.encode() + b"\0"),
        (8, "string", units.encode() + b"\0"),
        (15, "uint8", native),
        *more,
    )


@pytest.mark.parametrize("seed", range(10))
def test_any_message_has_the_values_that_fitparse_gives_it(seed):
    chance = random.Random(seed)
    compared = 0
    for _ in range(30):
        content = any_file(chance)
        theirs, complete = by_fitparse(content)
        if complete:  # what only we read is tested beside what only we read
            compared += check_equal(by_us(content), theirs)
    assert compared > 100


@pytest.mark.parametrize("base_type", [each for each in BASE_TYPES if each != STRING])
def test_developers_fields_have_the_values_that_fitparse_gives_them(base_type):
    width = BASE_BYTES[base_type]
    stamp = message(207, (3, "uint8", 0))
    told = described(base_type, 7, "springiness") + described(STRING, 8, "shoe")
    chance = random.Random(base_type)
    runs = b"".join(
        record(
            second,
            (3, "uint8", 140),
            developer=((7, "byte", chance.randbytes(width)), (8, "string", b"left\0")),
        )
        for second in range(5)
    )
    content = fit_file(stamp, told, runs)
    theirs, complete = by_fitparse(content)
    assert complete
    assert check_equal(by_us(content), theirs) > 20
    assert by_us(content)["record"][0]["shoe"] == "left"


def test_what_a_developer_says_means_a_field_of_fit_is_asked_for_with_its_unit():
    stamp = message(207, (3, "uint8", 0))
    told = described(0x84, 0, "Power", native=7) + described(0x84, 1, "Form Power")
    own = (0, "uint16", 251), (1, "uint16", 80)
    content = fit_file(stamp, told, record(0, developer=own), record(1, (7, "uint16", 249)))
    (walked,) = chained(content)
    table = FitTable(walked, "record", descriptions_in(walked))
    assert table.developers_numbers("power", {"watts": 1}).tolist()[:1] == [251.0]
    assert np.isnan(table.developers_numbers("power", {"kw": 1000})).all()
    assert table.numbers("power").tolist()[1:] == [249.0]
    (activity,) = fit.read(content).activities
    assert activity.records.power_w.tolist() == [251.0, 249.0]


def test_what_a_sensor_measures_comes_in_our_units():
    stamp = message(207, (3, "uint8", 0))
    told = (
        described(0x84, 0, "Power", native=7)
        + described(0x84, 1, "Ground Time", native=41, units="Milliseconds")
        + described(0x84, 2, "Vertical Oscillation", native=39, units="Centimeters")
        + described(0x84, 3, "Heart Rate", native=3, units="bpm")
    )
    own = (0, "uint16", 251), (1, "uint16", 240), (2, "uint16", 7), (3, "uint16", 150)
    (activity,) = fit.read(fit_file(stamp, told, record(0, developer=own))).activities
    measured = activity.records
    assert measured.power_w.tolist() == [251.0]
    assert measured.ground_contact_time_ms.tolist() == [240.0]
    assert measured.vertical_oscillation_mm.tolist() == [70.0]
    assert np.isnan(measured.heart_rate_bpm).all()  # a strap's own field is FIT's


def test_a_developers_field_of_no_size_is_passed_over():
    """Both fitparse and fitdecode refuse such a file."""
    stamp = message(207, (3, "uint8", 0))
    told = described(0x88, 3, "nothing")
    rows = [record(at, (3, "uint8", 140), developer=((3, "byte", b""),)) for at in range(3)]
    content = fit_file(stamp, told, *rows)
    assert by_fitparse(content)[1] is False
    assert [each["heart_rate"] for each in by_us(content)["record"]] == [140, 140, 140]


def test_a_developers_field_that_nobody_described_is_passed_over():
    content = fit_file(record(0, (3, "uint8", 140), developer=((3, "byte", b"??"),)))
    assert by_us(content)["record"][0].keys() == {"timestamp", "heart_rate"}


@pytest.mark.parametrize(
    ("base_type", "value"),
    [
        (0x8E, struct.pack("<q", 2**62)),
        (0x8E, struct.pack("<q", -(2**62))),
        (0x8F, struct.pack("<Q", 2**64 - 2)),
        (0x89, struct.pack("<d", 1e300)),
        (0x89, struct.pack("<d", float("inf"))),
        (0x88, struct.pack("<f", -1.5)),
        (0x01, b"\xff"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "number"), [("record", 253), ("activity", 5), ("file_id", 4), ("device_settings", 39)]
)
def test_a_time_that_no_calendar_has_stays_a_number(kind, number, base_type, value):
    shape = bytes([1, number, len(value), base_type])
    told = bytes([0x40, 0, 0]) + NUMBER_OF[kind].to_bytes(2, "little") + shape
    (walked,) = chained(fit_file(told + b"\0" + value))
    table = FitTable(walked, kind)
    (seen,) = table.messages()[-1].values()
    assert seen is None or isinstance(seen, int | float)
    for name in ("timestamp", "local_timestamp", "time_created"):
        assert not np.isfinite(table.instants_s(name)[-1])


# Misaligned fields, as Coros writes them


def misaligned(second: int) -> bytes:
    """A distance that is declared to be a number of four bytes, and to have one."""
    row = bytearray(record(second, (3, "uint8", 140), (5, "uint8", 7), (4, "uint8", 85)))
    shape = bytes([5, 1, 0x02])
    row[row.index(shape) : row.index(shape) + 3] = bytes([5, 1, 0x86])
    return bytes(row)


def test_a_misaligned_field_costs_nothing_but_itself():
    content = fit_file(*map(misaligned, range(3)))
    assert by_fitparse(content)[1] is False
    for each in by_us(content)["record"]:
        assert (each["heart_rate"], each["cadence"], each["distance"]) == (140, 85, (0.07,))


def test_nor_where_the_checksum_is_wrong():
    content = fit_file(record(0, (3, "uint8", 140)), misaligned(1), record(2, (3, "uint8", 141)))
    (walked,) = chained(content[:-1] + bytes([content[-1] ^ 1]))
    assert walked.problem == "crc_mismatch"
    heart_rates = [each["heart_rate"] for each in FitTable(walked, "record").messages()]
    assert heart_rates == [140, 140, 141]


def test_a_misaligned_field_is_damage_where_there_is_damage():
    content = bytearray(fit_file(record(0, (3, "uint8", 140)), misaligned(1), b"\x0f" * 9))
    (walked,) = chained(bytes(content[:-1]) + bytes([content[-1] ^ 1]))
    assert walked.problem == "damaged"
    assert len(FitTable(walked, "record")) == 1


# What developers say


def described_as(*said: bytes, value: int = 250) -> bytes:
    """A record with a developer's field 0 after each of the descriptions."""
    stamp = message(207, (3, "uint8", 0))
    rows = (
        each + record(at, (3, "uint8", 140), developer=((0, "uint16", value),))
        for at, each in enumerate(said)
    )
    return fit_file(stamp, *rows)


def test_of_a_field_described_twice_each_description_holds_for_what_follows():
    content = described_as(
        described(0x84, 0, "Power", native=7),
        described(0x83, 0, "cad", native=4, units="rpm") + message(21, (0, "enum", 0)),
    )
    theirs, complete = by_fitparse(content)
    assert complete
    check_equal(by_us(content), theirs)
    assert [each.get("Power") for each in by_us(content)["record"]] == [250, None]
    (activity,) = fit.read(content).activities
    assert activity.records.power_w.tolist()[:1] == [250.0]
    assert np.isnan(activity.records.power_w[1])


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"native": 5, "units": "km"}, id="a distance is FIT's"),
        pytest.param({"native": 253, "units": "s"}, id="a time is FIT's"),
        pytest.param({"native": 7, "units": "kW"}, id="an unknown unit"),
        pytest.param({"native": 7, "more": ((6, "uint8", 10),)}, id="a scale of its own"),
        pytest.param({"native": 7, "more": ((14, "uint16", 19),)}, id="a field of laps"),
    ],
)
def test_what_a_developer_says_means_something_else_changes_nothing(told):
    (activity,) = fit.read(described_as(described(0x84, 0, "x", **told))).activities
    measured = activity.records
    assert np.isnan(measured.power_w).all()
    assert np.isnan(measured.distance_m).all()
    assert measured.at_s.tolist() == [START_S]
    assert not activity.clock_is_local


def test_a_sensor_that_is_not_there_tells_nothing():
    content = described_as(described(0x84, 0, "Power", native=7), value=0)
    (activity,) = fit.read(content).activities
    assert np.isnan(activity.records.power_w).all()


# Parts that count on


def test_a_definition_without_data_lets_parts_count_anew_as_in_fitparse():
    def moved(local: int, *values: int) -> bytes:
        return b"".join(bytes([local]) + each.to_bytes(3, "little") for each in values)

    first = bytes([0x40, 0, 0, 20, 0, 1, 8, 3, 0x0D])
    other = bytes([0x41, 0, 0, 20, 0, 2, 8, 3, 0x0D, 3, 1, 0x02])
    far, near = 0xFFE << 12, 5 << 12
    content = fit_file(first + moved(0, far, near) + other + moved(0, far, near))
    theirs, complete = by_fitparse(content)
    assert complete
    assert check_equal(by_us(content), theirs) > 10


# Shapes that are not read column by column


def test_an_unusual_shape_goes_to_fitparse():
    """Two speeds in one message: of a list, FIT does not say what its parts are."""
    rows = [record(at, (6, "uint16", (3000 + at, 1)), (3, "uint8", 140)) for at in range(3)]
    content = fit_file(record(9), *rows, message(21, (0, "enum", 0)))
    (walked,) = chained(content)
    with pytest.raises(UnusualLayoutError):
        FitTable(walked, "record")
    theirs, complete = by_fitparse(content)
    assert complete
    assert check_equal(by_us(content), theirs) > 5
    (file,), _ = files_in(content)
    assert file.table("record").numbers("heart_rate").tolist()[1:] == [140.0, 140.0, 140.0]
    assert file.table("record").instants_s("timestamp").tolist() == [
        START_S + second for second in (9, 0, 1, 2)
    ]


def test_and_to_fitdecode_where_fitparse_refuses_it():
    odd = bytearray(record(0, (6, "uint16", (3000, 1)), (5, "uint8", 7), (3, "uint8", 140)))
    shape = bytes([5, 1, 0x02])
    odd[odd.index(shape) : odd.index(shape) + 3] = bytes([5, 1, 0x86])
    content = fit_file(bytes(odd))
    assert by_fitparse(content)[1] is False
    (file,), _ = files_in(content)
    assert file.table("record").numbers("heart_rate").tolist() == [140.0]


def test_an_odd_definition_without_data_changes_nothing():
    odd = message(20, (6, "uint16", (3000, 1)))
    definition = odd[: odd.index(b"\0\xb8")]
    (file,), _ = files_in(fit_file(record(0, (3, "uint8", 140)), definition))
    assert isinstance(file.table("record"), FitTable)


def test_two_oddities_cost_no_record_and_no_power():
    stamp = message(207, (3, "uint8", 0)) + described(0x84, 0, "Power", native=7)
    rows = [
        record(
            at,
            (6, "uint16", (3000, 1)),
            (3, "uint8", 140),
            developer=((0, "uint16", 251), (3, "byte", b"")),
        )
        for at in range(5)
    ]
    (activity,) = fit.read(fit_file(stamp, *rows)).activities
    assert activity.records.heart_rate_bpm.tolist() == [140.0] * 5
    assert activity.records.power_w.tolist() == [251.0] * 5


# Hostile, and soon done with: each of these once took minutes


def test_a_thousand_definitions_with_times_in_heads():
    messages = message(20, (253, "uint32", 0x30000000))
    for number in range(490):
        messages += bytes([0x40, 0, 0, 20, 0, 1, 3, 1 + number // 250, 0x0D])[:8]
        messages += bytes([0x0D]) + (b"\x80" + bytes(1 + number // 250)) * 2
        messages += bytes([0x41, 0, 0]) + number.to_bytes(2, "little") + bytes([1, 253, 4, 0x86])
    (walked,) = chained(fit_file(messages))
    assert np.isfinite(FitTable(walked, "record").instants_s("timestamp")).sum() == 981


@pytest.mark.slow
def test_fields_repeated_absurdly_often():
    shape = bytes([3, 4, 0x86]) * 254
    messages = b"".join(
        bytes([0x40, 0, 0, 21, 0, 255]) + shape + bytes([number, 1, 2]) + bytes(1 + 254 * 4 + 1)
        for number in range(200)
    )
    (walked,) = chained(fit_file(messages))
    assert len(FitTable(walked, "event").messages()) == 200


# Real files


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not HERE, reason=NOT_RUN)
@pytest.mark.parametrize("name", REAL_FILES)
def test_every_value_of_a_real_file_is_the_one_that_fitparse_gives(name):
    content = (WATCH / name).read_bytes()
    theirs, complete = by_fitparse(content, check_crc=False)
    ours = by_us(content)
    if complete:
        check_equal(ours, theirs)
        return
    for kind, messages in theirs.items():  # up to where fitparse gave up
        if kind in KINDS:
            ours[kind] = ours[kind][: len(messages)]
    check_equal({kind: ours[kind] if kind in theirs else [] for kind in KINDS}, theirs)
