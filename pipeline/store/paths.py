"""How long paths may be that the store keeps, and which of them mean the same file."""

from __future__ import annotations

import re

LONGEST_URL, LONGEST_PATH_BYTES = 1_000, 800
"""Letters of a source's address, which is ASCII, and bytes of a path in UTF-8.

An address and two paths make a key, and PostgreSQL takes no key over 2,704 bytes. SQLite takes any.
"""

_PACKED = re.compile(r"\.gz$")


def fits(path: str) -> bool:
    """Whether every database takes this path."""
    return len(path.encode()) <= LONGEST_PATH_BYTES


def folded(path: str) -> str:
    """What all spellings of a path have in common: a list says `a/1.gpx` of `A/1.GPX.gz`."""
    return _PACKED.sub("", path.lower())
