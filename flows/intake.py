"""From files to the store: reading them, one transaction for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from connectors import exports
from connectors.archives import members_of_file
from connectors.errors import SourceUnavailableError, StillChangingError, UnreadableFileError
from connectors.formats import FileReading
from connectors.sources import OnDisk
from connectors.sports import Sport
from connectors.versions import READER_VERSION
from flows import settings
from flows.beside import Beside
from flows.jobs import Job, answers, job_of
from flows.plans import ARCHIVE, COPY_GONE, UNAVAILABLE, Plan, Window, derived_with
from flows.progress import Advance, say
from flows.report import Counts
from flows.settings import Home
from flows.stillness import has_changed, may_be_half, wait_until_still
from pipeline.activity import ExportLine
from pipeline.row import ActivityRow
from pipeline.store import raw
from pipeline.store.lease import Lease, renew
from pipeline.store.records import RawFile, SeenFile, Store

HOLD_ON_EVERY = timedelta(seconds=20)
"""The lease is renewed this often, even where nothing is written for a long time."""


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
        self._held_on_at = settings.now()
        self._told: dict[str, ExportLine] = {}
        self._corrected: dict[str, dict[int, Sport]] = {}
        self._kept: dict[str, RawFile] = {}
        """What is to be derived again, as it stands."""
        self._limits = home.limits
        self._aside: list[tuple[Job, FileReading | None]] = []
        """What may be half written, and the same bytes once more."""
        self._moving: set[OnDisk] = set()
        self.waiting: set[str] = set()
        """Addresses of sources of which some file is still being written."""
        self._met: set[str] = set()
        self._became: dict[str, tuple[str, str | None]] = {}
        """What each digest became in this run: its status, and why."""
        self._incomplete: set[OnDisk] = set()
        self._rows_of: set[OnDisk] = set()
        """Files on disk that have a row of their own by now, so that none says: archive."""
        self._beside = Beside()
        with store.reading() as transaction:
            self._known = {
                digest: (file.status, file.reason)
                for digest, file in transaction.raw_files(athlete).items()
                if file.derived_with == self._derived and file.status != "refused"
            }

    def take_in(
        self, plan: Plan, files: Sequence[OnDisk], *, workers: int, advance: Advance
    ) -> None:
        """Read a batch of files of one source and keep each in a transaction of its own."""
        jobs = (job for file in files for job in self._jobs_of(file))
        self._pass_through(plan, jobs, workers=workers, advance=advance)
        self._look_again(plan)

    def derive_again(
        self, plan: Plan, files: Sequence[RawFile], *, workers: int, advance: Advance
    ) -> None:
        """Read kept files once more, because the code or the settings changed."""
        self._kept = {file.sha256: file for file in files}
        jobs = (self._job_again(file) for file in files)
        with self._store.reading() as transaction:
            self._told = transaction.told(self._athlete)
            self._corrected = transaction.sports_corrected(self._athlete)
        self._pass_through(plan, jobs, workers=workers, advance=advance)

    def _pass_through(
        self, plan: Plan, jobs: Iterable[Job], *, workers: int, advance: Advance
    ) -> None:
        now_s = settings.now().timestamp()
        for job, reading in answers(
            jobs,
            self._runner,
            now_s,
            limits=self._limits,
            count=workers,
            meanwhile=self._hold_on,
        ):
            self._hold_on()
            self._keep(plan, job, reading)
            if job.kind == "done" or job.found is None:
                advance()

    def _hold_on(self) -> None:
        """Renew the lease: one bad file may take longer than it lasts, and so may many unkept."""
        now = settings.now()
        if now - self._held_on_at >= HOLD_ON_EVERY:
            self._held_on_at = now
            with self._store.writing() as transaction:
                renew(transaction, self._lease, now)

    def _job_again(self, file: RawFile) -> Job:
        """The job of a kept file; one that is gone or spoilt keeps the numbers it has."""
        try:
            content = raw.path_of(self._raw_folder, file.sha256).read_bytes()
        except OSError:
            content = b""
        if sha256(content).hexdigest() != file.sha256:
            return Job(kind="gone", name=file.file, found=None, digest=file.sha256)
        line = self._told.get(file.sha256)
        return Job(
            kind="read",
            name=file.file,
            found=None,
            digest=file.sha256,
            content=content,
            sport_told=None if line is None or line.sport is None else (line.sport, line.sub_sport),
            corrected=self._corrected.get(file.sha256, {}),
        )

    def _jobs_of(self, found: OnDisk) -> Iterator[Job]:
        """One job for each file inside, then one that says that these were all."""
        try:
            yield from self._members_of(found)
        except StillChangingError:
            self._moving.add(found)
            self._incomplete.add(found)
        except SourceUnavailableError:
            gone = UnreadableFileError(UNAVAILABLE, "The file could not be opened.")
            yield Job(kind="refused", name=found.path, found=found, refusal=gone)
        yield Job(kind="done", name=found.path, found=found)

    def _members_of(self, found: OnDisk) -> Iterator[Job]:
        if found.refusal is not None:
            yield Job(kind="refused", name=found.path, found=found, refusal=found.refusal)
            return
        listed, limits = (found.bytes, found.modified_ns), self._limits.archive
        for member in members_of_file(found.place, found.path, limits, listed=listed):
            job = job_of(member, found)
            if job.digest is not None:
                is_known = job.digest in self._met or job.digest in self._known
                # What a list tells, it tells of the files beside it.
                if is_known and not exports.is_list(member.name):
                    self._mend(job)
                    job.kind, job.content = "same", None
                self._met.add(job.digest)
            yield job

    def _mend(self, job: Job) -> None:
        """Where the kept copy of known bytes was lost or spoilt, here they are once more."""
        if job.digest in self._known and job.content is not None:
            raw.keep(self._raw_folder, job.digest, job.content)

    def _keep(self, plan: Plan, job: Job, reading: FileReading | None) -> None:
        if job.kind == "done":
            self._finish(plan, job)
        elif job.kind == "same":
            if not self._beside.takes_same(job):
                self._keep_same(plan, job)
        elif job.kind == "gone":
            self._keep_numbers(job)
        elif reading is not None and not self._beside.takes(job, reading):
            self._keep_or_wait(plan, job, reading)

    def _keep_or_wait(self, plan: Plan, job: Job, reading: FileReading) -> None:
        if self._is_in_doubt(plan, job, reading):
            self._put_aside(job, reading)
        else:
            self._keep_reading(plan, job, reading)

    def _is_in_doubt(self, plan: Plan, job: Job, reading: FileReading) -> bool:
        """Whether it may be half written; a file that was asked for by its own name never is."""
        if job.found is None or plan.source is None or job.found.place == plan.source.root:
            return False
        return may_be_half(job.found, reading, self._limits.still_s)

    def _put_aside(self, job: Job, reading: FileReading | None) -> None:
        if reading is not None and reading.status == "refused":
            job.content = None  # nothing of it is kept
        self._aside.append((job, reading))
        if job.found is not None:
            self._incomplete.add(job.found)

    def _look_again(self, plan: Plan) -> None:
        """Keep what was put aside, but where somebody wrote to it: that waits for the next sync."""
        aside, self._aside = self._aside, []
        files = [job.found for job, _ in aside if job.found is not None]
        wait_until_still(files, self._limits.still_s)
        changed = {found for found in files if has_changed(found)}
        for job, reading in aside:
            waits = job.found in changed or (reading is None and job.digest not in self._became)
            if not waits and reading is not None:
                self._keep_reading(plan, job, reading)
            elif not waits:
                self._keep_same(plan, job)
            elif job.found is not None:
                self._moving.add(job.found)
                self._met.discard(job.digest or "")
        if self._moving and plan.source is not None:
            self.waiting.add(plan.source.url)
            self._counts.waiting += len(self._moving)
            count = len(self._moving)
            say(f"Still being written: {count} of the files; the same command takes them later.")
            self._moving = set()

    def _keep_same(self, plan: Plan, job: Job) -> None:
        """The same bytes once more: within this run a duplicate, from before unchanged.

        Its row says what became of the bytes, so that a run that was killed and goes on writes
        the same rows as one that was not.
        """
        digest = job.digest or ""
        if digest in self._known:
            status, reason = self._known[digest]
            self._counts.unchanged += 1
        elif digest in self._became:
            status, reason = self._became[digest]
            self._counts.duplicates += 1
        elif any(job.digest == each.digest for each, _ in self._aside):
            self._put_aside(job, None)
            return
        else:
            self._leave_out(job)
            return
        self._write(plan, job, status, reason=reason)

    def _leave_out(self, job: Job) -> None:
        """Outside the dates asked for: no row, so that a later run without them takes it in."""
        self._counts.outside += 1
        if job.found is not None:
            self._incomplete.add(job.found)

    def _keep_reading(self, plan: Plan, job: Job, reading: FileReading) -> None:
        # A file is taken in whole or not at all, and what is kept is derived again whole.
        inside = any(self._window.holds(row.local_date) for row in reading.rows)
        if job.found is not None and reading.rows and not inside:
            self._leave_out(job)
            return
        self._count(job, reading)
        kept = self._kept_as(job, reading)
        if kept is not None and kept.status != "refused":
            raw.keep(self._raw_folder, kept.sha256, job.content or b"")
        self._write(
            plan,
            job,
            reading.status,
            reason=reading.reason,
            kept=kept,
            rows=reading.rows,
            told=reading.told,
        )

    def _count(self, job: Job, reading: FileReading) -> None:
        """A kept file that is derived again counts only when it can be read no more."""
        is_again = job.found is None
        self._counts.again += is_again
        if is_again and reading.status != "refused":
            return
        if job.digest not in self._became:
            self._counts.count(reading)
        elif not is_again:
            self._counts.duplicates += 1
        self._counts.told += len(reading.told or ())
        if job.digest is not None:
            self._became[job.digest] = (reading.status, reading.reason)

    def _kept_as(self, job: Job, reading: FileReading) -> RawFile | None:
        """The row of a kept file; None for one that is refused and was never kept."""
        if reading.status == "refused":
            before = self._kept.get(job.digest or "") if job.found is None else None
            if before is None:
                return None
            if before.status != "refused":
                say(f"The kept {before.file} can be read no more; its numbers were taken out.")
            return replace(
                before, status="refused", reason=reading.reason, derived_with=self._derived
            )
        if job.digest is None or reading.format is None:
            return None
        return RawFile(
            sha256=job.digest,
            file=reading.file,
            format=reading.format,
            status=reading.status,
            reason=reading.reason,
            derived_with=self._derived,
        )

    def _keep_numbers(self, job: Job) -> None:
        """Say once, and not every night, that a kept file cannot be derived again."""
        is_there = raw.path_of(self._raw_folder, job.digest or "").exists()
        became = "spoilt" if is_there else "gone"
        say(
            f"The kept copy of {job.name} is {became}; its numbers stay until it is taken in again."
        )
        self._counts.gone_copies.append(job.name)
        kept = replace(self._kept[job.digest or ""], derived_with=self._derived + COPY_GONE)
        with self._store.writing() as transaction:
            renew(transaction, self._lease, settings.now())
            transaction.note_raw(self._athlete, kept)

    def _finish(self, plan: Plan, job: Job) -> None:
        """An archive is known once all its members are, so that a kill in between shows."""
        for each, refused in self._beside.settled(
            None if plan.source is None else plan.source.root
        ):
            self._keep_or_wait(plan, each, refused)
        found = job.found
        if found is not None and found not in self._incomplete | self._rows_of:
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
        told: tuple[ExportLine, ...] | None = None,
    ) -> None:
        """One file, one transaction; a run that lost its lease writes nothing more."""
        with self._store.writing() as transaction:
            renew(transaction, self._lease, settings.now())
            if kept is not None:
                transaction.add_raw(self._athlete, kept, rows, READER_VERSION)
                transaction.note_became(self._athlete, kept, READER_VERSION)
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
                if told is not None:
                    self._beside.list_was_met(job.found.source_url, job.name)
                    lines = [
                        replace(each, file=exports.beside(job.name, each.file)) for each in told
                    ]
                    transaction.keep_told(self._athlete, job.found.source_url, job.name, lines)
                if job.name == job.found.path:
                    self._rows_of.add(job.found)
