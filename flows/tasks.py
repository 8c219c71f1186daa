"""How a story's pieces become Prefect tasks: one for a batch, named, never cached or stored.

A task costs Prefect 30 ms, so it holds hundreds of files with a process pool inside. Its input
travels in a closure and its result in memory: neither may lie in Prefect's database, which is no
place for what was measured on a body.
"""

from collections.abc import Callable
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

T = TypeVar("T")


def as_task(name: str, work: Callable[[], T]) -> T:
    """Run one piece of a story as a task of the flow that is running."""

    @task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    def piece() -> T:
        return work()

    return piece()
