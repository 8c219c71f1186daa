"""One file on its way through the workers, and what a worker does with it.

Apart from the intake, because every worker process imports this: no store, no SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Literal

from connectors.archives import Member
from connectors.errors import UnreadableFileError
from connectors.formats import FileReading, read_file, refusal
from connectors.limits import FormatLimits, ReadingLimits
from connectors.sources import OnDisk
from connectors.sports import Sport
from connectors.workers import Ending, Workers
from pipeline.athlete import Athlete


@dataclass(slots=True, kw_only=True)
class Job:
    """One file on its way through the workers."""

    kind: Literal["read", "refused", "same", "gone", "done"]
    """To be read; refused unread; bytes that were met before; a kept copy that is no more; or: a
    file on disk has passed."""
    name: str
    found: OnDisk | None
    """None for a kept file that is derived again."""
    content: bytes | None = None
    digest: str | None = None
    refusal: UnreadableFileError | None = None
    sport_told: Sport | None = None
    """Sport and sub-sport as an export tells them."""
    corrected: Mapping[int, Sport] = field(default_factory=dict)
    """The same as the runner tells them, by which activity of the file it is, from 0."""


def job_of(member: Member, found: OnDisk | None) -> Job:
    """What there is to do for one file of a source."""
    if member.content is None:
        return Job(kind="refused", name=member.name, found=found, refusal=member.refusal)
    digest = sha256(member.content).hexdigest()
    content = member.content
    return Job(kind="read", name=member.name, found=found, digest=digest, content=content)


def read_job(
    job: Job, *, athlete: Athlete, not_after_s: float, limits: FormatLimits
) -> FileReading | None:
    """What a worker does with one job; None where there is nothing to read."""
    if job.refusal is not None:
        return refusal(job.name, job.refusal)
    if job.kind != "read" or job.content is None:
        return None
    return read_file(
        job.name,
        job.content,
        athlete,
        digest=job.digest,
        not_after_s=not_after_s,
        sport_told=job.sport_told,
        corrected=job.corrected,
        limits=limits,
    )


SAYS: dict[Ending, str] = {
    "crashed": "Reading it ended the process; it was left out.",
    "took_too_long": "Reading it took too long ([limits] cpu_s, wall_s); it was left out.",
    "too_large": "Reading it took too much memory ([limits] worker_mb); it was left out.",
}


def given_up(job: Job, why: Ending) -> FileReading:
    """The answer for a file over which its process died."""
    return refusal(job.name, UnreadableFileError(why, SAYS[why]), job.digest)


def weight(job: Job) -> int:
    """How many bytes travel to a worker; a job without any is answered at home."""
    return len(job.content or b"")


def answers(
    jobs: Iterable[Job],
    athlete: Athlete,
    not_after_s: float,
    *,
    limits: ReadingLimits,
    count: int,
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[tuple[Job, FileReading | None]]:
    """Each job with what was read, in order; always in other processes, which may be ended.

    `meanwhile` is called now and then while an answer is waited for.
    """
    read = partial(read_job, athlete=athlete, not_after_s=not_after_s, limits=limits.format)
    workers = Workers(
        read,
        given_up,
        count,
        limits.worker,
        weigh=weight,
        meanwhile=meanwhile,
        preload="flows.warm",
    )
    return workers.answers(jobs)
