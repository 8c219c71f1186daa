"""How much memory and time a process took: for the fuzzer and the bench."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

KB_PER_MB = 1 << 10
PR_SET_CHILD_SUBREAPER = 36


def peak_mb(pid: int | None = None) -> float | None:
    """Most memory that a process ever held (VmHWM), in MB; None where it is gone or not told.

    Not `ru_maxrss`: Linux gives a new process that of the one which started it.
    """
    with suppress(OSError):
        status = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="utf-8")
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / KB_PER_MB
    if pid is not None:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB  # no /proc: no Linux


def forget_peak() -> None:
    """Let the kernel count this process's peak anew; where it cannot, the peak only ever grows."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def adopt_orphans() -> None:
    """From now on whoever is left behind below this process becomes its child (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def cpu_s_of_orphans(known: Collection[int]) -> float:
    """Processor time of the children that were adopted, to their end, and of their children.

    Args:
        known: children that were there before, and go on.
    """
    total_s = 0.0
    while orphans := set(children_of(os.getpid())) - {*known}:
        for each in orphans:
            with suppress(ChildProcessError):  # the child of another orphan, so far
                _, _, used = os.wait4(each, 0)
                total_s += used.ru_utime + used.ru_stime
    return total_s


def children_of(pid: int) -> list[int]:
    """The processes below one, at any depth; none where there is no /proc."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            told = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parents[int(entry.parent.name)] = int(told[1])
    below, found = {pid}, list[int]()
    while more := {child for child, parent in parents.items() if parent in below} - {
        *found,
        *below,
    }:
        found += sorted(more)
        below |= more
    return found
