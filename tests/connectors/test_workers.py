"""Workers: answers in order, and a process that dies costs one job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from connectors import workers
from connectors.limits import WorkerLimits
from connectors.workers import (
    AHEAD_BYTES,
    AHEAD_PER_WORKER,
    Workers,
    WorkersError,
)
from tests.connectors.workers_at_work import given_up, gone, work

pytestmark = pytest.mark.slow


def answers(jobs, count=2):
    return list(Workers(work, given_up, count).answers(jobs))


def test_answers_come_in_the_order_of_the_jobs():
    jobs = ["slow a", "b", "c", "slow d", *map(str, range(8))]
    assert answers(jobs) == [(job, f"done {job}") for job in jobs]


def test_no_job_is_no_answer():
    assert answers([]) == []


def test_a_job_whose_process_dies_costs_only_itself():
    jobs = ["a", "exit", "b", "c", "kill", "d"]
    assert answers(jobs) == [
        (job, f"crashed {job}" if job in {"exit", "kill"} else f"done {job}") for job in jobs
    ]


@pytest.mark.parametrize(
    ("job", "why"),
    [
        ("segfault", "crashed"),
        ("allocate", "too_large"),
        ("allocate-in-numpy", "too_large"),
        ("loop", "took_too_long"),
        ("loop-in-c", "took_too_long"),
        ("sleep", "took_too_long"),
    ],
)
def test_whatever_a_parser_does_it_costs_one_job(job, why):
    limits = WorkerLimits(memory_bytes=300_000_000, cpu_s=0.5, wall_s=3)
    jobs = ["a", job, "b", "c"]
    asked = Workers(work, given_up, 2, limits).answers(jobs)
    assert list(asked) == [(each, f"{why if each == job else 'done'} {each}") for each in jobs]


@pytest.mark.parametrize("before", [[], ["a"]])
@pytest.mark.parametrize("death", ["exit-once", "kill-once"])
def test_a_process_that_dies_gets_a_second_chance(tmp_path, before, death):
    """What other jobs left behind may have ended it, or the kernel, when memory was short."""
    jobs = [*before, f"{death} {tmp_path / 'was here'}", "b"]
    assert answers(jobs, count=1) == [(job, f"done {job}") for job in jobs]


def starts_of(monkeypatch):
    started = []
    start = workers._Process.__init__

    def start_and_note(process, *given):
        started.append(process)
        start(process, *given)

    monkeypatch.setattr(workers._Process, "__init__", start_and_note)
    return started


@pytest.mark.parametrize(
    ("jobs", "processes"),
    [(["kill"], 2), (["allocate"], 1), (["a", "allocate"], 2), (["loop"], 1)],
)
def test_nobody_gets_a_third_chance_and_what_would_not_help_is_not_tried(
    monkeypatch, jobs, processes
):
    started = starts_of(monkeypatch)
    limits = WorkerLimits(memory_bytes=300_000_000, cpu_s=0.2, wall_s=10)
    list(Workers(work, given_up, 1, limits).answers(jobs))
    assert len(started) == processes


def test_memory_that_other_jobs_left_behind_costs_no_job():
    limits = WorkerLimits(memory_bytes=200_000_000)
    jobs = ["leak 150", "take 100"]
    asked = Workers(work, given_up, 1, limits).answers(jobs)
    assert list(asked) == [(job, f"done {job}") for job in jobs]


class Line:
    """Our end of a line over which something comes when it was polled so often."""

    def __init__(self, polls: int | None) -> None:
        self.polls = polls
        self.waited: list[float] = []

    def poll(self, wait_s: float) -> bool:
        """Nothing yet, but for the one time."""
        self.waited.append(wait_s)
        return len(self.waited) == self.polls


def test_a_pause_of_the_whole_machine_is_one_step_of_waiting():
    """After it, the poll in which it fell comes back empty, however long that was."""
    line: Any = Line(polls=2)
    assert workers._comes(line, 90)


@pytest.mark.parametrize("wall_s", [0.3, 1, 2.5, 90])
def test_nobody_is_waited_for_longer_than_that(wall_s):
    line: Any = Line(polls=None)
    assert not workers._comes(line, wall_s)
    assert sum(line.waited) == pytest.approx(wall_s)
    assert max(line.waited) <= workers.STEP_S


def test_whoever_waits_has_turns_meanwhile(monkeypatch):
    monkeypatch.setattr(workers, "MEANWHILE_S", 0.01)
    turns = []
    asked = Workers(work, given_up, 1, meanwhile=lambda: turns.append("turn")).answers(["slow"])
    assert list(asked) == [("slow", "done slow")]
    assert turns


def test_a_turn_may_break_the_reading_off(monkeypatch):
    def lost():
        raise InterruptedError

    monkeypatch.setattr(workers, "MEANWHILE_S", 0.01)
    with pytest.raises(InterruptedError):
        list(Workers(work, given_up, 1, meanwhile=lost).answers(["sleep"]))


def test_processes_are_renewed(monkeypatch):
    monkeypatch.setattr(workers, "JOBS_PER_PROCESS", 3)
    numbers = [answer for _, answer in answers(["number"] * 9, count=1)]
    assert [len(set(numbers[each : each + 3])) for each in (0, 3, 6)] == [1, 1, 1]
    assert len(set(numbers)) == 3


def test_jobs_that_carry_nothing_are_done_here():
    def weigh(job: str) -> int:
        return 0 if job == "number" else 1

    asked = Workers(work, given_up, 2, weigh=weigh).answers(["number", "a"])
    assert list(asked) == [("number", str(os.getpid())), ("a", "done a")]


def test_few_heavy_jobs_wait_at_a_time():
    taken = []

    def jobs():
        for each in range(100):
            taken.append(each)
            yield str(each)

    coming = Workers(work, given_up, 8, weigh=lambda _: AHEAD_BYTES).answers(jobs())
    next(coming)
    assert len(taken) == 2
    del coming


def test_a_work_that_cannot_be_imported_is_nobody_s_file(monkeypatch):
    monkeypatch.setattr(workers, "_serve", gone)
    with pytest.raises(WorkersError, match="does not start"):
        answers(["a"])


def test_nothing_is_imported_from_the_current_folder(tmp_path, monkeypatch):
    """Strangers' files lie there, and one may be called numpy.py."""
    (tmp_path / "numpy.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    command = [sys.executable, "-P", "-m", "tests.connectors.workers_at_work", "numpy"]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": root}, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_error_of_the_work_is_not_swallowed():
    with pytest.raises(ValueError, match="fail"):
        answers(["a", "fail"], count=1)


def test_jobs_are_taken_only_as_they_are_needed():
    taken = []

    def jobs():
        for each in range(100):
            taken.append(each)
            yield str(each)

    coming = Workers(work, given_up, 1).answers(jobs())
    next(coming)
    assert len(taken) <= AHEAD_PER_WORKER
    del coming


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path):
    told = tmp_path / "pid"
    command = [sys.executable, "-m", "tests.connectors.workers_at_work", "hang", str(told)]
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    deadline = time.monotonic() + 60
    while not (told.exists() and told.read_text(encoding="ascii")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    worker = int(told.read_text(encoding="ascii"))
    assert is_running(worker)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 60
    while is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(worker)
