"""Which error ends the command line how: one sentence, one exit code."""

import sqlite3
from collections.abc import Iterable

from connectors.errors import BadSourceError, SourceUnavailableError
from flows.settings import SettingsError
from pipeline.checkin import CheckInError

DONE = 0
UNEXPECTED = 1
USAGE = 2
SETTINGS = 3
SOME_REFUSED = 4
UNREACHABLE = 5
DATABASE = 7
BUSY = 75
INTERRUPTED = 130


class UsageError(Exception):
    """What was asked for makes no sense; says what would."""


class EngineError(Exception):
    """What runs the flows does not come up; says what goes without it."""


def exit_code(error: BaseException) -> int:
    """The exit code of an error; those of the store are told by name, to import it only once."""
    match error:
        case UsageError() | CheckInError():
            return USAGE
        case SettingsError() | BadSourceError():
            return SETTINGS
        case SourceUnavailableError():
            return UNREACHABLE
        case KeyboardInterrupt():
            return INTERRUPTED
        case sqlite3.Error():
            return DATABASE
        case _:
            return BY_NAME.get(type(error).__name__, UNEXPECTED)


BY_NAME = {
    "StoreError": DATABASE,
    "BusyError": BUSY,
    "LostLeaseError": BUSY,
    "LimitsError": SETTINGS,
}


def after(refused: Iterable[tuple[str, str, str]]) -> int:
    """How a run ends that refused these files: files that are no activity are no error."""
    return SOME_REFUSED if any(reason != "not_an_activity" for _, reason, _ in refused) else DONE
