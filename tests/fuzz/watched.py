"""Spoilt files read in processes that are watched from outside: one that dies is a finding.

Each case has two seconds of processor time, counted by the kernel, which ends the process when
they are over even within C code; and, for what sleeps, a time on the wall that the parent watches.
"""

from __future__ import annotations

import faulthandler
import resource
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.fuzz.cases import case
from tests.fuzz.judge import UnsoundError, outcome
from tests.fuzz.seeds import seeds
from tests.measured import forget_peak, peak_mb

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from tests.fuzz.seeds import Family

CPU_MAX_S = 2.0
WALL_MAX_S = 20.0
"""Ten times as long, because other people's work may keep this machine busy."""

MEMORY_MAX_MB = 256
"""Of one case, beyond what the process had before it."""

ADDRESS_SPACE_MB = 2048
"""The kernel's last word: NumPy alone reserves a few hundred."""

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be run."""

    family: Family
    seed: int
    cases: int
    with_real: bool
    judge: Callable[[Family, bytes], str] = outcome
    """What reads a case; a function of a module, so that it can travel."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A case that came to a bad end."""

    number: int
    says: str


@dataclass(slots=True)
class Tally:
    """What became of all cases of a family."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest: int = 0
    """Number of the case."""
    peak_mb: float = 0.0
    """Most memory of a process, all in all."""
    most_mb: float = 0.0
    """Most memory that one case took."""
    hungriest: int = 0


@dataclass(frozen=True, slots=True)
class _Answer:
    number: int
    says: str
    is_finding: bool
    cpu_s: float
    took_mb: float = 0.0
    peak_mb: float = 0.0


def run(task: Task, jobs: int, advance: Callable[[], object]) -> Tally:
    """Every case of a task in so many processes at a time."""
    tally = Tally()
    with TemporaryDirectory(prefix="fuzz-") as folder:
        watched = [_Watched(task, first, jobs, Path(folder)) for first in range(jobs)]
        try:
            while running := [each for each in watched if not each.is_done]:
                ready = connection.wait([each.pipe for each in running], timeout=0.5)
                for each in running:
                    answers = each.answers() if each.pipe in ready else each.out_of_time()
                    for answer in answers:
                        _count(tally, answer)
                        advance()
        finally:
            for each in watched:
                each.end()
    tally.findings.sort(key=lambda each: each.number)
    return tally


def _count(tally: Tally, answer: _Answer) -> None:
    if answer.is_finding:
        tally.findings.append(Finding(answer.number, answer.says))
    else:
        tally.outcomes[answer.says] += 1
    if answer.cpu_s > tally.slowest_s:
        tally.slowest_s, tally.slowest = answer.cpu_s, answer.number
    if answer.took_mb > tally.most_mb:
        tally.most_mb, tally.hungriest = answer.took_mb, answer.number
    tally.peak_mb = max(tally.peak_mb, answer.peak_mb)


class _Watched:
    """One process that reads every so-manieth case, begun anew after each death."""

    def __init__(self, task: Task, first: int, step: int, folder: Path) -> None:
        self._task, self._step = task, step
        self._trace = folder / f"trace-{first}"
        self._next = first
        self._reading_since: float | None = None
        self.is_done = first >= task.cases
        self._process: SpawnProcess | None = None
        self.pipe: Connection = connection.Pipe()[0]
        if not self.is_done:
            self._begin()

    def _begin(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_read_cases,
            args=(theirs, self._task, self._next, self._step, str(self._trace)),
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._reading_since = None

    def answers(self) -> list[_Answer]:
        """What has come since; the death of the process is an answer too."""
        try:
            told = self.pipe.recv()
        except EOFError:
            return self._died(None)
        if isinstance(told, int):
            self._reading_since = time.monotonic()
            return []
        self._reading_since = None
        return self._answered(told)

    def out_of_time(self) -> list[_Answer]:
        """End a case that does nothing and does not end."""
        since = self._reading_since
        if since is None or time.monotonic() - since < WALL_MAX_S or self._process is None:
            return []
        self._process.kill()
        return self._died(f"no answer within {WALL_MAX_S:.0f} s on the wall")

    def end(self) -> None:
        """Leave no process behind."""
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def _answered(self, answer: _Answer) -> list[_Answer]:
        self._next += self._step
        self.is_done = self._next >= self._task.cases
        if self.is_done:
            self.end()
        return [answer]

    def _died(self, says: str | None) -> list[_Answer]:
        if self._process is None:
            return []
        self._process.join()
        code, cpu_s = self._process.exitcode or 0, 0.0
        if says is None and code == -signal.SIGPROF:
            says, cpu_s = f"no answer within {CPU_MAX_S:.0f} s of processor time", CPU_MAX_S
        elif says is None:
            says = f"the process died: exit code {code}"
        if self._reading_since is None:
            raise RuntimeError(f"not over a case, but before it: {says}")
        trace = self._trace.read_text(errors="replace") if self._trace.exists() else ""
        died = _Answer(self._next, f"{says}\n{trace}", is_finding=True, cpu_s=cpu_s)
        answers = self._answered(died)
        if not self.is_done:
            self._begin()
        return answers


def _read_cases(pipe: Connection, task: Task, first: int, step: int, trace: str) -> None:
    """In the child: tell the number of each case before it is read, and the answer after."""
    seeds(task.family, with_real=task.with_real)
    outcome(task.family, seeds(task.family, with_real=False)[0].content)  # all imports are done
    limit = ADDRESS_SPACE_MB * MB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Path(trace).open("w", encoding="utf-8") as told:
        faulthandler.enable(told)
        # Write where it hangs, then let the kernel end the process.
        faulthandler.register(signal.SIGPROF, told, chain=True)
        for number in range(first, task.cases, step):
            pipe.send(number)
            content = case(task.family, task.seed, number, with_real=task.with_real).content
            pipe.send(_answer(task, number, content))


def _answer(task: Task, number: int, content: bytes) -> _Answer:
    forget_peak()
    before_mb = peak_mb() or 0.0
    began_s = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, CPU_MAX_S)
    is_finding = False
    try:
        says = task.judge(task.family, content)
    except UnsoundError as error:
        says, is_finding = str(error), True
    signal.setitimer(signal.ITIMER_PROF, 0)
    cpu_s, after_mb = time.process_time() - began_s, peak_mb() or 0.0
    took_mb = max(after_mb - before_mb, 0.0)
    if took_mb > MEMORY_MAX_MB and not is_finding:
        says, is_finding = f"it took {took_mb:.0f} MB, more than {MEMORY_MAX_MB}", True
    return _Answer(number, says, is_finding, cpu_s, took_mb, after_mb)
