"""Where files come from: a folder, an archive or a single file, named by a path or a file URL."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from connectors.errors import BadSourceError, SourceUnavailableError, UnreadableFileError
from connectors.names import TOO_LONG, printable, shortened
from pipeline.store.paths import LONGEST_URL, fits

if TYPE_CHECKING:
    from collections.abc import Iterator

IGNORED = {"thumbs.db", "desktop.ini", "__macosx"}
"""What systems leave in folders beside the files people put there."""


DEEPEST = 64
"""Folders inside each other."""

LONGEST_PLACE_BYTES = 3_800
"""Systems open no path over 4,096; a file's own name comes on top."""


@dataclass(frozen=True, slots=True)
class Source:
    """One place files come from."""

    url: str
    """The same for every way of writing the same place."""
    root: Path


@dataclass(frozen=True, slots=True)
class OnDisk:
    """One file as the folder lists it; nothing was read yet."""

    source_url: str
    path: str
    """Relative to the source, with forward slashes."""
    place: Path
    """Where its bytes lie; for a link where it leads to."""
    bytes: int
    modified_ns: int
    refusal: UnreadableFileError | None = None
    """Why it must not even be opened."""


def open_source(url: str) -> Source:
    """Find the place; it must be there.

    Raises:
        BadSourceError: an address of a kind that calfwise does not know, or absurdly long.
        SourceUnavailableError: nothing is there, or it may not be read.
    """
    try:
        root = _path_of(url).expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: `~nobody`
        raise SourceUnavailableError(f"{url}: there is no such file or folder") from error
    if not os.access(root, os.R_OK):
        raise SourceUnavailableError(f"{url}: this may not be read")
    address = root.as_uri()
    if len(address) > LONGEST_URL:
        raise BadSourceError(f"{url}: the path is too long; give its folders shorter names")
    return Source(address, root)


def scan(source: Source) -> list[OnDisk]:
    """Every file of the source in a fixed order, hidden ones left out.

    Raises:
        SourceUnavailableError: the place vanished meanwhile.
    """
    try:
        if source.root.is_dir():
            return sorted(_walk(source), key=lambda found: found.path)
        return [_on_disk(source, source.root, source.root, source.root.stat())]
    except OSError as error:
        place = error.filename or source.root
        raise SourceUnavailableError(f"{place}: {error.strerror}") from error


def _path_of(url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise BadSourceError(f"{url}: a file address begins with three slashes, file:///home")
        return Path(unquote(parts.path))
    if len(parts.scheme) > 1:  # one letter is a drive of Windows
        raise BadSourceError(
            f"{parts.scheme}: sources are folders, archives or files on this machine"
        )
    return Path(url)


def _walk(source: Source) -> Iterator[OnDisk]:
    """Every file below, without recursion: folders can be nested deeper than Python's stack."""
    folders = [(source.root, 0)]
    while folders:
        folder, depth = folders.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.lower() in IGNORED:
                    continue
                place = Path(entry.path)
                if not entry.is_dir(follow_symlinks=False):
                    yield from _found(source, entry, place)
                elif depth < DEEPEST and _is_openable(source, place):
                    folders.append((place, depth + 1))
                else:
                    yield _refused(source, place, "The folders lie absurdly deep in each other.")


def _is_openable(source: Source, folder: Path) -> bool:
    """Whether a file in this folder can be opened, and its path be kept."""
    return len(os.fsencode(folder)) < LONGEST_PLACE_BYTES and fits(_told(source, folder))


def _found(source: Source, entry: os.DirEntry[str], place: Path) -> Iterator[OnDisk]:
    """A file; a link that counts; nothing for pipes, devices and sockets."""
    try:
        if entry.is_symlink():
            yield from _linked(source, place)
        elif entry.is_file():
            yield _on_disk(source, place, place, entry.stat())
    except FileNotFoundError:
        return  # it was a passing one, as programs write before they give the file its name


def _linked(source: Source, link: Path) -> Iterator[OnDisk]:
    """A link counts when it leads to a file inside the source; others are told apart."""
    try:
        place = link.resolve(strict=True)
        stat = place.stat()
    except (OSError, RuntimeError):
        return  # it leads nowhere, or in circles
    if not place.is_file():
        return
    if place.is_relative_to(source.root):
        yield _on_disk(source, link, place, stat)
    else:
        yield _refused(source, link, "The link leads out of its folder.", stat)


def _on_disk(source: Source, named: Path, place: Path, stat: os.stat_result) -> OnDisk:
    if not fits(_told(source, named)):
        return _refused(source, named, TOO_LONG, stat)
    return OnDisk(source.url, _told(source, named), place, stat.st_size, stat.st_mtime_ns)


def _refused(source: Source, place: Path, says: str, stat: os.stat_result | None = None) -> OnDisk:
    size, modified_ns = (stat.st_size, stat.st_mtime_ns) if stat else (0, 0)
    refusal = UnreadableFileError("hostile", says)
    told = shortened(_told(source, place))
    return OnDisk(source.url, told, place, size, modified_ns, refusal)


def _told(source: Source, place: Path) -> str:
    """The path in the source; a name that is no UTF-8 can be opened, but not stored."""
    if place == source.root:
        return printable(os.fsencode(place.name))
    return printable(os.fsencode(place.relative_to(source.root).as_posix()))
