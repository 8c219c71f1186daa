"""Where the real watch files are, which are not part of the project."""

from __future__ import annotations

import os
from pathlib import Path

WATCH = Path(os.environ.get("CALFWISE_SHARED", Path(__file__).parents[3] / "shared")) / "data/watch"
HERE = WATCH.is_dir()
NOT_RUN = "NOT RUN: no real watch files here (name their folder by CALFWISE_SHARED)"


def names(*suffixes: str) -> list[str]:
    """Their paths below WATCH, in order; one that is none where they are absent."""
    found = [
        each.relative_to(WATCH).as_posix()
        for each in sorted(WATCH.rglob("*.*"))
        if each.suffix.lower()[1:] in suffixes
    ]
    return found or ["none"]
