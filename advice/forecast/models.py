"""Every forecast of tomorrow's soreness by its name, the simplest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice.forecast.baselines import ewma, persistence, person_mean
from advice.forecast.voices import forecasts, population_prior

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advice.forecast.diaries import Diaries, Floats, Model


def pooled(diaries: Diaries) -> Floats:
    """The forecast by everybody's coefficients."""
    return forecasts(diaries, population_prior(), learns=False).density


def personal(diaries: Diaries) -> Floats:
    """The forecast that learns from an athlete's own answers."""
    return forecasts(diaries, population_prior()).density


def pooled_in_the_morning(diaries: Diaries) -> Floats:
    """The same as it is made on the morning before, when that day's load is still to come."""
    return forecasts(diaries, population_prior(), learns=False, in_the_morning=True).density


def personal_in_the_morning(diaries: Diaries) -> Floats:
    """The same of the athlete's own: what the runner is shown."""
    return forecasts(diaries, population_prior(), in_the_morning=True).density


MODELS: Mapping[str, Model] = {
    "persistence": persistence,
    "person_mean": person_mean,
    "ewma": ewma,
    "pooled": pooled,
    "personal": personal,
}
"""For diaries of others: the load of the day before is known."""

SHOWN: Mapping[str, Model] = {
    **MODELS,
    "pooled": pooled_in_the_morning,
    "personal": personal_in_the_morning,
}
"""For the runner's own diary: what is said on the morning before."""
