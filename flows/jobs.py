"""One file on its way through the workers, and what a worker does with it.

Apart from the intake, because every worker process imports this: no store, no SQLAlchemy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.errors import UnreadableFileError
from connectors.formats import FileReading, read_file, refusal
from connectors.sources import OnDisk
from pipeline.athlete import Athlete


@dataclass(slots=True, kw_only=True)
class Job:
    """One file on its way through the workers."""

    kind: Literal["read", "refused", "same", "done"]
    """To be read; refused unread; bytes that were met before; or: a file on disk has passed."""
    name: str
    found: OnDisk | None
    """None for a kept file that is derived again."""
    content: bytes | None = None
    digest: str | None = None
    refusal: UnreadableFileError | None = None
    sport_told: tuple[str, str | None] | None = None
    """Sport and sub-sport as an export tells them."""


def read_job(job: Job, *, athlete: Athlete, not_after_s: float) -> FileReading | None:
    """What a worker does with one job; None where there is nothing to read."""
    if job.refusal is not None:
        return refusal(job.name, job.refusal)
    if job.kind != "read" or job.content is None:
        return None
    return read_file(
        job.name, job.content, athlete, not_after_s=not_after_s, sport_told=job.sport_told
    )


def died(job: Job) -> FileReading:
    """The answer for a file over which its process died."""
    crashed = UnreadableFileError("crashed", "Reading it ended the process; it was left out.")
    return refusal(job.name, crashed, job.digest)
