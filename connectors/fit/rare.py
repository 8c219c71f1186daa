"""Messages of a shape that `table` does not read: by fitparse, and where it refuses by fitdecode.

They are put into a small FIT file of their own, so that what is rare does not make the whole file
slow. Nothing in here is on the way of an ordinary file.
"""

from __future__ import annotations

import io
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from fastcrc import crc16

from connectors.errors import UnreadableFileError
from connectors.fit.definition import FIELDS_AT, WITH_DEVELOPERS
from connectors.fit.tells import NUMBER_OF
from connectors.fit.walk import COMPRESSED, NO_DATA, Walked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from connectors.fit.definition import Definition
    from connectors.fit.table import FitTable, Values

HEADER_BYTES, PROTOCOL, PROFILE = 12, 0x20, 2134


class MessageTable:
    """Messages that were read one by one, as a table."""

    def __init__(self, messages: list[Values], developers: FitTable) -> None:
        """In the order of the file; what developers' fields hold, the table tells."""
        self._messages = messages
        self._developers = developers

    def __len__(self) -> int:
        return len(self._messages)

    def numbers(self, *names: str) -> NDArray[np.float64]:
        """A column as numbers, NaN for what is missing, text, an instant or a list."""
        return np.array([_number(each, names) for each in self._messages], dtype=np.float64)

    def instants_s(self, name: str) -> NDArray[np.float64]:
        """A column of times in seconds since 1970 UTC, NaN where there is none."""
        return np.array([_instant_s(each.get(name)) for each in self._messages], dtype=np.float64)

    def developers_numbers(self, name: str, units: Mapping[str, float]) -> NDArray[np.float64]:
        """A column of what developers say means this field, in one of these units, as ours."""
        return self._developers.developers_numbers(name, units)

    def messages(self, *names: str) -> list[Values]:
        """Message by message; only the values of these names, or all of them."""
        return [
            {name: value for name, value in each.items() if not names or name in names}
            for each in self._messages
        ]


def by_libraries(walked: Walked, kind: str) -> list[Values]:
    """The messages of one kind as fitparse reads them, else as fitdecode does.

    Raises:
        UnreadableFileError: neither does.
    """
    content = rebuilt(walked, NUMBER_OF[kind])
    for read in (_with_fitparse, _with_fitdecode):
        try:
            return [_first_values(fields) for fields in read(content, kind)]
        except MemoryError:
            raise  # the limit of the process, and nothing about the file's shape
        except Exception:  # noqa: BLE001, S112 - over odd bytes they raise anything: KeyError, TypeError ...
            continue
    raise UnreadableFileError("damaged", f"Its messages of the kind {kind} are of no known shape.")


def rebuilt(walked: Walked, number: int) -> bytes:
    """A FIT file of the messages with this global number alone, without developers' fields.

    Of all messages where times lie in heads, because they count on from other messages.
    """
    everything = bool((walked.heads & COMPRESSED).any())
    wanted = [everything or each.number == number for each in walked.definitions]
    plain = {
        each.told: _plainly(each) if here else b""
        for each, here in zip(walked.definitions, wanted, strict=True)
    }
    definitions = dict(walked.definitions_among())
    pieces = []
    for at, slot in zip(walked.starts.tolist(), walked.slots.tolist(), strict=True):
        if slot == NO_DATA:
            pieces.append(plain[definitions[at]])
        elif wanted[slot]:
            pieces.append(walked.data[at : at + _own_size(walked.definitions[slot])])
    messages = b"".join(pieces)
    header = bytes([HEADER_BYTES, PROTOCOL]) + PROFILE.to_bytes(2, "little")
    file = header + len(messages).to_bytes(4, "little") + b".FIT" + messages
    return file + crc16.arc(file).to_bytes(2, "little")


def _plainly(definition: Definition) -> bytes:
    """A definition without developers' fields, and without those of no size."""
    told = definition.told
    shapes = (told[at : at + 3] for at in range(FIELDS_AT, FIELDS_AT + 3 * told[5], 3))
    fields = [each for each in shapes if each[1]]
    head = bytes([told[0] & ~WITH_DEVELOPERS])
    return head + told[1 : FIELDS_AT - 1] + bytes([len(fields)]) + b"".join(fields)


def _own_size(definition: Definition) -> int:
    return 1 + sum(each.size for each in definition.fields if each.developer is None)


def _with_fitparse(content: bytes, kind: str) -> Iterator[Any]:
    import fitparse  # noqa: PLC0415 - only the rare file needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # utcfromtimestamp, Python 3.12
        yield from (
            each.fields for each in fitparse.FitFile(io.BytesIO(content)).get_messages(kind)
        )


def _with_fitdecode(content: bytes, kind: str) -> Iterator[Any]:
    import fitdecode  # noqa: PLC0415 - only what fitparse refuses needs it

    # A field of a wrong size, for which fitparse gives up, is read as bytes.
    ignoring = fitdecode.ErrorHandling.IGNORE
    with fitdecode.FitReader(io.BytesIO(content), error_handling=ignoring) as frames:
        for frame in frames:
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == kind:
                yield frame.fields


def _first_values(fields: Any) -> Values:  # noqa: ANN401 - two libraries' lists of fields
    values: Values = {}
    for each in fields:
        if values.get(each.name) is None:
            values[each.name] = each.value
    return values


def _number(message: Values, names: tuple[str, ...]) -> float:
    numbers = (message.get(name) for name in names)
    return next((float(each) for each in numbers if isinstance(each, int | float)), np.nan)


def _instant_s(value: object) -> float:
    """Naive is UTC: fitparse gives it so, fitdecode aware."""
    if not isinstance(value, datetime):
        return np.nan
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
