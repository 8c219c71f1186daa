"""Thousands of files as a modern running watch writes them, no two of them the same run.

A few dozen templates are simulated and written once: a record each second with position and running
dynamics, and beside it the two messages of satellites and sensors that such watches add. Of each
file only times, positions and the checksum are new, so that thousands are made in a minute.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from flows.fit_writer import crc16_arc
from flows.simulate import simulate_run, watch_fit
from tests.fuzz.fit_parts import CRC_BYTES, HEAD_BYTES, RECORD, Data, Definition, Parts, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from flows.simulate import Kind

ZONE = ZoneInfo("Europe/Zurich")
YEARS = 10
DAYS_A_YEAR = 365.25
KINDS: tuple[Kind, ...] = ("easy", "long", "intervals", "hilly", "paused")
MINUTES = (45, 55, 60, 60, 65, 75)
SHIFT_MAX_DEG = 0.02
FILE_ID, SESSION, LAP, ACTIVITY, GPS_METADATA, UNNAMED = 0, 18, 19, 34, 160, 233
MADE_AT = datetime(2020, 6, 1, 7, tzinfo=UTC)

UINT16, UINT32, SINT8, UINT8, ENUM, BYTE = 0x84, 0x86, 0x01, 0x02, 0x00, 0x0D
MORE_IN_A_RECORD = (
    (13, 1, SINT8),  # temperature
    (29, 4, UINT32),  # accumulated_power
    (42, 1, ENUM),  # activity_type
    (87, 2, UINT16),  # the rest has no name in the public profile
    (107, 1, BYTE),
    (135, 1, UINT8),
    (136, 1, UINT8),
    (140, 4, UINT32),
)
"""Number, size, type of what a Forerunner of 2022 adds to what our writer writes."""


@dataclass(frozen=True, slots=True)
class Template:
    """One written file, and where in it stands what differs from file to file."""

    content: NDArray[np.uint8]
    """Without the last checksum."""
    times_at: NDArray[np.intp]
    latitudes_at: NDArray[np.intp]
    longitudes_at: NDArray[np.intp]
    local_times_at: NDArray[np.intp]


def write_files(
    folder: Path, count: int, *, last: date, advance: Callable[[], object], templates: int = 30
) -> None:
    """Write so many files, one every day or two, over ten years at most.

    Args:
        folder: is made.
        count: how many.
        last: local date of the newest.
        advance: told after each file.
        templates: how many runs are simulated.
    """
    folder.mkdir(parents=True)
    some = [template(index) for index in range(min(templates, count))]
    random = np.random.default_rng(count)
    step_days = min(YEARS * DAYS_A_YEAR / count, 3.0)
    for index in range(count):
        day = last - timedelta(days=int((count - 1 - index) * step_days))
        begins = datetime.combine(day, time(6), ZONE) + timedelta(
            seconds=int(random.integers(0, 3 * 3600))
        )
        shift_deg = random.uniform(-SHIFT_MAX_DEG, SHIFT_MAX_DEG, 2)
        content = dated(some[index % len(some)], begins, shift_deg)
        (folder / f"{begins:%Y-%m-%d-%H%M}.fit").write_bytes(content)
        advance()


def template(index: int) -> Template:
    """The file of one simulated run, with all that a modern watch adds."""
    kind, minutes = KINDS[index % len(KINDS)], MINUTES[index % len(MINUTES)]
    run = simulate_run(kind, start_at=MADE_AT, minutes=minutes, seed=1000 + index)
    return _marked(_with_more(parts_of(watch_fit(run)), np.random.default_rng(index)))


def dated(made: Template, begins: datetime, shift_deg: NDArray[np.float64]) -> bytes:
    """The template as a run that began elsewhere at another time."""
    content = made.content.copy()
    _add(content, made.times_at, round((begins - MADE_AT).total_seconds()))
    offset_s = (begins.utcoffset() or timedelta()).total_seconds()
    local_s = round((begins - MADE_AT).total_seconds() + offset_s)
    before_s = MADE_AT.astimezone(ZONE).utcoffset() or timedelta()
    _add(content, made.local_times_at, local_s - round(before_s.total_seconds()))
    latitude, longitude = (round(float(each) * 2**31 / 180) for each in shift_deg)
    _add(content, made.latitudes_at, latitude)
    _add(content, made.longitudes_at, longitude)
    whole = content.tobytes()
    return whole + struct.pack("<H", crc16_arc(whole))


def _add(content: NDArray[np.uint8], at: NDArray[np.intp], more: int) -> None:
    """Add to the four-byte numbers at these places."""
    places = at[:, None] + np.arange(4)
    values = np.ascontiguousarray(content[places]).view("<i4").astype(np.int64) + more
    content[places] = values.astype("<i4").view(np.uint8).reshape(-1, 4)


def _with_more(parts: Parts, random: np.random.Generator) -> Parts:
    """Wider records, and two more messages a second."""
    satellites = Definition(10, GPS_METADATA, [(253, 4, UINT32), (0, 2, UINT16), (5, 2, UINT16)])
    sensors = Definition(11, UNNAMED, [(2, 4, BYTE)])
    of_records = {id(each.definition): each.definition for each in parts.data() if _is_record(each)}
    for definition in of_records.values():
        definition.fields.extend(MORE_IN_A_RECORD)
    watts = 0
    messages: list[Definition | Data] = [satellites, sensors]
    for each in parts.messages:
        if isinstance(each, Data) and _is_record(each):
            watts += int(random.integers(200, 320))
            more = struct.pack("<bIBH", 19, watts, 1, int(random.integers(0, 500)))
            each.values += more + random.bytes(3) + struct.pack("<I", watts // 7)
            second = each.values[:4] + struct.pack("<HH", *random.integers(0, 1000, 2).tolist())
            messages += [Data(satellites, second, 10), Data(sensors, random.bytes(4), 11)]
        messages.append(each)
    return Parts(messages)


def _is_record(each: Data) -> bool:
    return each.definition.message == RECORD


def _marked(parts: Parts) -> Template:
    """Find the times and places in the bytes."""
    whole = parts.to_bytes()
    found: dict[str, list[int]] = {"time": [], "latitude": [], "longitude": [], "local": []}
    at = HEAD_BYTES
    for each in parts.messages:
        if isinstance(each, Data):
            for name, offset in _marks(each.definition):
                # All ones, also without the sign: not told.
                if each.values[offset : offset + 3] != b"\xff\xff\xff":
                    found[name].append(at + 1 + offset)
        at += len(each.to_bytes())
    places = {name: np.array(each, np.intp) for name, each in found.items()}
    return Template(
        content=np.frombuffer(whole[:-CRC_BYTES], np.uint8),
        times_at=places["time"],
        latitudes_at=places["latitude"],
        longitudes_at=places["longitude"],
        local_times_at=places["local"],
    )


def _marks(definition: Definition) -> list[tuple[str, int]]:
    """Name and offset of the times and positions in one kind of message."""
    names = {(definition.message, 253): "time"}
    names |= {(RECORD, 0): "latitude", (RECORD, 1): "longitude", (FILE_ID, 4): "time"}
    names |= {(SESSION, 2): "time", (LAP, 2): "time", (ACTIVITY, 5): "local"}
    return [
        (name, definition.offset_of(index))
        for index, (number, _, _) in enumerate(definition.fields)
        if (name := names.get((definition.message, number)))
    ]
