"""Look into zip and gzip files without ever writing one of their members to disk.

What is an archive is told by its first bytes, not by its name. Whatever is wrong with one member
is said of that member; the others go on (CHANNELS.md, faults 10 and 11).
"""

from __future__ import annotations

import errno
import io
import os
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from connectors.bounded import GZIP_START, Bounded, Gunzip, overlapping_members
from connectors.errors import SourceUnavailableError, StillChangingError, UnreadableFileError
from connectors.names import TOO_LONG, printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from connectors.limits import ArchiveLimits

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
LONGEST_START = 4

RATIO_MATTERS_FROM_BYTES = 1_000_000
"""A megabyte harms nobody, however well it was packed: an indoor run is very repetitive."""

WHOLE_RATIO_MATTERS_FROM_BYTES = 100_000_000
"""The same for everything in an archive together: many small members make a bomb too."""

CHUNK_BYTES = 1 << 20

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What zip programs write. The others unpack in `zipfile` without any bound: 4 KB become 5 GB."""

MOST_REFUSALS = 300
"""Of one archive; then its rest is not looked at. Each costs a row, and a small archive can name a
hundred thousand."""

UNPACKING_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises on damaged archives; `_raise_if_disk` tells OSError apart."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file found: its content, or why it is not given."""

    name: str
    """Path in the source; inside an archive `a.zip!deep/b.fit`."""
    content: bytes | None
    refusal: UnreadableFileError | None = None


def members(name: str, content: bytes, limits: ArchiveLimits) -> Iterator[Member]:
    """Every file in these bytes, in the order of the archive; a plain file is its own member.

    A gzip file keeps its name (`run.fit.gz`) and gives its unpacked content. Directories, hidden
    files and `__MACOSX` are passed over.
    """
    unpacking = _Unpacking(limits, len(content))
    return unpacking.walk(name, io.BytesIO(content), len(content), depth=0)


def members_of_file(
    path: Path, name: str, limits: ArchiveLimits, *, listed: tuple[int, int] | None = None
) -> Iterator[Member]:
    """The same for a file on disk, of which only one member at a time is in memory.

    A plain file above the limit is refused without being read.

    Args:
        path: where it lies; must not be a link.
        name: what it is called.
        limits: how much is believed.
        listed: size and time of change in ns when it was listed, None where it was not.

    Raises:
        SourceUnavailableError: the file cannot be read now.
        StillChangingError: it was written to since it was listed, or while it was read.
    """
    try:
        with _opened(path) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                yield _refused(name, "unknown_format", "This is no file: a pipe or a device.")
                return
            stamp = (before.st_size, before.st_mtime_ns)
            _check_still(name, file, listed or stamp)
            for member in _Unpacking(limits, before.st_size).walk(name, file, stamp[0], depth=0):
                _check_still(name, file, stamp)
                yield member
            _check_still(name, file, stamp)
    except OSError as error:
        raise SourceUnavailableError(f"{name} cannot be read: {error.strerror}") from error


def _opened(path: Path) -> IO[bytes]:
    """Open without waiting: what was a file in the list may be a pipe by now."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    return os.fdopen(os.open(path, flags), "rb")


def _check_still(name: str, file: IO[bytes], stamp: tuple[int, int]) -> None:
    now = os.fstat(file.fileno())
    if (now.st_size, now.st_mtime_ns) != stamp:
        raise StillChangingError(f"{name} is being written")


class _Unpacking:
    """The walk through one outer file, and what it may still cost."""

    def __init__(self, limits: ArchiveLimits, size: int) -> None:
        self._limits = limits
        believed = max(WHOLE_RATIO_MATTERS_FROM_BYTES, limits.ratio * size)
        self._bytes_left = min(limits.total_bytes, believed)
        self._members_left = limits.members
        self._refusals_left = MOST_REFUSALS

    def walk(self, name: str, file: IO[bytes], size: int, depth: int) -> Iterator[Member]:
        """The file itself, or what is packed in it; `depth` archives lie around it."""
        start = file.read(LONGEST_START)
        file.seek(0)
        if not start:
            yield _refused(name, "empty", "The file is empty.")
        elif not _is_archive(start):
            yield self._plain(name, file, size)
        elif depth >= self._limits.depth:
            yield _refused(name, "hostile", "Too many archives lie inside each other.")
        elif start.startswith(GZIP_START):
            yield from self._in_gzip(name, file, size, depth)
        else:
            yield from self._in_zip(name, file, depth)

    def _plain(self, name: str, file: IO[bytes], size: int) -> Member:
        if size > self._limits.member_bytes:
            return Member(name, None, _too_large(self._limits.member_bytes))
        return Member(name, file.read(size))

    def _in_gzip(self, name: str, file: IO[bytes], size: int, depth: int) -> Iterator[Member]:
        try:
            content = self._read(Gunzip(file), size)
        except UnreadableFileError as refusal:
            yield Member(name, None, refusal)
        except UNPACKING_ERRORS as error:
            _raise_if_disk(error)
            yield _refused(name, "damaged", "The gzip file is damaged or cut off.")
        else:
            yield from self.walk(name, content, _size(content), depth + 1)

    def _in_zip(self, name: str, file: IO[bytes], depth: int) -> Iterator[Member]:
        bounded = Bounded(file, self._members_left)
        try:
            archive = zipfile.ZipFile(bounded)
        except UnreadableFileError as refusal:
            yield Member(name, None, refusal)
            return
        except UNPACKING_ERRORS as error:
            _raise_if_disk(error)
            yield _refused(name, "damaged", "The zip file is damaged or cut off.")
            return
        bounded.in_directory = False
        with archive:
            overlapping = overlapping_members(archive)
            for info in archive.infolist():
                if _is_passed_over(info):
                    continue
                if self._refusals_left <= 0:
                    says = "Too much of the archive cannot be read; its rest was not looked at."
                    yield _refused(name, "hostile", says)
                    return
                if self._is_spent():
                    says = "The archive holds more than anybody's runs; its rest was not read."
                    yield _refused(name, "too_large", says)
                    return
                self._members_left -= 1
                whole = f"{name}!{printable(_slashed(info.filename))}"
                told = shortened(whole)
                if told != whole:
                    found: Iterable[Member] = (_refused(told, "hostile", TOO_LONG),)
                elif info in overlapping:
                    found = (Member(told, None, _bomb()),)
                else:
                    found = self._zip_member(told, archive, info, depth)
                for member in found:
                    self._refusals_left -= member.content is None
                    yield member

    def _zip_member(
        self, name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, depth: int
    ) -> Iterator[Member]:
        try:
            self._check(info)
            with archive.open(info) as packed:
                content = self._read(packed, info.compress_size, info.file_size)
        except UnreadableFileError as refusal:
            yield Member(name, None, refusal)
        except UNPACKING_ERRORS as error:
            _raise_if_disk(error)
            yield _refused(name, "damaged", "The file is damaged inside its archive.")
        else:
            yield from self.walk(name, content, _size(content), depth + 1)

    def _check(self, info: zipfile.ZipInfo) -> None:
        """Refuse by what the archive itself says, before anything is unpacked."""
        if _leads_outside(info.filename):
            raise UnreadableFileError("hostile", "The name leads out of the archive.")
        if info.flag_bits & 0x1:
            raise UnreadableFileError("encrypted", "The file is locked with a password.")
        if info.compress_type not in METHODS:
            says = "The file is packed in an unusual way; unpack the archive and pack it again."
            raise UnreadableFileError("unknown_format", says)
        if self._is_bomb(info.file_size, info.compress_size):
            raise _bomb()

    def _read(
        self, packed: IO[bytes] | Gunzip, packed_bytes: int, declared_bytes: int = 0
    ) -> io.BytesIO:
        """Unpack step by step, for declared sizes may lie."""
        start = packed.read(LONGEST_START)
        limits = self._limits
        limit = limits.inner_archive_bytes if _is_archive(start) else limits.member_bytes
        if declared_bytes > limit:
            raise _too_large(limit)
        content, size = io.BytesIO(), len(start)
        content.write(start)
        while chunk := packed.read(CHUNK_BYTES):
            content.write(chunk)
            size += len(chunk)
            self._bytes_left -= len(chunk)
            if self._is_bomb(size, packed_bytes):
                raise _bomb()
            if size > limit:
                raise _too_large(limit)
            if self._bytes_left < 0:
                raise _too_large(limits.total_bytes)
        content.seek(0)
        return content

    def _is_bomb(self, size: int, packed_bytes: int) -> bool:
        return size > max(RATIO_MATTERS_FROM_BYTES, self._limits.ratio * packed_bytes)

    def _is_spent(self) -> bool:
        return self._bytes_left < 0 or self._members_left <= 0


def _size(content: io.BytesIO) -> int:
    return content.getbuffer().nbytes


def _is_archive(start: bytes) -> bool:
    return start.startswith((*ZIP_STARTS, GZIP_START))


def _raise_if_disk(error: Exception) -> None:
    """A disk that fails is not a damaged archive: the file may be read another day.

    Damaged data raise OSError without a number, or EINVAL for seeking to a place that is not.
    """
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
        raise error


def _too_large(limit_bytes: int) -> UnreadableFileError:
    says = f"There is more than {limit_bytes // 1_000_000} MB to read."
    return UnreadableFileError("too_large", says)


def _bomb() -> UnreadableFileError:
    return UnreadableFileError("hostile", "The file unpacks to absurdly much: an archive bomb.")


def _refused(name: str, reason: str, says: str) -> Member:
    return Member(name, None, UnreadableFileError(reason, says))


def _slashed(filename: str) -> str:
    """As zip has it; programs on Windows that know no better write backslashes."""
    return filename.replace("\\", "/")


def _parts(filename: str) -> list[str]:
    return _slashed(filename).split("/")


def _leads_outside(filename: str) -> bool:
    """Nothing is ever written under this name, but who writes it means harm."""
    parts = _parts(filename)
    return ".." in parts or parts[0] == "" or parts[0][1:] == ":"


def _is_passed_over(info: zipfile.ZipInfo) -> bool:
    hidden = any(part.startswith(".") and part not in (".", "..") for part in _parts(info.filename))
    is_folder = _slashed(info.filename).endswith("/")
    return is_folder or hidden or "__MACOSX" in _parts(info.filename)
