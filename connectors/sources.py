"""Where files come from: a folder, an archive or a single file, named by a path or a file URL."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from connectors.errors import BadSourceError, SourceUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

IGNORED = {"thumbs.db", "desktop.ini", "__macosx"}
"""What systems leave in folders beside the files people put there."""


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
    bytes: int
    modified_ns: int
    inside: bool
    """False for a link that leads out of the source: it is refused unread."""


def open_source(url: str) -> Source:
    """Find the place; it must be there.

    Raises:
        BadSourceError: an address of a kind that calfwise does not know.
        SourceUnavailableError: nothing is there, or it may not be read.
    """
    try:
        root = _path_of(url).expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: `~nobody`
        raise SourceUnavailableError(f"{url}: there is no such file or folder") from error
    if not os.access(root, os.R_OK):
        raise SourceUnavailableError(f"{url}: this may not be read")
    return Source(root.as_uri(), root)


def scan(source: Source) -> list[OnDisk]:
    """Every file of the source in a fixed order, hidden ones left out.

    Raises:
        SourceUnavailableError: the place vanished meanwhile.
    """
    try:
        if source.root.is_dir():
            return sorted(_walk(source, source.root), key=lambda found: found.path)
        return [_on_disk(source, source.root, source.root.name, source.root.stat())]
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


def _walk(source: Source, folder: Path) -> Iterator[OnDisk]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() in IGNORED:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(source, Path(entry.path))
            elif entry.is_symlink():
                yield from _linked(source, Path(entry.path))
            elif entry.is_file():
                path = Path(entry.path).relative_to(source.root).as_posix()
                yield _on_disk(source, Path(entry.path), path, entry.stat())


def _linked(source: Source, link: Path) -> Iterator[OnDisk]:
    """A link counts when it leads to a file inside the source; others are told apart."""
    path = link.relative_to(source.root).as_posix()
    try:
        place = link.resolve(strict=True)
        stat = place.stat()
    except (OSError, RuntimeError):
        return  # it leads nowhere
    if place.is_file():
        inside = place.is_relative_to(source.root)
        yield _on_disk(source, link, path, stat, inside=inside)


def _on_disk(
    source: Source, place: Path, path: str, stat: os.stat_result, *, inside: bool = True
) -> OnDisk:
    # A name that is no UTF-8 can be opened, but neither stored nor printed: \xff is told instead.
    told = os.fsencode(path).decode(errors="backslashreplace")
    return OnDisk(source.url, told, place, stat.st_size, stat.st_mtime_ns, inside)
