"""Diaries to evaluate forecasts on: many athletes' from a CSV file, or the runner's own."""

import csv
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from advice.forecast.diaries import Diaries, Entries, Scale
from advice.forecast.mornings import diary
from advice.forecast.outlook import Outlook
from advice.limits import default_limits
from flows.days import derive_days, past_of
from flows.errors import UsageError
from flows.typed import as_text, day_of
from pipeline.checkin import NRS_MAX
from pipeline.store.records import Store

if TYPE_CHECKING:
    from _csv import Reader

T = TypeVar("T")

SCALES = {"1-5": Scale(1, 5), "0-10": Scale(0, NRS_MAX)}

REQUIRED = ("athlete", "date", "soreness")
LOAD = "load_au"
"""The column of each day's load, where it is there and no other one is named."""
LOAD_MAX = 1e12
"""In any unit; what is larger is a mistake."""


def from_csv(path: Path, scale: Scale, load_column: str | None = None) -> Entries:
    """Read `athlete,date,soreness` and a load; other columns are ignored, rows stand in any order.

    Higher is sorer. An empty soreness is no answer, an empty load is not told; a date without a row
    is both. Athletes are put in the order of their names.

    Args:
        path: UTF-8 text with a header.
        scale: what soreness must lie on.
        load_column: the column of the load; None: `load_au` where there is one.

    Raises:
        UsageError: the file cannot be read, or a line cannot be meant; says which line, and
            nothing of what stands in it.
    """
    columns = _Columns()
    with as_text(path), path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            has_load = _take(reader, columns, scale, load_column)
        except csv.Error as error:
            raise UsageError(
                f"{path}, line {reader.line_num}: a quote without its end here or before, or a "
                f"cell that is none ({error})"
            ) from None
        except UsageError as error:
            # An empty file has no line, and its first one is what is missing.
            raise UsageError(f"{path}, line {max(reader.line_num, 1)}: {error}") from None
    entries = columns.entries(scale, has_load=has_load)
    again = entries.repeated()
    if again is not None:
        line = columns.line[again]
        raise UsageError(f"{path}, line {line}: this athlete's date stood in an earlier line")
    return entries


def own(store: Store, athlete: str) -> tuple[Diaries, str] | None:
    """The runner's own diary as the forecast looks at it, and which forecast is told at its end.

    None before the first answer.
    """
    derive_days(store, athlete)
    with store.reading() as transaction:
        past = past_of(transaction, athlete, date.max)
        latest = past.latest
    if not past.mornings or latest is None:
        return None
    history = replace(past, last=latest).history()
    heard = Outlook(history, default_limits(), latest).on(latest)
    return diary(history, latest)[1], heard.model if heard else "none"


class _Columns:
    """What the lines say, as they come; compact, since there may be millions of them."""

    def __init__(self) -> None:
        self.number_of: dict[str, int] = {}
        self.athlete = array("q")
        self.day = array("q")
        self.soreness = array("d")
        self.load = array("d")
        self.line = array("q")

    def add(self, athlete: str, day: int, soreness: float, load: float, line: int) -> None:
        """One line."""
        self.athlete.append(self.number_of.setdefault(athlete, len(self.number_of)))
        self.day.append(day)
        self.soreness.append(soreness)
        self.load.append(load)
        self.line.append(line)

    def entries(self, scale: Scale, *, has_load: bool) -> Entries:
        """All of them; athletes by name, so that the order of lines means nothing."""
        names = sorted(self.number_of)
        place = np.empty(len(names), dtype=np.int64)
        place[[self.number_of[name] for name in names]] = np.arange(len(names))
        return Entries(
            athletes=tuple(names),
            scale=scale,
            athlete=place[np.asarray(self.athlete, dtype=np.int64)],
            day=np.asarray(self.day, dtype=np.int64),
            soreness=np.asarray(self.soreness, dtype=np.float64),
            load=np.asarray(self.load, dtype=np.float64) if has_load else None,
        )


def _take(reader: "Reader", columns: _Columns, scale: Scale, load_column: str | None) -> bool:
    """Take in the header and every line; says whether there is a column of loads."""
    header = [name.strip() for name in next(reader, [])]
    athlete_at, day_at, soreness_at, load_at = _places(header, load_column)
    soreness_of = cache(_soreness_on(scale))
    ordinal_of = cache(lambda text: day_of(text).toordinal())
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue  # an empty line, such as the last one, or what a spreadsheet makes of it
        if len(row) != len(header):
            raise UsageError("more or fewer cells than the header")
        athlete = row[athlete_at].strip()
        if not athlete:
            raise UsageError("athlete is empty")
        columns.add(
            athlete,
            _cell("date", ordinal_of, row[day_at].strip()),
            _cell("soreness", soreness_of, row[soreness_at]),
            nan if load_at is None else _cell(header[load_at], _load, row[load_at]),
            reader.line_num,
        )
    return load_at is not None


def _places(header: Sequence[str], load_column: str | None) -> tuple[int, int, int, int | None]:
    """Where athlete, date, soreness and load stand in a line."""
    if load_column is not None and load_column in {"", *REQUIRED}:
        raise UsageError("--load-column must name a column of its own")
    load = load_column or (LOAD if LOAD in header else None)
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        raise UsageError("the cells must be separated by commas")
    needed = REQUIRED if load is None else (*REQUIRED, load)
    missing = [name for name in needed if name not in header]
    if missing:
        raise UsageError(
            f"a header without {', '.join(missing)}, in small letters; it must have "
            f"{', '.join(REQUIRED)} "
            f"and may have {LOAD}, or the column that --load-column names"
        )
    if twice := [name for name in needed if header.count(name) > 1]:
        raise UsageError(f"a header with {', '.join(twice)} twice")
    athlete, day, soreness = (header.index(name) for name in REQUIRED)
    return athlete, day, soreness, None if load is None else header.index(load)


def _cell(name: str, understood: Callable[[str], T], text: str) -> T:
    """What a cell says; an error names its column."""
    try:
        return understood(text)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None


def _soreness_on(scale: Scale) -> Callable[[str], float]:
    """Reads a level of a scale, also one that was written as `3.0`; NaN where nothing is said."""

    def level(text: str) -> float:
        if not text.strip():
            return nan
        value = _number(text)
        if value.is_integer() and scale.low <= value <= scale.high:
            return value
        raise UsageError(
            f"say a whole number from {scale.low} to {scale.high}, or nothing for no answer"
        )

    return level


def _load(text: str) -> float:
    """A load; NaN where nothing is said."""
    if not text.strip():
        return nan
    value = _number(text)
    if 0 <= value <= LOAD_MAX:
        return value
    raise UsageError(f"say a number from 0 to {LOAD_MAX:g}, or nothing where it is not told")


def _number(text: str) -> float:
    """A number as files write it, NaN of anything else: `float` also takes 1_000."""
    try:
        return nan if "_" in text else float(text)
    except ValueError:
        return nan
