"""FIT: where every message lies, found by looking far ahead, is where a plain walk finds it."""

from __future__ import annotations

import random

import pytest

from connectors import fit
from connectors.errors import UnreadableFileError
from connectors.fit.walk import NO_DATA, chained, walk
from tests.connectors.made import fit_file, message, record


def definition(local: int, size: int, number: int = 20) -> bytes:
    """One field of so many bytes."""
    head = bytes([0x40 | local, 0, 0]) + number.to_bytes(2, "little")
    return head + (bytes([1, 3, size, 0x0D]) if size else bytes([0]))


def plainly(messages: bytes) -> list[tuple[int, int]]:
    """Where each message begins, and the definition it has, one after the other."""
    found, sizes, at = [], {}, 0
    while at < len(messages):
        head = messages[at]
        if head & 0xC0 == 0x40:
            found.append((at, NO_DATA))
            size = messages[at + 7] if messages[at + 5] else 0
            sizes[head & 0xF] = size + 1
            at += 6 + 3 * messages[at + 5]
            continue
        local = head >> 5 & 3 if head & 0x80 else head & 0xF
        found.append((at, sizes[local]))
        at += sizes[local]
    return found


def by_us(messages: bytes) -> list[tuple[int, int]]:
    walked = walk(messages)
    assert walked.problem is None
    return [
        (at, NO_DATA if slot == NO_DATA else walked.definitions[slot].size)
        for at, slot in zip(walked.starts.tolist(), walked.slots.tolist(), strict=True)
    ]


@pytest.mark.parametrize("seed", range(60))
def test_looking_ahead_finds_what_a_plain_walk_finds(seed):
    chance = random.Random(seed)
    sizes = {local: chance.randrange(9) for local in range(5)}
    messages = b"".join(definition(local, size) for local, size in sizes.items())
    for _ in range(chance.randrange(1, 8)):
        heads = [
            chance.choice([local, 0x10 | local, *([0x80 | local << 5 | 7] if local < 4 else [])])
            for local in chance.choices(range(5), k=chance.randrange(1, 12))
        ]
        for _ in range(chance.choice([1, 3, 40, 400])):
            for head in heads:
                local = head >> 5 & 3 if head & 0x80 else head & 0xF
                messages += bytes([head]) + chance.randbytes(sizes[local])
        if chance.random() < 0.5:  # another definition, or the same once more
            local = chance.randrange(5)
            sizes[local] = chance.choice([sizes[local], chance.randrange(9)])
            messages += definition(local, sizes[local])
    assert by_us(messages) == plainly(messages)


@pytest.mark.parametrize("lost", range(1, 9))
def test_a_message_that_is_cut_off_is_left_out_and_said(lost):
    messages = definition(0, 7) + b"\0seconds" * 200
    walked = walk(messages[:-lost])
    assert (len(walked.starts), walked.problem) == (200, "truncated" if lost < 8 else None)


def test_bytes_that_nobody_defined_are_where_the_damage_begins():
    walked = walk(definition(0, 7) + b"\0seconds" * 200 + b"\5what" + b"\0seconds")
    assert (len(walked.starts), walked.problem) == (201, "damaged")


def test_a_header_that_does_not_know_the_length_goes_on_to_the_end():
    content = bytearray(fit_file(record(0), record(1)))
    content[4:8] = bytes(4)
    (walked,) = chained(bytes(content[:-2]))
    assert len(walked.starts) == 6
    assert walked.problem == "truncated"


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param(definition(0, 0) + b"\0" * 2_100_000, id="messages-alike"),
        pytest.param(
            definition(0, 0)
            + definition(1, 0)
            + bytes(random.Random(1).choices(b"\0\1", k=2_100_000)),
            id="messages-without-a-period",
        ),
        pytest.param(definition(0, 7) * 410_000, id="the-same-definition"),
        pytest.param(
            b"".join(definition(0, 7, number) for number in range(5000)), id="definitions"
        ),
    ],
)
def test_absurdly_many_messages_are_refused(messages):
    with pytest.raises(UnreadableFileError, match="hostile"):
        walk(messages)


def test_a_chain_of_absurdly_many_files_is_refused():
    assert len(list(chained(fit_file() * 7))) == 7
    with pytest.raises(UnreadableFileError, match="hostile"):
        list(chained(fit_file() * 1001))


@pytest.mark.parametrize("told", [0, 10, 40, 400])
def test_a_length_that_is_wrong_costs_no_record(told):
    content = bytearray(fit_file(*map(record, range(50))))
    right = int.from_bytes(content[4:8], "little")
    content[4:8] = min(told, right - 1).to_bytes(4, "little")
    (walked,) = chained(bytes(content))
    assert len(walked.starts) == 102
    assert walked.problem in {"truncated", "damaged"}


def test_a_kind_of_absurdly_many_messages_is_refused():
    laps = b"".join([message(19, (253, "uint32", 5))] + [b"\0" + bytes(4)] * 50_001)
    with pytest.raises(UnreadableFileError, match="hostile"):
        fit.read(fit_file(record(0, (3, "uint8", 140)), laps))
