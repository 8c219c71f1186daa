"""Simple forecasts, worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advice.forecast.baselines import (
    SPREAD_MIN,
    discretised_normal,
    erf,
    ewma,
    ewma_before,
    persistence,
    person_mean,
)
from tests.advice.forecast.diaries_drawn import ONE_TO_FIVE, ZERO_TO_TEN, diaries, soreness

NAN = math.nan


def test_the_error_function_is_that_of_the_standard_library():
    x = np.linspace(-7, 7, 20_001)
    expected = [math.erf(each) for each in x]
    np.testing.assert_allclose(erf(x), expected, rtol=0, atol=1e-11)


def test_the_error_function_at_the_ends():
    np.testing.assert_array_equal(
        erf(np.array([-math.inf, -1e200, 1e200, math.inf])), [-1, -1, 1, 1]
    )
    assert np.isnan(erf(np.array([NAN]))).all()


def test_a_normal_in_five_levels():
    """Edges lie 1.5 and 0.5 spreads from the mean; F(-1.5) = 0.0668, F(-0.5) = 0.3085."""
    density = discretised_normal(np.array(3.0), np.array(1.0), ONE_TO_FIVE)
    np.testing.assert_allclose(density, [0.0668, 0.2417, 0.3829, 0.2417, 0.0668], atol=5e-5)


def test_outer_levels_take_the_tails():
    means = np.array([[-50.0, 50.0]])
    density = discretised_normal(means, np.array(1.0), ZERO_TO_TEN)
    assert density.shape == (1, 2, 11)
    assert (density[0, 0, 0], density[0, 1, -1]) == (1, 1)


def test_of_a_mean_that_cannot_be_said_neither_can_the_levels():
    assert np.isnan(discretised_normal(np.array(NAN), np.array(1.0), ONE_TO_FIVE)).all()


@settings(deadline=None)
@given(
    mean=st.floats(-20, 30),
    sd=st.floats(0.01, 100),
    scale=st.sampled_from([ONE_TO_FIVE, ZERO_TO_TEN]),
)
def test_levels_are_probabilities(mean, sd, scale):
    density = discretised_normal(np.array(mean), np.array(sd), scale)
    assert density.min() >= 0
    assert density.sum() == pytest.approx(1, abs=1e-12)


def test_the_weighted_mean_runs_over_answers_and_not_over_days():
    """2; 2 + 0.3 x (4 - 2) = 2.6; 2.6 + 0.3 x (4 - 2.6) = 3.02; 3.02 - 0.3 x 2.02 = 2.414."""
    expected = [
        [NAN, 2, 2.6, 3.02, 2.414, 2.414],
        [NAN, 2, 2, 2, 2.6, 3.02],
        [NAN, NAN, NAN, 5, 5, 5],
    ]
    before = ewma_before(soreness("2441..", "2..44.", "..5..."))
    np.testing.assert_allclose(before, expected)


# The forecast of the last day, which is not answered: mean and spread by hand.
# 3 4 2 .: errors of the last answer 1 and -2, so the mean square is 2.5; of the mean so far 1 and
# 2 - 3.5 = -1.5, so 1.625; of the EWMA 1 and 2 - 3.3 = -1.3, so 1.345, and its mean is 2.91.
BY_HAND = [
    (persistence, "342.", 2, 2.5),
    (person_mean, "342.", 3, 1.625),
    (ewma, "342.", 2.91, 1.345),
    (persistence, "3.4..2.....", 2, 2.5),  # gaps change nothing
    (person_mean, "3.4..2.....", 3, 1.625),
    (ewma, "3.4..2.....", 2.91, 1.345),
    (persistence, "3333.", 3, SPREAD_MIN**2),  # never an error, and yet not certain
    (person_mean, "3333.", 3, SPREAD_MIN**2),
    (ewma, "3333.", 3, SPREAD_MIN**2),
]


@pytest.mark.parametrize(("model", "picture", "mean", "square"), BY_HAND)
def test_a_forecast_is_a_normal_as_wide_as_its_own_past_errors(model, picture, mean, square):
    def below(edge):
        return 0.5 + 0.5 * math.erf((edge - mean) / math.sqrt(2 * square))

    edges = [below(edge) for edge in (1.5, 2.5, 3.5, 4.5)]
    expected = np.diff([0, *edges, 1])
    np.testing.assert_allclose(model(diaries(picture))[0, -1], expected, atol=1e-9)


def test_a_diary_that_never_moved_leaves_the_neighbours_some_chance():
    density = ewma(diaries("3333333."))[0, -1]
    np.testing.assert_allclose(density, [0, 0.0766, 0.8469, 0.0766, 0], atol=1e-4)


@pytest.mark.parametrize("model", [persistence, person_mean, ewma])
def test_nothing_is_said_before_there_was_an_error_to_learn_from(model):
    said = ~np.isnan(model(diaries("..3.42"))).any(axis=2)
    assert said.tolist() == [[False, False, False, False, False, True]]
