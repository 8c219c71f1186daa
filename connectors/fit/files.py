"""The files in a FIT file's bytes, each with its messages as tables.

`walk` finds the messages, `table` reads their columns, and `rare` what those two cannot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from connectors.errors import UnreadableFileError
from connectors.fit.rare import MessageTable, by_libraries
from connectors.fit.table import FitTable, Values, descriptions_in
from connectors.fit.tells import NUMBER_OF, Descriptions, UnusualLayoutError
from connectors.fit.walk import Problem, Walked, chained
from connectors.limits import USUAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from connectors.limits import FormatLimits

WORST_FIRST: tuple[Problem, ...] = ("damaged", "truncated", "crc_mismatch")


class Table(Protocol):
    """All messages of one kind, in the order of the file."""

    def __len__(self) -> int:
        """How many there are."""

    def numbers(self, *names: str) -> NDArray[np.float64]:
        """A column as numbers, NaN where there is none; of several names the first counts."""

    def instants_s(self, name: str) -> NDArray[np.float64]:
        """A column of times in seconds since 1970 UTC, NaN where there is none."""

    def developers_numbers(self, name: str, units: Mapping[str, float]) -> NDArray[np.float64]:
        """A column of what developers say means this field, in one of these units, as ours."""

    def messages(self, *names: str) -> list[Values]:
        """Message by message; only the values of these names, or all of them."""


@dataclass(eq=False)
class FitFile:
    """One file of a chain."""

    walked: Walked
    limits: FormatLimits
    _tables: dict[str, Table] = field(default_factory=dict)
    _described: Descriptions | None = None

    def table(self, kind: str) -> Table:
        """All messages of one kind; FIT's name for it, such as `record`."""
        if kind not in self._tables:
            self._tables[kind] = self._read(kind)
        return self._tables[kind]

    def first(self, kind: str) -> Values:
        """The first message of its kind; empty where there is none."""
        try:
            first = FitTable(self.walked, kind, most=1).messages()
        except UnusualLayoutError:
            first = self.table(kind).messages()
        return next(iter(first), {})

    @property
    def kind(self) -> str | None:
        """What the file says it is: activity, course, settings ..."""
        kind = self.first("file_id").get("type")
        return None if kind is None else str(kind)

    def _read(self, kind: str) -> Table:
        if kind != "record":
            self._refuse_too_many(kind)
        if self._described is None:
            self._refuse_too_many("field_description")
            self._described = descriptions_in(self.walked)
        try:
            return FitTable(self.walked, kind, self._described)
        except UnusualLayoutError:
            developers = FitTable(self.walked, kind, self._described, own=False)
            return MessageTable(by_libraries(self.walked, kind), developers)

    def _refuse_too_many(self, kind: str) -> None:
        number = NUMBER_OF[kind]
        slots = (slot for slot, each in enumerate(self.walked.definitions) if each.number == number)
        if sum(len(self.walked.data_of(slot)) for slot in slots) > self.limits.summaries:
            says = f"The file holds absurdly many messages of one kind: {kind}."
            raise UnreadableFileError("hostile", says)


def files_in(content: bytes, limits: FormatLimits = USUAL) -> tuple[list[FitFile], Problem | None]:
    """The files in these bytes, one after the other, and what is wrong with them.

    Returns:
        The second is None, `truncated`, `damaged` or `crc_mismatch`; what came before the damage
        is there.

    Raises:
        UnreadableFileError: `hostile`, for more messages than anybody's.
    """
    every = list(chained(content, limits))
    problems = {each.problem for each in every}
    worst = next((each for each in WORST_FIRST if each in problems), None)
    return [FitFile(each, limits) for each in every if len(each.heads)], worst
