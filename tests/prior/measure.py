"""How well the forecast does on people who were left out of the fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from advice.forecast.baselines import ewma, persistence, person_mean
from advice.forecast.scoring import brier, evaluate, interval_over_athletes, log_score, scored_days
from advice.forecast.voices import Prior, forecasts
from tests.prior.fit import fitted
from tests.prior.public import diaries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advice.forecast.diaries import Diaries, Floats, Model
    from advice.forecast.scoring import Score
    from tests.prior.public import Person

FOLDS = 5
BANDS = ((10, 30), (30, 100), (100, 10_000))
"""Earlier answers: from, and below."""


@dataclass(frozen=True, slots=True)
class Band:
    """Days with so many earlier answers: the personal forecast against the EWMA, below 0 better."""

    first: int
    below: int
    days: int
    athletes: int
    log_score: float
    ci_low: float
    ci_high: float
    brier: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One set of diaries."""

    people: int
    scores: list[Score]
    bands: list[Band]
    bands_in_the_morning: list[Band]


class _LeftOut:
    """Models by the prior that was fitted without the people it is asked about."""

    def __init__(self) -> None:
        self.parts: list[Diaries] = []
        self._priors: dict[int, Prior] = {}

    def add(self, part: Diaries, prior: Prior) -> None:
        self.parts.append(part)
        self._priors[id(part)] = prior

    def model(self, *, learns: bool = True, in_the_morning: bool = False) -> Model:
        def forecast(part: Diaries) -> Floats:
            prior = self._priors[id(part)]
            return forecasts(part, prior, learns=learns, in_the_morning=in_the_morning).density

        return forecast


def left_out(pools: Mapping[str, Sequence[Person]], chosen: Prior) -> dict[str, Measured]:
    """Five folds over people: each fifth is forecast by what the other four fifths say."""
    measured = {}
    for name, people in pools.items():
        left = _LeftOut()
        for fold in range(FOLDS):
            others = [_without(those, fold) for those in pools.values()]
            prior = fitted([diaries(each) for each in others if each], chosen)
            left.add(diaries(people[fold::FOLDS]), prior)
        models = {
            "persistence": persistence,
            "person_mean": person_mean,
            "ewma": ewma,
            "pooled": left.model(learns=False),
            "personal": left.model(),
            "personal, in the morning": left.model(in_the_morning=True),
        }
        scores = evaluate(left.parts, models)
        known, morning = (
            [_band(left.parts, model, first, below) for first, below in BANDS]
            for model in (left.model(), left.model(in_the_morning=True))
        )
        measured[name] = Measured(len(people), scores, known, morning)
    return measured


def _without(people: Sequence[Person], fold: int) -> list[Person]:
    return [each for place, each in enumerate(people) if place % FOLDS != fold]


def _band(parts: Sequence[Diaries], model: Model, first: int, below: int) -> Band:
    """Per athlete, then averaged; the interval over athletes."""
    of_log: list[float] = []
    of_brier: list[float] = []
    days = 0
    for part in parts:
        answered = ~np.isnan(part.soreness)
        earlier = np.cumsum(answered, axis=1) - answered
        scored = scored_days(part.soreness) & (earlier >= first) & (earlier < below)
        own, simple = (each(part) for each in (model, ewma))
        for athlete in np.flatnonzero(scored.any(axis=1)):
            where = scored[athlete]
            came = part.soreness[athlete, where]
            ours, theirs = own[athlete, where], simple[athlete, where]
            for measure, found in ((log_score, of_log), (brier, of_brier)):
                difference = measure(ours, came, part.scale) - measure(theirs, came, part.scale)
                found.append(float(difference.mean()))
            days += int(where.sum())
    [[low, high]] = interval_over_athletes(np.array([of_log]))
    return Band(
        first,
        below,
        days,
        len(of_log),
        float(np.mean(of_log)),
        float(low),
        float(high),
        float(np.mean(of_brier)),
    )
