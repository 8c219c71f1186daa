"""Reading in processes of their own: a parser that dies takes one file with it, not the rest.

Every process has a thread here that gives it one job at a time. So it is known over which job a
process died, how it died, and how long it has been at it. Processes and not threads read, because
fitparse keeps a registry of developer fields per process, and because only a process can be ended
in the middle of anything. The pool of the standard library can do none of this, and its way of
renewing processes (`max_tasks_per_child`) hangs in every Python up to 3.13 (cpython #115634).
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
from collections import deque
from concurrent.futures import Future, wait
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process, resource_tracker
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from connectors.limits import WorkerLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection

Job = TypeVar("Job")
Answer = TypeVar("Answer")

Ending = Literal["crashed", "took_too_long", "too_large"]
"""Why a job has no answer: its process died, or was ended over time or over memory."""

AHEAD_PER_WORKER = 4
"""How many jobs may wait in memory for each worker."""

AHEAD_BYTES = 64_000_000
"""And how much these may carry together; one job may always wait, however much it carries."""

JOBS_PER_PROCESS = 500
"""Then a fresh one takes over, so that what a parser leaks does not add up."""

STEP_S = 1.0
"""A process is waited for in steps of this: what stops the machine, or all of us, is one step."""

MEANWHILE_S = 10.0
"""How long to wait for an answer before whoever waits is given a turn."""

START_S = 60.0
"""A process that has not come up by then never will."""

END_S = 10

OUT_OF_MEMORY = 86
"""Exit status of a process that its own limit has stopped; no signal and no library says it."""

# Linux forks each process from one that has everything imported, in 10 ms instead of 500. Forking
# is unsafe on macOS once Apple's libraries run.
CONTEXT = get_context("forkserver") if sys.platform == "linux" else get_context("spawn")

STARTING = threading.Lock()
"""One process starts or is buried at a time: `multiprocessing` looks after all of them in each."""


class WorkersError(Exception):
    """No process can be started: something is wrong here, and not with any file."""


class Workers(Generic[Job, Answer]):
    """Processes that answer in the order of the jobs.

    Args:
        work: what to do with one job; a function of a module, so that it can travel.
        given_up: the answer for a job that ended its process.
        count: how many processes; each is started when there is something for it to do.
        limits: what one job may cost.
        weigh: how many bytes a job carries; one that carries nothing is worked on here.
        meanwhile: called every now and then while an answer is waited for.
        preload: module that is imported before processes are forked; the work's own by default.
    """

    def __init__(
        self,
        work: Callable[[Job], Answer],
        given_up: Callable[[Job, Ending], Answer],
        count: int,
        limits: WorkerLimits | None = None,
        *,
        weigh: Callable[[Job], int] = lambda _: 1,
        meanwhile: Callable[[], object] = lambda: None,
        preload: str | None = None,
    ) -> None:
        """Starts no process yet."""
        self._work = work
        self._given_up = given_up
        self._count = max(count, 1)
        self._limits = limits or WorkerLimits()
        self._weigh = weigh
        self._meanwhile = meanwhile
        self._preload = preload

    def answers(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer]]:
        """Each job with its answer, in order; jobs are taken only as they are needed.

        Raises:
            WorkersError: no process comes up.
            Exception: whatever the work itself raised.
        """
        todo: SimpleQueue[tuple[Job, Future[Answer]] | None] = SimpleQueue()
        keepers = [
            _Keeper(self._work, self._given_up, self._limits, todo, self._preload)
            for _ in range(self._count)
        ]
        waiting: deque[tuple[Job, int, Future[Answer]]] = deque()
        ahead_bytes = 0
        for each in keepers:
            each.start()
        try:
            for job in jobs:
                weight = self._weigh(job)
                answer: Future[Answer] = Future()
                if weight:
                    todo.put((job, answer))
                else:
                    answer.set_result(self._work(job))
                waiting.append((job, weight, answer))
                ahead_bytes += weight
                while len(waiting) >= self._count * AHEAD_PER_WORKER or (
                    ahead_bytes > AHEAD_BYTES and len(waiting) > 1
                ):
                    first, weight, answer = waiting.popleft()
                    ahead_bytes -= weight
                    yield first, self._result(answer)
            while waiting:
                first, _, answer = waiting.popleft()
                yield first, self._result(answer)
        finally:
            for _ in keepers:
                todo.put(None)
            for each in keepers:
                each.stop()

    def _result(self, answer: Future[Answer]) -> Answer:
        while not wait([answer], timeout=MEANWHILE_S).done:
            self._meanwhile()
        return answer.result()


class _Keeper(threading.Thread, Generic[Job, Answer]):
    """The thread that keeps one process: gives it jobs, ends it, and starts the next."""

    def __init__(
        self,
        work: Callable[[Job], Answer],
        given_up: Callable[[Job, Ending], Answer],
        limits: WorkerLimits,
        todo: SimpleQueue[tuple[Job, Future[Answer]] | None],
        preload: str | None,
    ) -> None:
        super().__init__(daemon=True)
        self._preload = preload
        self._work, self._given_up, self._limits, self._todo = work, given_up, limits, todo
        self._process: _Process[Job, Answer] | None = None
        self._stopped = False

    def run(self) -> None:
        while (asked := self._todo.get()) is not None and not self._stopped:
            job, answer = asked
            try:
                answer.set_result(self._answer(job))
            except BaseException as error:  # noqa: BLE001 - whoever waits for the answer is told
                answer.set_exception(error)
        self._bury()

    def stop(self) -> None:
        """End the process in the middle of whatever it does, and this thread with it."""
        with STARTING:
            self._stopped = True
            if self._process is not None:
                self._process.kill()
        self.join(END_S)

    def _answer(self, job: Job) -> Answer:
        is_second = False
        while True:
            process = self._running()
            try:
                return process.ask(job)
            except _EndedError as ended:
                self._bury()
                if is_second or self._stopped or not _may_have_been_others(ended.why, process.jobs):
                    return self._given_up(job, ended.why)
                is_second = True

    def _running(self) -> _Process[Job, Answer]:
        if self._process is not None and self._process.jobs >= JOBS_PER_PROCESS:
            self._bury()
        if self._process is None:
            with STARTING:
                if self._stopped:
                    raise WorkersError("The reading was broken off.")
                self._process = _Process(self._work, self._limits, self._preload)
            self._process.wait_until_ready()
        return self._process

    def _bury(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.ending()
            self._process = None


class _EndedError(Exception):
    """The process is no more."""

    def __init__(self, why: Ending) -> None:
        super().__init__(why)
        self.why = why


def _may_have_been_others(why: Ending, jobs: int) -> bool:
    """Whether something else than the job may be at fault, so that a fresh process is asked too.

    A machine short of memory kills any process, even in its first job; what other jobs left
    behind counts only where there were some. Time was counted for this job alone.
    """
    return why == "crashed" or (why == "too_large" and jobs > 1)


class _Process(Generic[Job, Answer]):
    """One process and our end of the line to it."""

    def __init__(
        self, work: Callable[[Job], Answer], limits: WorkerLimits, preload: str | None = None
    ) -> None:
        self.jobs = 0
        self._wall_s = limits.wall_s
        if sys.platform == "linux":
            # Imported once, before the fork: the program itself, and what the work needs.
            work_from = getattr(work, "func", work).__module__
            CONTEXT.set_forkserver_preload(["__main__", preload or work_from])
        self._line, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=_serve, args=(theirs, work, limits), daemon=True)
        # Ctrl-C reaches every process of a terminal, and the parent alone decides what it means: a
        # process begun by a thread that has it blocked never hears it. `multiprocessing` starts a
        # tracker of its own first, and unblocks it then.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        with _our_imports_only():
            self._process.start()
        theirs.close()

    def wait_until_ready(self) -> None:
        try:
            if _comes(self._line, START_S) and self._line.recv() is None:
                return
        except (EOFError, OSError):
            pass  # it died; what it had to say about that is on stderr
        self.kill()
        raise WorkersError("A process that reads files does not start.")

    def ask(self, job: Job) -> Answer:
        """Have one job done.

        Raises:
            _EndedError: the process died over it, or had to be ended.
        """
        self.jobs += 1
        try:
            self._line.send(job)
            if not _comes(self._line, self._wall_s):
                raise _EndedError("took_too_long")
            answer, error = self._line.recv()
        except (EOFError, OSError):
            raise _EndedError(self.ending()) from None
        if error is not None:
            raise error
        return answer  # type: ignore[no-any-return]

    def kill(self) -> None:
        self._process.kill()

    def ending(self) -> Ending:
        """How it died; waits for it."""
        with STARTING:
            self._process.join(END_S)
        self._line.close()
        match self._process.exitcode:
            case number if number == -signal.SIGPROF:
                return "took_too_long"
            case number if number == OUT_OF_MEMORY:
                return "too_large"
            case _:
                return "crashed"


def _comes(line: Connection[Any, Any], wall_s: float) -> bool:
    """Whether something comes over the line in so many seconds in which we were awake ourselves.

    Somebody may stop us, or freeze the whole machine: no clock tells that time from any other,
    but it passes within one step.
    """
    left_s = wall_s
    while left_s > 0:
        if line.poll(min(left_s, STEP_S)):
            return True
        left_s -= STEP_S
    return False


@contextmanager
def _our_imports_only() -> Iterator[None]:
    """Start Python so that it imports what we would, and nothing from the current folder.

    Strangers' files may lie there, and Python started for a process would look there first.
    """
    path = os.pathsep.join(each or str(Path.cwd()) for each in sys.path)
    ours = {"PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(line: Connection[Any, Any], work: Callable[[Any], Any], limits: WorkerLimits) -> None:
    """The life of a process: one job after the other until nobody asks any more."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # The kernel ends a process whose time is up, whatever it is in the middle of.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    _limit_memory(limits.memory_bytes)
    line.send(None)
    try:
        while True:
            job = line.recv()
            signal.setitimer(signal.ITIMER_PROF, limits.cpu_s)
            line.send(_done(work, job))
            signal.setitimer(signal.ITIMER_PROF, 0)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except (EOFError, OSError):
        return


def _done(work: Callable[[Any], Any], job: object) -> tuple[Any, Exception | None]:
    """The answer or the error."""
    try:
        return work(job), None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - it is raised again where the answer is waited for
        return None, error


def _end_with_parent() -> None:
    """End when the parent is gone, or a killed sync leaves workers behind."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _limit_memory(more_bytes: int) -> None:
    """Allow so much beyond what is mapped now; beyond that Python raises MemoryError.

    macOS takes no such limit; there only time is limited.
    """
    if sys.platform != "linux":
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold what a watch measured
    with open("/proc/self/statm", encoding="ascii") as told:  # noqa: PTH123 - no Path for one word
        pages = int(told.read().split()[0])
    limit = pages * resource.getpagesize() + more_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
