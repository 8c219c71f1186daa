"""What became different between two states of the tables: by metric, by verdict, by day."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

Value = float | int | str | bool | None
Row = dict[str, Value]

SAME = 1e-9
"""Relative: numbers closer than this are the same number, added up in another order."""

UNITS = (
    ("_spm_per_mps", "steps/min per m/s"),
    ("calf_km", "calf-km"),
    ("strain", "calf-km"),
    ("_spm", "steps/min"),
    ("_mps", "m/s"),
    ("_bpm", "beats/min"),
    ("_points", "percentage points"),
    ("_pct", "%"),
    ("_ms", "ms"),
    ("_kj", "kJ"),
    ("_au", "AU"),
    ("_m", "m"),
    ("_s", "s"),
    ("_w", "W"),
    ("trimp", "AU"),
    ("steps", "steps"),
    ("runs", "runs"),
)
"""How the names of metrics end, and the unit this means; ratios, scales and counts have none."""


def unit_of(metric: str) -> str | None:
    """The unit of a metric, which its name tells."""
    return next((unit for ending, unit in UNITS if metric.endswith(ending)), None)


@dataclass(frozen=True, slots=True)
class Table:
    """One table as it was: names of columns, and values by key (the id of a run, an ISO date)."""

    columns: Sequence[str]
    rows: Mapping[str, Sequence[Value]]

    def row(self, key: str) -> Row | None:
        """One row by name of column; None where there was none."""
        values = self.rows.get(key)
        return None if values is None else dict(zip(self.columns, values, strict=True))


@dataclass(frozen=True, slots=True)
class Step:
    """One number that became another."""

    key: str
    on: str | None
    """The date of the run, or of the day."""
    was: float
    now: float

    @property
    def change(self) -> float:
        """Signed: positive where it grew."""
        return self.now - self.was


@dataclass(slots=True)
class MetricChanges:
    """How one metric changed. What has a number on one side only is `new` or `gone`."""

    metric: str
    new: int = 0
    gone: int = 0
    largest: Step | None = None
    changes: list[float] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """In how many rows one number became another."""
        return len(self.changes)

    @property
    def median(self) -> float | None:
        """Of the changes, signed; None where there is none."""
        from statistics import median  # noqa: PLC0415 - seldom asked for, and slow to import

        return median(self.changes) if self.changes else None

    @property
    def rows(self) -> int:
        """In how many rows it is not what it was."""
        return self.changed + self.new + self.gone

    def see(self, key: str, on: str | None, was: float | None, now: float | None) -> bool:
        """Look at one row; says whether it differs."""
        if was is None or now is None:
            self.new += was is None and now is not None
            self.gone += was is not None and now is None
            return was is not now
        if math.isclose(was, now, rel_tol=SAME):
            return False
        step = Step(key, on, was, now)
        self.changes.append(step.change)
        if self.largest is None or abs(step.change) > abs(self.largest.change):
            self.largest = step
        return True


@dataclass(slots=True)
class CategoryChanges:
    """How often a word became another one, and the first time it did."""

    name: str
    changed: int = 0
    first: tuple[str, Value, Value] | None = None
    """Key, was, now."""

    def see(self, key: str, was: Value, now: Value) -> bool:
        """Look at one row; says whether it differs."""
        if was == now:
            return False
        self.changed += 1
        self.first = self.first or (key, was, now)
        return True


@dataclass(slots=True, kw_only=True)
class TableChanges:
    """How the rows of one table changed; only rows that were there before and after compare."""

    compared: int = 0
    changed: int = 0
    new: int = 0
    gone: int = 0
    metrics: dict[str, MetricChanges] = field(default_factory=dict)
    categories: dict[str, CategoryChanges] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether every row is there still, and says what it said. New rows change no number."""
        return not self.changed and not self.gone


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A day that would have had another verdict."""

    on: str
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What became different when everything was derived again."""

    runs: TableChanges
    days: TableChanges
    verdicts: tuple[VerdictChange, ...]
    """By date."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different."""
        return self.runs.is_empty and self.days.is_empty


def compare(
    before: Table, after: Iterable[tuple[str, Row]], *, words: Collection[str], on: str | None
) -> TableChanges:
    """Compare a table with what it was, row by row.

    Args:
        before: as it was.
        after: key and row of each row as it is now; may be read as it is looked at.
        words: the columns that are no numbers.
        on: the column that says the date of a row; None where the key is the date.
    """
    found = TableChanges(
        metrics={name: MetricChanges(name) for name in before.columns if name not in words},
        categories={name: CategoryChanges(name) for name in words},
    )
    met = 0
    for key, now in after:
        was = before.row(key)
        if was is None:
            found.new += 1
            continue
        met += 1
        dated = key if on is None else str(now[on])
        numbers = {name: value for name, value in now.items() if name not in words}
        differs = [found.categories[name].see(key, was.get(name), now[name]) for name in words]
        for name, value in numbers.items():
            metric = found.metrics.setdefault(name, MetricChanges(name))
            differs.append(metric.see(key, dated, _number(was.get(name)), _number(value)))
        found.changed += any(differs)
    found.compared = met
    found.gone = len(before.rows) - met
    return found


def _number(value: Value) -> float | None:
    return None if value is None or isinstance(value, str) else value


def verdict_changes(before: Table, after: Iterable[tuple[str, Row]]) -> tuple[VerdictChange, ...]:
    """The days, there before and after, whose verdict is another one; by date."""
    found = []
    for on, row in sorted(after, key=lambda each: each[0]):
        was = before.row(on)
        if was is not None and was["verdict"] != row["verdict"]:
            found.append(VerdictChange(on, _word(was["verdict"]), _word(row["verdict"])))
    return tuple(found)


def _word(value: Value) -> str | None:
    return None if value is None else str(value)


# Days that a late file corrects


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySaid:
    """What was said of one day. None means unknown, 0 means rest."""

    known: bool = False
    runs: int | None = None
    distance_m: float | None = None
    calf_km: float | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A day of which something was said that does not hold any more."""

    on: date
    was: DaySaid
    now: DaySaid


def corrected(
    before: Mapping[date, DaySaid], after: Mapping[date, DaySaid], *, only_runs: bool = False
) -> list[Corrected]:
    """The days of which something was said that does not hold any more, by date.

    A day that is new, or was unknown, had nothing said of its runs: it is corrected only where
    its verdict is another one. Averages move on every later day and correct none. Before any
    file was known nothing was said that a file could correct.

    Args:
        before: what was said of each day.
        after: what is said now.
        only_runs: look at the number of runs alone, because everything was derived again and the
            other numbers may differ for that.
    """
    if not any(day.known for day in before.values()):
        return []
    pairs = ((on, was, after.get(on, DaySaid())) for on, was in sorted(before.items()))
    return [
        Corrected(on=on, was=was, now=now)
        for on, was, now in pairs
        if _runs_differ(was, now, only_runs=only_runs)
        or (not only_runs and was.verdict not in {None, now.verdict})
    ]


def _runs_differ(was: DaySaid, now: DaySaid, *, only_runs: bool) -> bool:
    if not was.known:
        return False
    if (was.known, was.runs) != (now.known, now.runs):
        return True
    numbers = ((was.distance_m, now.distance_m), (was.calf_km, now.calf_km))
    return not only_runs and not all(_is_same(*each) for each in numbers)


def _is_same(was: float | None, now: float | None) -> bool:
    if was is None or now is None:
        return was is now
    return math.isclose(was, now, rel_tol=SAME)
