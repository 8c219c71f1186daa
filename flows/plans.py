"""Which files of which sources there is something to do for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from connectors.sources import OnDisk, Source, open_source, scan
from connectors.versions import READER_VERSION
from flows.report import Counts
from flows.settings import Home
from pipeline.athlete import Athlete
from pipeline.store.records import RawFile, SeenFile, Store
from pipeline.versions import METRICS_VERSION

ARCHIVE = "archive"
"""Status of the row that says: every member of this archive was looked at."""

UNAVAILABLE = "unavailable"
"""Why a file could not be opened; it may be another day, so it is tried again."""

COPY_GONE = ", kept copy gone"
"""Behind what a kept file was to be derived with, where its numbers stay as they were."""


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


def derived_with(athlete: Athlete) -> str:
    """Everything that decides what a file's rows are: another value derives them again."""
    heart = f"{athlete.hr_rest_bpm}-{athlete.hr_max_bpm}-{athlete.sex}"
    body = f"{athlete.timezone} {heart} {athlete.cadence_at_3_mps_spm}"
    return f"reader {READER_VERSION} metrics {METRICS_VERSION} {body}"


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
        kept = transaction.raw_files(athlete).values()
        lost = {file.sha256 for file in kept if not _has_copy(file)}
        for source, complete, found in listed:
            seen = transaction.seen_files(athlete, source.url)
            todo = _changed(found, seen, lost, counts)
            made.append(Plan(source=source, complete=complete, todo=tuple(todo)))
        told_otherwise = transaction.misnamed(athlete)
        again = tuple(
            file
            for file in kept
            if file.derived_with not in {derived, derived + COPY_GONE}
            or (file.sha256 in told_otherwise and _has_copy(file))
        )
    return [*made, Plan(source=None, complete=False, again=again)] if again else made


def misnamed(store: Store, athlete: str) -> Plan:
    """The kept files that must be derived again because an export names their sport by now."""
    with store.reading() as transaction:
        found = transaction.misnamed(athlete)
        files = transaction.raw_files(athlete) if found else {}
    again = tuple(file for digest, file in files.items() if digest in found and _has_copy(file))
    return Plan(source=None, complete=False, again=again)


def _has_copy(file: RawFile) -> bool:
    """Whether its kept copy was there when it was last wanted."""
    return not file.derived_with.endswith(COPY_GONE)


def _changed(
    found: list[OnDisk], seen: dict[str, SeenFile], lost: Collection[str], counts: Counts
) -> Iterator[OnDisk]:
    """The files that are new, or changed, or were refused by an older reader.

    And those whose kept copy is lost by now, or spoilt: the source has the bytes still.
    """
    inside = _by_file({file.path for file in found}, seen)
    for file in found:
        before = seen.get(file.path)
        # A member that left its archive keeps the row of an older archive: it is no part any more.
        parts = [
            each
            for each in inside.get(file.path, ())
            if each.status != ARCHIVE and _is_same(each, file)
        ]
        if (
            before is not None
            and _is_same(before, file)
            and not any(_worth_another_try(each) or each.sha256 in lost for each in parts)
        ):
            counts.unchanged += len(parts)
        else:
            yield file


def _by_file(paths: set[str], seen: dict[str, SeenFile]) -> dict[str, list[SeenFile]]:
    """What was seen in each file: itself, and its members when it is an archive."""
    inside: dict[str, list[SeenFile]] = {}
    for path, known in seen.items():
        owner, mark = path, len(path)
        # Files may have a "!" in their own name, so the longest name that is there owns the row.
        while owner not in paths and (mark := path.rfind("!", 0, mark)) > 0:
            owner = path[:mark]
        inside.setdefault(owner, []).append(known)
    return inside


def _is_same(seen: SeenFile, file: OnDisk) -> bool:
    return (seen.bytes, seen.modified_ns) == (file.bytes, file.modified_ns)


def _worth_another_try(seen: SeenFile) -> bool:
    return seen.status == "refused" and (
        seen.reader_version != READER_VERSION or seen.reason == UNAVAILABLE
    )
