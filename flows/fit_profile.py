"""The part of FIT's profile that `fit_writer` writes: messages, fields, types, scales, names.

Source: "FIT protocol" for the base types, Garmin's public FIT profile for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

FIT_EPOCH_S = int(datetime(1989, 12, 31, tzinfo=UTC).timestamp())
"""FIT counts seconds from here."""
SEMICIRCLES_PER_DEG = 2**31 / 180
"""FIT positions: half a turn is 2^31."""

SPORTS = {"generic": 0, "running": 1, "cycling": 2, "walking": 11, "hiking": 17}
SUB_SPORTS = {"generic": 0, "treadmill": 1, "trail": 3, "track": 4, "virtual_activity": 58}


class BaseType(NamedTuple):
    """How a raw value is stored: the protocol's code, NumPy's name, the value for "not told"."""

    code: int
    dtype: str
    invalid: int


ENUM = BaseType(0x00, "<u1", 0xFF)
UINT8 = BaseType(0x02, "<u1", 0xFF)
UINT16 = BaseType(0x84, "<u2", 0xFFFF)
SINT32 = BaseType(0x85, "<i4", 0x7FFFFFFF)
UINT32 = BaseType(0x86, "<u4", 0xFFFFFFFF)
STRING = BaseType(0x07, "S", 0x00)


class Field(NamedTuple):
    """One value of a message: raw = (value + offset) x scale."""

    number: int
    base: BaseType
    scale: float = 1.0
    offset: float = 0.0


class Message(NamedTuple):
    """One kind of message, the slot it is written in, and its fields in the order of writing."""

    slot: int
    number: int
    """The profile's number of this kind of message ("global message number")."""
    fields: Mapping[str, Field]


def _time(number: int) -> Field:
    """Seconds since 1970, stored as seconds since 1989."""
    return Field(number, UINT32, offset=-FIT_EPOCH_S)


# The profile (numbers, types, scales), as far as it is written here. Names are the profile's.
FILE_ID = Message(
    slot=0,
    number=0,
    fields={
        "type": Field(0, ENUM),
        "manufacturer": Field(1, UINT16),
        "product": Field(2, UINT16),
        "time_created": _time(4),
        "product_name": Field(8, STRING),
    },
)
DEVICE_INFO = Message(
    slot=1,
    number=23,
    fields={
        "timestamp": _time(253),
        "device_index": Field(0, UINT8),
        "manufacturer": Field(2, UINT16),
        "product": Field(4, UINT16),
        "product_name": Field(27, STRING),
    },
)
EVENT = Message(
    slot=2,
    number=21,
    fields={
        "timestamp": _time(253),
        "event": Field(0, ENUM),
        "event_type": Field(1, ENUM),
    },
)
RECORD = Message(
    slot=3,
    number=20,
    fields={
        "timestamp": _time(253),
        "position_lat": Field(0, SINT32, SEMICIRCLES_PER_DEG),
        "position_long": Field(1, SINT32, SEMICIRCLES_PER_DEG),
        "altitude": Field(2, UINT16, 5.0, 500.0),
        "enhanced_altitude": Field(78, UINT32, 5.0, 500.0),
        "distance": Field(5, UINT32, 100.0),
        "speed": Field(6, UINT16, 1000.0),
        "enhanced_speed": Field(73, UINT32, 1000.0),
        "heart_rate": Field(3, UINT8),
        "cadence": Field(4, UINT8),
        "fractional_cadence": Field(53, UINT8, 128.0),
        "power": Field(7, UINT16),
        "vertical_oscillation": Field(39, UINT16, 10.0),
        "stance_time": Field(41, UINT16, 10.0),
        "vertical_ratio": Field(83, UINT16, 100.0),
        "stance_time_balance": Field(84, UINT16, 100.0),
        "step_length": Field(85, UINT16, 10.0),
    },
)
LAP = Message(
    slot=4,
    number=19,
    fields={
        "timestamp": _time(253),
        "message_index": Field(254, UINT16),
        "event": Field(0, ENUM),
        "event_type": Field(1, ENUM),
        "start_time": _time(2),
        "total_elapsed_time": Field(7, UINT32, 1000.0),
        "total_timer_time": Field(8, UINT32, 1000.0),
        "total_distance": Field(9, UINT32, 100.0),
    },
)
SESSION = Message(
    slot=5,
    number=18,
    fields={
        "timestamp": _time(253),
        "message_index": Field(254, UINT16),
        "event": Field(0, ENUM),
        "event_type": Field(1, ENUM),
        "start_time": _time(2),
        "sport": Field(5, ENUM),
        "sub_sport": Field(6, ENUM),
        "total_elapsed_time": Field(7, UINT32, 1000.0),
        "total_timer_time": Field(8, UINT32, 1000.0),
        "total_distance": Field(9, UINT32, 100.0),
        "total_cycles": Field(10, UINT32),  # readers call it total_strides when sport is running
        "avg_heart_rate": Field(16, UINT8),
        "max_heart_rate": Field(17, UINT8),
        "avg_cadence": Field(18, UINT8),
        "total_ascent": Field(22, UINT16),
        "total_descent": Field(23, UINT16),
        "first_lap_index": Field(25, UINT16),
        "num_laps": Field(26, UINT16),
        "avg_fractional_cadence": Field(92, UINT8, 128.0),
        "workout_rpe": Field(193, UINT8, 10.0),
    },
)
ACTIVITY = Message(
    slot=6,
    number=34,
    fields={
        "timestamp": _time(253),
        "total_timer_time": Field(0, UINT32, 1000.0),
        "num_sessions": Field(1, UINT16),
        "type": Field(2, ENUM),
        "event": Field(3, ENUM),
        "event_type": Field(4, ENUM),
        "local_timestamp": _time(5),
    },
)

# Values of enumerations.
FILE_IS_ACTIVITY = 4
MADE_IN_DEVELOPMENT = 255
FIRST_DEVICE = 0
MANUAL = 0
EVENT_TIMER, EVENT_SESSION, EVENT_LAP, EVENT_ACTIVITY = 0, 8, 9, 26
START, STOP, STOP_ALL = 0, 1, 4
