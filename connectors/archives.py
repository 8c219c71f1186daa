"""Look into zip and gzip files without ever writing one of their members to disk.

What is an archive is told by its first bytes, not by its name. Whatever is wrong with one member
is said of that member; the others go on (CHANNELS.md, faults 10 and 11).
"""

from __future__ import annotations

import errno
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from connectors.errors import SourceUnavailableError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
GZIP_START = b"\x1f\x8b"
LONGEST_START = 4

RATIO_MATTERS_FROM_BYTES = 1_000_000
"""A megabyte harms nobody, however well it was packed: an indoor run is very repetitive."""

CHUNK_BYTES = 1 << 20

LONGEST_NAME = 300
"""Letters of a member's name; a hostile archive must not fill the store with one."""

UNPACKING_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises on damaged archives; `_raise_if_disk` tells OSError apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """How much is believed before an archive counts as an attack, or as too much."""

    member_bytes: int = 100_000_000
    """One file, unpacked."""
    inner_archive_bytes: int = 1_000_000_000
    """An archive inside an archive: it is held in memory. Garmin's export packs years in one."""
    total_bytes: int = 5_000_000_000
    """Everything unpacked from one outer file."""
    ratio: int = 200
    """Unpacked size by packed size, no unit. Real recordings stay below 40."""
    members: int = 200_000
    depth: int = 2
    """Archives inside each other, the outer one included."""


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
    return _Unpacking(limits).walk(name, io.BytesIO(content), len(content), depth=0)


def members_of_file(path: Path, name: str, limits: ArchiveLimits) -> Iterator[Member]:
    """The same for a file on disk, of which only one member at a time is in memory.

    A plain file above the limit is refused without being read.

    Raises:
        SourceUnavailableError: the file cannot be read now.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            yield from _Unpacking(limits).walk(name, file, size, depth=0)
    except OSError as error:
        raise SourceUnavailableError(f"{name} cannot be read: {error.strerror}") from error


class _Unpacking:
    """The walk through one outer file, and what it may still cost."""

    def __init__(self, limits: ArchiveLimits) -> None:
        self._limits = limits
        self._bytes_left = limits.total_bytes
        self._members_left = limits.members

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
        return Member(name, file.read())

    def _in_gzip(self, name: str, file: IO[bytes], size: int, depth: int) -> Iterator[Member]:
        try:
            with gzip.GzipFile(fileobj=file) as unpacked:
                content = self._read(unpacked, size)
        except UnreadableFileError as refusal:
            yield Member(name, None, refusal)
        except UNPACKING_ERRORS as error:
            _raise_if_disk(error)
            yield _refused(name, "damaged", "The gzip file is damaged or cut off.")
        else:
            yield from self.walk(name, io.BytesIO(content), len(content), depth + 1)

    def _in_zip(self, name: str, file: IO[bytes], depth: int) -> Iterator[Member]:
        try:
            archive = zipfile.ZipFile(file)
        except UNPACKING_ERRORS as error:
            _raise_if_disk(error)
            yield _refused(name, "damaged", "The zip file is damaged or cut off.")
            return
        with archive:
            for info in archive.infolist():
                if _is_passed_over(info):
                    continue
                if self._is_spent():
                    says = "The archive holds more than anybody's runs; its rest was not read."
                    yield _refused(name, "too_large", says)
                    return
                self._members_left -= 1
                told = f"{name}!{info.filename[:LONGEST_NAME]}"
                yield from self._zip_member(told, archive, info, depth)

    def _zip_member(
        self, name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, depth: int
    ) -> Iterator[Member]:
        try:
            self._check(info)
            with archive.open(info) as packed:
                content = self._read(packed, info.compress_size, info.file_size)
        except UnreadableFileError as refusal:
            yield Member(name, None, refusal)
        except NotImplementedError:
            says = "The file is packed in a way that cannot be unpacked here."
            yield _refused(name, "unknown_format", says)
        except UNPACKING_ERRORS as error:
            _raise_if_disk(error)
            yield _refused(name, "damaged", "The file is damaged inside its archive.")
        else:
            yield from self.walk(name, io.BytesIO(content), len(content), depth + 1)

    def _check(self, info: zipfile.ZipInfo) -> None:
        """Refuse by what the archive itself says, before anything is unpacked."""
        if _leads_outside(info.filename):
            raise UnreadableFileError("hostile", "The name leads out of the archive.")
        if len(info.filename) > LONGEST_NAME:
            raise UnreadableFileError("hostile", "The name is absurdly long.")
        if info.flag_bits & 0x1:
            raise UnreadableFileError("encrypted", "The file is locked with a password.")
        if self._is_bomb(info.file_size, info.compress_size):
            raise _bomb()

    def _read(
        self, packed: IO[bytes] | gzip.GzipFile, packed_bytes: int, declared_bytes: int = 0
    ) -> bytes:
        """Unpack step by step, for declared sizes may lie."""
        start = packed.read(LONGEST_START)
        limits = self._limits
        limit = limits.inner_archive_bytes if _is_archive(start) else limits.member_bytes
        if declared_bytes > limit:
            raise _too_large(limit)
        chunks, size = [start], len(start)
        while chunk := packed.read(CHUNK_BYTES):
            chunks.append(chunk)
            size += len(chunk)
            self._bytes_left -= len(chunk)
            if self._is_bomb(size, packed_bytes):
                raise _bomb()
            if size > limit:
                raise _too_large(limit)
            if self._bytes_left < 0:
                raise _too_large(limits.total_bytes)
        return b"".join(chunks)

    def _is_bomb(self, size: int, packed_bytes: int) -> bool:
        return size > max(RATIO_MATTERS_FROM_BYTES, self._limits.ratio * packed_bytes)

    def _is_spent(self) -> bool:
        return self._bytes_left < 0 or self._members_left <= 0


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


def _parts(filename: str) -> list[str]:
    return filename.replace("\\", "/").split("/")


def _leads_outside(filename: str) -> bool:
    """Nothing is ever written under this name, but who writes it means harm."""
    parts = _parts(filename)
    return ".." in parts or parts[0] == "" or parts[0][1:] == ":"


def _is_passed_over(info: zipfile.ZipInfo) -> bool:
    hidden = any(part.startswith(".") and part not in (".", "..") for part in _parts(info.filename))
    return info.filename.endswith("/") or hidden or "__MACOSX" in _parts(info.filename)
