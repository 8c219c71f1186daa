"""What holds for every forecast: probabilities, from earlier days only, nobody from others."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advice.forecast.models import MODELS
from advice.forecast.scoring import scored_days
from tests.advice.forecast.diaries_drawn import any_diaries

pytestmark = pytest.mark.slow

few = settings(max_examples=30, deadline=None)
"""Each example is thirty days of three athletes."""
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def rows(diaries, athletes, days):
    """Some of the athletes, some of the days."""
    load = diaries.load
    return replace(
        diaries,
        athletes=diaries.athletes[athletes],
        starts=diaries.starts[athletes],
        soreness=diaries.soreness[athletes, days],
        load=None if load is None else load[athletes, days],
    )


@each_model
@few
@given(diaries=any_diaries())
def test_a_row_is_probabilities_or_says_nothing(model, diaries):
    density = model(diaries)
    assert density.shape == (*diaries.soreness.shape, diaries.scale.levels)
    said = ~np.isnan(density).any(axis=2)
    assert np.isnan(density[~said]).all()
    assert (density[said] >= 0).all()
    np.testing.assert_allclose(density[said].sum(axis=1), 1, atol=1e-9)
    assert said[scored_days(diaries.soreness)].all(), (
        "every model says something where it is scored"
    )


@each_model
@few
@given(diaries=any_diaries(), data=st.data())
def test_no_forecast_sees_its_own_day_or_a_later_one(model, diaries, data):
    """The days from one on are told otherwise, or cut off: the forecasts up to it stay."""
    day = data.draw(st.integers(0, diaries.soreness.shape[1] - 1))
    soreness = diaries.soreness.copy()
    told = diaries.scale.low + diaries.scale.high - soreness[:, day:]
    soreness[:, day:] = np.where(np.isnan(told), diaries.scale.high, told)
    load = None if diaries.load is None else diaries.load.copy()
    if load is not None:
        load[:, day:] = 777.0
    forecast = model(diaries)[:, : day + 1]
    np.testing.assert_array_equal(
        model(replace(diaries, soreness=soreness, load=load))[:, : day + 1], forecast
    )
    cut = rows(diaries, slice(None), slice(0, day + 1))
    np.testing.assert_allclose(model(cut), forecast, atol=1e-12)


@each_model
@few
@given(diaries=any_diaries())
def test_nobodys_forecast_depends_on_others(model, diaries):
    alone = [
        model(rows(diaries, slice(index, index + 1), slice(None)))[0]
        for index in range(len(diaries.athletes))
    ]
    np.testing.assert_allclose(alone, model(diaries), atol=1e-12)
