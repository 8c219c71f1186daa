"""What the workers of `test_workers` do: functions of a module, so that they can travel."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from connectors.workers import Workers


def work(job: str) -> str:
    """Answer the job's name; some jobs end their process, or take their time."""
    match job.partition(" ")[0]:
        case "exit":
            os._exit(3)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "slow":
            time.sleep(0.2)
        case "fail":
            raise ValueError(job)
    return f"done {job}"


def died(job: str) -> str:
    return f"died {job}"


def hang(place: str) -> str:
    """Tell our number, then never come back."""
    Path(place).write_text(str(os.getpid()), encoding="ascii")
    time.sleep(600)
    return place


if __name__ == "__main__":
    list(Workers(hang, died, 1).answers(sys.argv[1:]))
