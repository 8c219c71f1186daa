"""What the workers of `test_workers` do: functions of a module, so that they can travel."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from connectors.workers import Ending, Workers

if TYPE_CHECKING:
    from collections.abc import Callable


def loop() -> None:
    while True:
        pass


def exit_once(place: str) -> None:
    if not Path(place).exists():
        Path(place).touch()
        os._exit(3)


def kill_once(place: str) -> None:
    if not Path(place).exists():
        Path(place).touch()
        os.kill(os.getpid(), signal.SIGKILL)


LEFT_BEHIND: list[bytearray] = []


def leak(megabytes: str) -> None:
    LEFT_BEHIND.append(bytearray(int(megabytes) * 1_000_000))


ACTS: dict[str, Callable[[str], object]] = {
    "exit": lambda _: os._exit(3),
    "exit-once": exit_once,
    "kill": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": lambda _: ctypes.string_at(0),
    "allocate": lambda _: bytearray(10_000_000_000),
    "allocate-in-numpy": lambda _: np.ones(2_000_000_000),
    "leak": leak,
    "take": lambda megabytes: bytearray(int(megabytes) * 1_000_000),
    "kill-once": kill_once,
    "loop": lambda _: loop(),
    "loop-in-c": lambda _: re.match(r"(a|a)*b", "a" * 100),
    "sleep": lambda _: time.sleep(600),
    "slow": lambda _: time.sleep(0.2),
}


def work(job: str) -> str:
    """Answer the job's name; some jobs end their process, or take their time."""
    what, _, more = job.partition(" ")
    if what == "fail":
        raise ValueError(job)
    if what == "number":
        return str(os.getpid())
    if what in ACTS:
        ACTS[what](more)
    return f"done {job}"


def given_up(job: str, why: Ending) -> str:
    return f"{why} {job}"


def gone(*_: object) -> None:
    """A process that ends before it says anything."""


def hang(place: str) -> str:
    """Tell our number, then never come back."""
    Path(place).write_text(str(os.getpid()), encoding="ascii")
    time.sleep(600)
    return place


if __name__ == "__main__":
    asked, *jobs = sys.argv[1:]
    list(Workers(hang if asked == "hang" else work, given_up, 1).answers(jobs or [asked]))
