"""The messages of FIT files, through fitparse, and through fitdecode where it gives up.

What comes out is the same whichever of the two read: names of fields in FIT's words, numbers in
the profile's units.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

SIZE_AT, SIGNATURE_AT = 4, 8

Values = Mapping[str, Any]
"""One message: field name → value, the first that is not None."""

WANTED = {"file_id", "record", "event", "lap", "session", "activity", "sport"}

PROCESSED_TYPES = {"bool", "date_time", "local_date_time", "localtime_into_day"}


@dataclass
class FitFile:
    """The messages of one FIT file, sorted by kind."""

    messages: dict[str, list[Values]] = field(default_factory=dict)

    def all(self, name: str) -> list[Values]:
        """Every message of one kind, in the order of the file."""
        return self.messages.get(name, [])

    def first(self, name: str) -> Values:
        """The first of its kind; empty where there is none."""
        return next(iter(self.all(name)), {})

    @property
    def kind(self) -> str | None:
        """What the file says it is: activity, course, settings ..."""
        kind = self.first("file_id").get("type")
        return None if kind is None else str(kind)


def files_in(content: bytes) -> tuple[list[FitFile], str | None]:
    """The files in these bytes, one after the other, and what is wrong with them.

    Returns:
        The second is None, `truncated`, `damaged` or `crc_mismatch`; what came before the damage
        is there.
    """
    messages, problem = _messages(_with_size(content))
    return _files(messages), problem


def _with_size(content: bytes) -> bytes:
    """A watch that died while recording never wrote how long the file is: then it is all there is.

    Such a header says 0; read by it, the file would be empty.
    """
    header_size, told = content[0], int.from_bytes(content[SIZE_AT:SIGNATURE_AT], "little")
    if told or len(content) <= header_size:
        return content
    size = len(content) - header_size
    return content[:SIZE_AT] + size.to_bytes(4, "little") + content[SIGNATURE_AT:]


def _messages(content: bytes) -> tuple[list[tuple[str, Values]], str | None]:
    """All wanted messages, and the reason where the file did not end as it should.

    fitparse goes first. It refuses the misaligned fields that Coros writes; fitdecode does not.
    """
    messages, problem = _with_fitparse(content, check_crc=True)
    if problem == "crc_mismatch":
        messages, problem = _with_fitparse(content, check_crc=False)
        problem = problem or "crc_mismatch"
    if problem != "damaged":
        return messages, problem
    others, other_problem = _with_fitdecode(content)
    if other_problem is None or len(others) > len(messages):
        return others, other_problem
    return messages, problem


def _with_fitparse(
    content: bytes, *, check_crc: bool
) -> tuple[list[tuple[str, Values]], str | None]:
    import fitparse  # noqa: PLC0415 - only workers that meet a FIT file need it
    from fitparse import records as fitparse_records  # noqa: PLC0415
    from fitparse.utils import FitCRCError, FitEOFError  # noqa: PLC0415

    # A registry of the whole process: developer fields of the last file would name this one's.
    fitparse_records.DEV_TYPES.clear()
    messages: list[tuple[str, Values]] = []
    problem = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # utcfromtimestamp, Python 3.12
        try:
            for message in fitparse.FitFile(
                io.BytesIO(content), check_crc=check_crc, data_processor=_only_types()
            ).get_messages():
                if message.name in WANTED:
                    # One by one: what came before the damage must stay.
                    messages.append((message.name, _first_values(message.fields)))  # noqa: PERF401
        except FitEOFError:
            problem = "truncated"
        except FitCRCError:
            problem = "crc_mismatch"
        except Exception:  # noqa: BLE001 - damaged bytes raise anything here: KeyError, TypeError ...
            problem = "damaged"
    return messages, problem


@cache
def _only_types() -> Any:  # noqa: ANN401 - a class of fitparse, which is imported late
    """The processor of fitparse without the hooks that find nothing: almost half of its time.

    For each field it looks for a method by the field's name, its unit and its type, and finds one
    for these four types only.
    """
    from fitparse.processors import FitFileDataProcessor  # noqa: PLC0415 - as fitparse itself

    class OnlyTypes(FitFileDataProcessor):
        def run_type_processor(self, field_data: Any) -> None:  # noqa: ANN401
            if field_data.type.name in PROCESSED_TYPES:
                super().run_type_processor(field_data)  # type: ignore[no-untyped-call] # fitparse has no types

        def run_field_processor(self, field_data: Any) -> None:  # noqa: ANN401
            pass

        def run_unit_processor(self, field_data: Any) -> None:  # noqa: ANN401
            pass

        def run_message_processor(self, data_message: Any) -> None:  # noqa: ANN401
            pass

    return OnlyTypes()


def _with_fitdecode(content: bytes) -> tuple[list[tuple[str, Values]], str | None]:
    import fitdecode  # noqa: PLC0415 - only the rare file that fitparse refuses needs it

    messages: list[tuple[str, Values]] = []
    problem = None
    try:
        with fitdecode.FitReader(
            io.BytesIO(content),
            check_crc=fitdecode.CrcCheck.READONLY,
            error_handling=fitdecode.ErrorHandling.IGNORE,  # a misaligned field is why we are here
        ) as frames:
            for frame in frames:
                if isinstance(frame, fitdecode.FitDataMessage) and frame.name in WANTED:
                    messages.append((frame.name, _first_values(frame.fields)))
                elif isinstance(frame, fitdecode.FitCRC) and not frame.matched:
                    problem = "crc_mismatch"
    except fitdecode.FitEOFError:
        problem = "truncated"
    except Exception:  # noqa: BLE001 - as above
        problem = "damaged"
    return messages, problem


def _first_values(fields: Any) -> Values:  # noqa: ANN401 - two libraries' lists of fields
    values: dict[str, Any] = {}
    for each in fields:
        if hasattr(each.field_def, "dev_data_index"):
            continue  # a developer's own field: the same name may mean something else
        if values.get(each.name) is None:
            values[each.name] = each.value
    return values


def _files(messages: list[tuple[str, Values]]) -> list[FitFile]:
    """Split a chain of files where each begins: at its file_id."""
    files: list[FitFile] = []
    for name, values in messages:
        if not files or (name == "file_id" and files[-1].all("file_id")):
            files.append(FitFile())
        files[-1].messages.setdefault(name, []).append(values)
    return files
