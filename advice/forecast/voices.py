"""The forecast of soreness: what a pool of diaries knows, bent towards one's own.

Four voices say how probable each level is: a regression, the EWMA, the last answer once more, and
the levels that came before. How far each is trusted is learnt like everything else.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from advice.forecast.baselines import SPREAD_MIN, discretised_normal
from advice.forecast.state import (
    GAP_KEEPS,
    GAP_KEEPS_SLOW,
    after_nothing,
    before_each_day,
    learning,
    level_of,
    load_features,
    share_of_scale,
    soreness_features,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from advice.forecast.diaries import Diaries, Floats, Scale
    from advice.forecast.state import Before

FEATURES = (
    *("level", "last", "fast", "slow"),
    *("effort_day_before", "effort_two_before", "calf_day_before", "calf_two_before"),
)
"""What the regression looks at; all but the first can only make soreness more probable."""
SORENESS = slice(1, 4)
LOADS_OF_DAY_BEFORE = [0, 2]
"""Among the four loads."""

VOICES = ("regression", "ewma", "repeat", "usual")

WEEK_DAYS = 7
"""Coefficients and trust are renewed so often, counted from the diary's first day."""
GAP_DAYS_MAX = 60
"""A longer silence widens the spread no further."""
DENSITY_MIN = 1e-3
"""Of the regression, where it lends the usual levels their first counts."""
SMALLEST = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is known of somebody of whom nothing is known; soreness as a share of its scale."""

    coefficients: tuple[float, ...]
    """By feature; fitted by least squares on the pool."""
    coefficients_sd: tuple[float, ...]
    """How far people lie from them."""
    noise: float
    """Of one answer round the regression."""
    spread: float
    """Root mean square of the regression's errors, before any is known."""
    spread_answers: float
    """How many errors of one's own weigh as much as that."""
    spread_factor: float
    """The other voices tell of the tails, so the regression may be narrower than its errors."""
    gap_widens: float
    """The variance grows by this share with each silent day."""
    usual_answers: float
    """How many counts the regression lends to the usual levels."""
    trust: tuple[float, ...]
    """By voice; sums to 1."""
    trust_answers: float
    """How many answers of one's own weigh as much as that."""
    trust_keeps: float
    """What is left of what was learnt about the voices after each answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecasts:
    """The density of each day, made from days before it; shape (athletes, days, levels).

    NaN before the first answer.
    """

    density: Floats
    after_nothing: Floats
    """The same, had a silent day before been answered with no soreness."""


@dataclass(frozen=True, slots=True, eq=False)
class _Learnt:
    """How athletes are forecast, as it had been learnt for each day."""

    coefficients: Floats
    """Shape (athletes, days, features)."""
    spread: Floats
    """Of the regression, shape (athletes, days)."""
    ewma_spread: Floats
    """Of the EWMA, shape (athletes, days)."""


@cache
def population_prior() -> Prior:
    """The prior that comes with calfwise, read once; prior.toml says how it was fitted."""
    return read_prior(resources.files("advice.forecast").joinpath("prior.toml").read_text("utf-8"))


def read_prior(text: str) -> Prior:
    """Read a prior; what has a number for each feature or voice is a table by their names.

    Raises:
        KeyError: a number is missing.
    """
    told = tomllib.loads(text)
    numbers = {each.name: told[each.name] for each in fields(Prior)}
    for name in ("coefficients", "coefficients_sd"):
        numbers[name] = tuple(float(numbers[name][feature]) for feature in FEATURES)
    numbers["trust"] = tuple(float(numbers["trust"][voice]) for voice in VOICES)
    return Prior(**numbers)


def forecasts(
    diaries: Diaries, prior: Prior, *, learns: bool = True, in_the_morning: bool = False
) -> Forecasts:
    """Forecast each day of some diaries from strictly earlier days.

    Soreness u is a share of its scale, 0 to 1, so that what was fitted on one scale serves another.
    With m the athlete's mean so far, and g the days since the last answer:

        regression   u ~ N(m + b . z, s^2 (1 + w (g - 1))), discretised, with
                     z = (1, f (last - m), f (fast - m), h (slow - m), four loads)
        ewma         u ~ N(fast, e^2), discretised, e its own errors
        repeat       the last answer
        usual        (counts of the earlier answers + n x regression) / their sum

        P(level) = sum over the voices of trust x fading x P(level), over the sum of the weights

        b     ~ N(pool, people), updated by every own pair of mornings in closed form (Bayesian
                linear regression, noise known). Soreness and load never lower soreness: b >= 0,
                and the three of soreness sum up to 1 at most.
        s     own errors, and the pool's as so many answers more
        trust Dirichlet counts: the pool's, and for each answer the share that each voice had in
              its probability

    fast and slow are EWMAs of 0.3 and 0.1; f = 0.9^(g-1) and h = 0.97^(g-1) are what silence leaves
    of them, and of the voices: f of repeat, h of ewma. Partial pooling: with no answers it is the
    pool, with hundreds the athlete.

    The answer of the day on which a forecast is made is not learnt from, nor are the days that the
    last run before it touches (`state.learning`). So what is told today, and how far the last run
    went, move a forecast only through its state, in which more never means less: from the tenth
    answer on no voice, and no mixture of them, gives a lower probability of at least so much
    soreness for it.

    Args:
        diaries: shape (athletes, days).
        prior: what is known of everybody.
        learns: whether coefficients and trust become the athlete's own.
        in_the_morning: the forecast of a day is made on the morning before it, when that day's load
            is not known yet.

    Source: the form is EVIDENCE 7.5, the voices beside the regression are ours; docs/forecast.md
    has what they gain.
    """
    scale = diaries.scale
    may_learn = learning(diaries)
    learner = _Learner(prior, scale, may_learn.until, learns)
    answers = share_of_scale(diaries.soreness, scale)
    before = before_each_day(answers, scale)
    taught = np.where(may_learn.counts, answers, np.nan)
    loads = load_features(diaries)
    shown = loads.copy()
    if in_the_morning:
        shown[..., LOADS_OF_DAY_BEFORE] = 0.0
    off = taught - before.mean
    b = learner.coefficients(_features(before, loads), off)
    looked_at = _features(before, shown)
    learnt = learner.learnt(b, looked_at, off, before)
    voices = learner.voices(before, looked_at, learnt)
    trust = learner.trust(voices * _fading(before), taught)
    density = _mixed(trust, voices, before)
    if not in_the_morning:
        return Forecasts(density, density)
    nothing = after_nothing(before)
    voices = learner.voices(nothing, _features(nothing, shown), learnt)
    after = _mixed(trust, voices, nothing)
    silent = np.zeros(answers.shape, dtype=bool)
    silent[:, 1:] = np.isnan(answers[:, :-1])
    return Forecasts(density, np.where(silent[..., np.newaxis], after, density))


def _features(before: Before, loads: Floats) -> Floats:
    """z, shape (athletes, days, features)."""
    return np.concatenate([soreness_features(before), loads], axis=2)


def _mixed(trust: Floats, voices: Floats, before: Before) -> Floats:
    """The voices as one, shape (athletes, days, levels)."""
    weight = trust[..., np.newaxis] * _fading(before)
    mixed: Floats = (weight * voices).sum(axis=2) / weight.sum(axis=2)
    return mixed


def _fading(before: Before) -> Floats:
    """What silence leaves of each voice, shape (athletes, days, voices, 1).

    Who was last heard of long ago is forecast by their mean and by what is usual for them.
    """
    silent_days = before.gap_days - 1
    unfading = np.ones_like(silent_days)
    left = (unfading, GAP_KEEPS_SLOW**silent_days, GAP_KEEPS**silent_days, unfading)
    return np.stack(left, axis=2)[..., np.newaxis]


@dataclass(frozen=True, slots=True, eq=False)
class _Learner:
    """Learns how some athletes are forecast, all of them side by side."""

    prior: Prior
    scale: Scale
    until: NDArray[np.intp]
    """Up to which column each day's forecast has learnt, shape (athletes, days)."""
    learns: bool
    """Whether coefficients and trust become the athlete's own."""

    def coefficients(self, seen: Floats, off: Floats) -> Floats:
        """What b had been learnt for each day, shape (athletes, days, features).

        The posterior of a linear regression with known noise, renewed once a week:

            b = (S^-1 + sum z z' / noise^2)^-1 (S^-1 pool + sum z off / noise^2)

        S is diagonal, people's variances round the pool; the sums go over the pairs so far.

        Args:
            seen: z, shape (athletes, days, features).
            off: each answer over the athlete's mean so far; NaN where nothing can be learnt.
        """
        pool = np.array(self.prior.coefficients)
        if not self.learns:
            return np.broadcast_to(pool, seen.shape)
        precision = np.diag(np.array(self.prior.coefficients_sd) ** -2)
        z = _by_week(np.where(np.isnan(off)[..., np.newaxis], 0.0, seen) / self.prior.noise)
        off = _by_week(np.nan_to_num(off) / self.prior.noise)
        squares = precision + _weeks_before(z.swapaxes(2, 3) @ z)
        sums = precision @ pool + _weeks_before((z * off[..., np.newaxis]).sum(axis=2))
        learnt = np.linalg.solve(squares, sums[..., np.newaxis])[..., 0]
        return _never_lowering(self._as_learnt(learnt))

    def learnt(self, b: Floats, looked_at: Floats, off: Floats, before: Before) -> _Learnt:
        """The coefficients, and how far the regression and the EWMA have been off."""
        of_regression = (off - (b * looked_at).sum(axis=2)) ** 2 / self._widening(before)
        of_ewma = (off + before.mean - before.fast) ** 2
        own = self.prior.spread_answers
        told, total = self._so_far(of_regression)
        regression = (total + own * self.prior.spread**2) / (told + own)
        told, total = self._so_far(of_ewma)
        ewma = np.divide(total, told, out=np.full_like(total, self.prior.spread**2), where=told > 0)
        return _Learnt(b, self.prior.spread_factor * np.sqrt(regression), np.sqrt(ewma))

    def voices(self, before: Before, looked_at: Floats, learnt: _Learnt) -> Floats:
        """What each voice says, shape (athletes, days, voices, levels); NaN before any answer."""
        levels = self.scale.levels
        mean = before.mean + (learnt.coefficients * looked_at).sum(axis=2)
        spread = learnt.spread * np.sqrt(self._widening(before))
        said = np.empty((*mean.shape, len(VOICES), levels))
        for voice, at, sd in ((0, mean, spread), (1, before.fast, learnt.ewma_spread)):
            said[..., voice, :] = discretised_normal(
                self.scale.low + (levels - 1) * at,
                np.maximum((levels - 1) * sd, SPREAD_MIN),
                self.scale,
            )
        said[..., 2, :] = np.eye(levels)[level_of(before.last, self.scale)]
        lent = said[..., 0, :] * (1 - levels * DENSITY_MIN) + DENSITY_MIN
        counts = before.counts + self.prior.usual_answers * lent
        said[..., 3, :] = counts / counts.sum(axis=2, keepdims=True)
        return said

    def trust(self, voices: Floats, answers: Floats) -> Floats:
        """How far each voice is trusted on each day, shape (athletes, days, voices).

        Dirichlet counts, renewed once a week: the pool's, and for each answer the share that each
        voice had in its probability, earlier ones counting less.
        """
        pool = np.array(self.prior.trust)
        if not self.learns:
            return np.broadcast_to(pool, voices.shape[:3])
        level = level_of(answers, self.scale)
        said = np.take_along_axis(voices, level[..., np.newaxis, np.newaxis], axis=3)[..., 0]
        told = ~np.isnan(answers) & ~np.isnan(said[..., 0])
        said = _by_week(np.where(told[..., np.newaxis], said, 0.0))
        keeps = self.prior.trust_keeps ** _by_week(told.astype(np.float64)).sum(axis=2)
        begin = pool * self.prior.trust_answers
        learnt = np.tile(begin, (len(said), said.shape[1], 1))
        for week in range(said.shape[1] - 1):
            now = learnt[:, week]
            shares = now[:, np.newaxis] * said[:, week]
            shares /= np.maximum(shares.sum(axis=2, keepdims=True), SMALLEST)
            own = (now - begin) * keeps[:, week, np.newaxis]
            learnt[:, week + 1] = begin + own + shares.sum(axis=1)
        trust = self._as_learnt(learnt)
        trust /= trust.sum(axis=2, keepdims=True)
        return trust

    def _as_learnt(self, by_week: Floats) -> Floats:
        """What had been learnt by the week up to which each day's forecast has learnt."""
        week = self.until // WEEK_DAYS
        return np.take_along_axis(by_week, week[..., np.newaxis], axis=1)

    def _widening(self, before: Before) -> Floats:
        """By how much silence makes the variance of the regression larger."""
        return 1 + self.prior.gap_widens * np.minimum(before.gap_days - 1, GAP_DAYS_MAX)

    def _so_far(self, squares: Floats) -> tuple[Floats, Floats]:
        """How many squares had been known, and their sum, when each day was forecast."""
        known = ~np.isnan(squares)
        told, total = (
            np.take_along_axis(np.cumsum(each, axis=1) - each, self.until, axis=1)
            for each in (known.astype(np.float64), np.nan_to_num(squares))
        )
        return told, total


def _by_week(days: Floats) -> Floats:
    """Days in weeks, shape (athletes, weeks, 7, ...); the last one is filled up with zeros."""
    missing = -days.shape[1] % WEEK_DAYS
    filled: Floats = np.concatenate([days, np.zeros((len(days), missing, *days.shape[2:]))], axis=1)
    return filled.reshape(len(days), -1, WEEK_DAYS, *days.shape[2:])


def _weeks_before(weeks: Floats) -> Floats:
    """The sum of the weeks before each week."""
    sums = np.zeros_like(weeks)
    np.cumsum(weeks[:, :-1], axis=1, out=sums[:, 1:])
    return sums


def _never_lowering(b: Floats) -> Floats:
    """Coefficients with which more soreness or load can never mean less soreness."""
    b[..., 1:] = np.maximum(b[..., 1:], 0.0)
    b[..., SORENESS] /= np.maximum(b[..., SORENESS].sum(axis=-1, keepdims=True), 1.0)
    return b
