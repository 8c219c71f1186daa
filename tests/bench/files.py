"""The files that are read side by side: real runs where they are, else the simulator's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from connectors import fit, gpx
from connectors.errors import UnreadableFileError
from flows.simulate import phone_gpx, simulate_run, watch_fit
from tests.fuzz.seeds import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Files:
    """What is read, and what to call it."""

    says: str
    each: tuple[tuple[str, bytes], ...]
    """Name and content, the smallest first."""

    def megabytes(self, names: Collection[str]) -> float:
        """Of those with these names."""
        return sum(len(content) for name, content in self.each if name in names) / MB


def fit_files(most: int | None = None) -> Files:
    """Runs: the real ones, else made ones."""
    real = _chosen(_real("*.[fF][iI][tT]"), _is_run, most)
    if real:
        return Files("real runs", tuple(real))
    return Files("runs from the simulator", tuple(_made_fit()[:most]))


def gpx_files(most: int | None = None) -> Files:
    """GPX tracks with times: the real ones, else made ones."""
    real = _chosen(_real("*.gpx"), _has_track, most)
    if real:
        return Files("real tracks", tuple(real))
    return Files("tracks from the simulator", tuple(_made_gpx()[:most]))


def write_large_gpx(path: Path, megabytes: float) -> None:
    """One track of a phone with a strap, at one point a second, about this large."""
    minutes = 10.0
    while True:
        run = simulate_run("easy", start_at=START, minutes=minutes, seed=4)
        content = phone_gpx(run, cadence="strides", heart_rate=True)
        if len(content) >= 0.95 * megabytes * MB:
            path.write_bytes(content)
            return
        minutes *= megabytes * MB / len(content)


def _chosen(
    files: list[tuple[str, bytes]], wanted: Callable[[bytes], bool], most: int | None
) -> list[tuple[str, bytes]]:
    """The files that are wanted, no more than the first so many."""
    return list(islice((each for each in files if wanted(each[1])), most))


def _real(pattern: str) -> list[tuple[str, bytes]]:
    folder = SHARED / "data/watch"
    paths = sorted(folder.rglob(pattern), key=lambda each: each.stat().st_size)
    return [(each.relative_to(folder).as_posix(), each.read_bytes()) for each in paths]


def _is_run(content: bytes) -> bool:
    try:
        return any(each.sport == "running" for each in fit.read(content).activities)
    except UnreadableFileError:
        return False


def _has_track(content: bytes) -> bool:
    try:
        return bool(gpx.read(content).activities)
    except UnreadableFileError:
        return False


def _made_fit() -> list[tuple[str, bytes]]:
    runs = (
        simulate_run("long", start_at=START, minutes=minutes, seed=minutes)
        for minutes in (10, 30, 60, 120)
    )
    return [(f"{run.seed} minutes", watch_fit(run)) for run in runs]


def _made_gpx() -> list[tuple[str, bytes]]:
    runs = (
        simulate_run("long", start_at=START, minutes=minutes, seed=minutes)
        for minutes in (10, 30, 60, 120)
    )
    return [
        (f"{run.seed} minutes", phone_gpx(run, cadence="steps", heart_rate=True)) for run in runs
    ]
