"""Which format a file has, and what was read of it: the one door through which bytes come in.

To add a format: write a module with `FORMAT`, `identify(head)` and `read(content, limits)`, put it
into `READERS` below, and put a sample of it into tests/connectors. Nothing else changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

from connectors import exports, fit, gpx, tcx
from connectors.errors import UnreadableFileError
from connectors.limits import USUAL
from pipeline.findings import noted
from pipeline.run import row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.limits import FormatLimits
    from connectors.reading import Content
    from connectors.sports import Sport
    from pipeline.activity import ExportLine
    from pipeline.athlete import Athlete
    from pipeline.row import ActivityRow

Status = Literal["read", "salvaged", "refused"]

HEAD_BYTES = 8192
"""What a format is told by; programs write long comments before the root of an XML file."""


class Reader(Protocol):
    """One format. A module satisfies it."""

    FORMAT: str

    def identify(self, head: bytes, /) -> bool:
        """Whether a file with these first bytes is of this format."""

    def read(self, content: bytes, limits: FormatLimits = ..., /) -> Content:
        """The activities in it; raises UnreadableFileError when there are none."""


READERS: tuple[Reader, ...] = (fit, gpx, tcx)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """What became of one file: read, salvaged or refused, with a reason and what it holds."""

    file: str
    """Path relative to its source; members of archives as `a.zip!deep/b.fit`."""
    sha256: str | None
    """Of the decompressed bytes; None when they were too many to be read."""
    status: Status
    format: str | None = None
    reason: str | None = None
    says: str | None = None
    rows: tuple[ActivityRow, ...] = ()
    told: tuple[ExportLine, ...] | None = None
    """What the list of an export tells of the files beside it; None where this is no such list."""


def refusal(file: str, error: UnreadableFileError, digest: str | None = None) -> FileReading:
    """The answer for a file that cannot be read."""
    return FileReading(
        file=file, sha256=digest, status="refused", reason=error.reason, says=error.says
    )


def reader_for(content: bytes) -> Reader:
    """The one reader that claims these bytes.

    Raises:
        UnreadableFileError: none does, or more than one.
    """
    head = content[:HEAD_BYTES]
    if not head:
        raise UnreadableFileError("empty", "The file is empty.")
    claims = [each for each in READERS if each.identify(head)]
    match claims:
        case [only]:
            return only
        case []:
            raise UnreadableFileError("unknown_format", "This is neither FIT nor GPX nor TCX.")
        case _:
            names = " and ".join(each.FORMAT for each in claims)
            raise UnreadableFileError("ambiguous", f"Both {names} claim this file.")


def read_file(
    file: str,
    content: bytes,
    athlete: Athlete,
    *,
    digest: str | None = None,
    not_after_s: float | None = None,
    sport_told: Sport | None = None,
    corrected: Mapping[int, Sport] = MappingProxyType({}),
    limits: FormatLimits = USUAL,
) -> FileReading:
    """Read one file and derive its rows. A bad file is an answer, and no error.

    Args:
        file: its name, for the answer only; the format is told by the bytes.
        content: decompressed.
        digest: SHA-256 of the content, in hexadecimal, where it is known already.
        athlete: for the time zone and the bounds of heart rate.
        not_after_s: latest time that can be true, seconds since 1970.
        sport_told: FIT's sport and sub-sport as told elsewhere, for a file that names none.
        corrected: the same as the runner told them, by which row of the file it is, from 0.
        limits: how much of a thing in one file is still no attack.

    Raises:
        MemoryError: this process has not enough; a fresh one may have.
    """
    digest = digest or sha256(content).hexdigest()
    format_name: str | None = None
    try:
        if exports.is_list(file):
            return _list_reading(file, content, digest)
        reader = reader_for(content)
        format_name = reader.FORMAT
        read = reader.read(content, limits)
        rows = _rows(read, athlete, not_after_s, sport_told, corrected)
    except UnreadableFileError as error:
        return replace(refusal(file, error, digest), format=format_name)
    except MemoryError:
        raise  # the workers know whether other files used it up
    except Exception as error:  # noqa: BLE001 - the boundary: one bad file must not stop the others
        damaged = UnreadableFileError(
            "damaged", f"It could not be read ({type(error).__name__}); please report such a file."
        )
        return replace(refusal(file, damaged, digest), format=format_name)
    return FileReading(
        file=file,
        sha256=digest,
        status="salvaged" if read.salvaged else "read",
        format=format_name,
        reason=read.salvaged,
        says=read.says,
        rows=rows,
    )


def _list_reading(file: str, content: bytes, digest: str) -> FileReading:
    """The list of an export: no activity, but it tells of those beside it."""
    found = exports.read_list(content)
    if found is None:
        says = "It is a table that names no files."
        return refusal(file, UnreadableFileError("not_an_activity", says), digest)
    says = f"It is the list of an export; what it tells of {len(found.lines)} files was noted."
    error = UnreadableFileError("not_an_activity", says)
    if found.left_out:
        also = f"{says} {found.left_out} of its lines are damaged and were left out."
        error = UnreadableFileError("damaged", also)
    return replace(refusal(file, error, digest), told=found.lines)


def _rows(
    read: Content,
    athlete: Athlete,
    not_after_s: float | None,
    sport_told: Sport | None,
    corrected: Mapping[int, Sport],
) -> tuple[ActivityRow, ...]:
    rows: tuple[ActivityRow, ...] = ()
    for each in read.activities:
        row = row_of(
            each,
            athlete,
            not_after_s=not_after_s,
            sport_told=sport_told,
            sport_corrected=corrected.get(len(rows)),
        )
        rows = rows if row is None else (*rows, row)
    if not rows:
        raise UnreadableFileError("no_possible_time", "No record in it has a possible date.")
    if left_out := len(read.activities) - len(rows):
        first, *others = rows
        beside = noted(activity_without_possible_time=left_out)
        rows = (replace(first, findings=(*first.findings, *beside)), *others)
    return rows
