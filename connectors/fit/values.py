"""From raw numbers to the values that fitparse gives: labels, scaled numbers, instants, lists."""

from __future__ import annotations

from datetime import UTC, datetime, time
from itertools import starmap
from typing import TYPE_CHECKING, Any

import numpy as np

from connectors.fit.rows import NUMPY_TYPE, is_told

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from connectors.fit.tells import Tell

FIT_EPOCH_S = 631_065_600
"""1989-12-31T00:00:00Z, where FIT's clocks begin, in seconds since 1970."""

FIRST_DATE, LAST_DATE = 0x10000000, 0x1_FFFF_FFFF
"""A smaller time counts seconds since the device was switched on; a larger one (beyond 2262) comes
only from a type in which no device tells a time."""

DAY_S = 24 * 3600


def singles(numbers: NDArray[Any], told: NDArray[np.bool_], tell: Tell) -> list[Any]:
    """One number of each message, None where it is invalid."""
    render = _rendering(tell)
    return [
        render(number) if here else None
        for number, here in zip(numbers.tolist(), told.tolist(), strict=True)
    ]


def lists(numbers: NDArray[Any], told: NDArray[np.bool_], tell: Tell) -> list[Any]:
    """Lists as tuples, with None for what is invalid in them; of bytes all or nothing."""
    scaled = _scaling(tell)
    single = np.ones(numbers.shape, dtype=bool)
    if tell.base_type in NUMPY_TYPE:
        single = is_told(numbers, tell.base_type)

    def one(row: list[Any], row_told: list[bool]) -> tuple[Any, ...]:
        return tuple(scaled(x) if here else None for x, here in zip(row, row_told, strict=True))

    rows = starmap(one, zip(numbers.tolist(), single.tolist(), strict=True))
    return [row if here else None for row, here in zip(rows, told.tolist(), strict=True)]


def _rendering(tell: Tell) -> Callable[[Any], Any]:
    """What becomes of a raw number: a label, a scaled number, an instant."""
    labels, kind, scaled = tell.labels, tell.kind, _scaling(tell)

    def rendered(number: Any) -> Any:  # noqa: ANN401 - int or float
        # Of a field the raw number may have a label, of a part the scaled one.
        value = scaled(number) if tell.part is not None else number
        if value in labels:
            return labels[value]
        return _in_python(value if tell.part is not None else scaled(value), kind)

    return rendered


def _scaling(tell: Tell) -> Callable[[Any], Any]:
    scale, offset = tell.scale, tell.offset

    def scaled(number: Any) -> Any:  # noqa: ANN401 - int or float
        value = float(number) / scale if scale else number
        return value - offset if offset else value

    return scaled


def _in_python(value: Any, kind: str | None) -> Any:  # noqa: ANN401 - int or float
    """Times as Python's own, for the types that are times."""
    if kind == "bool":
        return bool(value)
    if kind == "date_time" and FIRST_DATE <= value <= LAST_DATE:
        return datetime.fromtimestamp(FIT_EPOCH_S + value, tz=UTC)
    if kind == "local_date_time" and 0 <= value <= LAST_DATE:
        return datetime.fromtimestamp(FIT_EPOCH_S + value, tz=UTC).replace(tzinfo=None)
    if kind == "localtime_into_day" and isinstance(value, int) and 0 <= value < DAY_S:
        return time(value // 3600, value // 60 % 60, value % 60)
    return value
