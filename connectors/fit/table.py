"""All messages of one kind in a FIT file as one table, of which columns are read when asked for.

Of one name told several times in a message the first that is not invalid counts. The messages of
different definitions are one table in the order of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from connectors.fit.rows import STRING, Rows, compressed_times
from connectors.fit.tells import (
    IN_HEAD,
    NUMBER_OF,
    TIME_IN_HEAD,
    Descriptions,
    Tell,
    UnusualLayoutError,
    counts_on,
    described_by,
    tells_of,
    tells_of_developers,
)
from connectors.fit.values import FIRST_DATE, FIT_EPOCH_S, LAST_DATE, lists, singles
from connectors.fit.walk import COMPRESSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from connectors.fit.rows import Told
    from connectors.fit.walk import Walked

TIMES = {"date_time", "local_date_time", "localtime_into_day"}

ABSENT: Final = object()
"""In a column of values: this message has no such field."""

Values = dict[str, Any]
"""One message: name of a field → its value, None where it is invalid."""


class FitTable:
    """All messages of one kind in one file, in the order of the file."""

    def __init__(
        self,
        walked: Walked,
        kind: str,
        described: Descriptions | None = None,
        *,
        most: int | None = None,
        own: bool = True,
    ) -> None:
        """Reads no column yet.

        Args:
            walked: where everything lies.
            kind: FIT's name of the message, such as `record`.
            described: fields of developers.
            most: take no more messages than the first so many.
            own: whether FIT's own fields are read, and not only developers'.

        Raises:
            UnusualLayoutError: a shape that is not read here.
        """
        number = NUMBER_OF[kind]
        self._parts = [
            _Part(walked, rows, at, described or {}, own=own)
            for slot, definition in enumerate(walked.definitions)
            if definition.number == number and len(walked.data_of(slot))
            for at, rows in _alike(walked, slot, described or {}, most)
        ]
        _count_on(self._parts, walked, number)
        starts = _concatenated([part.starts for part in self._parts])
        self._order = np.argsort(starts, kind="stable")[:most] if len(self._parts) > 1 else None
        self.starts = starts if self._order is None else starts[self._order]
        """Where each message begins; shape (n,)."""

    def __len__(self) -> int:
        return len(self.starts)

    def numbers(self, *names: str) -> NDArray[np.float64]:
        """A column as numbers in the profile's units, NaN where there is none; shape (n,).

        Lists, names and instants are no numbers. Of several names the first that has one counts.
        """
        return self._joined(part.numbers(names) for part in self._parts)

    def developers_numbers(self, name: str, units: Mapping[str, float]) -> NDArray[np.float64]:
        """The same of what developers say means this field; shape (n,).

        Args:
            name: of FIT's own field.
            units: a developer's word for a unit, in lower case → how many of ours it is. What is
                in another unit is left out.
        """
        return self._joined(part.developers_numbers(name, units) for part in self._parts)

    def instants_s(self, name: str) -> NDArray[np.float64]:
        """A column of times as seconds since 1970 UTC, NaN where there is none; shape (n,)."""
        return self._joined(part.instants_s(name) for part in self._parts)

    def messages(self, *names: str, developers: bool = False) -> list[Values]:
        """Message by message, every value as Python has it, or only those of these names.

        Args:
            names: of fields; none means all.
            developers: whether fields of developers are told as well.
        """
        found = [each for part in self._parts for each in part.messages(names, developers)]
        return found if self._order is None else [found[index] for index in self._order]

    def _joined(self, columns: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
        joined = _concatenated(list(columns)).astype(np.float64, copy=False)
        return joined if self._order is None else joined[self._order]


def descriptions_in(walked: Walked) -> Descriptions:
    """What the developers of this file say of their fields."""
    if all(each.number != NUMBER_OF["field_description"] for each in walked.definitions):
        return {}
    table = FitTable(walked, "field_description")
    return described_by(zip(table.starts.tolist(), table.messages(), strict=True))


class _Part:
    """The messages of one definition, and what they tell."""

    def __init__(
        self, walked: Walked, rows: Rows, at: int, described: Descriptions, *, own: bool
    ) -> None:
        self._walked = walked
        self._rows = rows
        self.starts = self._rows.starts
        self.definition = self._rows.definition
        self.tells = tells_of(self.definition) if own else ()
        if described:
            self.tells += tuple(tells_of_developers(self.definition, at, described))
        if (self._rows.heads & COMPRESSED).any():
            self.tells += (TIME_IN_HEAD,)
        self._chosen: dict[str, NDArray[np.int64]] = {}
        self._by_number: dict[int, list[Told]] = {}
        self.counted: dict[Tell, NDArray[np.int64]] = {}
        """Parts that count on from message to message."""

    def __len__(self) -> int:
        return len(self.starts)

    def messages(self, names: Sequence[str], developers: bool) -> list[Values]:  # noqa: FBT001 - passed on
        """As FitTable.messages."""
        messages: list[Values] = [{} for _ in range(len(self))]
        for tell in self.tells:
            if (names and tell.name not in names) or (tell.developer and not developers):
                continue
            for message, value in zip(messages, self._values(tell), strict=True):
                if value is not ABSENT and message.get(tell.name) is None:
                    message[tell.name] = value
        return messages

    def numbers(self, names: Sequence[str]) -> NDArray[np.float64]:
        """As FitTable.numbers."""
        asked = [tell for name in names for tell in self.tells if _is_own(tell, name)]
        return self._first(asked, self._numbers)

    def developers_numbers(self, name: str, units: Mapping[str, float]) -> NDArray[np.float64]:
        """As FitTable.developers_numbers."""
        asked = [tell for tell in self.tells if tell.native == name and tell.units in units]
        return self._first(asked, lambda tell: self._numbers(tell) * units[tell.units or ""])

    def instants_s(self, name: str) -> NDArray[np.float64]:
        """As FitTable.instants_s."""
        return self._first([tell for tell in self.tells if _is_own(tell, name)], self._instants_s)

    def raw(self, tell: Tell) -> Told:
        """The numbers as they stand in the file, and which are told; shape (n,) or (n, count)."""
        if tell.place == IN_HEAD:
            return self._times_in_heads()
        numbers, told = self._rows.numbers(tell.place, tell.base_type)
        if tell.part is not None:
            numbers = self.counted[tell] if tell in self.counted else _bits(numbers, tell)
        return numbers, (told & self._applies(tell) if tell.when else told)

    def _first(
        self, tells: list[Tell], read: Callable[[Tell], NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """The first of them that has a number, message by message."""
        if not tells:
            return np.full(len(self), np.nan)
        column = read(tells[0])
        for tell in tells[1:]:
            missing = np.isnan(column)
            if not missing.any():
                break
            column = np.where(missing, read(tell), column)
        return column

    def _numbers(self, tell: Tell) -> NDArray[np.float64]:
        numbers, told = self._plain(tell)
        if tell.labels:
            told = told & ~np.isin(numbers, list(tell.labels))
        elif tell.kind in TIMES:
            told = told & (numbers < FIRST_DATE) & (tell.kind == "date_time")
        column = numbers.astype(np.float64)
        if tell.scale:
            column /= tell.scale
        if tell.offset:
            column -= tell.offset
        column[~told] = np.nan
        return column

    def _instants_s(self, tell: Tell) -> NDArray[np.float64]:
        numbers, told = self._plain(tell)
        if tell.kind not in {"date_time", "local_date_time"}:
            return np.full(len(self), np.nan)
        first = FIRST_DATE if tell.kind == "date_time" else 0
        is_date = told & (numbers >= first) & (numbers <= LAST_DATE)
        return np.where(is_date, numbers.astype(np.float64) + FIT_EPOCH_S, np.nan)

    def _plain(self, tell: Tell) -> Told:
        """As `raw`, where text and lists are not told; shape (n,)."""
        if tell.base_type != STRING:
            numbers, told = self.raw(tell)
            if numbers.ndim == 1:
                return numbers, told
        return np.zeros(len(self)), np.zeros(len(self), dtype=bool)

    def _values(self, tell: Tell) -> list[Any]:
        """One column as fitparse gives it: None for invalid, ABSENT where it does not apply."""
        if tell.place == IN_HEAD:
            numbers, applies = self._times_in_heads()
            values = singles(numbers, applies, tell)
        else:
            values = self._values_everywhere(tell)
            applies = self._applies(tell)
        if applies.all():
            return values
        return [
            value if here else ABSENT for value, here in zip(values, applies.tolist(), strict=True)
        ]

    def _values_everywhere(self, tell: Tell) -> list[Any]:
        if tell.base_type == STRING:
            return list(self._rows.texts(tell.place))
        numbers, told = self.raw(tell)
        return (singles if numbers.ndim == 1 else lists)(numbers, told, tell)

    def _applies(self, tell: Tell) -> NDArray[np.bool_]:
        """Whether each message means this one of a field's subfields; shape (n,)."""
        applies = np.ones(len(self), dtype=bool)
        for field, index in tell.when:
            applies &= self._subfield(field) == index
        return applies

    def _subfield(self, field: Any) -> NDArray[np.int64]:  # noqa: ANN401 - fitparse has no types
        """Which subfield of a field applies to each message, -1 for none; shape (n,)."""
        if field.name not in self._chosen:
            chosen = np.full(len(self), -1)
            for index, subfield in reversed(list(enumerate(field.subfields))):
                for reference in subfield.ref_fields:
                    for numbers, told in self._plain_numbers(reference.def_num):
                        chosen[told & (numbers == reference.raw_value)] = index
            self._chosen[field.name] = chosen
        return self._chosen[field.name]

    def _plain_numbers(self, number: int) -> list[Told]:
        """The fields of FIT's own with this number, where they are no text and no list."""
        if number not in self._by_number:
            read = (
                self._rows.numbers(place, each.base_type)
                for place, each in enumerate(self.definition.fields)
                if each.number == number and each.developer is None
                if each.size and each.base_type != STRING
            )
            self._by_number[number] = [each for each in read if each[0].ndim == 1]
        return self._by_number[number]

    def _times_in_heads(self) -> Told:
        at, times = compressed_times(self._walked)
        told = (self._rows.heads & COMPRESSED) > 0
        numbers = np.zeros(len(self), np.int64)
        numbers[told] = times[np.searchsorted(at, self.starts[told])]
        return numbers, told


def _alike(
    walked: Walked, slot: int, described: Descriptions, most: int | None
) -> Iterator[tuple[int, Rows]]:
    """The messages of one definition, parted where a developer describes its fields anew.

    Yields:
        where the definition stands that the messages follow, and the messages.
    """
    definition, starts = walked.definitions[slot], walked.data_of(slot)[:most]
    keys = ((each.developer, each.number) for each in definition.fields)
    anew = [x.at for key in keys if key[0] is not None for x in described.get(key, [])[1:]]  # type: ignore[arg-type] # no key is None
    if not anew:
        yield walked.defined_at[slot], Rows(walked, definition, starts)
        return
    defined = np.array([at for at, told in walked.definitions_among() if told == definition.told])
    # A description holds from the next time that the definition is said.
    last = defined[np.searchsorted(defined, starts) - 1]
    holding = np.searchsorted(np.sort(anew), last)
    for each in np.unique(holding):
        mine = holding == each
        yield int(last[mine][0]), Rows(walked, definition, starts[mine])


def _is_own(tell: Tell, name: str) -> bool:
    return tell.name == name and not tell.developer


def _concatenated(columns: list[NDArray[Any]]) -> NDArray[Any]:
    if len(columns) == 1:
        return columns[0]
    return np.concatenate([np.empty(0, np.int64), *columns])


def _bits(numbers: NDArray[Any], tell: Tell) -> NDArray[Any]:
    """Some bits of a field, as they stand; shape (n,). Of a float all of it."""
    bits, first = tell.part.bits, tell.part.bit_offset or 0
    if numbers.ndim > 1:  # bytes, the lowest first
        begin, end = first // 8, min((first + bits + 7) // 8, numbers.shape[1])
        joined = np.zeros(len(numbers), np.int64)
        for index in reversed(range(begin, end)):
            joined = joined << 8 | numbers[:, index]
        numbers, first = joined, first % 8
    if numbers.dtype.kind == "f":
        return numbers
    return np.asarray((numbers.astype(np.int64) >> first) & ((1 << bits) - 1))


def _count_on(parts: list[_Part], walked: Walked, number: int) -> None:
    """Let the parts of fields that count on do so, through all definitions of the kind.

    Such a part has few bits: where it is less than in the message before, it has wrapped. It
    begins anew at every definition that has it.
    """
    counting: dict[int, list[tuple[_Part, Tell, int]]] = {}
    for part in parts:
        for turn, tell in enumerate(part.tells):
            if tell.part is not None and tell.part.accumulate:
                counting.setdefault(tell.part.def_num, []).append((part, tell, turn))
    for counted_number, sources in counting.items():
        having = {
            each.told
            for each in walked.definitions
            if each.number == number and counts_on(each, counted_number)
        }
        anew = [at for at, told in walked.definitions_among() if told in having]
        read = [part.raw(tell) for part, tell, _ in sources]
        numbers = np.concatenate([each for each, _ in read])
        if numbers.dtype.kind == "f" or len({tell.part.bits for _, tell, _ in sources}) > 1:
            raise UnusualLayoutError
        at = np.concatenate([part.starts for part, _, _ in sources])
        turns = np.concatenate([np.full(len(part), turn) for part, _, turn in sources])
        told = np.concatenate([each for _, each in read])
        sequence = np.lexsort((turns, at))
        sequence = sequence[told[sequence]]
        stretch = np.searchsorted(anew, at[sequence])
        counted = np.zeros(len(numbers), np.int64)
        counted[sequence] = _unwrapped(numbers[sequence], stretch, sources[0][1].part.bits)
        ends = np.cumsum([len(part) for part, _, _ in sources])[:-1]
        for (part, tell, _), column in zip(sources, np.split(counted, ends), strict=True):
            part.counted[tell] = column


def _unwrapped(
    numbers: NDArray[np.int64], stretch: NDArray[np.int64], bits: int
) -> NDArray[np.int64]:
    """Numbers of so many bits, counted on within each stretch."""
    wrapped = (numbers[1:] < numbers[:-1]) & (stretch[1:] == stretch[:-1])
    wraps = np.cumsum(np.append(False, wrapped)[: len(numbers)])
    at_begin = wraps[np.searchsorted(stretch, stretch, side="left")] if len(wraps) else wraps
    return np.asarray(numbers + (wraps - at_begin) * (1 << bits))
