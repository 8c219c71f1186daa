"""What can go wrong at the edge, named by what to do next.

ConnectorError
├── UnreadableFileError      set the file aside, carry on
├── SourceUnavailableError   wait and try again
│   └── StillChangingError   somebody is writing this file: look again later
└── BadSourceError           only a person can fix it
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Anything that goes wrong where files, sources and letters meet the outside."""


class UnreadableFileError(ConnectorError):
    """One file cannot be read: set it aside and carry on with the others.

    Attributes:
        reason: short code for programs: `empty`, `unknown_format`, `not_an_activity`, `damaged`,
            `truncated`, `too_large`, `encrypted`, `hostile`, `crashed`, `took_too_long`.
        says: one sentence for a person, without anything that was measured on a body.
    """

    def __init__(self, reason: str, says: str) -> None:
        # Both go to Exception, so that the error survives the way back from a worker process.
        super().__init__(reason, says)
        self.reason = reason
        self.says = says

    def __str__(self) -> str:
        return f"{self.reason}: {self.says}"


class SourceUnavailableError(ConnectorError):
    """A source does not answer at the moment: wait and try again."""


class StillChangingError(SourceUnavailableError):
    """A file is not what it was a moment ago, so it is still being written: look again later."""


class BadSourceError(ConnectorError):
    """A source is described wrongly, such as by an unknown URL scheme: a person must fix it."""
