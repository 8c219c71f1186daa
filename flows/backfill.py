"""The backfill flow: years of history, in batches."""

from datetime import date
from pathlib import Path

from prefect import flow

from flows import settings
from flows.opening import opened_store
from flows.places import places_of
from flows.plans import Window
from flows.report import Report
from flows.tasks import as_task
from flows.work import Order, backfill


@flow(
    name="backfill",
    flow_run_name="backfill {athlete}",
    description="History from files, folders or archives; can be killed and run again.",
    persist_result=False,
    log_prints=False,
)
def backfill_flow(
    home: str,
    athlete: str,
    urls: list[str],
    *,
    since: date | None = None,
    until: date | None = None,
    workers: int | None = None,
) -> Report:
    """Take in what is new of these sources.

    Args:
        home: folder of the installation.
        athlete: whose history it is.
        urls: files, folders or archives.
        since: first local date to take in.
        until: last local date to take in.
        workers: processes that read.
    """
    opened = settings.load(Path(home))
    with opened_store(opened) as store:
        order = Order(
            home=opened,
            store=store,
            athlete=athlete,
            places=places_of(opened, athlete, urls),
            window=Window(since, until),
            workers=workers,
            step=as_task,
        )
        return backfill(order)
