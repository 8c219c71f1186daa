"""Raw files, kept by the digest of their bytes: facts, written once and never changed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def keep(folder: Path, digest: str, content: bytes) -> Path:
    """Keep these bytes; whoever is killed in between leaves either all of them or nothing.

    What lies there already is looked at: a disk, or a hand, may have spoilt it.

    Args:
        folder: where raw files lie, fanned out by the first two digits of their digest.
        digest: SHA-256 of the content, in hexadecimal.
        content: decompressed.
    """
    place = path_of(folder, digest)
    if not _holds(place, content):
        write_whole(place, content)
    return place


def _holds(place: Path, content: bytes) -> bool:
    try:
        return place.read_bytes() == content
    except OSError:  # not there, or no longer to be read
        return False


def path_of(folder: Path, digest: str) -> Path:
    """Where the bytes with this digest lie."""
    return folder / digest[:2] / digest


def write_whole(place: Path, content: bytes) -> None:
    """Write a file so that at every instant it is there completely or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".half-")
    half = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(place)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    """A new name lasts only when its folder was written too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
