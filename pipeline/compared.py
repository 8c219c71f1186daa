"""How one run stands among the runner's other runs: own cadence line, own balance, 30 days.

A run is compared with runs before it only, so what is said of it does not change with later ones,
and a run that comes to light late changes those after it alone.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, TypedDict

from pipeline.cadence_line import Line, lines, run_mean
from pipeline.standing import ComparedRun, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

YEAR = timedelta(days=365)
MONTH = timedelta(days=30)
CLOCKS_APART = timedelta(days=3)
"""Two runs may be this much further apart than their local dates: time of day, and the zones."""

BALANCE_RUNS_MIN = 5
"""From so many earlier runs on there is a baseline."""


def standings(runs: Sequence[ComparedRun]) -> dict[str, Standing]:
    """Each run of one runner against the runs that started before it.

    - Cadence: the runner's own line, drawn from the runs of the 365 days before (`cadence_line`),
      at the speeds of this run. None for the first run: the line of everybody is not their own.
    - Balance: against the median of the runs of the 365 days before, at least five; never against
      50 %.
    - Longest and hardest: of the runs dated in the 30 days before, one of the same day included
      when it started earlier. None where there is none, or none that tells.

    Args:
        runs: the counted runs, in any order.

    Returns:
        By id.
    """
    ordered = sorted(runs, key=lambda run: (run.start_at, run.id))
    drawn = lines(
        [run.start_at.timestamp() for run in ordered],
        [run.cadence_by_speed or () for run in ordered],
        within_s=YEAR.total_seconds(),
    )
    compared = zip(ordered, drawn, _balance_shifts(ordered), _best_before(ordered), strict=True)
    return {
        run.id: Standing(
            **_against(line, run.cadence_by_speed),
            balance_shift_points=shift,
            longest_before_m=longest_m,
            hardest_before_calf_km=hardest_km,
        )
        for run, line, shift, (longest_m, hardest_km) in compared
    }


class _AgainstLine(TypedDict, total=False):
    """The fields of Standing that the line fills in."""

    cadence_expected_spm: float
    cadence_residual_spm: float
    cadence_residual_sd_spm: float
    cadence_line_runs: int
    cadence_line_c0_spm: float
    cadence_line_slope_spm_per_mps: float


def _against(line: Line, cadence_by_speed: Sequence[Sequence[float]] | None) -> _AgainstLine:
    """A run against the line of the runs before it."""
    against: _AgainstLine = {"cadence_line_runs": line.runs}
    if line.runs == 0:
        return against
    against["cadence_line_c0_spm"] = line.c0_spm
    against["cadence_line_slope_spm_per_mps"] = line.slope_spm_per_mps
    if cadence_by_speed:
        off_mps, cadence_spm = run_mean(cadence_by_speed)
        expected_spm, sd_spm = line.expected_spm(off_mps)
        against["cadence_expected_spm"] = expected_spm
        against["cadence_residual_spm"] = cadence_spm - expected_spm
        against["cadence_residual_sd_spm"] = sd_spm
    return against


def _balance_shifts(ordered: Sequence[ComparedRun]) -> Iterator[float | None]:
    """Each run's balance minus the median of the year before."""
    year: deque[tuple[datetime, float]] = deque()
    in_order: list[float] = []
    for run in ordered:
        while year and year[0][0] < run.start_at - YEAR:
            in_order.remove(year.popleft()[1])
        balance = run.ground_contact_balance_pct
        if balance is None:
            yield None
            continue
        yield balance - median(in_order) if len(in_order) >= BALANCE_RUNS_MIN else None
        year.append((run.start_at, balance))
        insort(in_order, balance)


def _best_before(
    ordered: Sequence[ComparedRun],
) -> Iterator[tuple[float | None, float | None]]:
    """The greatest distance and calf load of the runs dated in the 30 days before each run."""
    recent: deque[ComparedRun] = deque()
    for run in ordered:
        while recent and recent[0].start_at < run.start_at - MONTH - CLOCKS_APART:
            recent.popleft()
        month = [each for each in recent if each.on >= run.on - MONTH]
        yield (
            max((each.distance_m for each in month if each.distance_m is not None), default=None),
            max((each.calf_km for each in month if each.calf_km is not None), default=None),
        )
        recent.append(run)
