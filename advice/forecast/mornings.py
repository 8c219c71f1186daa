"""The forecast of tomorrow's soreness on each morning, and whether it has earned to be heard."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from advice.forecast.baselines import ewma
from advice.forecast.diaries import Diaries, Scale
from advice.forecast.scoring import log_score, scored_days
from advice.forecast.state import learning
from advice.forecast.voices import forecasts, population_prior
from advice.recommendation import Forecast, ForecastModel
from pipeline.checkin import NRS_MAX
from pipeline.history import Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from numpy.typing import NDArray

    from advice.forecast.diaries import Floats
    from advice.limits import Limits
    from pipeline.history import History

NRS = Scale(0, NRS_MAX)
BEFORE_FIRST_ANSWER = timedelta(days=28)
"""Runs before the first answer say what an average day is."""
NORMAL_95 = 1.96
DIGITS = 6
INSIDE = 0.8


class Mornings:
    """One runner's forecasts, one for each morning from the first answer on."""

    def __init__(self, history: History, limits: Limits, last: date) -> None:
        """Forecast every day up to the one after `last`; the history has at least one answer."""
        self._limits = limits
        self._start, diaries = diary(history, last)
        self._simple = ewma(diaries)[0]
        made = forecasts(diaries, population_prior(), in_the_morning=True)
        self._own, self._after_nothing = made.density[0], made.after_nothing[0]
        answered = ~np.isnan(diaries.soreness[0])
        self._answers = np.cumsum(answered) - answered
        self._passed = passes(
            *_differences(diaries, self._own, self._simple), learning(diaries).until[0], limits
        )

    def on(self, morning: date) -> Forecast:
        """The forecast made on a morning, of the day after; there are ten answers by then."""
        column = (morning - self._start).days + 1
        pairs = int(self._answers[column]) - 1
        if self._passed[column]:
            own, nothing = self._own[column], self._after_nothing[column]
            p = max(self._at_least(own), self._at_least(nothing))
            return _said(own, pairs, "personal", self._at_least(own), acts_on=p)
        simple = self._simple[column]
        return _said(simple, pairs, "ewma", self._at_least(simple), acts_on=None)

    def _at_least(self, density: Floats) -> float:
        """How probable it is to be sore: 4 or more."""
        return float(density[int(self._limits["forecast_nrs"]) :].sum())


def diary(history: History, last: date) -> tuple[date, Diaries]:
    """A runner's diary up to the day after `last`, which is still to come, and its first date.

    Soreness is that of the worse side. Effort counts as it was told by the morning after the run:
    what is told later, of whatever run, moves no forecast.
    """
    first = history.mornings[0].on
    if history.runs:
        first = min(first, max(history.runs[0].on, first - BEFORE_FIRST_ANSWER))
    days = (last - first).days + 2
    soreness = np.full((1, days), np.nan)
    for morning in history.mornings:
        if morning.on <= last:
            soreness[0, (morning.on - first).days] = morning.worst
    effort_au = _loads(history, first, days, Run.srpe_au)
    calf_km = _loads(history, first, days, lambda run, _: run.calf_km)
    return first, Diaries(("",), (first,), NRS, soreness, effort_au, calf_km)


def _loads(
    history: History, first: date, days: int, amount: Callable[[Run, date], float | None]
) -> Floats:
    """A load of each day, shape (1, days): NaN where it is not known, and of days to come.

    `amount` is that of a run, as it was known on a date.
    """
    loads = [nan] * days
    if history.runs:
        known_from, today = (history.runs[0].on - first).days, days - 2
        for column in range(max(known_from, 0), today):
            loads[column] = 0.0
        for on in history.unknown:
            if 0 <= (on - first).days < days:
                loads[(on - first).days] = nan
        for on, runs in groupby(history.runs, key=lambda run: run.on):
            if 0 <= (on - first).days <= today:
                amounts = [amount(run, on + timedelta(days=1)) for run in runs]
                loads[(on - first).days] = sum(nan if each is None else each for each in amounts)
    return np.array([loads])


def _differences(diaries: Diaries, own: Floats, simple: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """By how much each day's log score is better (below 0) than that of the EWMA; and where."""
    scored = scored_days(diaries.soreness)[0]
    came = diaries.soreness[0][scored]
    better = np.zeros(len(scored))
    better[scored] = log_score(own[scored], came, NRS) - log_score(simple[scored], came, NRS)
    return better, scored & learning(diaries).counts[0]


def passes(
    better: Floats, scored: NDArray[np.bool_], learnt_until: NDArray[np.intp], limits: Limits
) -> NDArray[np.bool_]:
    """On which days the runner's own forecast has shown that it beats the EWMA.

    The mean difference d of the log scores of the days so far, forecast forward, is -0.03 or
    better, and its 95 % interval excludes zero:

        d + 1.96 sqrt(v / n x (1 + r) / (1 - r)) < 0

    v is their variance, and r their correlation from one to the next, where it is positive:
    neighbouring days say the same thing twice. There are 30 pairs of own mornings at least.

    Args:
        better: differences of the days, 0 where nothing was scored, shape (days,).
        scored: which days count, shape (days,).
        learnt_until: up to which day each forecast may look, shape (days,).
        limits: the gate's numbers.

    Source: EVIDENCE 7.6 (the gate); the interval of one runner's days is ours.
    """
    days = np.flatnonzero(scored)
    d = better[days]
    n = np.arange(1, len(d) + 1)
    mean = np.cumsum(d) / n
    variance = np.maximum(np.cumsum(d * d) / n - mean**2, 0.0)
    with_next = np.concatenate([np.zeros(1), np.cumsum(d[1:] * d[:-1])])[: len(d)]
    shared = with_next / np.maximum(n - 1, 1) - mean**2
    r = np.clip(np.divide(shared, variance, out=np.zeros_like(d), where=variance > 0), 0.0, 0.9)
    high = mean + NORMAL_95 * np.sqrt(variance / n * (1 + r) / (1 - r))
    passed = (n >= limits["gate_pairs"]) & (mean <= -limits["gate_gain"]) & (high < 0)
    known = np.searchsorted(days, learnt_until)
    return np.concatenate([[False], passed])[known]


def shortest_range(density: Floats) -> tuple[int, int]:
    """The fewest neighbouring levels that hold 80 % or more; of equally many the most probable.

    Whole levels hold more than that as a rule: what is said is "at least".

    Args:
        density: of each level, shape (levels,).
    """
    below = np.concatenate([[0.0], np.cumsum(density)])
    for width in range(1, len(density)):
        held = below[width:] - below[:-width]
        if held.max() >= INSIDE:
            low = int(np.argmax(held))
            return low, low + width - 1
    return 0, len(density) - 1


def _said(
    density: Floats, pairs: int, model: ForecastModel, p_ge_4: float, *, acts_on: float | None
) -> Forecast:
    return Forecast(
        soreness_mean=round(float(density @ NRS.values), DIGITS),
        p_ge_4=round(p_ge_4, DIGITS),
        interval_80=shortest_range(density),
        pairs=pairs,
        model=model,
        acts_on=None if acts_on is None else round(acts_on, DIGITS),
    )
