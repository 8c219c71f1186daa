"""The nightly flow: new files of every source, days, advice, and the letter."""

from datetime import date
from pathlib import Path

from prefect import flow

from flows import settings
from flows.opening import opened_store
from flows.places import places_of
from flows.report import Report
from flows.tasks import as_task
from flows.work import Order, sync


@flow(
    name="nightly",
    flow_run_name="nightly {athlete} {on}",
    description="New files of every source, days, advice, and the letter of the day.",
    persist_result=False,
    log_prints=False,
)
def nightly(home: str, athlete: str, on: date, urls: list[str]) -> Report:
    """One runner's night; safe to run twice, late, or after a kill.

    Args:
        home: folder of the installation.
        athlete: whose night it is.
        on: the day whose advice and letter are made.
        urls: the sources.
    """
    opened = settings.load(Path(home))
    with opened_store(opened) as store:
        order = Order(
            home=opened,
            store=store,
            athlete=athlete,
            places=places_of(opened, athlete, urls),
            step=as_task,
        )
        return sync(order, on=on)
