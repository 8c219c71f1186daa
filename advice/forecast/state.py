"""What a forecast looks at: how soreness and load stood before each day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from advice.forecast.baselines import EWMA_NEW

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from advice.forecast.diaries import Diaries, Floats, Scale

# Chosen by us, not fitted, but for the time constant of load (docs/forecast.md).
SLOW_NEW = 0.1
"""Weight of the newest answer in the slow EWMA."""
USUAL_NEW = 0.02
"""Weight of the newest answer among the usual levels: half of it is left after 34 answers."""
GAP_KEEPS, GAP_KEEPS_SLOW = 0.9, 0.97
"""What is left of the pull of the last answer and the fast EWMA, and of the slow one, after each
silent day."""

LOAD_DAYS = 3
"""So many days before a day have their load among what is looked at."""
NEVER = -1000
"""A column long before the first."""
LOAD_DECAY_DAYS = 1.5
"""Time constant of the response to load (EVIDENCE 3: no hump at 48 h)."""
LOAD_MAX = 4.0
"""In own average days: whatever is harder counts as this."""
LOAD_WINDOW_DAYS = 28
LOAD_DAYS_MIN = 7
"""An average day of one's own is that of four weeks, if so many of their days are known."""
LOAD_LEAST = 1e-6
"""Of these days together, in any unit: below it there is nothing to divide by."""


class Before(NamedTuple):
    """What the answers before each day say; shape (athletes, days), counts (..., levels).

    Soreness is a share of its scale, 0 to 1; NaN before the first answer.
    """

    last: Floats
    gap_days: Floats
    """Days since the last answer; 1 where the day before was answered."""
    fast: Floats
    """EWMA of the answers, 0.3 new."""
    slow: Floats
    """EWMA of the answers, 0.1 new."""
    mean: Floats
    answers: Floats
    """How many there were."""
    counts: Floats
    """How often each level came, earlier answers counting less."""


def share_of_scale(soreness: Floats, scale: Scale) -> Floats:
    """Soreness as a share of its scale: 3 of 1 to 5 is 0.5, as is 5 of 0 to 10."""
    return (soreness - scale.low) / (scale.high - scale.low)


def level_of(answers: Floats, scale: Scale) -> NDArray[np.intp]:
    """Which level a share of the scale is, counted from 0; 0 also where there is none."""
    return np.rint(np.nan_to_num(answers) * (scale.levels - 1)).astype(np.intp)


def before_each_day(answers: Floats, scale: Scale) -> Before:
    """Walk once through the days, all athletes side by side.

    Args:
        answers: shares of the scale, NaN where there is none, shape (athletes, days).
        scale: the levels.
    """
    athletes, days = answers.shape
    answered = ~np.isnan(answers)
    told = np.nan_to_num(answers)
    earlier = _day_later(np.cumsum(answered, axis=1), 0)
    latest = np.maximum.accumulate(np.where(answered, np.arange(days), -1), axis=1)
    latest = _day_later(latest, -1).astype(np.intp)
    none = earlier == 0
    sums = _day_later(np.cumsum(told, axis=1), 0)
    came = np.concatenate([told[..., np.newaxis]] * 2 + [_one_hot(answers, scale)], axis=2)
    gains = np.array([EWMA_NEW, SLOW_NEW, *[USUAL_NEW] * scale.levels])
    first_gains = np.where(np.arange(len(gains)) < 2, 1.0, gains)  # noqa: PLR2004 - the two EWMAs start at the first answer
    by_day = np.where(none[..., np.newaxis], first_gains, gains) * answered[..., np.newaxis]
    walked = np.zeros((athletes, days, len(gains)))
    for day in range(days - 1):
        now = walked[:, day]
        walked[:, day + 1] = now + by_day[:, day] * (came[:, day] - now)
    return Before(
        last=np.where(none, np.nan, np.take_along_axis(told, np.maximum(latest, 0), axis=1)),
        gap_days=np.where(none, np.nan, np.arange(days) - latest),
        fast=np.where(none, np.nan, walked[..., 0]),
        slow=np.where(none, np.nan, walked[..., 1]),
        mean=np.where(none, np.nan, sums / np.maximum(earlier, 1)),
        answers=earlier,
        counts=walked[..., 2:] / USUAL_NEW,
    )


def after_nothing(before: Before) -> Before:
    """How it would stand if the day before, a silent one, had been answered with no soreness."""
    lowest = np.zeros(before.counts.shape[-1])
    lowest[0] = 1.0
    return Before(
        last=before.last * 0.0,
        gap_days=before.last * 0.0 + 1.0,
        fast=before.fast * (1 - EWMA_NEW),
        slow=before.slow * (1 - SLOW_NEW),
        mean=before.mean * before.answers / (before.answers + 1),
        answers=before.answers + 1,
        counts=before.counts * (1 - USUAL_NEW) + lowest,
    )


def soreness_features(before: Before) -> Floats:
    """1, and last answer, fast and slow EWMA over the athlete's mean; (athletes, days, 4)."""
    silent_days = before.gap_days - 1
    pull, slow_pull = GAP_KEEPS**silent_days, GAP_KEEPS_SLOW**silent_days
    return np.stack(
        [
            np.where(np.isnan(before.last), np.nan, 1.0),
            pull * (before.last - before.mean),
            pull * (before.fast - before.mean),
            slow_pull * (before.slow - before.mean),
        ],
        axis=2,
    )


def load_features(diaries: Diaries) -> Floats:
    """Effort and calf load of the three days before each day; shape (athletes, days, 4).

    Of each: that of the day before, and that of the two days before it, the later one weighing
    exp(1 / 1.5) times as much. In shares of the athlete's own average day less 1, so that any unit
    will do; 0 where a day is not known, or there is no average day yet. That is of the four weeks
    before the last run before the day before: how far the last run went does not move what it is
    measured by.
    """
    later, earlier = np.exp(-np.arange(2) / LOAD_DECAY_DAYS)
    features = []
    for load in loads_of(diaries):
        days_before = _in_own_days(load, learning(diaries).average_until)
        features.append(days_before[0])
        features.append((later * days_before[1] + earlier * days_before[2]) / (later + earlier))
    return np.nan_to_num(np.minimum(np.stack(features, axis=2), LOAD_MAX) - 1.0)


def loads_of(diaries: Diaries) -> tuple[Floats, Floats]:
    """Effort and calf load of each day, NaN where they are not known."""
    unknown = np.full_like(diaries.soreness, np.nan)
    return (
        unknown if diaries.load is None else diaries.load,
        unknown if diaries.calf_km is None else diaries.calf_km,
    )


class Learning(NamedTuple):
    """What the forecast of each day may learn from; shape (athletes, days) each."""

    until: NDArray[np.intp]
    """Up to which column, that one left out."""
    counts: NDArray[np.bool_]
    """Whether a column is learnt from at all."""
    average_until: NDArray[np.intp]
    """Up to which column loads make the average day, that one left out."""


def learning(diaries: Diaries) -> Learning:
    """How far what is learnt may reach, so that no forecast is relaxed by a longer last run.

    The forecast of a day is made on the day before, and the last run before that has its load in
    the features of the three days after it. Within these days nothing after the run's own morning
    is learnt; later everything but these three days is, up to the morning before. They stay out for
    good unless another run came within four days: it is not known then which run was the last.
    """
    ran = np.logical_or.reduce([np.nan_to_num(load) > 0 for load in loads_of(diaries)])
    days = np.arange(ran.shape[1])
    last_run = np.maximum.accumulate(np.where(ran, days, NEVER), axis=1)
    run_before = _day_later(last_run, NEVER)
    known_run = _day_later(run_before, NEVER)
    is_recent = days - 2 <= known_run + LOAD_DAYS
    until = np.where(is_recent, known_run + 1, np.maximum(days - 1, 0))
    far = ran.shape[1] + LOAD_DAYS + 2
    next_run = np.minimum.accumulate(np.where(ran, days, far)[:, ::-1], axis=1)[:, ::-1]
    touched = days - run_before <= LOAD_DAYS
    followed = next_run - run_before <= LOAD_DAYS + 1
    average_until = np.where(known_run >= 0, known_run, np.maximum(days - 2, 0))
    return Learning(until.astype(np.intp), ~touched | followed, average_until.astype(np.intp))


def _in_own_days(load: Floats, until: NDArray[np.intp]) -> list[Floats]:
    """The load one, two and three days before each day, in average days of one's own."""
    count, total = (
        _of_window(np.cumsum(each, axis=1), until)
        for each in (~np.isnan(load), np.nan_to_num(load))
    )
    is_known = (count >= LOAD_DAYS_MIN) & (total > LOAD_LEAST)
    average = np.divide(total, count, out=np.full_like(load, np.nan), where=is_known)
    shifted, days_before = load, []
    for _ in range(LOAD_DAYS):
        shifted = _day_later(shifted, np.nan)
        days_before.append(shifted / average)
    return days_before


def _of_window(sums: Floats, until: NDArray[np.intp]) -> Floats:
    """What the last weeks before a column add up to; `sums` adds up from the first one on."""
    before = _day_later(sums, 0)
    window: Floats = np.take_along_axis(before, until, axis=1) - np.take_along_axis(
        before, np.maximum(until - LOAD_WINDOW_DAYS, 0), axis=1
    )
    return window


def _one_hot(answers: Floats, scale: Scale) -> Floats:
    return np.eye(scale.levels)[level_of(answers, scale)]


def _day_later(array: Floats, before_the_first: float) -> Floats:
    """What is known after a day, put where the next day begins."""
    later = np.full_like(array, before_the_first, dtype=np.float64)
    later[:, 1:] = array[:, :-1]
    return later
