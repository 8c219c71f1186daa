"""Workers: answers in order, and a process that dies costs one job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connectors.workers import AHEAD_PER_WORKER, Workers
from tests.connectors.workers_at_work import died, work


def answers(jobs, count=2):
    return list(Workers(work, died, count).answers(jobs))


def test_answers_come_in_the_order_of_the_jobs():
    jobs = ["slow a", "b", "c", "slow d", *map(str, range(8))]
    assert answers(jobs) == [(job, f"done {job}") for job in jobs]


def test_no_job_is_no_answer():
    assert answers([]) == []


def test_a_job_whose_process_dies_costs_only_itself():
    jobs = ["a", "exit", "b", "c", "kill", "d"]
    assert answers(jobs) == [
        (job, f"died {job}" if job in {"exit", "kill"} else f"done {job}") for job in jobs
    ]


def test_an_error_of_the_work_is_not_swallowed():
    with pytest.raises(ValueError, match="fail"):
        answers(["a", "fail"], count=1)


def test_jobs_are_taken_only_as_they_are_needed():
    taken = []

    def jobs():
        for each in range(100):
            taken.append(each)
            yield str(each)

    coming = Workers(work, died, 1).answers(jobs())
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
    command = [sys.executable, "-m", "tests.connectors.workers_at_work", str(told)]
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    deadline = time.monotonic() + 30
    while not (told.exists() and told.read_text(encoding="ascii")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    worker = int(told.read_text(encoding="ascii"))
    assert is_running(worker)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 10
    while is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(worker)
