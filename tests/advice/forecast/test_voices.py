"""The forecast's arithmetic: closed forms by another way, more never means less, and its prior."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from advice.forecast.diaries import Scale
from advice.forecast.state import (
    before_each_day,
    learning,
    load_features,
    share_of_scale,
    soreness_features,
)
from advice.forecast.voices import FEATURES, VOICES, forecasts, population_prior, read_prior
from tests.advice.forecast.diaries_drawn import ZERO_TO_TEN, diaries, of_array, soreness
from tests.prior.document import with_tables
from tests.prior.fit import fitted
from tests.prior.measure import left_out
from tests.prior.prior_file import written
from tests.prior.public import FOLDER, pmdata, soccermon
from tests.prior.public import diaries as public_diaries

PRIOR = population_prior()
some = settings(max_examples=60, deadline=None)
NRS = st.sampled_from([*range(6), 0, 0, 1, 8, 10])
LOADS = st.sampled_from([0.0, 0.0, 100.0, 300.0, 900.0, np.nan])


def at_least(density):
    """P(this level or more), shape (..., levels)."""
    return np.cumsum(density[..., ::-1], axis=-1)[..., ::-1]


@st.composite
def days_of_one(draw):
    """A diary of one athlete with gaps, and its loads; the last column is tomorrow."""
    days = draw(st.integers(12, 40))
    told = draw(arrays(np.float64, (1, days), elements=st.one_of(NRS, NRS, st.just(np.nan))))
    assume((~np.isnan(told[0, 1:-2])).sum() >= 10)
    load = draw(arrays(np.float64, (1, days), elements=LOADS))
    told[0, 0], told[0, -1], load[0, -2:] = 1.0, np.nan, np.nan
    return of_array(told, ZERO_TO_TEN, load)


def tomorrow(diary, *, in_the_morning=True):
    return forecasts(diary, PRIOR, in_the_morning=in_the_morning).density[0, -1]


@pytest.mark.slow
@some
@given(diary=days_of_one(), data=st.data())
def test_a_sorer_morning_never_makes_tomorrow_less_sore(diary, data):
    told = diary.soreness.copy()
    told[0, -2] = data.draw(st.integers(0, 9))
    higher = told.copy()
    higher[0, -2] = data.draw(st.integers(int(told[0, -2]), 10))
    lower, upper = (tomorrow(replace(diary, soreness=each)) for each in (told, higher))
    assert (at_least(upper) >= at_least(lower) - 1e-12).all()


@pytest.mark.slow
@some
@given(diary=days_of_one(), times=st.floats(1.0, 5.0), in_the_morning=st.booleans())
def test_a_longer_last_run_never_makes_tomorrow_less_sore(diary, times, in_the_morning):
    """Whenever it was: nothing since then is learnt from, and it measures no other day."""
    longer = diary.load.copy()
    runs = np.flatnonzero(np.nan_to_num(longer[0]) > 0)
    if len(runs):
        longer[0, runs[-1]] *= times
    lower, upper = (
        tomorrow(replace(diary, load=each), in_the_morning=in_the_morning)
        for each in (diary.load, longer)
    )
    assert (at_least(upper) >= at_least(lower) - 1e-12).all()


@pytest.mark.slow
@some
@given(diary=days_of_one())
def test_nothing_told_is_also_forecast_as_if_nothing_were_sore(diary):
    """The second density is the first of a diary with a 0 in the silent morning's place."""
    silent, nothing = diary.soreness.copy(), diary.soreness.copy()
    silent[0, -2], nothing[0, -2] = np.nan, 0.0
    after = forecasts(replace(diary, soreness=silent), PRIOR, in_the_morning=True).after_nothing
    np.testing.assert_allclose(after[0, -1], tomorrow(replace(diary, soreness=nothing)), atol=1e-12)


def test_coefficients_are_those_of_bayesian_linear_regression():
    """Summed up here pair by pair, at the end of a diary without loads."""
    diary = diaries("1324.21435123.4522133.3214", scale=Scale(1, 5))
    answers = share_of_scale(diary.soreness, diary.scale)
    before = before_each_day(answers, diary.scale)
    z = np.concatenate([soreness_features(before), load_features(diary)], axis=2)[0]
    off = (answers - before.mean)[0]
    weeks = learning(diary).until[0, -1] // 7
    told = ~np.isnan(off) & (np.arange(len(off)) < 7 * weeks)
    precision = np.diag(np.array(PRIOR.coefficients_sd) ** -2)
    squares = z[told].T @ z[told] / PRIOR.noise**2
    sums = z[told].T @ off[told] / PRIOR.noise**2
    b = np.linalg.solve(precision + squares, sums + precision @ np.array(PRIOR.coefficients))
    assert (b[1:4] > 0).all(), "else they would be cut off, which another test looks at"
    assert b[1:4].sum() <= 1
    only_regression = replace(PRIOR, trust=(1.0, 0.0, 0.0, 0.0), spread_factor=1e-6)
    density = forecasts(diary, only_regression).density[0, -1]
    mean = 1 + 4 * (before.mean[0, -1] + b @ z[-1])
    assert density @ diary.scale.values == pytest.approx(mean, abs=0.5)
    assert density.argmax() + 1 == round(mean)


def test_a_diary_that_swings_is_learnt():
    """Whoever is sore every other day is forecast so after some weeks; the pool would not."""
    swings = diaries("15" * 40, scale=Scale(1, 5))
    own, pool = (
        forecasts(swings, PRIOR, learns=learns).density[0, -1, 4] for learns in (True, False)
    )
    assert own > pool + 0.1


def test_silence_widens_and_what_is_not_known_is_no_load():
    """A day of unknown load says as much as an average one, and a gap less than an answer."""
    told = "2213" * 6
    before, after = (diaries(told + "." * gap + "2", scale=ZERO_TO_TEN) for gap in (1, 9))
    spreads = [
        density @ ZERO_TO_TEN.values**2 - (density @ ZERO_TO_TEN.values) ** 2
        for density in (forecasts(each, PRIOR).density[0, -1] for each in (before, after))
    ]
    assert spreads[0] < spreads[1]
    unknown = np.full_like(before.soreness, np.nan)
    np.testing.assert_array_equal(load_features(replace(before, load=unknown)), 0.0)


def test_loads_are_shares_of_an_average_day():
    """Rest and 300 AU by turns: 300 is twice the average day; the unit does not matter."""
    load = np.array([[0.0, 300.0] * 15])
    features = load_features(of_array(soreness("1" * 30), load=load))
    np.testing.assert_allclose(features[0, -2:, 0], [1.0, -1.0], atol=0.15)
    np.testing.assert_allclose(
        load_features(of_array(soreness("1" * 30), load=load / 60)), features
    )
    assert not features[0, :8].any(), "seven days of one's own come first"
    assert not features[..., 2:].any(), "of calf load nothing is known"


@pytest.mark.parametrize(
    ("runs", "until", "counts"),
    [
        (".........", "001234567", "yyyyyyyyy"),
        ("r........", "001111567", "ynnnyyyyy"),  # nothing after the run for three days, then all
        ("r..r.....", "001114444", "yyyynnnyy"),  # another run came within four days
        ("r...r....", "001111555", "yyyyynnny"),
        ("r....r...", "001111566", "ynnnyynnn"),
        ("rrrrrrrrr", "001234567", "yyyyyyyyy"),
    ],
)
def test_what_the_last_run_touches_is_not_learnt_from(runs, until, counts):
    """A forecast is made on the day before; a run weighs in the features of three days after."""
    load = np.array([[float(each == "r") for each in runs]])
    found = learning(of_array(soreness("1" * len(runs)), load=load))
    assert "".join(map(str, found.until[0])) == until
    assert "".join("y" if each else "n" for each in found.counts[0]) == counts


def test_who_stops_running_is_learnt_on():
    """Two hundred mornings say the same whether or not a run half a year ago is known."""
    told = soreness("0113542110" * 20)
    load = np.zeros_like(told)
    load[0, 12] = 300.0
    ran, never = (
        forecasts(of_array(told, ZERO_TO_TEN, each), PRIOR, in_the_morning=True).density[0, -1]
        for each in (load, None)
    )
    np.testing.assert_allclose(ran, never, atol=0.03)


def test_a_long_silence_forgets_the_last_answer():
    """After half a year nobody is forecast by how they were on its last morning."""
    told = "0001" * 25 + "5" * 3
    near, far = (
        forecasts(diaries(told + "." * gap + "0", scale=ZERO_TO_TEN), PRIOR).density[0, -1]
        for gap in (0, 180)
    )
    assert far[5] < near[5] / 2
    assert far[0] > near[0]


def test_the_ewma_of_a_state_starts_at_the_first_answer():
    before = before_each_day(share_of_scale(soreness(".5.1"), Scale(1, 5)), Scale(1, 5))
    np.testing.assert_array_equal(before.fast[0, :2], np.nan)
    assert before.fast[0, 2:].tolist() == [1.0, 1.0]
    assert before.gap_days[0, 2:].tolist() == [1, 2]
    assert before.counts[0, 3].tolist() == [0, 0, 0, 0, 1]


# The prior


def test_the_prior_is_complete_and_its_file_is_what_is_written():
    text = written(PRIOR, {"A": [], "B": []})
    assert read_prior(text) == PRIOR
    for line in (each for each in text.splitlines() if " = " in each):
        with pytest.raises(KeyError):
            read_prior(text.replace(f"\n{line}\n", "\n", 1))


def test_the_prior_never_lowers():
    assert all(each >= 0 for each in PRIOR.coefficients[1:])
    assert sum(PRIOR.coefficients[1:4]) <= 1
    assert sum(PRIOR.trust) == pytest.approx(1)
    assert (len(PRIOR.coefficients), len(PRIOR.trust)) == (len(FEATURES), len(VOICES))


@pytest.mark.shared
@pytest.mark.skipif(
    not FOLDER.is_dir(), reason="NOT RUN: no public diaries here (name them by CALFWISE_SHARED)"
)
def test_the_prior_is_that_of_the_public_diaries_and_holds_on_people_left_out():
    """Better by 0.05 from 30 pairs on, surely, and never much worse before."""
    pools = {"SoccerMon": soccermon(FOLDER), "PMData": pmdata(FOLDER)}
    assert fitted([public_diaries(people) for people in pools.values()], PRIOR) == PRIOR
    left = left_out(pools, PRIOR)
    page = (Path(__file__).parents[3] / "docs" / "forecast.md").read_text("utf-8")
    assert with_tables(page, left) == page, "stale: `make prior` writes it anew"
    for measured in left.values():
        personal = next(each for each in measured.scores if each.model == "personal")
        ewma = next(each for each in measured.scores if each.model == "ewma")
        assert personal.brier_ge4 is not None
        assert ewma.brier_ge4 is not None
        assert personal.brier_ge4 < ewma.brier_ge4
        assert personal.coverage_80 is not None
        assert 0.75 <= personal.coverage_80 <= 0.85
        young, *older = measured.bands
        assert young.log_score < 0.01
        for band in older:
            assert band.log_score <= -0.05
            assert band.ci_high < 0
            assert band.brier < 0
        for one, next_one in pairwise(measured.bands):
            assert one.below == next_one.first
