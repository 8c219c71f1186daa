"""Faults that know nothing of a format: what a broken card, cable or editor does to bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

LOUD_BYTES = bytes([0x00, 0x01, 0x0E, 0x3F, 0x40, 0x60, 0x7F, 0x80, 0xE0, 0xFE, 0xFF])
LONGEST_CHUNK = 64
LONGEST_BLOCK = 2000


def flip_bits(random: Random, content: bytes, _other: bytes) -> bytes:
    spoilt = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 4, 16, 64))):
        spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
    return bytes(spoilt)


def set_bytes(random: Random, content: bytes, _other: bytes) -> bytes:
    spoilt = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 4, 16, 64))):
        loud = random.random() < 0.5
        spoilt[random.randrange(len(spoilt))] = (
            random.choice(LOUD_BYTES) if loud else random.randrange(256)
        )
    return bytes(spoilt)


def truncate(random: Random, content: bytes, _other: bytes) -> bytes:
    if random.random() < 0.2:
        return content[: random.randrange(min(len(content), 40))]
    return content[: random.randrange(len(content))]


def lose_the_start(random: Random, content: bytes, _other: bytes) -> bytes:
    return content[random.randrange(len(content)) :]


def splice(random: Random, content: bytes, other: bytes) -> bytes:
    return content[: random.randrange(len(content))] + other[random.randrange(len(other)) :]


def insert_chunk(random: Random, content: bytes, other: bytes) -> bytes:
    at, begin = random.randrange(len(content)), random.randrange(len(other))
    size = random.randint(1, LONGEST_CHUNK)
    chunk = random.choice((random.randbytes(size), other[begin : begin + size], b"\0" * size))
    return content[:at] + chunk + content[at:]


def remove_chunk(random: Random, content: bytes, _other: bytes) -> bytes:
    at = random.randrange(len(content))
    return content[:at] + content[at + random.randint(1, LONGEST_CHUNK) :]


def repeat_chunk(random: Random, content: bytes, _other: bytes) -> bytes:
    at = random.randrange(len(content))
    chunk = content[at : at + random.randint(1, LONGEST_CHUNK)]
    return content[:at] + chunk * random.choice((2, 3, 50)) + content[at:]


def blank_block(random: Random, content: bytes, _other: bytes) -> bytes:
    """A sector of a card that was never written."""
    at, size = random.randrange(len(content)), random.randint(1, LONGEST_BLOCK)
    end = min(at + size, len(content))
    return content[:at] + random.choice((b"\0", b"\xff")) * (end - at) + content[end:]


def move_block(random: Random, content: bytes, _other: bytes) -> bytes:
    at, size = random.randrange(len(content)), random.randint(1, LONGEST_BLOCK)
    block, rest = content[at : at + size], content[:at] + content[at + size :]
    to = random.randrange(len(rest) + 1)
    return rest[:to] + block + rest[to:]


FAULTS: tuple[Callable[[Random, bytes, bytes], bytes], ...] = (
    flip_bits,
    set_bytes,
    truncate,
    lose_the_start,
    splice,
    insert_chunk,
    remove_chunk,
    repeat_chunk,
    blank_block,
    move_block,
)
"""Each takes random numbers, bytes that are not empty, and the bytes of another file."""
