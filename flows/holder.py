"""Who holds a lease: this process, by a name that tells whether it still runs."""

import os
import socket
from pathlib import Path


def me() -> str:
    """This process, so that it can be told whether it still runs: host, pid, when it started."""
    return f"{socket.gethostname()}|{os.getpid()}|{_started(os.getpid())}"


def is_dead(holder: str) -> bool:
    """Whether a holder on this machine certainly runs no more."""
    host, pid, started = holder.rsplit("|", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    return started != _started(int(pid))


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks; empty where that cannot be told (macOS).

    A number of a process is given out again, so it alone does not name one.
    """
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return told.rpartition(")")[2].split()[19]
