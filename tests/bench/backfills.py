"""Files to days: our pipeline, and the same pipeline reading with fitparse, each time anew."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from flows.progress import bar
from tests.bench.season_files import write_files
from tests.flows.installation import Installation, clean_environment
from tests.measured import adopt_orphans, children_of, cpu_s_of_orphans, peak_mb

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LOOK_EVERY_S = 0.1
THE_TENTH_SEED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """What one backfill took, all processes together."""

    reader: str
    workers: int
    files: int
    wall_s: float
    cpu_s: float
    """Of the process and all below it, with starting them."""
    parent_mb: float | None
    worker_mb: float | None
    """Peaks of the parent, and of its largest worker."""

    @property
    def wall_ms(self) -> float:
        """For one file."""
        return self.wall_s / self.files * 1000

    @property
    def cpu_ms(self) -> float:
        """For one file."""
        return self.cpu_s / self.files * 1000

    @property
    def files_per_s(self) -> float:
        """By the clock on the wall."""
        return self.files / self.wall_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Everything measured over one folder of generated files."""

    files: int
    bytes_each: tuple[int, int, int]
    """Smallest, median, largest."""
    runs: tuple[Backfill, ...]
    tables_differ: tuple[str, ...]
    """Tables that are not the same with fitparse, row for row; empty is as it should be."""


def season(folder: Path, count: int, workers_of: Sequence[int] = (1, 2)) -> Season:
    """Write the files, then every backfill.

    With our reader a tenth, a third and all of them, by one worker and by two; with fitparse the
    tenth, which is drawn at random.
    """
    every = folder / "all"
    last = datetime.now(tz=UTC).date() - timedelta(days=1)
    with bar("writing files", count) as advance:
        write_files(every, count, last=last, advance=advance)
    paths = sorted(every.iterdir())
    drawn = random.Random(THE_TENTH_SEED)
    third = _linked(folder / "third", drawn.sample(paths, max(count // 3, 1)))
    tenth = _linked(folder / "tenth", drawn.sample(paths, max(count // 10, 1)))
    sizes = sorted(each.stat().st_size for each in paths)
    runs, differ = [], set[str]()
    for workers in workers_of:
        ours = backfill(tenth, folder / "home", workers=workers)
        tables = Installation(folder / "home").tables()
        shutil.rmtree(folder / "home")
        theirs = backfill(tenth, folder / "home", workers=workers, fitparse=True)
        other = Installation(folder / "home").tables()
        shutil.rmtree(folder / "home")
        differ |= {name for name in tables | other if tables.get(name) != other.get(name)}
        runs += [theirs, ours]
        for some in (third, every) if count > 1 else ():
            runs.append(backfill(some, folder / "home", workers=workers))
            shutil.rmtree(folder / "home")
    return Season(
        files=count,
        bytes_each=(sizes[0], round(median(sizes)), sizes[-1]),
        runs=tuple(runs),
        tables_differ=tuple(sorted(differ)),
    )


def backfill(folder: Path, home: Path, *, workers: int, fitparse: bool = False) -> Backfill:
    """One backfill in a process of its own, watched from here.

    Raises:
        RuntimeError: it did not take in every file.
    """
    command = [sys.executable, "-m", "tests.bench.one_backfill", str(folder), str(home)]
    command += ["--workers", str(workers), *(["--fitparse"] if fitparse else [])]
    told = home.with_suffix(".json")
    # Workers are children of a server of their own, which outlives the process that started it.
    adopt_orphans()
    before = children_of(os.getpid())
    began_s = time.monotonic()
    with told.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(command, stdout=out, env=clean_environment())
        parent_mb: float | None = None
        worker_mb: float | None = None
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            parent_mb = peak_mb(process.pid) or parent_mb
            for child in children_of(process.pid):
                worker_mb = max(peak_mb(child) or 0.0, worker_mb or 0.0)
            time.sleep(LOOK_EVERY_S)
    wall_s = time.monotonic() - began_s
    process.returncode = os.waitstatus_to_exitcode(status)  # or it would be waited for again
    files = sum(1 for _ in folder.iterdir())
    counts = json.loads(told.read_text(encoding="utf-8") or "{}")
    if counts.get("read") != files or counts.get("runs") != files:
        raise RuntimeError(f"{files} files, but it ended with {process.returncode}: {counts}")
    return Backfill(
        reader="fitparse" if fitparse else "calfwise",
        workers=workers,
        files=files,
        wall_s=wall_s,
        cpu_s=used.ru_utime + used.ru_stime + cpu_s_of_orphans(before),
        parent_mb=parent_mb,
        worker_mb=worker_mb,
    )


def _linked(folder: Path, paths: Sequence[Path]) -> Path:
    """The same files in a folder of their own."""
    folder.mkdir()
    for each in paths:
        os.link(each, folder / each.name)
    return folder
