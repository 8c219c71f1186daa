"""In a process of its own: read one file in one way, and tell what that took, as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from tests.bench.readings import READINGS
from tests.measured import peak_mb


class Taken(TypedDict):
    """What one reading took."""

    cpu_s: float
    peak_mb: float | None
    """Of the whole process, with the interpreter and the libraries."""


def in_its_own_process(way: str, path: Path) -> Taken:
    """Read a file there; the file's bytes and all that is imported are part of the peak."""
    command = [sys.executable, "-m", "tests.bench.one_reading", way, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    taken: Taken = json.loads(told.stdout)
    return taken


def main() -> None:
    way, path = sys.argv[1:]
    content = Path(path).read_bytes()
    with suppress(Exception):  # imports belong to no file
        READINGS[way](b"")
    began_s = time.process_time()
    kept = READINGS[way](content)  # until the peak is told
    taken = Taken(cpu_s=time.process_time() - began_s, peak_mb=peak_mb())
    del kept
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
