"""The reprocess flow: everything derived again from the kept files, in batches."""

from datetime import date
from pathlib import Path

from prefect import flow

from flows import settings
from flows.again import rehearse, reprocess
from flows.opening import opened_store
from flows.report import Report
from flows.tasks import as_task
from flows.work import Order


@flow(
    name="reprocess",
    flow_run_name="reprocess {athlete}",
    description="Everything derived again from the kept files; can be killed and run again.",
    persist_result=False,
    log_prints=False,
)
def reprocess_flow(
    home: str,
    athlete: str,
    *,
    since: date | None = None,
    workers: int | None = None,
    dry_run: bool = False,
) -> Report:
    """Derive kept files again.

    Args:
        home: folder of the installation.
        athlete: whose files they are.
        since: only files with an activity on or after this local date.
        workers: processes that read.
        dry_run: on a copy of the database, which is thrown away.
    """
    opened = settings.load(Path(home))
    with opened_store(opened) as store:
        order = Order(
            home=opened, store=store, athlete=athlete, places=(), workers=workers, step=as_task
        )
        return (rehearse if dry_run else reprocess)(order, since=since)
