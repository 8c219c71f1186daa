"""What a person sees while work goes on: a bar on a terminal, plain lines elsewhere; on stderr."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Advance(Protocol):
    """Told after each piece of work."""

    def __call__(self, done: int = 1, /) -> None:
        """So many more pieces are done."""


def say(text: str) -> None:
    """One line for the person, beside the data."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def bar(what: str, total: int) -> Iterator[Advance]:
    """A bar over `total` pieces of work; nothing at all when there are none."""
    if total == 0:
        yield _unseen
    elif sys.stderr.isatty():
        yield from _rich_bar(what, total)
    else:
        say(f"{what}: {total} ...")
        yield _unseen


def _unseen(_done: int = 1) -> None:
    """Nobody watches."""


def _rich_bar(what: str, total: int) -> Iterator[Advance]:
    from rich.console import Console  # noqa: PLC0415 - only where a bar is seen
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total)
        yield partial(progress.advance, task)
