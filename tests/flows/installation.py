"""A calfwise installation of a test: its commands, what they say, and everything it stores."""

import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from flows.cli import main
from flows.simulate import phone_gpx, simulate_run, watch_fit

TODAY = datetime.now(tz=UTC).date()
"""Files from the future are refused, so the runs of these tests lie before the day they run on."""

SETTINGS = '[limits]\nstill_s = 0\n[athletes.me]\ntimezone = "UTC"\n'
"""Files of tests are a moment old, and those that read badly would be waited for."""

CLOCK_ONLY = {"answered_at", "scanned_on", "made_at", "told_at", "facts", "attempts"}
"""What differs from run to run: instants, how often facts changed on the way, and how often a
letter was claimed, which is once more for each kill."""


@dataclass(frozen=True)
class Outcome:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What stands on stdout, which must be one document."""
        return json.loads(self.out)


class Installation:
    """One home."""

    def __init__(self, home: Path, settings: str = SETTINGS) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        (home / "calfwise.toml").write_text(settings)

    def run(self, *arguments, engine="plain") -> Outcome:
        """A command within this process."""
        given = ["--home", str(self.home), "--engine", engine, *map(str, arguments)]
        return run(*given)

    def json(self, *arguments, code=0):
        """A command's document."""
        outcome = self.run(*arguments, "--json")
        assert outcome.code == code, outcome
        return outcome.json

    def start(self, *arguments, **options) -> subprocess.Popen[str]:
        """A command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "flows", "--home", str(self.home), *map(str, arguments)],
            text=True,
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            env={**clean_environment(), **options.pop("env", {})},
            **options,
        )

    def process(self, *arguments, **options) -> Outcome:
        """The same, waited for."""
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=240)
        return Outcome(process.returncode, out, err)

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table, but the lease and what only the clock decides."""
        connection = sqlite3.connect(self.home / "calfwise.sqlite")
        connection.row_factory = sqlite3.Row
        try:
            query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            names = [row["name"] for row in connection.execute(query)]
            return {
                name: sorted(
                    (
                        {key: row[key] for key in row.keys() if key not in CLOCK_ONLY}  # noqa: SIM118 - a Row is no dict
                        for row in connection.execute(f"SELECT * FROM {name}")  # noqa: S608 - ours
                    ),
                    key=repr,
                )
                for name in names
                if name != "lease"
            }
        finally:
            connection.close()

    def change(self, statement: str, *values) -> None:
        """Write into the database behind the program's back."""
        connection = sqlite3.connect(self.home / "calfwise.sqlite")
        with connection:
            connection.execute(statement, values)
        connection.close()

    @property
    def half_files(self) -> list[Path]:
        """What a kill left half written."""
        return list(self.home.rglob(".half-*"))


def run(*arguments) -> Outcome:
    """A command within this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
    return Outcome(code, out.getvalue(), err.getvalue())


def clean_environment() -> dict[str, str]:
    """Without what a person's shell says to calfwise or to Prefect."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CALFWISE_", "PREFECT_"))
    }


def run_on(day: date, *, seed: int, minutes: float = 10, kind="easy"):
    """A simulated run on the morning of a day."""
    start = datetime.combine(day, time(6), UTC)
    return simulate_run(kind, start_at=start, minutes=minutes, seed=seed)


def write_runs(folder: Path, count: int, *, minutes: float = 10, last: date | None = None) -> Path:
    """Runs on every other day, the last one yesterday; with one near copy and one equal file."""
    folder.mkdir(parents=True, exist_ok=True)
    last = last or TODAY - timedelta(days=1)
    for index in range(count):
        day = last - timedelta(days=2 * (count - 1 - index))
        true = run_on(day, seed=index, minutes=minutes)
        (folder / f"{index:02d}.fit").write_bytes(watch_fit(true))
        if index == 0:
            (folder / "99-same.fit").write_bytes((folder / "00.fit").read_bytes())
        if index == 1:
            (folder / "copy.gpx").write_bytes(phone_gpx(true, started_late_s=5, cadence="steps"))
    return folder


def children_of_ours(mark: str) -> list[str]:
    """Command lines of the processes on this machine that carry a mark, such as a test's folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if command and (mark in command or mark in environment):
                found.append(command)
    return found
