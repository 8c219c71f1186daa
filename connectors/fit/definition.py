"""What a definition in a FIT file says: which fields the data messages after it have, and where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

WITH_DEVELOPERS = 0x20
"""Bit of a definition's head: developers' fields follow the others."""

FIELDS_AT = 6
"""Bytes of a definition before its first field."""

BASE_BYTES = {
    0x00: 1, 0x01: 1, 0x02: 1, 0x83: 2, 0x84: 2, 0x85: 4, 0x86: 4, 0x07: 1, 0x88: 4, 0x89: 8,
    0x0A: 1, 0x8B: 2, 0x8C: 4, 0x0D: 1, 0x8E: 8, 0x8F: 8, 0x90: 8,
}  # fmt: skip
BYTE = 0x0D
"""The base type of what has no other: some bytes."""

REMEMBERED = 512
"""Definitions; files of one watch have the same ones, a few dozen."""


class Field(NamedTuple):
    """One field of a definition."""

    number: int
    base_type: int
    at: int
    """Bytes from the head of the message."""
    size: int
    developer: int | None = None
    """Index of the developer who defined it; None for FIT's own fields."""


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """What one kind of data message looks like."""

    told: bytes
    """As it stands in the file."""
    number: int
    """Global message number: 0 file_id, 18 session, 19 lap, 20 record ..."""
    byte_order: Literal["<", ">"]
    fields: tuple[Field, ...]
    size: int
    """Bytes of a data message, its head included."""
    misaligned: bool
    """Whether some field's size is no multiple of its type's: Coros writes such."""


@lru_cache(REMEMBERED)
def definition_of(told: bytes) -> Definition:
    """Understand the bytes of one definition."""
    byte_order: Literal["<", ">"] = ">" if told[2] else "<"
    number = int.from_bytes(told[3:5], "big" if told[2] else "little")
    fields, at, misaligned = [], 1, False
    after = FIELDS_AT + 3 * told[5]
    for place in range(FIELDS_AT, after, 3):
        field_number, size, base_type = told[place : place + 3]
        if base_type not in BASE_BYTES:
            base_type = BYTE
        elif size % BASE_BYTES[base_type]:
            misaligned, base_type = True, BYTE
        fields.append(Field(field_number, base_type, at, size))
        at += size
    for place in range(after + 1, len(told), 3):
        field_number, size, developer = told[place : place + 3]
        fields.append(Field(field_number, BYTE, at, size, developer))
        at += size
    return Definition(told, number, byte_order, tuple(fields), at, misaligned)


def end_of_definition(data: bytes, at: int) -> int:
    """Where the definition that begins at `at` ends, which may be beyond the data."""
    after = at + FIELDS_AT + 3 * data[at + FIELDS_AT - 1]
    if data[at] & WITH_DEVELOPERS:
        after += 1 + 3 * data[after]
    return after
