"""Reads one spoilt file as the product would, and says what became of it or what is wrong."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from connectors import fit, formats, gpx, tcx
from connectors.errors import UnreadableFileError
from connectors.formats import read_file
from pipeline.athlete import Athlete
from tests.connectors.soundness import check_sound

if TYPE_CHECKING:
    from connectors.formats import Reader
    from tests.fuzz.seeds import Family

RUNNER = Athlete(timezone="Europe/Berlin", hr_rest_bpm=50, hr_max_bpm=185, sex="male")
NOT_AFTER_S = 1_900_000_000.0

READERS: dict[Family, tuple[Reader, ...]] = {"fit": (fit,), "xml": (gpx, tcx)}


class UnsoundError(Exception):
    """An answer that must not be, or an exception that must not come out of `read`."""


def outcome(family: Family, content: bytes) -> str:
    """`read`, `salvaged: reason` or `refused: reason`.

    A file whose first bytes no reader claims is given to the family's readers all the same.

    Raises:
        UnsoundError: anything else came out.
    """
    try:
        reading = read_file("spoilt", content, RUNNER, not_after_s=NOT_AFTER_S)
    except Exception as error:
        raise UnsoundError(_told(error, "read_file raised")) from error
    if reading.format is None:
        for reader in READERS[family]:
            _raises_nothing_else(reader, content)
    elif "please report" in (reading.says or ""):
        _raises_nothing_else(formats.reader_for(content), content)
    try:
        check_sound(reading)
    except Exception as error:
        raise UnsoundError(_told(error, "an answer that is not sound")) from error
    return reading.status if reading.reason is None else f"{reading.status}: {reading.reason}"


def _raises_nothing_else(reader: Reader, content: bytes) -> None:
    try:
        reader.read(content)
    except UnreadableFileError:
        pass
    except Exception as error:
        raise UnsoundError(_told(error, f"{reader.FORMAT}.read raised")) from error


def _told(error: BaseException, what: str) -> str:
    return f"{what}:\n{''.join(traceback.format_exception(error))}"
