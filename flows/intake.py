"""From sources to the store: which files are new, reading them, one transaction for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Literal

from connectors.archives import ArchiveLimits, members_of_file
from connectors.errors import SourceUnavailableError, UnreadableFileError
from connectors.formats import READER_VERSION, FileReading, read_file, refusal
from connectors.sources import OnDisk, Source, open_source, scan
from connectors.workers import Workers
from flows import settings
from flows.progress import Advance
from flows.settings import Home
from pipeline.athlete import Athlete
from pipeline.run import ActivityRow
from pipeline.store import raw
from pipeline.store.lease import Lease, renew
from pipeline.store.records import RawFile, SeenFile, Store
from pipeline.versions import METRICS_VERSION

BATCH_FILES = 300
"""Files in one step of an engine: enough that Prefect's cost for a task vanishes."""

ARCHIVE = "archive"
"""Status of the row that says: every member of this archive was looked at."""

FEW_FILES = 8
"""Fewer files than this are read in this process: starting others would take longer."""


@dataclass(kw_only=True)
class Counts:
    """What became of the files of one run; the numbers of the contract."""

    read: int = 0
    salvaged: int = 0
    refused: int = 0
    duplicates: int = 0
    unchanged: int = 0
    outside: int = 0
    """Read, but not dated between `--since` and `--until`: not taken in."""
    refused_files: list[tuple[str, str, str]] = field(default_factory=list)
    """File, reason, and what to tell a person."""

    @property
    def new(self) -> int:
        """Files that were not known before this run."""
        return self.read + self.salvaged + self.refused + self.duplicates

    def count(self, reading: FileReading) -> None:
        """One more file was read, salvaged or refused."""
        match reading.status:
            case "read":
                self.read += 1
            case "salvaged":
                self.salvaged += 1
            case "refused":
                self.refused += 1
                told = (reading.file, reading.reason or "", reading.says or "")
                self.refused_files.append(told)

    @property
    def found(self) -> int:
        """All files that were there."""
        return self.new + self.unchanged


@dataclass(frozen=True, slots=True)
class Window:
    """The local dates to take in; None leaves a side open."""

    since: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether a date lies within."""
        return (self.since is None or on >= self.since) and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What there is to do for one source, or for kept files that must be derived again."""

    source: Source | None
    complete: bool
    todo: tuple[OnDisk, ...] = ()
    again: tuple[RawFile, ...] = ()


@dataclass(slots=True, kw_only=True)
class Job:
    """One file on its way through the workers."""

    kind: Literal["read", "refused", "same", "done"]
    """To be read; refused unread; bytes that are known; or: all of a file on disk has passed."""
    name: str
    found: OnDisk | None
    content: bytes | None = None
    digest: str | None = None
    refusal: UnreadableFileError | None = None


def derived_with(athlete: Athlete) -> str:
    """Everything that decides what a file's rows are: another value derives them again."""
    bounds = f"{athlete.hr_rest_bpm}-{athlete.hr_max_bpm}-{athlete.sex}"
    return f"reader {READER_VERSION} metrics {METRICS_VERSION} {athlete.timezone} {bounds}"


def plans(
    home: Home, store: Store, athlete: str, places: Iterable[tuple[str, bool]], counts: Counts
) -> list[Plan]:
    """Look at every source; what has not changed since it was read is only counted.

    Args:
        home: for the settings that decide what must be derived again.
        store: where what was seen is noted.
        athlete: whose files these are.
        places: address of each source, and whether it is complete.
        counts: told how many files are unchanged.

    Raises:
        SourceUnavailableError, BadSourceError: one of them is not there; nothing was done.
    """
    opened = [(open_source(url), complete) for url, complete in places]
    listed = [(source, complete, scan(source)) for source, complete in opened]
    derived = derived_with(home.athlete(athlete))
    made = []
    with store.reading() as transaction:
        for source, complete, found in listed:
            seen = transaction.seen_files(athlete, source.url)
            todo = _changed(found, seen, counts)
            made.append(Plan(source=source, complete=complete, todo=tuple(todo)))
        again = tuple(
            file for file in transaction.raw_files(athlete).values() if file.derived_with != derived
        )
    return [*made, Plan(source=None, complete=False, again=again)] if again else made


def _changed(found: list[OnDisk], seen: dict[str, SeenFile], counts: Counts) -> Iterator[OnDisk]:
    """The files that are new, or changed, or were refused by an older reader."""
    members: dict[str, list[SeenFile]] = {}
    for path, known in seen.items():
        members.setdefault(path.partition("!")[0], []).append(known)
    for file in found:
        before = seen.get(file.path)
        parts = [each for each in members.get(file.path, []) if each.status != ARCHIVE]
        if (
            before is not None
            and (before.bytes, before.modified_ns) == (file.bytes, file.modified_ns)
            and not any(_worth_another_try(each) for each in parts)
        ):
            counts.unchanged += len(parts)
        else:
            yield file


def _worth_another_try(seen: SeenFile) -> bool:
    return seen.status == "refused" and seen.reader_version != READER_VERSION


class Intake:
    """The way of files into the store of one athlete, under one lease."""

    def __init__(
        self,
        home: Home,
        store: Store,
        lease: Lease,
        athlete: str,
        *,
        counts: Counts,
        window: Window,
    ) -> None:
        """Reads nothing yet."""
        self._home, self._store, self._lease, self._athlete = home, store, lease, athlete
        self._counts, self._window = counts, window
        self._runner = home.athlete(athlete)
        self._derived = derived_with(self._runner)
        self._raw_folder = home.raw_folder / athlete
        self._met: set[str] = set()
        self._incomplete: set[str] = set()
        with store.reading() as transaction:
            self._known = {
                digest: file.status
                for digest, file in transaction.raw_files(athlete).items()
                if file.derived_with == self._derived
            }

    def take_in(
        self, plan: Plan, files: Sequence[OnDisk], *, workers: int, advance: Advance
    ) -> None:
        """Read a batch of files of one source and keep each in a transaction of its own."""
        jobs = (job for file in files for job in self._jobs_of(file))
        self._pass_through(plan, jobs, len(files), workers=workers, advance=advance)

    def derive_again(
        self, plan: Plan, files: Sequence[RawFile], *, workers: int, advance: Advance
    ) -> None:
        """Read kept files once more, because the code or the settings changed."""
        jobs = (
            Job(
                kind="read",
                name=file.file,
                found=None,
                digest=file.sha256,
                content=raw.path_of(self._raw_folder, file.sha256).read_bytes(),
            )
            for file in files
        )
        self._pass_through(plan, jobs, len(files), workers=workers, advance=advance)

    def _pass_through(
        self, plan: Plan, jobs: Iterable[Job], count: int, *, workers: int, advance: Advance
    ) -> None:
        read = partial(_read, athlete=self._runner, not_after_s=settings.now().timestamp())
        pool: Workers[Job, FileReading | None] = Workers(read, _died, workers)
        here = ((job, read(job)) for job in jobs)
        for job, reading in here if count < FEW_FILES else pool.answers(jobs):
            self._keep(plan, job, reading)
            if job.kind == "done" or job.found is None:
                advance()

    def _jobs_of(self, found: OnDisk) -> Iterator[Job]:
        """One job for each file inside, then one that says that these were all."""
        if not found.inside:
            outside = UnreadableFileError("hostile", "The link leads out of its folder.")
            yield Job(kind="refused", name=found.path, found=found, refusal=outside)
            return
        try:
            for member in members_of_file(found.place, found.path, ArchiveLimits()):
                if member.content is None:
                    yield Job(kind="refused", name=member.name, found=found, refusal=member.refusal)
                    continue
                digest = sha256(member.content).hexdigest()
                same = digest in self._met or digest in self._known
                yield Job(
                    kind="same" if same else "read",
                    name=member.name,
                    found=found,
                    digest=digest,
                    content=None if same else member.content,
                )
                self._met.add(digest)
        except SourceUnavailableError:
            gone = UnreadableFileError("unavailable", "The file could not be opened.")
            yield Job(kind="refused", name=found.path, found=found, refusal=gone)
        yield Job(kind="done", name=found.path, found=found)

    def _keep(self, plan: Plan, job: Job, reading: FileReading | None) -> None:
        if job.kind == "done":
            self._finish(plan, job)
        elif job.kind == "same":
            self._keep_same(plan, job)
        elif reading is not None:
            self._keep_reading(plan, job, reading)

    def _keep_same(self, plan: Plan, job: Job) -> None:
        """The same bytes once more: within this run a duplicate, from before unchanged."""
        digest = job.digest or ""
        if digest in self._known:
            self._counts.unchanged += 1
        else:
            self._counts.duplicates += 1
        self._write(plan, job, self._known.get(digest, "duplicate"))

    def _keep_reading(self, plan: Plan, job: Job, reading: FileReading) -> None:
        rows = tuple(row for row in reading.rows if self._window.holds(row.local_date))
        if reading.rows and not rows and job.found is not None:
            self._counts.outside += 1
            self._incomplete.add(job.found.path)
            return
        if job.found is not None:
            self._counts.count(reading)
        if reading.status == "refused" or reading.sha256 is None or reading.format is None:
            self._write(plan, job, reading.status, reason=reading.reason)
            return
        raw.keep(self._raw_folder, reading.sha256, job.content or b"")
        kept = RawFile(
            sha256=reading.sha256,
            file=reading.file,
            format=reading.format,
            status=reading.status,
            reason=reading.reason,
            derived_with=self._derived,
        )
        self._write(plan, job, reading.status, reason=reading.reason, kept=kept, rows=rows)

    def _finish(self, plan: Plan, job: Job) -> None:
        """An archive is known once all its members are, so that a kill in between shows."""
        found = job.found
        if found is None or found.path in self._incomplete:
            return
        with self._store.reading() as transaction:
            seen = transaction.seen_files(self._athlete, found.source_url, only=found.path)
        if found.path not in seen:
            self._write(plan, job, ARCHIVE)

    def _write(
        self,
        plan: Plan,
        job: Job,
        status: str,
        *,
        reason: str | None = None,
        kept: RawFile | None = None,
        rows: tuple[ActivityRow, ...] = (),
    ) -> None:
        """One file, one transaction; a run that lost its lease writes nothing more."""
        with self._store.writing() as transaction:
            renew(transaction, self._lease, settings.now())
            if kept is not None:
                transaction.add_raw(self._athlete, kept, rows)
            if job.found is not None:
                transaction.add_source(self._athlete, job.found.source_url, complete=plan.complete)
                seen = SeenFile(
                    path=job.name,
                    bytes=job.found.bytes,
                    modified_ns=job.found.modified_ns,
                    sha256=job.digest,
                    status=status,
                    reason=reason,
                    reader_version=READER_VERSION,
                )
                transaction.add_seen(self._athlete, job.found.source_url, seen)


def _read(job: Job, *, athlete: Athlete, not_after_s: float) -> FileReading | None:
    """What a worker does with one job."""
    if job.refusal is not None:
        return refusal(job.name, job.refusal)
    if job.kind != "read" or job.content is None:
        return None
    return read_file(job.name, job.content, athlete, not_after_s=not_after_s)


def _died(job: Job) -> FileReading:
    """The answer for a file over which its process died."""
    crashed = UnreadableFileError("crashed", "Reading it ended the process; it was left out.")
    return refusal(job.name, crashed, job.digest)
