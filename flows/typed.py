"""What a person types, on the command line or in a file: a day, a number of a scale, hours."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flows.errors import UsageError
from flows.sections import PLAIN_ADDRESS
from pipeline.checkin import HOURS_A_DAY, NRS_MAX

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
"""A year such as 0026 is a slip, and would make a table of two thousand years."""


PORT_MAX = 65_535


@contextmanager
def as_text(path: Path) -> Iterator[None]:
    """A file that cannot be read, or is no text, is told with what to do.

    Raises:
        UsageError: it is so.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text; save it as CSV UTF-8") from error
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read: {error.strerror}") from error


def day_of(text: str) -> date:
    """A local date."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if FIRST_DAY <= day <= LAST_DAY:
        return day
    raise UsageError("say a date like 2026-03-29 (year-month-day), from 1990 to 2099")


def nrs_of(text: str) -> int:
    """A whole number on the scale of soreness, pain or effort."""
    if _is_whole(text) and int(text) <= NRS_MAX:
        return int(text)
    raise UsageError(f"say a whole number from 0 to {NRS_MAX}")


def hours_of(text: str) -> float:
    """Hours of one day."""
    try:
        hours = float(text)
    except ValueError:
        hours = -1.0
    if 0 <= hours <= HOURS_A_DAY:
        return hours
    raise UsageError(f"say hours from 0 to {HOURS_A_DAY}")


def count_of(text: str) -> int:
    """How many, at least one."""
    if _is_whole(text) and int(text) > 0:
        return int(text)
    raise UsageError("say a whole number from 1 on")


def address_of(text: str) -> str:
    """A mail address."""
    if PLAIN_ADDRESS.fullmatch(text):
        return text
    raise UsageError("say one address like me@example.org")


def port_of(text: str) -> int:
    """A port to listen on; 0 is any that is free."""
    if _is_whole(text) and int(text) <= PORT_MAX:
        return int(text)
    raise UsageError(f"say a port from 1 to {PORT_MAX}, or 0 for any that is free")


def _is_whole(text: str) -> bool:
    """Digits and nothing else: `int` also takes signs, spaces and 1_000."""
    return text.isascii() and text.isdigit()
