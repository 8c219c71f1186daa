"""The messages of one definition, one under the other, so that a field is a stripe of bytes."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from connectors.fit.definition import BASE_BYTES, Definition
from connectors.fit.walk import COMPRESSED, OFFSETS, Walked

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRING = 0x07
TIMESTAMP = 253
"""Number of the field that holds a message's time, whatever the message."""

NUMPY_TYPE = {
    0x00: "u1", 0x01: "i1", 0x02: "u1", 0x83: "i2", 0x84: "u2", 0x85: "i4", 0x86: "u4",
    0x88: "f4", 0x89: "f8", 0x0A: "u1", 0x8B: "u2", 0x8C: "u4", 0x8E: "i8", 0x8F: "u8",
    0x90: "u8",
}  # fmt: skip
"""Base types of numbers; whatever else there is, is text or bytes."""

INVALID = {
    0x00: 0xFF, 0x01: 0x7F, 0x02: 0xFF, 0x83: 0x7FFF, 0x84: 0xFFFF, 0x85: 0x7FFFFFFF,
    0x86: 0xFFFFFFFF, 0x0A: 0, 0x8B: 0, 0x8C: 0, 0x8E: 0x7FFFFFFFFFFFFFFF,
    0x8F: 0xFFFFFFFFFFFFFFFF, 0x90: 0,
}  # fmt: skip
"""The number that means: not told. Of floats it is NaN, of bytes all of them at 255."""

INVALID_BYTE = 0xFF

Told = tuple["NDArray[Any]", "NDArray[np.bool_]"]
"""Numbers as they stand in the file, and which are not invalid; shape (n,) or (n, count)."""


class Rows:
    """The data messages of one definition, in the order of the file."""

    def __init__(self, walked: Walked, definition: Definition, starts: NDArray[np.int64]) -> None:
        """Reads nothing yet."""
        self.definition = definition
        self.starts = starts
        self._bytes = np.frombuffer(walked.data, np.uint8)

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def heads(self) -> NDArray[np.uint8]:
        """The first byte of each message; shape (n,)."""
        heads: NDArray[np.uint8] = self._bytes[self.starts]
        return heads

    @cached_property
    def bytes(self) -> NDArray[np.uint8]:
        """All of them; shape (n, size of a message)."""
        size = self.definition.size
        # Every window of this size over the file; of these the messages alone are copied.
        windows = np.lib.stride_tricks.as_strided(
            self._bytes, (len(self._bytes) - size + 1, size), (1, 1), writeable=False
        )
        return windows[self.starts]

    def numbers(self, place: int, base_type: int) -> Told:
        """One field as numbers: shape (n,), or (n, count) for a list, and for bytes always.

        Args:
            place: of the field in the definition; not one of size 0.
            base_type: not text.
        """
        field = self.definition.fields[place]
        item, size = NUMPY_TYPE.get(base_type, "u1"), BASE_BYTES[base_type]
        count = field.size // size
        stripe = self.bytes[:, field.at : field.at + count * size]
        numbers = np.ascontiguousarray(stripe).view(self.definition.byte_order + item)
        if base_type not in NUMPY_TYPE:
            return numbers, (numbers != INVALID_BYTE).any(axis=1)
        if count > 1:
            return numbers, np.ones(len(self), dtype=bool)
        return numbers[:, 0], is_told(numbers[:, 0], base_type)

    def texts(self, place: int) -> list[str | None]:
        """One field as text, up to its first zero; None where it is empty."""
        field = self.definition.fields[place]
        return [_text(row.tobytes()) for row in self.bytes[:, field.at : field.at + field.size]]


def is_told(numbers: NDArray[Any], base_type: int) -> NDArray[np.bool_]:
    """Which numbers are not the one that means: not told."""
    if numbers.dtype.kind == "f":
        return np.asarray(~np.isnan(numbers))
    told: NDArray[np.bool_] = numbers != INVALID[base_type]
    return told


@lru_cache(1)  # all definitions of one file ask, one after the other
def compressed_times(walked: Walked) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the messages with a time in their head begin, and the time of each in FIT's seconds.

    The head has room for five bits. The rest is that of the last time before, in whichever
    message; when the five bits have become less, half a minute has begun anew.
    """
    at, numbers, is_whole = [], [], []
    for slot, definition in enumerate(walked.definitions):
        starts, times = _whole_times(Rows(walked, definition, walked.data_of(slot)))
        at.append(starts)
        numbers.append(times)
        is_whole.append(np.ones(len(starts), dtype=bool))
    starts = walked.starts[(walked.heads & COMPRESSED) > 0]
    low = np.frombuffer(walked.data, np.uint8)[starts] & (OFFSETS - 1)
    at.append(starts)
    numbers.append(low.astype(np.int64))
    is_whole.append(np.zeros(len(starts), dtype=bool))
    return _counted_on(np.concatenate(at), np.concatenate(numbers), np.concatenate(is_whole))


def _whole_times(rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each message with a timestamp of its own begins, and the last one in it."""
    times, any_told = np.zeros(len(rows), np.int64), np.zeros(len(rows), dtype=bool)
    for place, each in enumerate(rows.definition.fields):
        is_one = each.base_type in INVALID and each.size == BASE_BYTES[each.base_type]
        if len(rows) and each.number == TIMESTAMP and is_one:
            numbers, told = rows.numbers(place, each.base_type)
            times[told] = numbers[told]
            any_told |= told
    return rows.starts[any_told], times[any_told]


def _counted_on(
    at: NDArray[np.int64], numbers: NDArray[np.int64], is_whole: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    # A message's own timestamp counts before the time in its head.
    order = np.lexsort((~is_whole, at))
    at, numbers, is_whole = at[order], numbers[order], is_whole[order]
    low = numbers & (OFFSETS - 1)
    wraps = np.cumsum(np.append(False, (low[1:] < low[:-1]) & ~is_whole[1:])[: len(low)])
    last = np.maximum.accumulate(np.where(is_whole, np.arange(len(at)), -1))
    base = np.where(last >= 0, numbers[last] & ~(OFFSETS - 1), 0)
    since = wraps - np.where(last >= 0, wraps[last], 0)
    times = base + OFFSETS * since + low
    return at[~is_whole], times[~is_whole]


def _text(padded: bytes) -> str | None:
    return padded.partition(b"\0")[0].decode("utf-8", errors="replace") or None
