"""Letters into a folder, each as a mail and as a page: exactly once, for its name is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.mail.sink import Outcome
from pipeline.store.raw import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from connectors.mail.sink import Outgoing


class FolderSink:
    """Writes files that are there whole or not at all."""

    def __init__(self, folder: Path, *, as_page: Callable[[bytes], str]) -> None:
        """Into this folder; `as_page` makes of a mail what a browser shows."""
        self._folder = folder
        self._as_page = as_page

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to let go."""

    def hand_over(self, letter: Outgoing) -> Outcome:
        """Put the letter there; once more, it is the same letter in the same place."""
        eml, html = places(self._folder, letter.message_id)
        try:
            write_whole(html, self._as_page(letter.eml).encode())
            write_whole(eml, letter.eml)
        except OSError as error:
            says = f"the outbox cannot be written: {error.strerror}"
            return Outcome(fate="later", says=says, concerns_all=True)
        return Outcome(fate="accepted", says="in the outbox")


def places(folder: Path, message_id: str) -> tuple[Path, Path]:
    """Where a letter lies as a mail and as a page: files named by its Message-ID."""
    name = message_id.strip("<>")
    return folder / f"{name}.eml", folder / f"{name}.html"
