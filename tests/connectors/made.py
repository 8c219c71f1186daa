"""Made-up activities, and FIT files written byte by byte where `fit_writer` is too well behaved."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

import numpy as np

from flows.fit_profile import FIT_EPOCH_S
from flows.fit_writer import crc16_arc, fit_bytes
from pipeline.activity import Activity, Records, Totals

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
START_S = START.timestamp()

FILE_ID, SPORT, SESSION, LAP, RECORD, EVENT, ACTIVITY = 0, 12, 18, 19, 20, 21, 34
FIELD_DESCRIPTION, DEVELOPER_DATA_ID = 206, 207
RUNNING, CYCLING = 1, 2
TYPES = {
    "enum": (0x00, "B"),
    "uint8": (0x02, "B"),
    "byte": (0x0D, "B"),
    "uint16": (0x84, "H"),
    "sint32": (0x85, "i"),
    "uint32": (0x86, "I"),
    "string": (0x07, "s"),
}

Field = tuple[int, str, Any]
"""Number, type, value; several values make an array."""


def records(**columns: Any) -> Records:
    """Records at 1 Hz from lists; None is missing."""
    count = len(next(iter(columns.values())))
    return Records.from_columns(
        {"at_s": START_S + np.arange(count, dtype=float)}
        | {name: np.array(values, np.float64) for name, values in columns.items()}
    )


def steady(seconds: int = 60, *, cadence_spm: float = 171.0) -> Records:
    """A minute at 3 m/s through Munich."""
    passed = np.arange(seconds, dtype=float)
    return records(
        latitude_deg=48.1 + passed * 2.7e-5,
        longitude_deg=np.full(seconds, 11.5),
        altitude_m=np.full(seconds, 500.0),
        distance_m=passed * 3,
        speed_mps=np.full(seconds, 3.0),
        cadence_spm=np.full(seconds, cadence_spm),
        heart_rate_bpm=np.full(seconds, 140.0),
    )


def run(recorded: Records | None = None, **changes: Any) -> Activity:
    recorded = steady() if recorded is None else recorded
    lasting_s = float(recorded.at_s[-1] - recorded.at_s[0]) if len(recorded) else 0.0
    plain: dict[str, Any] = {
        "sport": "running",
        "sub_sport": "generic",
        "start_at": START,
        "records": recorded,
        "totals": Totals(elapsed_s=lasting_s, timer_s=lasting_s),
    }
    return Activity(**(plain | changes))


def fit_run(**changes: Any) -> bytes:
    return fit_bytes(run(**changes))


def since_1989(second: float) -> int:
    """FIT's count of a moment, given in seconds after the start."""
    return int(START_S + second) - FIT_EPOCH_S


def message(number: int, *fields: Field, developer: tuple[Field, ...] = ()) -> bytes:
    """A definition and one message of it; of a developer's field the type only sets the size."""
    packed, shape = _packed(fields)
    theirs, their_shape = _packed(developer)
    head = 0x60 if developer else 0x40
    definition = struct.pack("<BBBHB", head, 0, 0, number, len(fields))
    definition += b"".join(struct.pack("<BBB", *each) for each in shape)
    if developer:
        definition += bytes([len(developer)])
        definition += b"".join(struct.pack("<BBB", at, size, 0) for at, size, _ in their_shape)
    return definition + b"\0" + packed + theirs


def _packed(fields: tuple[Field, ...]) -> tuple[bytes, list[tuple[int, int, int]]]:
    content, shape = b"", []
    for number, kind, value in fields:
        code, letter = TYPES[kind]
        if isinstance(value, bytes):
            raw = value
        else:
            values = value if isinstance(value, tuple) else (value,)
            raw = struct.pack(f"<{len(values)}{letter}", *values)
        content += raw
        shape.append((number, len(raw), code))
    return content, shape


def fit_file(*messages: bytes, kind: int = 4) -> bytes:
    """A whole FIT file with its head, its file_id and its checksum."""
    content = message(FILE_ID, (0, "enum", kind)) + b"".join(messages)
    head = struct.pack("<BBHI4s", 14, 0x10, 2160, len(content), b".FIT")
    head += struct.pack("<H", crc16_arc(head))
    return head + content + struct.pack("<H", crc16_arc(head + content))


def record(second: float, *fields: Field, **extra: Any) -> bytes:
    return message(RECORD, (253, "uint32", since_1989(second)), *fields, **extra)


def moving_record(second: int) -> bytes:
    """At 3 m/s and 85 strides a minute."""
    return record(second, (5, "uint32", second * 300), (6, "uint16", 3000), (4, "uint8", 85))


def session(second: float | None, sport: int = RUNNING, *fields: Field) -> bytes:
    begin = () if second is None else ((2, "uint32", since_1989(second)),)
    return message(SESSION, *begin, (5, "enum", sport), *fields)
