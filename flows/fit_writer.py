"""Writes FIT files as a watch would: an Activity becomes bytes. For the demo and the tests.

A FIT file ("FIT protocol": Garmin, Flexible and Interoperable Data Transfer Protocol) is

    header      14 bytes: its own size, two versions, the size of what follows, ".FIT", its CRC
    messages    each begins with one byte that says what it is:
                  0x40 + slot  a definition: which fields messages in this slot have from now on
                  slot         data: the values of those fields, with nothing in between
    CRC         2 bytes over everything before

A slot (the protocol says "local message type") stands for one kind of message: file_id,
device_info, event, record, lap, session, activity. A field is a number, a base type and, in the
profile, a scale and an offset: raw = (value + offset) x scale, rounded. A raw value of all ones
means "not told" (the protocol says "invalid").

This file does not share code with the reader in `connectors/fit`: each tests the other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flows import fit_profile as profile
from pipeline.activity import Activity

_HEADER_SIZE = 14
_PROTOCOL_1_0 = 0x10
_PROFILE_21_60 = 2160
_DEFINITION = 0x40
_LITTLE_ENDIAN = 0

Values = NDArray[np.float64] | float | str | None
"""A column, one value, one text, or nothing told."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Messages of one kind, ready to write: their definition, and one row of bytes each."""

    definition: bytes
    rows: NDArray[np.void]

    @property
    def content(self) -> bytes:
        """Definition and messages, one after another."""
        return self.definition + self.rows.tobytes()


def fit_bytes(activity: Activity) -> bytes:
    """One activity as a FIT file with a single session.

    Columns and totals that are missing are left out; single missing values are written as "not
    told". Strides and averages of the session are taken from the activity. Cadence is written in
    strides, as FIT wants it, unless `cadence_rule` is "steps_as_is": that plays a device which
    counts steps. Findings are not written.

    Args:
        activity: with records in ascending order of time, at most one a second.

    Raises:
        ValueError: a sport we have no number for, or a value that its FIT field cannot hold.
    """
    messages = b"".join(
        (
            *_file_head(activity),
            *_recording(activity),
            _table(profile.SESSION, _session(activity)).content,
            _table(profile.ACTIVITY, _activity(activity)).content,
        )
    )
    content = _header(len(messages)) + messages
    return content + struct.pack("<H", crc16_arc(content))


def crc16_arc(content: bytes) -> int:
    """CRC-16/ARC, the checksum of FIT, in a few array operations.

    A CRC is linear: the CRC of a message is the exclusive or of the CRCs of its single set bits.
    A set bit followed by n other bits has CRC x^n (times a constant, modulo the polynomial), and
    these powers repeat every 32,767 bits. So bits with the same n modulo 32,767 are first folded
    into one, which leaves a single look-up however long the file is.

    Source: FIT protocol, "CRC"; the check value of "123456789" is 0xBB3D.
    """
    # Each byte goes in lowest bit first; counted from the end, bit n is followed by n others.
    from_the_end = np.unpackbits(np.frombuffer(content, np.uint8), bitorder="little")[::-1]
    powers = _crc_of_one_bit()
    turns = -(-len(from_the_end) // len(powers))
    padded = np.zeros(turns * len(powers), np.uint8)
    padded[: len(from_the_end)] = from_the_end
    folded = np.bitwise_xor.reduce(padded.reshape(turns, len(powers)), axis=0)
    return int(np.bitwise_xor.reduce(powers[folded == 1]))


@cache
def _crc_of_one_bit() -> NDArray[np.uint16]:
    """CRC of a set bit followed by n zero bits, for n from 0 to 32,766; n = 32,767 is n = 0."""
    reversed_polynomial = 0xA001  # x^16 + x^15 + x^2 + 1, lowest bit first
    period = 2**15 - 1
    powers = [reversed_polynomial]
    for _ in range(period - 1):
        last = powers[-1]
        powers.append((last >> 1) ^ (reversed_polynomial if last & 1 else 0))
    return np.array(powers, np.uint16)


def _header(messages_size: int) -> bytes:
    start = struct.pack(
        "<BBHI4s", _HEADER_SIZE, _PROTOCOL_1_0, _PROFILE_21_60, messages_size, b".FIT"
    )
    return start + struct.pack("<H", crc16_arc(start))


def _file_head(activity: Activity) -> Iterator[bytes]:
    start_s = activity.start_at.timestamp()
    device = {
        "manufacturer": profile.MADE_IN_DEVELOPMENT,
        "product": 0,
        "product_name": activity.device,
    }
    file_id = {"type": profile.FILE_IS_ACTIVITY, "time_created": start_s, **device}
    yield _table(profile.FILE_ID, file_id).content
    if activity.device is not None:
        info = {"timestamp": start_s, "device_index": profile.FIRST_DEVICE, **device}
        yield _table(profile.DEVICE_INFO, info).content


class _Mark(NamedTuple):
    """A message between the records: where it stands, and its bytes."""

    before_record: int
    content: bytes


def _recording(activity: Activity) -> Iterator[bytes]:
    """Records, timer events and laps in the order in which they happened."""
    records = _table(profile.RECORD, _record_columns(activity))
    events = _table(profile.EVENT, _timer_events(activity))
    laps = _table(profile.LAP, _lap_columns(activity))
    yield events.definition + records.definition + laps.definition
    at_s = np.rint(activity.records.at_s)
    marks = sorted(
        (*_marks_of(events, at_s), *_marks_of(laps, at_s)), key=lambda mark: mark.before_record
    )
    written = 0
    for mark in marks:
        yield records.rows[written : mark.before_record].tobytes()
        yield mark.content
        written = mark.before_record
    yield records.rows[written:].tobytes()


def _marks_of(table: _Table, at_s: NDArray[np.float64]) -> Iterator[_Mark]:
    """Place events and laps among the records: a start before its second, an end after it."""
    for row in table.rows:
        when_s = int(row["timestamp"]) + profile.FIT_EPOCH_S
        begins = row["event_type"] == profile.START
        place = np.searchsorted(at_s, when_s, side="left" if begins else "right")
        yield _Mark(int(place), row.tobytes())


def _record_columns(activity: Activity) -> dict[str, Values]:
    records = activity.records
    cadence, fraction = _whole_and_fraction(_revolutions(activity))
    return {
        "timestamp": records.at_s,
        "position_lat": records.latitude_deg,
        "position_long": records.longitude_deg,
        # Old programs look for the plain fields, new ones for the enhanced: watches write both.
        "altitude": records.altitude_m,
        "enhanced_altitude": records.altitude_m,
        "distance": records.distance_m,
        "speed": records.speed_mps,
        "enhanced_speed": records.speed_mps,
        "heart_rate": records.heart_rate_bpm,
        "cadence": cadence,
        "fractional_cadence": fraction,
        "power": records.power_w,
        "vertical_oscillation": records.vertical_oscillation_mm,
        "stance_time": records.ground_contact_time_ms,
        "vertical_ratio": records.vertical_ratio_pct,
        "stance_time_balance": records.ground_contact_balance_pct,
        "step_length": records.step_length_mm,
    }


def _revolutions(activity: Activity) -> NDArray[np.float64]:
    """Cadence as the device counts it, per minute."""
    steps_per_min = activity.records.cadence_spm
    return steps_per_min if activity.cadence_rule == "steps_as_is" else steps_per_min / 2


def _whole_and_fraction(
    revolutions: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cadence is a whole number in FIT; what is lost travels in a second field, in 1/128."""
    in_128ths = np.rint(revolutions * 128)
    whole = np.floor(in_128ths / 128)
    return whole, in_128ths / 128 - whole


def _timer_events(activity: Activity) -> dict[str, Values]:
    changes = [(activity.start_at.timestamp(), profile.START)]
    for pause in activity.pauses:
        changes += [(pause.start_s, profile.STOP_ALL), (pause.end_s, profile.START)]
    changes.append((_end_s(activity), profile.STOP_ALL))
    at_s, kinds = zip(*changes, strict=True)
    return {
        "timestamp": np.array(at_s),
        "event": np.full(len(changes), float(profile.EVENT_TIMER)),
        "event_type": np.array(kinds, np.float64),
    }


def _lap_columns(activity: Activity) -> dict[str, Values]:
    laps = activity.laps
    starts_s = np.array([lap.start_at.timestamp() for lap in laps])
    return {
        "timestamp": np.append(starts_s, _end_s(activity))[1:],
        "message_index": np.arange(len(laps), dtype=np.float64),
        "event": np.full(len(laps), float(profile.EVENT_LAP)),
        "event_type": np.full(len(laps), float(profile.STOP)),
        "start_time": starts_s,
        "total_elapsed_time": _told([lap.elapsed_s for lap in laps]),
        "total_timer_time": _told([lap.timer_s for lap in laps]),
        "total_distance": _told([lap.distance_m for lap in laps]),
    }


def _told(values: list[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _session(activity: Activity) -> dict[str, Values]:
    totals = activity.totals
    return {
        "timestamp": _end_s(activity),
        "message_index": 0,
        "event": profile.EVENT_SESSION,
        "event_type": profile.STOP,
        "start_time": activity.start_at.timestamp(),
        "sport": _number_of(profile.SPORTS, activity.sport),
        "sub_sport": _number_of(profile.SUB_SPORTS, activity.sub_sport),
        "total_elapsed_time": totals.elapsed_s,
        "total_timer_time": totals.timer_s,
        "total_distance": totals.distance_m,
        "total_cycles": None if totals.steps is None else totals.steps / 2,
        "total_ascent": totals.ascent_m,
        "total_descent": totals.descent_m,
        "first_lap_index": 0,
        "num_laps": len(activity.laps),
        "workout_rpe": activity.rpe,
        **_heart_rate_summary(activity),
        **_cadence_summary(activity),
    }


def _heart_rate_summary(activity: Activity) -> dict[str, Values]:
    heart_rate = activity.records.heart_rate_bpm
    told = heart_rate[np.isfinite(heart_rate)]
    if len(told) == 0:
        return {}
    return {"avg_heart_rate": float(told.mean()), "max_heart_rate": float(told.max())}


def _cadence_summary(activity: Activity) -> dict[str, Values]:
    revolutions = _revolutions(activity)
    turning = revolutions[revolutions > 0]  # watches leave standing out of the average
    if len(turning) == 0:
        return {}
    whole, fraction = _whole_and_fraction(turning.mean(keepdims=True))
    return {"avg_cadence": whole, "avg_fractional_cadence": fraction}


def _activity(activity: Activity) -> dict[str, Values]:
    end_s = _end_s(activity)
    offset_s = activity.utc_offset_s
    return {
        "timestamp": end_s,
        "total_timer_time": activity.totals.timer_s,
        "num_sessions": 1,
        "type": profile.MANUAL,
        "event": profile.EVENT_ACTIVITY,
        "event_type": profile.STOP,
        # The clock on the wall, counted as if it were UTC.
        "local_timestamp": None if offset_s is None else end_s + offset_s,
    }


def _end_s(activity: Activity) -> float:
    """When the recording ended, seconds since 1970 UTC."""
    start_s = activity.start_at.timestamp()
    if activity.totals.elapsed_s is not None:
        return start_s + activity.totals.elapsed_s
    return float(activity.records.at_s[-1]) if len(activity.records) else start_s


def _number_of(numbers: Mapping[str, int], name: str | None) -> int | None:
    if name is None:
        return None
    if name not in numbers:
        raise ValueError(f"cannot write {name!r} to FIT, only {', '.join(numbers)}")
    return numbers[name]


def _table(message: profile.Message, values: Mapping[str, Values]) -> _Table:
    """Turn values in our units into the bytes of messages; what nobody told is left out."""
    raw = {
        name: _raw(name, field, told)
        for name, field in message.fields.items()
        if (told := _as_column(values.get(name))) is not None
    }
    layout = np.dtype([("slot", "<u1"), *((name, column.dtype) for name, column in raw.items())])
    count = max((len(column) for column in raw.values()), default=0)
    rows = np.zeros(count, layout)
    rows["slot"] = message.slot
    for name, column in raw.items():
        rows[name] = column
    return _Table(_definition(message, layout) if count else b"", rows)


def _definition(message: profile.Message, layout: np.dtype[np.void]) -> bytes:
    """Say which fields follow in the data messages of this slot, and how wide each is."""
    names = (layout.names or ())[1:]  # without the slot, which every message has
    reserved = 0
    start = struct.pack(
        "<BBBHB",
        _DEFINITION + message.slot,
        reserved,
        _LITTLE_ENDIAN,
        message.number,
        len(names),
    )
    fields = ((message.fields[name], layout[name].itemsize) for name in names)
    return start + b"".join(
        struct.pack("<BBB", field.number, size, field.base.code) for field, size in fields
    )


def _as_column(values: Values) -> NDArray[np.float64] | NDArray[np.bytes_] | None:
    """One shape for all: an array, or None where there is nothing to write."""
    if values is None:
        return None
    if isinstance(values, str):
        text = values.encode() + b"\0"
        return np.array([text], f"S{len(text)}")
    column = np.atleast_1d(np.asarray(values, np.float64))
    return None if np.isnan(column).all() else column


def _raw(
    name: str, field: profile.Field, column: NDArray[np.float64] | NDArray[np.bytes_]
) -> NDArray[np.generic]:
    """Scale, round, and put the invalid value where nothing is told."""
    if field.base is profile.STRING:
        return column
    scaled = np.rint((column.astype(np.float64) + field.offset) * field.scale)
    smallest = np.iinfo(field.base.dtype).min
    if ((scaled < smallest) | (scaled >= field.base.invalid)).any():
        raise ValueError(f"{name} has a value that its FIT field cannot hold")
    return np.where(np.isnan(scaled), field.base.invalid, scaled).astype(field.base.dtype)
