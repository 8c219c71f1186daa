"""The story of reprocess: everything derived again from the kept files, and what that changed."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from flows.comparing import compare_with_before, keep_before
from flows.days import derive_days
from flows.errors import UsageError
from flows.intake import Intake
from flows.plans import Plan
from flows.progress import bar
from flows.report import Report
from flows.work import REHEARSAL, Order, leased, read_all
from pipeline.store.copying import copy_to, is_one_file
from pipeline.store.records import Store
from pipeline.store.versions import DUE


def reprocess(order: Order, *, since: date | None = None) -> Report:
    """Derive kept files again, whatever versions they were derived with.

    They are marked first, so that after a kill whatever runs next, a sync too, goes on with them;
    and what the tables said is kept until `work.forget_before`, so that it tells of all of them.

    Args:
        order: whose files; its sources are not looked at.
        since: only files with an activity on or after this local date, and those that an
            earlier run had marked when it was killed.

    Raises:
        BusyError: another run is at it.
    """
    began = time.monotonic()
    store, athlete, report = order.store, order.athlete, Report()
    with leased(store, athlete) as lease:
        keep_before(store, athlete, again=True)
        with store.writing() as transaction:
            transaction.mark_due(athlete, since)
        with store.reading() as transaction:
            kept = transaction.raw_files(athlete).values()
        plan = Plan(
            source=None,
            complete=False,
            again=tuple(file for file in kept if file.derived_with == DUE),
        )
        intake = Intake(
            order.home, store, lease, athlete, counts=report.counts, window=order.window
        )
        with bar("deriving again", len(plan.again)) as advance:
            read_all(order, intake, plan, advance=advance)
        report.days_changed = order.step("days", partial(derive_days, store, athlete))
        compare_with_before(store, athlete, report)
    report.seconds = time.monotonic() - began
    return report


def rehearse(order: Order, *, since: date | None = None) -> Report:
    """Do the same with a copy of the database, which is thrown away: so nothing is written.

    Raises:
        BusyError: another run is at it.
        UsageError: the database is not one file.
    """
    with _rehearsal(order) as rehearsed:
        return reprocess(rehearsed, since=since)


def check_rehearsal(store: Store) -> None:
    """Say at once what would be said after an engine has started.

    Raises:
        UsageError: the database is not one file.
    """
    if not is_one_file(store.engine):
        raise UsageError("--dry-run works on a copy of the database, and only SQLite has one file")


@contextmanager
def _rehearsal(order: Order) -> Iterator[Order]:
    """The same order on a copy of the database, beside it: a temporary folder may be small."""
    check_rehearsal(order.store)
    folder = Path(mkdtemp(dir=order.home.folder, prefix=REHEARSAL))
    try:
        place = folder / "copy.sqlite"
        copy_to(order.store.engine, place)
        store = Store(f"sqlite:///{place}")
        try:
            with store.writing() as transaction:
                transaction.forget_before(order.athlete)  # only what this one would change
            yield replace(order, store=store)
        finally:
            store.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
