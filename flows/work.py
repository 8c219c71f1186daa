"""The stories of sync, backfill and morning, in plain functions that any engine can run."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Protocol, TypeVar

from flows import holder, settings
from flows.comparing import compare_with_before, keep_before
from flows.days import derive_days
from flows.intake import Intake
from flows.outbox import send, send_correction
from flows.plans import Plan, Window, misnamed, plans
from flows.progress import Advance, bar
from flows.report import Counts, Delivered, Report
from flows.settings import Home
from pipeline.store.lease import BusyError, Lease, give_back, take
from pipeline.store.records import Store

T = TypeVar("T")

BATCH_FILES = 300
"""Files in one step of an engine: enough that Prefect's cost for a task vanishes."""

HALF_WRITTEN_S = 600
"""Nobody writes one letter for longer than this."""

REHEARSAL = ".rehearsal-"
"""How the folders are called in which `reprocess --dry-run` works on a copy of the database."""

REHEARSAL_S = 24 * 3600
"""No rehearsal takes longer: one that was not written to since then was killed."""


class Step(Protocol):
    """How an engine runs one piece of work: at once, or as a task with a name."""

    def __call__(self, name: str, work: Callable[[], T], /) -> T:
        """Run the work and give back what it gives."""


def at_once(_name: str, work: Callable[[], T]) -> T:
    """The plain engine's step."""
    return work()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whose files are to be taken in, from where, and how the work is run."""

    home: Home
    store: Store
    athlete: str
    places: Sequence[tuple[str, bool]]
    """Address of each source, and whether it is complete."""
    window: Window = field(default_factory=Window)
    workers: int | None = None
    step: Step = at_once


def sync(order: Order, *, on: date) -> Report:
    """One nightly sync: new files of every source, days, advice, and the letter of `on`.

    A late file that makes a day stricter of which there is a letter brings one correction. A letter
    that is not accepted undoes nothing: it is tried again until its evening.

    Every new file is taken in, whatever its date.

    Raises:
        BusyError: another run is at it.
        SourceUnavailableError, BadSourceError: nothing was done.
    """
    began = time.monotonic()
    with leased(order.store, order.athlete) as lease:
        report = _take_in(order, lease)
        write = partial(_letters, order, on)
        report.letter, report.correction = order.step("letter", write)
    report.seconds = time.monotonic() - began
    return report


def backfill(order: Order) -> Report:
    """History from files, folders or archives; it can be killed and run again.

    Raises: as `sync`.
    """
    began = time.monotonic()
    with leased(order.store, order.athlete) as lease:
        report = _take_in(order, lease)
    report.seconds = time.monotonic() - began
    return report


def morning(order: Order, *, on: date) -> Delivered:
    """The letter of one morning, once."""
    return order.step("letter", partial(send, order.home, order.store, order.athlete, on))


def _letters(order: Order, on: date) -> tuple[Delivered, Delivered | None]:
    """The correction first: the letter that it takes the place of may still be waiting."""
    correction = send_correction(order.home, order.store, order.athlete, on)
    return send(order.home, order.store, order.athlete, on), correction


def nothing_is_new(order: Order) -> bool:
    """Whether a sync would find no file to read."""
    made = plans(order.home, order.store, order.athlete, order.places, Counts())
    return not any(plan.todo or plan.again for plan in made)


def _take_in(order: Order, lease: Lease) -> Report:
    home, store, athlete, report = order.home, order.store, order.athlete, Report()
    _sweep(home, athlete)
    with store.writing() as transaction:
        transaction.add_athlete(athlete)
        transaction.note_strike(athlete, home.athlete(athlete).strike)
        before = transaction.counted_ids(athlete)
    made = order.step("look", partial(plans, home, store, athlete, order.places, report.counts))
    intake = Intake(home, store, lease, athlete, counts=report.counts, window=order.window)
    total = sum(len(plan.todo) + len(plan.again) for plan in made)
    if total:
        keep_before(store, athlete, again=any(plan.again for plan in made))
    with bar("reading files", total) as advance:
        read = partial(read_all, order, intake, advance=advance)
        for plan in made:
            read(plan)
    late = misnamed(store, athlete)
    with bar("deriving again", len(late.again)) as advance:
        read_all(order, intake, late, advance=advance)
    if order.window == Window():
        _mark_scanned(order, [plan for plan in made if _is_whole(plan, intake)])
    report.days_changed = order.step("days", partial(derive_days, store, athlete))
    with store.reading() as transaction:
        report.runs_added = len(transaction.counted_ids(athlete) - before)
    compare_with_before(store, athlete, report)
    return report


def forget_before(store: Store, athlete: str) -> None:
    """The report is out: what the tables said before is kept no longer.

    A run that has begun since then found it as well, and will tell of it once more.
    """
    with store.reading() as transaction:
        if not transaction.has_before(athlete):
            return
    with suppress(BusyError), leased(store, athlete), store.writing() as transaction:
        transaction.forget_before(athlete)


def _is_whole(plan: Plan, intake: Intake) -> bool:
    """Whether every file of the source was there to be read."""
    return plan.source is None or plan.source.url not in intake.waiting


def _sweep(home: Home, athlete: str) -> None:
    """Remove what a kill left half written."""
    for half in (home.raw_folder / athlete).glob("*/.half-*"):
        half.unlink(missing_ok=True)  # the lease says that nobody else writes here
    for half in home.outbox.glob(".half-*"):
        if settings.now().timestamp() - half.stat().st_mtime > HALF_WRITTEN_S:
            half.unlink(missing_ok=True)
    for rehearsal in home.folder.glob(f"{REHEARSAL}*"):
        if settings.now().timestamp() - rehearsal.stat().st_mtime > REHEARSAL_S:
            shutil.rmtree(rehearsal, ignore_errors=True)


def read_all(order: Order, intake: Intake, plan: Plan, *, advance: Advance) -> None:
    """Take in, or derive again, all files of a plan: in batches, each a step of the engine."""
    workers = order.workers or order.home.workers
    for start, files in _batches(plan.todo):
        order.step(
            f"read {start + 1}-{start + len(files)}",
            partial(intake.take_in, plan, files, workers=workers, advance=advance),
        )
    for start, kept in _batches(plan.again):
        order.step(
            f"derive again {start + 1}-{start + len(kept)}",
            partial(intake.derive_again, plan, kept, workers=workers, advance=advance),
        )


def _batches(files: Sequence[T]) -> Iterator[tuple[int, Sequence[T]]]:
    for start in range(0, len(files), BATCH_FILES):
        yield start, files[start : start + BATCH_FILES]


def _mark_scanned(order: Order, made: Sequence[Plan]) -> None:
    """A full scan makes the days before today known, where the source is complete."""
    today = order.home.today(order.athlete)
    with order.store.writing() as transaction:
        for plan in made:
            if plan.source is not None:
                transaction.add_source(order.athlete, plan.source.url, complete=plan.complete)
                transaction.mark_scanned(order.athlete, plan.source.url, today)


@contextmanager
def leased(store: Store, athlete: str) -> Iterator[Lease]:
    """Hold the right to sync one runner.

    Raises:
        BusyError: another run holds it.
    """
    with store.writing() as transaction:
        lease = take(
            transaction, f"sync {athlete}", holder.me(), settings.now(), is_dead=holder.is_dead
        )
    try:
        yield lease
    finally:
        with store.writing() as transaction:
            give_back(transaction, lease, settings.now())


def raise_if_busy(store: Store, athlete: str) -> None:
    """Say at once what would be said after an engine has started.

    Raises:
        BusyError: another run holds the right to sync.
    """
    with leased(store, athlete):
        pass
