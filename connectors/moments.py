"""A kept file read once more, for the lines of one of its activities; in a process of its own.

A file is hostile until it was read: that it was read before says nothing, for readers change.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from connectors.errors import UnreadableFileError
from connectors.formats import reader_for
from connectors.workers import Workers
from pipeline.moments import moments_of
from pipeline.run import sound_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.limits import FormatLimits, ReadingLimits
    from connectors.reading import Content
    from connectors.sports import Sport
    from connectors.workers import Ending
    from pipeline.activity import Activity
    from pipeline.athlete import Athlete
    from pipeline.moments import Moments


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which activity of which file, and how it is looked at."""

    content: bytes
    place: int
    """Which of the file's activities, from 0."""
    athlete: Athlete
    not_after_s: float
    sport_told: Sport | None
    corrected: Sport | None
    force_as_worn: float
    split_m: float


def read_moments(asked: Asked, *, limits: FormatLimits) -> Moments | None:
    """What a worker does: None where the file no longer holds such an activity."""
    try:
        read = reader_for(asked.content).read(asked.content, limits)
    except UnreadableFileError:
        return None
    chosen = next(islice(_sound(read, asked), asked.place, None), None)
    if chosen is None:
        return None
    return moments_of(
        chosen, asked.athlete, force_as_worn=asked.force_as_worn, split_m=asked.split_m
    )


def _sound(read: Content, asked: Asked) -> Iterator[Activity]:
    """The activities that became rows of the store, in their order."""
    place = 0
    for each in read.activities:
        found = sound_of(
            each,
            asked.athlete,
            not_after_s=asked.not_after_s,
            told=asked.sport_told,
            corrected=asked.corrected if place == asked.place else None,
        )
        if found is not None:
            yield found
            place += 1


def in_a_worker(asked: Asked, limits: ReadingLimits) -> Moments | None:
    """The same within limits of time and memory; None too where they did not suffice.

    Raises:
        WorkersError: no process can be started.
    """
    workers = Workers(
        partial(read_moments, limits=limits.format),
        _given_up,
        1,
        limits.worker,
        preload="connectors.moments",
    )
    return next(answer for _, answer in workers.answers([asked]))


def _given_up(_asked: Asked, _why: Ending) -> Moments | None:
    return None
