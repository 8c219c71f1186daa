"""Faults that know FIT: wrong definitions, lengths, slots, times and chains, with right checksums.

Random bytes hardly ever get past the first definition; these do.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from tests.fuzz.fit_parts import (
    IS_COMPRESSED,
    RECORD,
    Data,
    Definition,
    Parts,
    parts_of,
    with_right_crc,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

BASE_TYPES = (
    *(0x00, 0x01, 0x02, 0x83, 0x84, 0x85, 0x86, 0x07, 0x88),
    *(0x89, 0x0A, 0x8B, 0x8C, 0x0D, 0x8E, 0x8F, 0x90),
)
NO_BASE_TYPES = (0x03, 0x06, 0x11, 0x1F, 0x42, 0x7F, 0x80, 0xFF)
SIZES = (0, 1, 2, 3, 4, 5, 7, 8, 16, 17, 128, 254, 255)
MESSAGES = (0, 12, 18, 19, 20, 21, 23, 34, 49, 72, 78, 101, 128, 132, 206, 207, 0xFF00, 0xFFFF)
TIMESTAMP = 253
FIELD_NUMBERS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 39, 53, 73, 78, 108, 193, 250, TIMESTAMP, 254, 255)
EXTREMES = (
    *(0, 1, 0x0FFF_FFFF, 0x1000_0000, 0x1000_0001, 0x7FFF_FFFE, 0x7FFF_FFFF, 0x8000_0000),
    *(0x8000_0001, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x4479_C000, 0x7FC0_0000, 0x7F80_0000),
)
"""The border of FIT's system time, all ones, the ends of int and float, infinity and NaN."""

HEAD_SIZES = (0, 1, 11, 12, 13, 14, 15, 255)
DATA_SIZES = (0, 1, 14, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF)
PROTOCOLS = (0x00, 0x10, 0x20, 0x2F, 0x30, 0xFF)
FIELD_DESCRIPTION, DEVELOPER_DATA_ID = 206, 207
LONGEST_RUN = 40


def change_field(random: Random, parts: Parts) -> None:
    """Another number, size or type in a definition; the data stays as it was."""
    if definition := _definition(random, parts, lambda each: bool(each.fields)):
        index = random.randrange(len(definition.fields))
        definition.fields[index] = _spoilt_field(random, definition.fields[index])


def change_field_and_data(random: Random, parts: Parts) -> None:
    """A field of another size in a definition and in every message of it: sound but odd."""
    definition = _definition(random, parts, lambda each: bool(each.fields))
    if definition is None:
        return
    index = random.randrange(len(definition.fields))
    at, (number, before, _) = definition.offset_of(index), definition.fields[index]
    size = random.choice(SIZES)
    definition.fields[index] = (number, size, random.choice(BASE_TYPES))
    for each in parts.data():
        if each.definition is definition:
            value = (each.values[at : at + before] + random.randbytes(size))[:size]
            each.values = each.values[:at] + value + each.values[at + before :]


def claim_fields(random: Random, parts: Parts) -> None:
    if definition := _definition(random, parts):
        definition.says_fields = random.choice((0, 1, len(definition.fields) + 1, 128, 255))


def add_fields(random: Random, parts: Parts) -> None:
    """Many more fields, some of them twice, with data for them."""
    definition = _definition(random, parts)
    if definition is None:
        return
    count = random.choice((1, 2, 20, 255 - len(definition.fields)))
    more = [_field(random) for _ in range(max(count, 0))]
    if random.random() < 0.5:
        more = [(number, random.choice((1, 2, 4)), kind) for number, _, kind in more]
    before = definition.offset_of(len(definition.fields))
    size = sum(each[1] for each in more)
    definition.fields.extend(more)
    for each in parts.data():
        if each.definition is definition:
            each.values = each.values[:before] + random.randbytes(size) + each.values[before:]


def change_order(random: Random, parts: Parts) -> None:
    if definition := _definition(random, parts):
        definition.is_big_endian = random.choice((0, 1, 1, 2, 255))


def change_message(random: Random, parts: Parts) -> None:
    if definition := _definition(random, parts):
        definition.message = random.choice(MESSAGES)


def change_slot(random: Random, parts: Parts) -> None:
    if definition := _definition(random, parts):
        definition.slot = random.randrange(16)


def define_again(random: Random, parts: Parts) -> None:
    """A slot that is defined a second time among its data, the same or not quite."""
    definition = _definition(random, parts)
    if definition is None:
        return
    again = copy(definition)
    again.fields = list(definition.fields)
    if again.fields and random.random() < 0.7:
        index = random.randrange(len(again.fields))
        again.fields[index] = _spoilt_field(random, again.fields[index])
    if random.random() < 0.3:
        random.shuffle(again.fields)
    parts.messages.insert(random.randrange(len(parts.messages) + 1), again)


def lose_message(random: Random, parts: Parts) -> None:
    at = random.randrange(len(parts.messages))
    count = random.choice((1, 1, 2, LONGEST_RUN))
    del parts.messages[at : at + count]


def lose_definition(random: Random, parts: Parts) -> None:
    if definition := _definition(random, parts):
        parts.messages.remove(definition)


def repeat_messages(random: Random, parts: Parts) -> None:
    at = random.randrange(len(parts.messages))
    some = parts.messages[at : at + random.choice((1, 1, 2, LONGEST_RUN))]
    to = random.choice((at, random.randrange(len(parts.messages) + 1)))
    parts.messages[to:to] = some * random.choice((1, 1, 3))


def shuffle_messages(random: Random, parts: Parts) -> None:
    at = random.randrange(len(parts.messages))
    some = parts.messages[at : at + LONGEST_RUN]
    random.shuffle(some)
    parts.messages[at : at + LONGEST_RUN] = some


def stretch_data(random: Random, parts: Parts) -> None:
    """A message that is a few bytes longer or shorter than its definition says."""
    if data := _data(random, parts):
        if random.random() < 0.5:
            data.values = data.values[: -random.randint(1, 4)]
        else:
            data.values += random.randbytes(random.randint(1, 4))


def change_head(random: Random, parts: Parts) -> None:
    if data := _data(random, parts):
        data.head = random.randrange(256)


def compress_times(random: Random, parts: Parts) -> None:
    """Heads that hold the last five bits of the time, with or without a time before them."""
    slot = random.randrange(4)
    second = random.randrange(32)
    for each in parts.data():
        if each.definition.message == RECORD and random.random() < 0.9:
            each.definition.slot = slot
            each.head = IS_COMPRESSED | slot << 5 | second
            second = second + random.choice((0, 1, 1, 1, 5, 31)) & 0x1F
    if random.random() < 0.7:
        _without_times(random, parts)


def _without_times(random: Random, parts: Parts) -> None:
    """Records lose the time itself, but for some that keep it under a head of their own."""
    for definition in {id(each.definition): each.definition for each in parts.data()}.values():
        found = [at for at, each in enumerate(definition.fields) if each[0] == TIMESTAMP]
        if definition.message != RECORD or not found or random.random() < 0.1:
            continue
        at, size = definition.offset_of(found[0]), definition.fields[found[0]][1]
        del definition.fields[found[0]]
        for each in parts.data():
            if each.definition is definition:
                each.values = each.values[:at] + each.values[at + size :]


def extreme_value(random: Random, parts: Parts) -> None:
    """A value no body has, in one message or in a row of them."""
    _set_values(random, parts, lambda number: random.random() < 0.3 or number == TIMESTAMP)


def extreme_time(random: Random, parts: Parts) -> None:
    _set_values(random, parts, lambda number: number == TIMESTAMP)


def extreme_summary(random: Random, parts: Parts) -> None:
    """The same in sessions, laps, events and the activity."""
    some = [each for each in parts.data() if each.definition.message != RECORD]
    for data in random.sample(some, min(len(some), 3)):
        for index in range(len(data.definition.fields)):
            if random.random() < 0.4:
                _set_value(random, data, index)


def step_time_back(random: Random, parts: Parts) -> None:
    """Records in another order than that of time."""
    at = [index for index, each in enumerate(parts.messages) if _is_record(each)]
    if len(at) < 2:
        return
    some = random.sample(at, min(len(at), random.choice((2, 4, LONGEST_RUN))))
    moved = [parts.messages[index] for index in some]
    random.shuffle(moved)
    for index, each in zip(some, moved, strict=True):
        parts.messages[index] = each


def claim_developer(random: Random, parts: Parts) -> None:
    """A developer's fields whose data is not there, or whose number is a lie."""
    if definition := _definition(random, parts):
        definition.says_developer = random.choice((0, 1, 2, 255))
        if random.random() < 0.5:
            size = random.choice(SIZES)
            definition.developer = [(random.choice((0, 1, 255)), size, random.choice((0, 1, 255)))]


def add_developer(random: Random, parts: Parts) -> None:
    """A developer's field with its description, in which anything may be odd, and its data."""
    definition = _definition(random, parts, lambda each: each.message == RECORD)
    if definition is None:
        return
    size, kind = random.choice((0, 1, 2, 4, 5, 16)), random.choice((*BASE_TYPES, *NO_BASE_TYPES))
    number, index = random.choice((0, 1, 200)), random.choice((0, 3))
    name = random.choice((b"Power\0", b"heart_rate\0", b"\xff\xfe\0", b"", b"x" * 60, b"\0\0"))
    native = random.choice((0, 3, 6, 7, 253, 255))
    described = Definition(
        14,
        FIELD_DESCRIPTION,
        [(0, 1, 2), (1, 1, 2), (2, 1, 2), (3, len(name), 7), (6, 1, 2), (14, 2, 0x84), (15, 1, 2)],
    )
    values = bytes([index, number, kind]) + name + bytes([random.choice((0, 1, 100, 255))])
    description = Data(described, values + b"\x14\0" + bytes([native]), 14)
    identity = Definition(15, DEVELOPER_DATA_ID, [(1, 16, 0x0D), (3, 1, 2)])
    developer = Data(identity, random.randbytes(16) + bytes([index]), 15)
    told: list[Definition | Data] = [identity, developer, described, description]
    if random.random() < 0.2:
        random.shuffle(told)
    at = parts.messages.index(definition)
    parts.messages[at:at] = told[: random.choice((2, 4, 4, 4))]
    definition.developer.append((number, size, index))
    for each in parts.data():
        if each.definition is definition:
            each.values += random.randbytes(size)


def change_file_head(random: Random, parts: Parts) -> None:
    parts.head_size = random.choice(HEAD_SIZES)
    parts.protocol = random.choice(PROTOCOLS)


def claim_size(random: Random, parts: Parts) -> None:
    size = len(b"".join(each.to_bytes() for each in parts.messages))
    parts.says_size = random.choice(
        (*DATA_SIZES, size - 1, size + 1, size + 2, size // 2, size * 2)
    )
    parts.says_size = max(parts.says_size, 0)


PARTS_FAULTS: tuple[Callable[[Random, Parts], None], ...] = (
    change_field,
    change_field_and_data,
    claim_fields,
    add_fields,
    change_order,
    change_message,
    change_slot,
    define_again,
    lose_message,
    lose_definition,
    repeat_messages,
    shuffle_messages,
    stretch_data,
    change_head,
    compress_times,
    extreme_value,
    extreme_time,
    extreme_summary,
    step_time_back,
    claim_developer,
    add_developer,
    change_file_head,
    claim_size,
)


def chain(random: Random, content: bytes, other: bytes) -> bytes:
    """Several files one after the other, now and then with something in between."""
    files = [random.choice((content, other)) for _ in range(random.choice((2, 2, 3, 5)))]
    between = random.choice((b"", b"", b"\0", b"\0\0\0", random.randbytes(random.randint(1, 20))))
    return between.join(files)


def spoilt_parts(random: Random, content: bytes) -> tuple[bytes, list[str]]:
    """One to four faults that know FIT, and their names."""
    parts = parts_of(content)
    names = []
    for _ in range(random.choice((1, 1, 2, 4))):
        if not parts.messages:
            break
        fault = random.choice(PARTS_FAULTS)
        fault(random, parts)
        names.append(fault.__name__)
    return parts.to_bytes(), names


def finished(random: Random, content: bytes) -> bytes:
    """Half of the spoilt files get a right checksum, or they would all be stopped by it."""
    return with_right_crc(content) if random.random() < 0.5 else content


def _definition(
    random: Random, parts: Parts, wanted: Callable[[Definition], bool] = lambda _: True
) -> Definition | None:
    """One of the definitions, more often that of the records."""
    some = [each for each in parts.definitions() if wanted(each)]
    of_records = [each for each in some if each.message == RECORD]
    if of_records and random.random() < 0.5:
        return random.choice(of_records)
    return random.choice(some) if some else None


def _data(random: Random, parts: Parts) -> Data | None:
    some = parts.data()
    return random.choice(some) if some else None


def _is_record(each: Definition | Data) -> bool:
    return isinstance(each, Data) and each.definition.message == RECORD


def _field(random: Random) -> tuple[int, int, int]:
    return random.choice(FIELD_NUMBERS), random.choice(SIZES), random.choice(BASE_TYPES)


def _spoilt_field(random: Random, before: tuple[int, int, int]) -> tuple[int, int, int]:
    number, size, kind = before
    match random.randrange(4):
        case 0:
            return random.choice(FIELD_NUMBERS), size, kind
        case 1:
            return number, random.choice((*SIZES, max(size - 1, 0), size + 1)), kind
        case 2:
            return number, size, random.choice((*BASE_TYPES, *NO_BASE_TYPES))
        case _:
            return _field(random)


def _set_values(random: Random, parts: Parts, wanted: Callable[[int], bool]) -> None:
    some = parts.data()
    if not some:
        return
    at = random.randrange(len(some))
    for data in some[at : at + random.choice((1, 1, 2, LONGEST_RUN))]:
        for index, (number, _, _) in enumerate(data.definition.fields):
            if wanted(number):
                _set_value(random, data, index)


def _set_value(random: Random, data: Data, index: int) -> None:
    at, size = data.definition.offset_of(index), data.definition.fields[index][1]
    order = "big" if data.definition.is_big_endian == 1 else "little"
    value = random.choice(EXTREMES) >> max(32 - 8 * size, 0)
    raw = value.to_bytes(max(size, 4), "big" if order == "big" else "little")
    raw = raw[-size:] if order == "big" and size else raw[:size]
    data.values = data.values[:at] + raw + data.values[at + size :]
