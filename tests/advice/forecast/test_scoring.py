"""Scores of forecasts, worked out by hand, and what holds of them always."""

import math
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advice.forecast.diaries import Scale
from advice.forecast.models import MODELS
from advice.forecast.scoring import (
    PROBABILITY_FLOOR,
    brier,
    covered,
    evaluate,
    interval_over_athletes,
    interval_over_blocks,
    log_score,
    median_error,
    scored_days,
)
from tests.advice.forecast.diaries_drawn import (
    ONE_TO_FIVE,
    ZERO_TO_TEN,
    diaries,
    entries,
    of_array,
    soreness,
)

THREE = Scale(1, 3)

patient = settings(deadline=None)

# Levels 1 to 5; what came; |median - came|, -ln P, (P(4 or 5) - came)^2, share within [0.1, 0.9].
BY_HAND = [
    ((0.2, 0.3, 0.5, 0, 0), 1, 1, -math.log(0.2), 0, 0.5),  # [0, 0.2]: its upper half
    ((0.2, 0.3, 0.5, 0, 0), 2, 0, -math.log(0.3), 0, 1),  # one half is reached at 2
    ((0.2, 0.3, 0.5, 0, 0), 3, 1, -math.log(0.5), 0, 0.8),  # [0.5, 1]: 0.4 of 0.5
    ((0.2, 0.3, 0.5, 0, 0), 4, 2, -math.log(0.001), 1, 0),  # held for impossible
    ((0.1, 0.2, 0.4, 0.2, 0.1), 4, 1, -math.log(0.2), 0.49, 1),
    ((0.1, 0.2, 0.4, 0.2, 0.1), 5, 2, -math.log(0.1), 0.49, 0),
    ((0.5, 0, 0, 0, 0.5), 3, 2, -math.log(0.001), 0.25, 1),  # a point at one half
    ((0, 0, 0, 0, 1), 5, 0, 0, 0, 0.8),
]


@pytest.mark.parametrize("row", BY_HAND)
def test_one_forecast(row):
    levels, came, error, log, square, share = row
    asked = (np.array([levels]), np.array([float(came)]), ONE_TO_FIVE)
    assert median_error(*asked) == error
    assert log_score(*asked) == pytest.approx(log)
    assert brier(*asked) == pytest.approx(square)
    assert covered(*asked) == pytest.approx(share)


def test_four_is_four_on_the_diarys_own_scale():
    levels = np.full((1, 11), 1 / 11)
    assert brier(levels, np.array([3.0]), ZERO_TO_TEN) == pytest.approx((7 / 11) ** 2)
    assert brier(levels, np.array([4.0]), ZERO_TO_TEN) == pytest.approx((4 / 11) ** 2)


def test_a_day_is_scored_that_has_ten_answers_before_it():
    picture = "333.33333.33.3..3"
    #          123 45678 9X .  the next two answers are scored, gaps are not
    expected = [[column in {13, 16} for column in range(len(picture))]]
    assert scored_days(soreness(picture)).tolist() == expected


@st.composite
def densities(draw):
    weights = draw(st.lists(st.integers(0, 1000), min_size=11, max_size=11).filter(any))
    return np.array(weights) / sum(weights)


@patient
@given(density=densities())
def test_a_calibrated_forecast_covers_eighty_per_cent(density):
    """What comes as often as it was said lies within the central 80 % in 80 % of all cases."""
    came = ZERO_TO_TEN.values
    share = covered(np.tile(density, (11, 1)), came, ZERO_TO_TEN)
    assert float(density @ share) == pytest.approx(0.8, abs=1e-9)


@patient
@given(level=st.integers(0, 10))
def test_a_perfect_forecast_costs_nothing(level):
    asked = (np.eye(11)[[level]], np.array([float(level)]), ZERO_TO_TEN)
    assert (log_score(*asked)[0], median_error(*asked)[0], brier(*asked)[0]) == (0, 0, 0)


@patient
@given(density=densities(), level=st.integers(0, 10))
def test_scores_have_their_bounds(density, level):
    asked = (density[None], np.array([float(level)]), ZERO_TO_TEN)
    assert 0 <= log_score(*asked)[0] <= -math.log(PROBABILITY_FLOOR)
    assert 0 <= brier(*asked)[0] <= 1 + 1e-12
    assert 0 <= covered(*asked)[0] <= 1 + 1e-12
    assert median_error(*asked)[0] in range(11)


def always(*levels):
    """A model that says the same of every day."""
    return lambda diaries: np.tile(levels, (*diaries.soreness.shape, 1))


def test_athletes_weigh_the_same_however_much_they_answered():
    """Ten answers first; then one athlete is scored on two days, the other on one, a third never.

    Said is always 1: 0.5, 2: 0.25, 3: 0.25, and as the reference 1: 0.25, 2: 0.25, 3: 0.5. The
    first has 1 and 2: log scores ln 2 and ln 4, mean 1.5 ln 2. The second has 3: ln 4 = 2 ln 2.
    The reference has ln 4 twice, and ln 2.
    """
    told = [diaries("111111111112", "1111111111.3", "111......", scale=THREE)]
    models = {"ewma": always(0.25, 0.25, 0.5), "said": always(0.5, 0.25, 0.25)}
    reference, said = evaluate(told, models)
    ln2 = math.log(2)
    assert (said.model, said.n, said.athletes) == ("said", 3, 2)
    assert said.log_score == pytest.approx((1.5 + 2) / 2 * ln2)
    assert said.mae == pytest.approx(((0 + 1) / 2 + 2) / 2)
    assert said.brier_ge4 == 0
    assert reference.log_score == pytest.approx((2 + 1) / 2 * ln2)
    assert (reference.ci_low, reference.ci_high) == (0, 0)
    # Differences of the two: -0.5 ln 2 and +1 ln 2. Each is drawn twice in a quarter of all cases.
    assert said.ci_low == pytest.approx(-0.5 * ln2)
    assert said.ci_high == pytest.approx(ln2)


def test_nothing_to_score_is_said():
    for score in evaluate([diaries("1111111111")], MODELS):
        assert (score.n, score.athletes, score.mae, score.ci_low) == (0, 0, None, None)


def test_no_diary_at_all():
    assert [each.n for each in evaluate([], MODELS)] == [0] * len(MODELS)


def test_a_model_must_speak_where_it_is_scored():
    models = {"ewma": always(0.5, 0.25, 0.25), "mute": always(math.nan, math.nan, math.nan)}
    with pytest.raises(ValueError, match="mute says nothing"):
        evaluate([diaries("1" * 11, scale=THREE)], models)


def test_one_athletes_interval_is_over_weeks_of_her_days():
    models = {"ewma": always(0.25, 0.25, 0.5), "said": always(0.5, 0.25, 0.25)}
    _, short = evaluate([diaries("1" * 37, scale=THREE)], models)
    assert (short.n, short.ci_low, short.ci_high) == (27, None, None)
    reference, said = evaluate([diaries("1" * 38, "111", scale=THREE)], models)
    assert (reference.ci_low, reference.ci_high) == (0, 0)
    assert said.n == 28
    assert (said.ci_low, said.ci_high) == pytest.approx((-math.log(2), -math.log(2)))


def test_weeks_that_are_alike_make_a_wider_interval_than_days_that_are_not():
    """As many days are better as are worse: in long turns, or in turn day by day."""
    turns = np.repeat([[1.0, -1.0] * 5], 14, axis=1)
    daily = np.array([[1.0, -1.0] * 70])
    [[low, high]] = interval_over_blocks(turns)
    [[daily_low, daily_high]] = interval_over_blocks(daily)
    assert low < daily_low <= 0 <= daily_high < high


@pytest.mark.parametrize("day", [0, -1])
def test_every_day_of_one_athlete_can_be_drawn(day):
    differences = np.zeros((1, 28))
    differences[0, day] = 1.0
    [[low, high]] = interval_over_blocks(differences)
    assert (low, high) == (0, 1 / 28), "one block of 22 holds it, and four are drawn"


def test_an_interval_over_athletes_is_that_of_a_mean():
    """Of 400 differences with spread 1, the mean has a spread of 1/20: 0.1 to either side."""
    differences = np.random.default_rng(3).normal(5.0, 1.0, (1, 400))
    [[low, high]] = interval_over_athletes(differences)
    assert low == pytest.approx(differences.mean() - 1.96 / 20, abs=0.02)
    assert high == pytest.approx(differences.mean() + 1.96 / 20, abs=0.02)


def test_parts_make_no_difference():
    """All at once, two at a time, one at a time."""
    generator = np.random.default_rng(1)
    pictures = ["".join(map(str, generator.integers(1, 6, 40 + each))) for each in range(5)]
    told = entries(*pictures)
    parts = [list(told.diaries(cells)) for cells in (10_000, 90, 1)]
    assert [[len(part.athletes) for part in each] for each in parts] == [[5], [2, 2, 1], [1] * 5]
    scores = [evaluate(each, MODELS) for each in parts]
    for one, other in pairwise(scores):
        for score, again in zip(one, other, strict=True):
            assert score.log_score == pytest.approx(again.log_score)
            assert score.ci_low == pytest.approx(again.ci_low)


def test_what_predicts_better_scores_better():
    """Answers that swing round a mean: the mean beats the last answer, and the interval says so."""
    generator = np.random.default_rng(2)
    answers = np.clip(np.rint(generator.normal(3, 1, (30, 90))), 1, 5)
    scores = {each.model: asdict(each) for each in evaluate([of_array(answers)], MODELS)}
    mean, reference, last = (scores[each] for each in ("person_mean", "ewma", "persistence"))
    assert mean["log_score"] < reference["log_score"] < last["log_score"]
    assert mean["ci_high"] < 0 < last["ci_low"]
    assert 0.75 < mean["coverage_80"] < 0.85
