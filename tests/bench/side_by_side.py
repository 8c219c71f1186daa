"""Reads the same files in several ways by turns, and says how many times faster the first is."""

from __future__ import annotations

import gc
import time
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING

from tests.bench.readings import READINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Times:
    """Processor time of one way over all files; shape (repeats) for each file, in seconds."""

    way: str
    by_file: dict[str, list[float]] = field(default_factory=dict)

    def of_file(self, name: str) -> float:
        """The median of its repeats."""
        return median(self.by_file[name])

    @property
    def total_s(self) -> float:
        """Over all files."""
        return sum(map(self.of_file, self.by_file))

    @property
    def passes_s(self) -> list[float]:
        """The total of each repeat."""
        return [sum(each) for each in zip(*self.by_file.values(), strict=True)]


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times longer another way takes than ours."""

    over_all: float
    """All files together."""
    lowest: float
    highest: float
    """The same with each pass of ours, or of the other where it has several, on its own."""
    median_file: float
    tenth_file: float
    ninetieth_file: float
    """Among the files, one by one: 80 % of them lie between the last two."""


def times_of(
    ways: dict[str, int], files: Sequence[tuple[str, bytes]], advance: Callable[[], object]
) -> dict[str, Times]:
    """Read every file in every way; a file that one of them refuses is left out of all.

    Args:
        ways: name of a reading → how often each file is read so, by turns with the others.
        files: name and content.
        advance: told after each file.
    """
    found = {way: Times(way) for way in ways}
    for way in ways:
        with suppress(Exception):  # imports and caches belong to no file
            READINGS[way](files[0][1])
    for name, content in files:
        if taken := _by_turns(ways, content):
            for way in ways:
                found[way].by_file[name] = taken[way]
        advance()
    return found


def _by_turns(ways: dict[str, int], content: bytes) -> dict[str, list[float]] | None:
    """Processor time of each way's repeats; None where one of them does not read the file."""
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(max(ways.values())):
        for way in (way for way, repeats in ways.items() if turn < repeats):
            gc.collect()
            began_s = time.process_time()
            try:
                READINGS[way](content)
            except Exception:  # noqa: BLE001 - other people's readers raise anything over odd files
                return None
            taken[way].append(time.process_time() - began_s)
    return taken


def ratio(ours: Times, other: Times) -> Ratio:
    """Over all files together, over single passes, and file by file."""
    passes = [theirs / own for theirs in other.passes_s for own in ours.passes_s]
    by_file = [other.of_file(name) / ours.of_file(name) for name in ours.by_file]
    tenths = quantiles(by_file, n=TENTHS, method="inclusive") if len(by_file) > 1 else by_file
    return Ratio(
        over_all=other.total_s / ours.total_s,
        lowest=min(passes),
        highest=max(passes),
        median_file=median(by_file),
        tenth_file=tenths[0],
        ninetieth_file=tenths[-1],
    )
