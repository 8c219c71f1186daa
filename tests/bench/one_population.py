"""In a process of its own: every runner's days and this morning's advice, and what that took."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, TypedDict

from advice.forecast.mornings import diary
from advice.forecast.voices import forecasts, population_prior
from advice.recommend import recommend
from pipeline.series import daily_series
from tests.bench.runners import beside, paired, runners
from tests.measured import peak_mb

if TYPE_CHECKING:
    from collections.abc import Iterator

LAST = date(2026, 3, 1)
BATCH = 100
"""Runners whose past is held at once."""
WARM_UP = 3


class Population(TypedDict):
    """What so many runners took."""

    athletes: int
    days: int
    """Of all of them together."""
    cpu_s: dict[str, float]
    """Kind of work → processor time, without making up the runners."""
    peak_mb: float | None
    """Of the whole process, with the runners of one batch."""


def in_its_own_process(athletes: int, days: int) -> Population:
    """So many runners there, each with so many days."""
    command = [sys.executable, "-m", "tests.bench.one_population", str(athletes), str(days)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    population: Population = json.loads(told.stdout)
    return population


def main() -> None:
    athletes, days = map(int, sys.argv[1:])
    _work(WARM_UP, days, seed=-1, cpu_s={})  # imports and caches belong to no runner
    cpu_s: dict[str, float] = {}
    total = 0
    for begin in range(0, athletes, BATCH):
        total += _work(min(BATCH, athletes - begin), days, seed=begin, cpu_s=cpu_s)
    told = Population(athletes=athletes, days=total, cpu_s=cpu_s, peak_mb=peak_mb())
    print(json.dumps(told))


def _work(count: int, days: int, *, seed: int, cpu_s: dict[str, float]) -> int:
    """One batch; returns how many days it has."""
    batch = list(runners(count, days=days, last=LAST, seed=seed))
    with _timed(cpu_s, "advice"):
        batch = [paired(past) for past in batch]
        for past in batch:
            recommend(past.history(), LAST)
    side_by_side = beside([diary(past.history(), LAST)[1] for past in batch])
    with _timed(cpu_s, "forecast"):
        forecasts(side_by_side, population_prior())
    with _timed(cpu_s, "series"):
        series = daily_series(batch)
    with _timed(cpu_s, "rows"):
        return sum(len(series.rows(place, start)) for place, start in enumerate(series.starts))


@contextmanager
def _timed(cpu_s: dict[str, float], work: str) -> Iterator[None]:
    began_s = time.process_time()
    yield
    cpu_s[work] = cpu_s.get(work, 0.0) + time.process_time() - began_s


if __name__ == "__main__":
    main()
