"""Which error ends the command line how: one sentence, one exit code."""

import sqlite3
from collections.abc import Iterable

from connectors.errors import BadSourceError, SourceUnavailableError
from flows.report import Delivered
from flows.settings import SettingsError
from pipeline.checkin import CheckInError

DONE = 0
UNEXPECTED = 1
USAGE = 2
SETTINGS = 3
SOME_REFUSED = 4
UNREACHABLE = 5
NOT_ACCEPTED = 6
DATABASE = 7
BUSY = 75
INTERRUPTED = 130


class UsageError(Exception):
    """What was asked for makes no sense; says what would."""


class MailError(Exception):
    """A letter was not accepted; says what the server answered, and what to do. Exit code 6."""


class EngineError(Exception):
    """What runs the flows does not come up; says what goes without it."""


KINDS: tuple[tuple[tuple[type[BaseException], ...], int], ...] = (
    ((UsageError, CheckInError), USAGE),
    ((SettingsError, BadSourceError), SETTINGS),
    ((SourceUnavailableError,), UNREACHABLE),
    ((MailError,), NOT_ACCEPTED),
    ((KeyboardInterrupt,), INTERRUPTED),
    ((sqlite3.Error,), DATABASE),
)
BY_NAME = {
    "StoreError": DATABASE,
    "BusyError": BUSY,
    "LostLeaseError": BUSY,
    "LimitsError": SETTINGS,
}
"""Errors of the store are told by name, to import it only once."""


def exit_code(error: BaseException) -> int:
    """The exit code of an error."""
    by_name = BY_NAME.get(type(error).__name__, UNEXPECTED)
    return next((code for kinds, code in KINDS if isinstance(error, kinds)), by_name)


NO_FAULT = {"sent", "stopped", "late"}
"""Letters that are delivered, or that nobody wants, or wants any more."""


def after_letters(letters: Iterable[Delivered]) -> int:
    """How a run ends whose letters these are."""
    return DONE if {each.state for each in letters} <= NO_FAULT else NOT_ACCEPTED


def after(refused: Iterable[tuple[str, str, str]]) -> int:
    """How a run ends that refused these files: files that are no activity are no error."""
    return SOME_REFUSED if any(reason != "not_an_activity" for _, reason, _ in refused) else DONE
