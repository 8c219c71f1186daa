"""A sender as a process of its own, on a fast clock: delivers what is due until it is killed."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from flows import outbox, settings
from pipeline.store.records import Store

FASTER = 120
"""All senders share this clock: two minutes pass in a second."""


def fast_clock(began: datetime) -> datetime:
    """The time, where it went fast since the beginning."""
    return began + FASTER * (datetime.now(tz=UTC) - began)


if __name__ == "__main__":
    folder, told = sys.argv[1:]
    home = settings.load(Path(folder))
    store = Store(home.database_url)
    while True:
        outbox.deliver_due(home, store, now=fast_clock(datetime.fromisoformat(told)))
        time.sleep(0.05)
