"""A FIT file taken apart into header, definitions and data messages, and put together again.

Only for spoiling files: every number may be set to what no watch writes, and nothing here checks
it. Code is shared neither with the reader nor with the writer.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from flows.fit_writer import crc16_arc

IS_COMPRESSED, IS_DEFINITION, HAS_DEVELOPER = 0x80, 0x40, 0x20
HEAD_BYTES, CRC_BYTES = 14, 2
FIELD_BYTES = 3
RECORD = 20


@dataclass
class Definition:
    """What data messages of a slot hold from here on."""

    slot: int
    message: int
    fields: list[tuple[int, int, int]]
    """Number, size in bytes, base type."""
    developer: list[tuple[int, int, int]] = field(default_factory=list)
    """Number, size in bytes, index of the developer."""
    is_big_endian: int = 0
    says_fields: int | None = None
    """How many fields it claims; None is the truth."""
    says_developer: int | None = None

    @property
    def size(self) -> int:
        """Bytes of a data message without its head."""
        return sum(size for _, size, _ in (*self.fields, *self.developer))

    def offset_of(self, index: int) -> int:
        """Where the field with this index begins within a data message, without its head."""
        return sum(size for _, size, _ in self.fields[:index])

    def to_bytes(self) -> bytes:
        """With what it claims, true or not."""
        has_developer = bool(self.developer) or self.says_developer is not None
        head = IS_DEFINITION | (HAS_DEVELOPER if has_developer else 0) | self.slot & 0x0F
        order = ">" if self.is_big_endian == 1 else "<"
        content = struct.pack("BBB", head, 0, self.is_big_endian)
        content += struct.pack(f"{order}H", self.message)
        content += bytes([_told(self.says_fields, self.fields)])
        content += b"".join(struct.pack("BBB", *each) for each in self.fields)
        if has_developer:
            content += bytes([_told(self.says_developer, self.developer)])
            content += b"".join(struct.pack("BBB", *each) for each in self.developer)
        return content


@dataclass
class Data:
    """One data message."""

    definition: Definition
    """What it was written by; the file may have another one before it by now."""
    values: bytes
    head: int

    def to_bytes(self) -> bytes:
        """Its head and its values."""
        return bytes([self.head]) + self.values


@dataclass
class Parts:
    """One FIT file."""

    messages: list[Definition | Data]
    head_size: int = HEAD_BYTES
    protocol: int = 0x10
    says_size: int | None = None
    """How many bytes of messages it claims; None is the truth."""

    def definitions(self) -> list[Definition]:
        """All definitions, in the order of the file."""
        return [each for each in self.messages if isinstance(each, Definition)]

    def data(self) -> list[Data]:
        """All data messages, in the order of the file."""
        return [each for each in self.messages if isinstance(each, Data)]

    def to_bytes(self) -> bytes:
        """With checksums that are right, whatever else is wrong."""
        content = b"".join(each.to_bytes() for each in self.messages)
        size = len(content) if self.says_size is None else self.says_size
        head = struct.pack("<BBHI4s", self.head_size, self.protocol, 2160, size, b".FIT")
        if self.head_size >= HEAD_BYTES:
            head += struct.pack("<H", crc16_arc(head))
        return head + content + struct.pack("<H", crc16_arc(head + content))


def _told(claimed: int | None, held: list[tuple[int, int, int]]) -> int:
    return (len(held) if claimed is None else claimed) & 0xFF


def with_right_crc(content: bytes) -> bytes:
    """The same bytes with a last checksum that is right, so that damage gets past the check."""
    if len(content) <= CRC_BYTES:
        return content
    body = content[:-CRC_BYTES]
    return body + struct.pack("<H", crc16_arc(body))


def parts_of(content: bytes) -> Parts:
    """Take the first file of some sound bytes apart; stops without a word where they are not."""
    head_size, protocol = content[0], content[1]
    (size,) = struct.unpack_from("<I", content, 4)
    at, end = head_size, min(head_size + size, len(content))
    messages: list[Definition | Data] = []
    slots: dict[int, Definition] = {}
    while at < end:
        head = content[at]
        if head & IS_DEFINITION and not head & IS_COMPRESSED:
            found, at = _definition(content, at)
            if found is None:
                break
            slots[found.slot] = found
            messages.append(found)
            continue
        slot = head >> 5 & 0x03 if head & IS_COMPRESSED else head & 0x0F
        if slot not in slots or at + 1 + slots[slot].size > end:
            break
        values = content[at + 1 : at + 1 + slots[slot].size]
        messages.append(Data(slots[slot], values, head))
        at += 1 + len(values)
    return Parts(messages, head_size, protocol)


def _definition(content: bytes, at: int) -> tuple[Definition | None, int]:
    head, big_endian = content[at], content[at + 2]
    (message,) = struct.unpack_from(">H" if big_endian else "<H", content, at + 3)
    fields, at = _fields(content, at + 5)
    developer: list[tuple[int, int, int]] = []
    if head & HAS_DEVELOPER and at < len(content):
        developer, at = _fields(content, at)
    if at > len(content):
        return None, at
    return Definition(head & 0x0F, message, fields, developer, big_endian), at


def _fields(content: bytes, at: int) -> tuple[list[tuple[int, int, int]], int]:
    begin, end = at + 1, at + 1 + content[at] * FIELD_BYTES
    triples = [
        (content[each], content[each + 1], content[each + 2])
        for each in range(begin, min(end, len(content) - 2), FIELD_BYTES)
    ]
    return triples, end


def shortened(parts: Parts, most: int) -> Parts:
    """The same layouts with fewer messages: at most so many of each kind, the first ones."""
    seen: dict[int, int] = {}
    kept: list[Definition | Data] = []
    for each in parts.messages:
        if isinstance(each, Data):
            kind = each.definition.message
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > most:
                continue
        kept.append(each)
    return Parts(kept, parts.head_size, parts.protocol)
