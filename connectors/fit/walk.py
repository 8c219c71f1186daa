"""Walk the messages of a FIT file once, and say where each of them lies.

A FIT file is a header, messages, and a checksum; several such files may follow each other:

    ┌────────┬─────────────────────────────────────────────────────────────┬─────┐
    │ header │ definition  data data data  definition  data data data data │ CRC │ next file
    └────────┴─────────────────────────────────────────────────────────────┴─────┘

    header      its own size (12 or 14), version, size of the messages, ".FIT", its own CRC or 0
    CRC         CRC-16/ARC over header and messages

Every message begins with one byte, here called its head. Bit by bit:

    01d-llll    a definition: from now on data messages with local number llll look like this;
                d says that it also defines fields of developers
    00--llll    data with local number llll
    1llttttt    data with local number ll, ttttt seconds (mod 32) after the last timestamp

and a definition goes on with what the data will be:

    reserved, byte order (0 little, 1 big), global message number (2 bytes: 20 is `record`),
    number of fields, for each: field number, size in bytes, base type
    with d: number of developers' fields, for each: field number, size, index of the developer

So the size of a data message is known from its head, but where a message begins only from the
message before it: the walk is the one part of reading that goes message by message. It notes
nothing but the heads, of which sizes and places follow by NumPy; and where the heads repeat, it
looks far ahead at once. Everything else (`table`) is done for a whole column at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Literal

import numpy as np
from fastcrc import crc16

from connectors.errors import UnreadableFileError
from connectors.fit.definition import Definition, definition_of, end_of_definition
from connectors.limits import USUAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from connectors.limits import FormatLimits

Problem = Literal["truncated", "damaged", "crc_mismatch"]

SIZE_AT, SIGNATURE_AT, SIGNATURE = 4, 8, b".FIT"
HEADER_BYTES, CRC_BYTES = 12, 2

COMPRESSED, DEFINES = 0x80, 0x40
LOCAL_NUMBERS, COMPRESSED_LOCAL_NUMBERS, OFFSETS = 16, 4, 32

LARGEST_MESSAGE = 1 + 2 * 255 * 255
PADDING = bytes([DEFINES]) * LARGEST_MESSAGE
"""No data message has this head, so that the walk needs no look at where the end is."""

MOST_DEFINED = 400_000
"""How often anything is defined. There are devices that define each message once more."""

WINDOW, LONGEST_PERIOD = 32, 8
"""Heads in which a period is looked for, and how long it may be."""

PATIENCE, LONGEST_PATIENCE = 64, 8192
"""Messages walked before looking for a period; doubled each time when there was none."""

FIRST_REACH = 64
"""Periods looked ahead at once; four times as many after each success."""

NO_DATA = 0xFFFF

_LOCAL = np.arange(256) & (LOCAL_NUMBERS - 1)
_LOCAL[COMPRESSED:] = (np.arange(COMPRESSED, 256) >> 5) & (COMPRESSED_LOCAL_NUMBERS - 1)
_DEFINES = (np.arange(256) & (COMPRESSED | DEFINES)) == DEFINES


@dataclass(frozen=True, eq=False)
class Walked:
    """Where every message of one file lies."""

    data: bytes
    heads: NDArray[np.uint8]
    """The first byte of each message, in the order of the file; shape (messages,)."""
    starts: NDArray[np.int64]
    """Where each begins in `data`; shape (messages,)."""
    slots: NDArray[np.uint16]
    """Which of `definitions` each data message follows, NO_DATA for a definition."""
    definitions: tuple[Definition, ...]
    defined_at: tuple[int, ...]
    """Where each of them stands first."""
    problem: Problem | None

    def data_of(self, slot: int) -> NDArray[np.int64]:
        """Where the data messages of one definition begin, in the order of the file."""
        starts, bounds = self._by_definition
        return starts[bounds[slot] : bounds[slot + 1]]

    @cached_property
    def _by_definition(self) -> tuple[NDArray[np.int64], list[int]]:
        """All starts, definition by definition, and where each definition's begin among them."""
        order = np.argsort(self.slots, kind="stable")
        bounds = np.searchsorted(self.slots[order], np.arange(len(self.definitions) + 1))
        return self.starts[order], bounds.tolist()

    def definitions_among(self) -> Iterator[tuple[int, bytes]]:
        """Every definition as it stands in the file, repeated ones too: where, and its bytes."""
        for at in self.starts[self.slots == NO_DATA].tolist():
            yield at, self.data[at : end_of_definition(self.data, at)]


def chained(content: bytes, limits: FormatLimits = USUAL) -> Iterator[Walked]:
    """Walk the files in these bytes, one after the other, up to some damage.

    Raises:
        UnreadableFileError: `hostile`, for more files or messages than anybody's.
    """
    begin, count = 0, 0
    while begin < len(content):
        count += 1
        if count > limits.files:
            raise UnreadableFileError("hostile", "The file is a chain of absurdly many files.")
        walked, begin = _one_file(content, begin, limits)
        yield walked


def _one_file(content: bytes, begin: int, limits: FormatLimits) -> tuple[Walked, int]:
    """The file that begins here, and where the next one would."""
    if content[begin + SIGNATURE_AT : begin + HEADER_BYTES] != SIGNATURE:
        short = len(content) - begin < HEADER_BYTES
        return _nothing("truncated" if short else "damaged"), len(content)
    header_bytes = max(content[begin], HEADER_BYTES)
    told = int.from_bytes(content[begin + SIZE_AT : begin + SIGNATURE_AT], "little")
    first = begin + header_bytes
    # A watch that died while recording never wrote how long the file is: then it is all there is.
    end = first + told if told else len(content)
    whole = end + CRC_BYTES <= len(content)
    sound = whole and _crc_is_right(content, begin, end)
    if whole and not sound and not _may_end_there(content, end):
        end, whole = len(content), False  # the length is wrong as well
    sound = sound and _header_is_sound(content, begin)
    messages, complete = content[first:end], end <= len(content)
    walked = walk(messages, complete=complete, limits=limits)
    if whole and not sound and walked.problem and any(x.misaligned for x in walked.definitions):
        walked = walk(messages, complete=complete, strict=True, limits=limits)
    if walked.problem == "damaged":
        return walked, len(content)
    problem: Problem | None = None
    if walked.problem or not whole:
        problem = "truncated"
    elif not sound:
        problem = "crc_mismatch"
    return replace(walked, problem=problem), end + CRC_BYTES


def _may_end_there(content: bytes, end: int) -> bool:
    """Whether after the checksum there is nothing, or the header of another file."""
    after = end + CRC_BYTES
    return after == len(content) or content[after:].startswith(SIGNATURE, SIGNATURE_AT)


def _crc_is_right(content: bytes, begin: int, end: int) -> bool:
    told = int.from_bytes(content[end : end + CRC_BYTES], "little")
    return crc16.arc(content[begin:end]) == told


def _header_is_sound(content: bytes, begin: int) -> bool:
    """The header's own checksum; old watches write 0 for not calculated, or none."""
    if content[begin] < HEADER_BYTES + CRC_BYTES:
        return True
    told = content[begin + HEADER_BYTES : begin + HEADER_BYTES + CRC_BYTES]
    computed = crc16.arc(content[begin : begin + HEADER_BYTES])
    return int.from_bytes(told, "little") in (0, computed)


def walk(
    messages: bytes, *, complete: bool = True, strict: bool = False, limits: FormatLimits = USUAL
) -> Walked:
    """Find every message between the header of a file and its checksum.

    Args:
        messages: these bytes alone.
        complete: whether they are all that the header has announced.
        strict: take a definition with a misaligned field for damage; to be said where there is
            damage somewhere.
        limits: how many messages are believed.

    Raises:
        UnreadableFileError: `hostile`, for more messages or definitions than anybody's.
    """
    return _Walk(messages, complete=complete, strict=strict, limits=limits).all()


class _Walk:
    """The state of one walk."""

    def __init__(
        self, messages: bytes, *, complete: bool, strict: bool, limits: FormatLimits
    ) -> None:
        self._data = messages + PADDING
        self._bytes = np.frombuffer(self._data, np.uint8)
        self._end = len(messages)
        self._complete, self._strict, self._limits = complete, strict, limits
        self._size_of = [0] * 256
        """Size of a data message by its head; 0 where the head is of none that is defined."""
        self._heads: list[int] = []
        self._walked: list[bytes] = []
        """Heads that came before `_heads`."""
        self._count = 0
        """How many they are."""
        self._slot_of: dict[bytes, int] = {}
        self._defined = 0
        self._definitions: list[Definition] = []
        self._defined_at: list[int] = []
        self._changes: list[list[tuple[int, int]]] = [[] for _ in range(LOCAL_NUMBERS)]
        """For each local number: from which message on it has which slot."""

    def all(self) -> Walked:
        problem: Problem | None = None
        at, data, size_of, heads = 0, self._data, self._size_of, self._heads
        patience, note = PATIENCE, heads.append
        while True:
            for _ in repeat(None, patience):
                head = data[at]
                size = size_of[head]
                if not size:
                    break
                note(head)
                at += size
            else:
                jumped = self._jump(at)
                patience = PATIENCE if jumped > at else min(2 * patience, LONGEST_PATIENCE)
                at = jumped
                self._refuse_too_many()
                continue
            if at >= self._end:
                break
            # Data that was never defined, or a definition that cannot be one.
            after = self._define(at) if head & (COMPRESSED | DEFINES) == DEFINES else None
            if after is None:
                problem = "damaged"
                break
            if after > self._end:
                break
            note(head)
            at = after
        if problem is None and (at != self._end or not self._complete):
            problem = "truncated"
        return self._placed(problem)

    def _jump(self, at: int) -> int:
        """From here over all messages whose heads go on with the period they have, if any."""
        tail = bytes(self._heads[-WINDOW:])
        period = next(
            (each for each in range(1, LONGEST_PERIOD + 1) if tail[each:] == tail[:-each]), None
        )
        if period is None:
            return at
        pattern = tail[-period:]
        sizes = [self._size_of[head] for head in pattern]
        if not all(sizes):
            return at
        rounds = self._rounds(at, pattern, sizes)
        self._walked += [bytes(self._heads), pattern * rounds]
        self._count += len(self._heads) + period * rounds
        self._heads.clear()
        return at + rounds * sum(sizes)

    def _rounds(self, at: int, pattern: bytes, sizes: list[int]) -> int:
        """How often the pattern is repeated from here on, as far as the file goes."""
        stride = sum(sizes)
        left = max(self._end - at, 0) // stride
        rounds, reach = 0, FIRST_REACH
        while left:
            ahead = min(reach, left)
            same = np.ones(ahead, dtype=bool)
            place = at + rounds * stride
            for head, size in zip(pattern, sizes, strict=True):
                same &= self._bytes[place : place + ahead * stride : stride][:ahead] == head
                place += size
            agree = ahead if same.all() else int(same.argmin())
            rounds += agree
            left -= agree
            if agree < ahead:
                break
            reach *= 4
        return rounds

    def _define(self, at: int) -> int | None:
        """Take in the definition that begins here; where it ends, None where it cannot be one."""
        after = end_of_definition(self._data, at)
        if after > self._end:
            return after
        self._defined += 1
        self._refuse_too_many()
        told = self._data[at:after]
        slot = self._slot_of.get(told)
        if slot is None:
            slot = self._slot_of[told] = len(self._definitions)
            self._definitions.append(definition_of(told))
            self._defined_at.append(at)
        if self._strict and self._definitions[slot].misaligned:
            return None
        local = told[0] & (LOCAL_NUMBERS - 1)
        changes = self._changes[local]
        if not changes or changes[-1][1] != slot:
            changes.append((self._count + len(self._heads), slot))
            size = self._definitions[slot].size
            for reserved in (0x00, 0x10, 0x20, 0x30):
                self._size_of[reserved | local] = size
            if local < COMPRESSED_LOCAL_NUMBERS:
                first = COMPRESSED | local << 5
                self._size_of[first : first + OFFSETS] = [size] * OFFSETS
        return after

    def _refuse_too_many(self) -> None:
        if (
            self._count + len(self._heads) > self._limits.messages
            or self._defined > MOST_DEFINED
            or len(self._definitions) > self._limits.definitions
        ):
            says = "The file holds absurdly many messages."
            raise UnreadableFileError("hostile", says)

    def _placed(self, problem: Problem | None) -> Walked:
        """From heads to places, for all messages at once."""
        heads = np.frombuffer(b"".join([*self._walked, bytes(self._heads)]), np.uint8)
        defines = _DEFINES[heads]
        slots = self._slots(heads)
        sizes = np.zeros(len(heads), np.int64)
        if self._definitions:
            as_data = np.array([each.size for each in self._definitions])
            as_definition = np.array([len(each.told) for each in self._definitions])
            sizes = np.where(defines, as_definition[slots], as_data[slots])
        ends = np.cumsum(sizes)
        slots[defines] = NO_DATA
        whole = int(np.searchsorted(ends, self._end, side="right"))  # the last one may be cut
        return Walked(
            data=self._data,
            heads=heads[:whole],
            starts=(ends - sizes)[:whole],
            slots=slots[:whole],
            definitions=tuple(self._definitions),
            defined_at=tuple(self._defined_at),
            problem=problem,
        )

    def _slots(self, heads: NDArray[np.uint8]) -> NDArray[np.uint16]:
        """Which definition each message follows; for a definition, itself."""
        local = _LOCAL[heads]
        slots = np.zeros(len(heads), np.uint16)
        for number, changes in enumerate(self._changes):
            if not changes:
                continue
            mine = np.flatnonzero(local == number)
            since, which = np.array(changes).T
            slots[mine] = which[np.searchsorted(since, mine, side="right") - 1]
        return slots


def _nothing(problem: Problem) -> Walked:
    return replace(walk(b""), problem=problem)
