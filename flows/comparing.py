"""What a run changed: what the tables said before it, held against what they say now."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import cast

from flows.report import Report
from pipeline.changes import (
    Changes,
    DaySaid,
    Row,
    Table,
    compare,
    corrected,
    verdict_changes,
)
from pipeline.store.before import WORDS
from pipeline.store.records import Store, Transaction


def keep_before(store: Store, athlete: str, *, again: bool) -> None:
    """Before anything changes, keep what the days say; and the runs, if they are derived again."""
    with store.writing() as transaction:
        transaction.keep_before(athlete, "days")
        if again:
            transaction.keep_before(athlete, "runs")


def compare_with_before(store: Store, athlete: str, report: Report) -> None:
    """Say in the report what is different from what was kept; nothing where nothing was.

    What was kept may be from before an earlier run that was killed: its changes are told here.
    """
    with store.reading() as transaction:
        days = transaction.kept_before(athlete, "days")
        if days is None:
            return
        now = list(transaction.rows_now(athlete, "days"))
        runs = transaction.kept_before(athlete, "runs")
        if runs is not None:
            report.changes = _changes(transaction, athlete, runs, days, now)
    was = ((on, row) for on in days.rows if (row := days.row(on)) is not None)
    report.corrected = corrected(_said(was), _said(now), only_runs=runs is not None)


@contextmanager
def by_the_runner(store: Store, athlete: str) -> Iterator[None]:
    """What changes within is the runner's own word: the next report does not tell them of it."""
    with store.reading() as transaction:
        kept = WORDS if transaction.has_before(athlete) else ()
        was = {name: dict(transaction.rows_now(athlete, name)) for name in kept}
    yield
    if not was:
        return
    with store.writing() as transaction:
        for name, rows in was.items():
            transaction.mend_before(athlete, name, rows)


def _changes(
    transaction: Transaction, athlete: str, runs: Table, days: Table, now: list[tuple[str, Row]]
) -> Changes:
    of_runs = transaction.rows_now(athlete, "runs")
    return Changes(
        runs=compare(runs, of_runs, words=WORDS["runs"], on="local_date"),
        days=compare(days, now, words=WORDS["days"], on=None),
        verdicts=verdict_changes(days, now),
    )


def _said(rows: Iterable[tuple[str, Row]]) -> dict[date, DaySaid]:
    return dict(_each_said(rows))


def _each_said(rows: Iterable[tuple[str, Row]]) -> Iterator[tuple[date, DaySaid]]:
    for on, row in rows:
        yield (
            date.fromisoformat(on),
            DaySaid(
                known=bool(row["known"]),
                runs=cast("int | None", row["runs"]),
                distance_m=cast("float | None", row["distance_m"]),
                calf_km=cast("float | None", row["calf_km"]),
                verdict=cast("str | None", row["verdict"]),
            ),
        )
