"""What lies in an export beside its recordings: pictures, comments, settings. No error of anyone's.

A refusal is set aside until the file on disk it comes from has passed: only then it is known
whether that was an export.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from connectors import exports
from connectors.formats import FileReading
from flows.jobs import Job

NOT_RECORDINGS = {"unknown_format", "empty", "damaged", "too_large"}
"""Reasons that worry nobody when a picture, a table or a diary is refused for them."""


class Beside:
    """The refusals of one run that may turn out to be none."""

    def __init__(self) -> None:
        """Nothing was met yet."""
        self._exports: set[tuple[str, str]] = set()
        """Source, and what the paths of all files of an export begin with."""
        self._waiting: list[tuple[Job, FileReading]] = []
        self._by_digest: dict[str, FileReading] = {}

    def list_was_met(self, source_url: str, name: str) -> None:
        """The list of an export was read under this name: what lies beside it belongs to it."""
        self._exports.add((source_url, exports.beside(name, "")))

    def takes(self, job: Job, reading: FileReading) -> bool:
        """Set a refusal aside when it depends on where the file lies what it means."""
        if job.found is None:
            return False
        if (start := exports.start_of_garmins(job.name)) is not None:
            self._exports.add((job.found.source_url, start))
        waits = (
            reading.reason in NOT_RECORDINGS
            and reading.told is None
            and reading.format is None
            and not exports.is_recording(job.name)
        )
        if waits:
            job.content = None  # there may be thousands of pictures
            self._waiting.append((job, reading))
            if reading.sha256 is not None:
                self._by_digest[reading.sha256] = reading
        return waits

    def takes_same(self, job: Job) -> bool:
        """Set aside what has the same bytes as something that was: it is answered after that."""
        first = self._by_digest.get(job.digest or "")
        if first is not None:
            self._waiting.append((job, replace(first, file=job.name)))
        return first is not None

    def settled(self, root: Path | None) -> Iterator[tuple[Job, FileReading]]:
        """What was set aside, each with the reason that it has by now.

        Args:
            root: folder of the source; above it nobody looks.
        """
        waiting, self._waiting, self._by_digest = self._waiting, [], {}
        for job, reading in waiting:
            if root is not None and self._is_in_export(job, root):
                says = "It belongs to an export and is no recording."
                yield job, replace(reading, reason="not_an_activity", says=says)
            else:
                yield job, reading

    def _is_in_export(self, job: Job, root: Path) -> bool:
        found = job.found
        if found is None:
            return False
        inside = job.name[len(found.path) :]
        if exports.is_garmins(found.place.as_posix() + inside):
            return True
        if any(
            source == found.source_url and job.name.startswith(start)
            for source, start in self._exports
        ):
            return True
        folders = [each for each in found.place.parents if each.is_relative_to(root)]
        marks = (exports.LIST_NAME, exports.GARMINS_FOLDER)
        return any((each / mark).exists() for each in folders for mark in marks)
