"""The morning flow: the letter of the day, for every runner whose morning it is."""

from datetime import date
from pathlib import Path

from prefect import flow

from flows import settings
from flows.opening import opened_store
from flows.tasks import as_task
from flows.work import Order, morning


@flow(
    name="morning",
    flow_run_name="morning {athlete} {on}",
    description="The letter of the day, once.",
    persist_result=False,
    log_prints=False,
)
def morning_flow(home: str, athlete: str, on: date) -> bool:
    """Queue and deliver one runner's letter.

    Args:
        home: folder of the installation.
        athlete: who gets it.
        on: the day it is about.

    Returns:
        Whether it was new; one that was delivered stays as it is.
    """
    opened = settings.load(Path(home))
    with opened_store(opened) as store:
        order = Order(home=opened, store=store, athlete=athlete, places=(), step=as_task)
        return morning(order, on=on).new
