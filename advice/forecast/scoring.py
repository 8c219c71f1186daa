"""How good forecasts were: the same days for every model, the same weight for everybody.

Forward-chained: a forecast is made from earlier days only, so nothing is fitted on what is scored.
Every measure is taken per athlete and then averaged over athletes (EVIDENCE 7.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advice.forecast.diaries import Diaries, Floats, Integers, Model, Scale

Booleans: TypeAlias = NDArray[np.bool_]

EARLIER_ANSWERS_MIN = 10
"""Before that many answers no day is scored: no model knows the athlete yet."""

PROBABILITY_FLOOR = 0.001
"""What came counts as at least so probable, or one surprise would outweigh a season (7.6)."""

SORE_LEVEL = 4
"""From here on a morning is sore, on the diary's own scale (EVIDENCE 7.2, 7.6)."""

MIDDLE = (0.1, 0.9)
"""The central 80 % of a forecast."""

REFERENCE = "ewma"
"""What the other models are compared with (EVIDENCE 7.6)."""

RESAMPLES = 2000
SEED = 20_260_101
"""The same diaries always give the same interval."""
INTERVAL_PERCENT = (2.5, 97.5)

BLOCK_DAYS = 7
"""Scored days drawn together when there is one athlete only, since neighbours are alike."""
BLOCKS_MIN = 4
"""With fewer blocks than that one athlete's days say nothing about how sure a difference is."""

ROUNDING = 1e-9
"""Sums of probabilities are that far from what they stand for, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One model's row; None where there is nothing to score, or too little."""

    model: str
    n: int
    """Scored days, over all athletes."""
    athletes: int
    """Who has at least one."""
    mae: float | None
    """Levels between the forecast's median and what came."""
    log_score: float | None
    brier_ge4: float | None
    coverage_80: float | None
    ci_low: float | None
    """95 % interval of this model's log score minus the reference's: below zero is better."""
    ci_high: float | None


MEASURES = ("mae", "log_score", "brier_ge4", "coverage_80")


def scored_days(soreness: Floats) -> Booleans:
    """The answered days with at least ten earlier answers, shape (athletes, days)."""
    answered = ~np.isnan(soreness)
    earlier = np.cumsum(answered, axis=1) - answered
    return answered & (earlier >= EARLIER_ANSWERS_MIN)


def evaluate(parts: Iterable[Diaries], models: Mapping[str, Model]) -> list[Score]:
    """Score every model on the same days; one row a model, in the models' order.

    Args:
        parts: the diaries, some athletes at a time.
        models: by name; the reference must be among them.

    Raises:
        ValueError: a model says nothing on a day that is scored.
    """
    scored = [_score_part(part, models) for part in parts]
    n = sum(int(each.days.sum()) for each in scored)
    if n == 0:
        return [_nothing(name) for name in models]
    days = np.concatenate([each.days for each in scored])
    means = np.concatenate([each.means for each in scored], axis=2)
    reference = list(models).index(REFERENCE)
    if len(days) > 1:
        log_scores = means[:, MEASURES.index("log_score")]
        intervals = interval_over_athletes(log_scores - log_scores[reference])
    else:
        [of_one] = [each.log_scores for each in scored if len(each.days)]
        intervals = interval_over_blocks(of_one - of_one[reference])
    intervals[reference] = 0.0  # also where the others' cannot be told
    return [
        Score(
            model=name,
            n=n,
            athletes=len(days),
            **dict(zip(MEASURES, map(float, means[index].mean(axis=1)), strict=True)),
            ci_low=_told(intervals[index, 0]),
            ci_high=_told(intervals[index, 1]),
        )
        for index, name in enumerate(models)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """What is kept of some athletes' forecasts; athletes without a scored day are left out."""

    days: Integers
    """Scored days of each athlete, shape (athletes,)."""
    means: Floats
    """Shape (models, measures, athletes)."""
    log_scores: Floats
    """Of each scored day, shape (models, days), where there is one athlete; else (models, 0)."""


def _score_part(diaries: Diaries, models: Mapping[str, Model]) -> _Part:
    scored = scored_days(diaries.soreness)
    athlete = np.nonzero(scored)[0]
    came = diaries.soreness[scored]
    present, index, days = np.unique(athlete, return_inverse=True, return_counts=True)
    means = np.empty((len(models), len(MEASURES), len(present)))
    log_scores = np.empty((len(models), len(came) if len(present) == 1 else 0))
    for row, (name, model) in enumerate(models.items()):
        density = model(diaries)[scored]
        if np.isnan(density).any():
            raise ValueError(f"{name} says nothing on a day that is scored")
        measured = (
            median_error(density, came, diaries.scale),
            log_score(density, came, diaries.scale),
            brier(density, came, diaries.scale),
            covered(density, came, diaries.scale),
        )
        for column, each in enumerate(measured):
            means[row, column] = np.bincount(index, each, len(present)) / days
        if len(present) == 1:
            log_scores[row] = measured[MEASURES.index("log_score")]
    return _Part(days=days, means=means, log_scores=log_scores)


def median_error(density: Floats, came: Floats, scale: Scale) -> Floats:
    """Levels between the forecast's median and what came, shape (days,).

    The median is the lowest level that is reached with a probability of one half.

    Args:
        density: shape (days, levels).
        came: the answers, shape (days,).
        scale: the levels.
    """
    reached = np.cumsum(density, axis=1) >= 0.5 - ROUNDING
    median: Floats = scale.low + np.argmax(reached, axis=1)
    error: Floats = np.abs(median - came)
    return error


def log_score(density: Floats, came: Floats, scale: Scale) -> Floats:
    """-ln of what came's probability, at least 0.001; 0 is perfect; arguments as above."""
    probability = _of_level(density, came, scale)
    score: Floats = -np.log(np.clip(probability, PROBABILITY_FLOOR, 1.0))
    return score


def brier(density: Floats, came: Floats, scale: Scale) -> Floats:
    """(P(4 or more) - whether it came)^2; 0 is perfect, 0.25 a coin; arguments as above."""
    probability = density[:, scale.values >= SORE_LEVEL].sum(axis=1)
    square: Floats = (probability - (came >= SORE_LEVEL)) ** 2
    return square


def covered(density: Floats, came: Floats, scale: Scale) -> Floats:
    """How much of what came lies within the central 80 % of the forecast, 0 to 1, shape (days,).

    A level is a whole stretch [F(level - 1), F(level)] of the forecast's distribution function F.
    Randomised PIT draws a number from it and asks whether it lies in [0.1, 0.9]; this is what the
    draw gives on average, the share of the stretch that lies there, so that nothing is random. A
    calibrated forecast gets 0.8. Plain 80 % intervals of few levels cover far more (EVIDENCE 7.6).
    A level that was held for impossible is a point at F(level).
    """
    low, high = MIDDLE
    length = _of_level(density, came, scale)
    top = np.minimum(_of_level(np.cumsum(density, axis=1), came, scale), 1.0)
    bottom = np.maximum(top - length, 0.0)
    within = np.maximum(np.minimum(top, high) - np.maximum(bottom, low), 0.0)
    is_point = length <= 0
    share = np.divide(within, top - bottom, out=np.zeros_like(top), where=~is_point)
    return np.where(is_point, (top >= low) & (top <= high), share)


def interval_over_athletes(differences: Floats) -> Floats:
    """95 % intervals of mean differences, by drawing athletes with replacement; shape (models, 2).

    Athletes, not days, are drawn: days of one athlete resemble each other (EVIDENCE 7.6). With a
    handful of athletes such an interval is too narrow.

    Args:
        differences: each athlete's own mean, shape (models, athletes).
    """
    generator = np.random.default_rng(SEED)
    athletes = differences.shape[1]
    means = np.empty((len(differences), RESAMPLES))
    for resample in range(RESAMPLES):
        drawn = generator.integers(0, athletes, athletes)
        means[:, resample] = differences[:, drawn].mean(axis=1)
    return _middle(means)


def interval_over_blocks(differences: Floats) -> Floats:
    """The same for one athlete, by drawing blocks of seven scored days that follow each other.

    Blocks may overlap and are drawn until there are as many days as before. It tells how sure the
    difference is for this athlete, and nothing of others. NaN below four blocks.

    Args:
        differences: of each scored day, shape (models, days).
    """
    models, days = differences.shape
    if days < BLOCKS_MIN * BLOCK_DAYS:
        return np.full((models, 2), np.nan)
    generator = np.random.default_rng(SEED)
    blocks = -(-days // BLOCK_DAYS)
    starts = generator.integers(0, days - BLOCK_DAYS + 1, (RESAMPLES, blocks, 1))
    drawn = (starts + np.arange(BLOCK_DAYS)).reshape(RESAMPLES, -1)[:, :days]
    return _middle(np.stack([each[drawn].mean(axis=1) for each in differences]))


def _middle(means: Floats) -> Floats:
    """Between which 95 % of the resampled means lie, shape (models, 2)."""
    interval: Floats = np.percentile(means, INTERVAL_PERCENT, axis=1).T
    return interval


def _of_level(array: Floats, came: Floats, scale: Scale) -> Floats:
    """What stands in the column of the level that came, shape (days,)."""
    level = came.astype(np.intp) - scale.low
    found: Floats = np.take_along_axis(array, level[:, None], axis=1)[:, 0]
    return found


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _nothing(name: str) -> Score:
    return Score(model=name, n=0, athletes=0, **dict.fromkeys((*MEASURES, "ci_low", "ci_high")))
