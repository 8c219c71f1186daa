"""Running a story by an engine: plainly, or as a Prefect flow that other people can watch."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from flows import settings
from flows.again import rehearse, reprocess
from flows.progress import say
from flows.report import Report
from flows.settings import Home
from flows.work import Order, backfill, sync


def run_sync(order: Order, on: date) -> Report:
    """One nightly sync by the engine of the settings."""
    if order.home.engine == "plain":
        return sync(order, on=on)
    with prefect_ready(order.home):
        from flows.nightly import nightly  # noqa: PLC0415 - importing Prefect takes seconds

        urls = [url for url, _ in order.places]
        return nightly(str(order.home.folder), order.athlete, on, urls)


def run_backfill(order: Order) -> Report:
    """A backfill by the engine of the settings."""
    if order.home.engine == "plain":
        return backfill(order)
    with prefect_ready(order.home):
        from flows.backfill import backfill_flow  # noqa: PLC0415 - as above

        return backfill_flow(
            str(order.home.folder),
            order.athlete,
            [url for url, _ in order.places],
            since=order.window.since,
            until=order.window.until,
            workers=order.workers,
        )


def run_reprocess(order: Order, *, since: date | None, dry_run: bool) -> Report:
    """A reprocess by the engine of the settings, or its rehearsal."""
    if order.home.engine == "plain":
        return (rehearse if dry_run else reprocess)(order, since=since)
    with prefect_ready(order.home):
        from flows.reprocess import reprocess_flow  # noqa: PLC0415 - as above

        return reprocess_flow(
            str(order.home.folder),
            order.athlete,
            since=since,
            workers=order.workers,
            dry_run=dry_run,
        )


@contextmanager
def prefect_ready(home: Home) -> Iterator[None]:
    """Prefect set up as LIBRARIES found it must be, with a server that answers."""
    server = settings.prepare_prefect(home.prefect_folder) or _our_server(home.prefect_folder)
    from prefect.settings import (  # noqa: PLC0415 - importing Prefect takes seconds
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        temporary_settings,
    )

    # Each flow would wait a second for the thread of its heartbeat; no variable can say None.
    wanted = {PREFECT_API_URL: server, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    with temporary_settings(wanted):
        yield


@cache
def _our_server(folder: Path) -> str:
    """Start a server, once in a process, and say that this takes a while."""
    from flows.own_server import own_server  # noqa: PLC0415 - the plain engine needs none

    wait = "about 8 s" if (folder / "prefect.db").exists() else "about 20 s, this once"
    say(f"Starting Prefect ({wait}; --engine plain goes without) ...")
    return own_server()
