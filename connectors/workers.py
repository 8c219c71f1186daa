"""Reading in processes of their own: a parser that dies takes one file with it, not the rest.

Processes and not threads, because fitparse keeps a registry of developer fields per process.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Job = TypeVar("Job")
Answer = TypeVar("Answer")

AHEAD_PER_WORKER = 4
"""How many jobs may wait in memory for each worker."""

PARENT_CHECK_S = 1.0


class Workers(Generic[Job, Answer]):
    """A pool that answers in the order of the jobs.

    Args:
        work: what to do with one job; a function of a module, so that it can travel.
        on_death: the answer for a job whose process died over it.
        count: how many processes.
    """

    def __init__(
        self, work: Callable[[Job], Answer], on_death: Callable[[Job], Answer], count: int
    ) -> None:
        """Starts no process yet."""
        self._work = work
        self._on_death = on_death
        self._count = max(count, 1)

    def answers(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer]]:
        """Each job with its answer, in order; jobs are taken only as they are needed."""
        pool = self._new_pool(self._count)
        waiting: deque[tuple[Job, Future[Answer]]] = deque()
        try:
            for job in jobs:
                waiting.append((job, _submit(pool, self._work, job)))
                if len(waiting) >= self._count * AHEAD_PER_WORKER:
                    pool, answer = self._next(pool, waiting)
                    yield answer
            while waiting:
                pool, answer = self._next(pool, waiting)
                yield answer
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _next(
        self, pool: ProcessPoolExecutor, waiting: deque[tuple[Job, Future[Answer]]]
    ) -> tuple[ProcessPoolExecutor, tuple[Job, Answer]]:
        job, future = waiting.popleft()
        try:
            return pool, (job, future.result())
        except BrokenProcessPool:
            # Somebody's file killed its process, and the pool forgot every job. Ask this one
            # alone: if it was the one, it says so now; the others wait in a new pool.
            pool.shutdown(wait=False, cancel_futures=True)
            answer = self._alone(job)
            pool = self._new_pool(self._count)
            renewed = [(each, _submit(pool, self._work, each)) for each, _ in waiting]
            waiting.clear()
            waiting.extend(renewed)
            return pool, (job, answer)

    def _alone(self, job: Job) -> Answer:
        with self._new_pool(1) as pool:
            try:
                return _submit(pool, self._work, job).result()
            except BrokenProcessPool:
                return self._on_death(job)

    def _new_pool(self, count: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            count, mp_context=get_context("spawn"), initializer=_die_with, initargs=(os.getpid(),)
        )


def _submit(pool: ProcessPoolExecutor, work: Callable[[Job], Answer], job: Job) -> Future[Answer]:
    """Submit; a pool that broke in between fails the job like one that breaks later."""
    # Ctrl-C reaches every process of a terminal, and the parent alone decides what it means: a
    # process begun while it is blocked never hears it.
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(work, job)
    except BrokenProcessPool as error:
        broken: Future[Answer] = Future()
        broken.set_exception(error)
        return broken
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


def _die_with(parent_pid: int) -> None:
    """In a worker: end when the parent is gone, or a killed sync leaves workers behind."""

    def watch() -> None:
        while os.getppid() == parent_pid:
            time.sleep(PARENT_CHECK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
