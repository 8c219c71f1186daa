"""Zip and gzip as the standard library reads them, bounded where a hostile file has no bound."""

from __future__ import annotations

import zlib
from typing import IO, TYPE_CHECKING

from connectors.errors import UnreadableFileError

if TYPE_CHECKING:
    import zipfile

GZIP_START = b"\x1f\x8b"

PACKED_BYTES = 1 << 16
"""How much of a gzip file is looked at in one step."""

MOST_GZIP_PARTS = 10_000
"""A gzip file may be many, one after the other; programs that work in parallel write such ones."""

DIRECTORY_ENTRY = b"PK\x01\x02"
DIRECTORY_BYTES_PER_MEMBER = 1_000
SMALL_READ_BYTES = 1 << 20
LOCAL_HEADER_BYTES = 30


class Gunzip:
    """A gzip file unpacked piece by piece; as `gzip` does it, but bounded in all it does.

    `gzip` reads zeros behind the end one by one, for hours where a file has gigabytes of them.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._packed = b""
        self._parts = 0
        self._begin()

    def read(self, size: int) -> bytes:
        """At least one and at most so many bytes; none at the end.

        Raises:
            zlib.error, EOFError: the file is damaged, or cut off.
            UnreadableFileError: it has absurdly many parts.
        """
        while not self._unpacker.eof or self._another_part():
            packed = self._packed or self._file.read(PACKED_BYTES)
            unpacked = self._unpacker.decompress(packed, size)
            self._packed = self._unpacker.unused_data or self._unpacker.unconsumed_tail
            if unpacked:
                return unpacked
            if not packed and not self._unpacker.eof:
                raise EOFError
        return b""

    def _another_part(self) -> bool:
        """Whether one more begins; what follows the first zero is padding."""
        if len(self._packed) < len(GZIP_START):
            self._packed += self._file.read(PACKED_BYTES)
        if not self._packed or self._packed.startswith(b"\0"):
            return False
        self._begin()
        return True

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_GZIP_PARTS:
            raise UnreadableFileError("hostile", "The gzip file has absurdly many parts.")
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)


class Bounded:
    """A file as `zipfile` gets to read it: it takes a directory in whole, however long that is."""

    def __init__(self, file: IO[bytes], most_members: int) -> None:
        self._file = file
        self._most = most_members
        self._most_bytes = max(SMALL_READ_BYTES, most_members * DIRECTORY_BYTES_PER_MEMBER)
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self.in_directory = True

    def read(self, size: int = -1) -> bytes:
        """Read, but no directory of more members than are believed."""
        if not self.in_directory:
            return self._file.read(size)
        asked = self._most_bytes if size < 0 else size
        content = self._file.read(asked) if asked <= self._most_bytes else None
        if content is None or content.count(DIRECTORY_ENTRY) > self._most:
            says = f"There are more than {self._most} files in the archive."
            raise UnreadableFileError("too_large", says)
        return content


def overlapping_members(archive: zipfile.ZipFile) -> set[zipfile.ZipInfo]:
    """Members that reach into the next one: the same bytes unpacked again and again make a bomb."""
    found, end = set(), archive.start_dir
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset, reverse=True):
        if info.header_offset + LOCAL_HEADER_BYTES + info.compress_size > end:
            found.add(info)
        end = info.header_offset
    return found
