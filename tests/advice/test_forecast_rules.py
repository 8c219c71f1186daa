"""The forecast in the advice: one step stricter and no more, and every property holds with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advice.limits import default_limits
from advice.recommend import recommend, recommend_days
from advice.recommendation import Verdict
from pipeline.checkin import FLAGS, CheckIn
from tests.advice.forecast.test_mornings import EPISODES
from tests.advice.pictures import TODAY, history, mornings
from tests.advice.test_properties import EVERY, answered, answers, pasts

QUIET = "0 " * 45
"""Long enough that no earlier episode counts."""


def limits_of(probability):
    """As they come, but for the probability from which on the forecast acts."""
    limits = default_limits()
    table = dict(limits.table)
    table["forecast_p"] = replace(table["forecast_p"], value=probability)
    return replace(limits, table=table)


ACTS, NEVER_ACTS = limits_of(0.08), limits_of(2.0)
PAGE = """
  last mornings | runs         | others say | verdict    | rule
  0             | usual        | as_planned | as_planned | nothing_stands_out
  1             | usual        | as_planned | as_planned | nothing_stands_out
  2             | usual        | as_planned | easy       | forecast_says_easy
  3             | usual        | easy       | rest       | forecast_says_rest
  1,painkiller  | usual        | easy       | easy       | painkiller
  2,painkiller  | usual        | easy       | rest       | forecast_says_rest
  .             | usual        | easy       | easy       | no_answer
  3 .           | usual        | easy       | rest       | rest_holds
  2             | usual 18@1   | easy       | rest       | forecast_says_rest
  4             | usual        | rest       | rest       | sore_four_or_five
  6             | usual        | rest       | rest       | significant_pain
  3,limping     | usual        | rest       | rest       | limping
  2,dark_urine  | usual        | urgent     | urgent     | red_flag_now
  3,bone_pain_or_night_pain | usual | physician | physician | flag_within_days
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in PAGE.strip().splitlines()[1:]]


@pytest.mark.parametrize("row", ROWS, ids=" | ".join)
def test_page(row):
    """The probability is 7.1 % with a 1 this morning, 9.2 % with a 2, and here 8 % is enough."""
    last, runs, others, verdict, rule = row
    past = history(EPISODES + QUIET + last, runs)
    assert recommend(past, TODAY, NEVER_ACTS).verdict.word == others
    said = recommend(past, TODAY, ACTS)
    assert (said.verdict.word, said.because[0].rule) == (verdict, rule)


def test_what_is_said_is_the_probability_and_how_it_came():
    said = recommend(history(EPISODES + QUIET + "3"), TODAY, ACTS)
    assert said.forecast is not None
    assert said.because[0].says == (
        "By 165 pairs of your own mornings, 4 of 10 or more tomorrow has a probability of 11%: one "
        "step more careful, so rest today."
    )
    assert said.because[0].values["probability"] == said.forecast.p_ge_4
    assert said.ceiling is None


def test_the_ewma_does_not_act():
    """Nine mornings at 5 some weeks ago, and the forecast has not earned anything yet."""
    past = history("0 " * 5 + "5 " * 9 + "0 0 3")
    assert recommend(past, TODAY, limits_of(0.0)) == recommend(past, TODAY, NEVER_ACTS)


def test_beside_a_red_flag_there_is_no_forecast():
    assert recommend(history(EPISODES + "0,dark_urine"), TODAY).forecast is None


# Whole histories: the drawn past comes after a diary from which the forecast has learnt.

some_limits = st.sampled_from([0.03, 0.08, 0.15, 0.3, 0.5]).map(limits_of)


def learnt(past):
    """The same past after half a year of mornings."""
    first = past.mornings[0].on if past.mornings else TODAY
    before = mornings(EPISODES + QUIET, first - timedelta(days=1))
    return replace(past, mornings=(*before, *past.mornings))


@pytest.mark.slow
@EVERY
@given(pasts().map(learnt), answers(TODAY), answers(TODAY), some_limits)
def test_raising_all_numbers_never_relaxes(past, one, other, limits):
    def worse(name):
        told = (getattr(each, name) for each in (one, other))
        return max((each for each in told if each is not None), default=None)

    higher = replace(one, **{name: worse(name) for name in ("left", "right", "during", "rpe")})
    verdicts = [recommend(answered(past, each), TODAY, limits).verdict for each in (one, higher)]
    assert verdicts[0] <= verdicts[1]


@pytest.mark.slow
@EVERY
@given(pasts().map(learnt), answers(TODAY), st.sampled_from(FLAGS), some_limits)
def test_adding_a_flag_never_relaxes(past, answer, flag, limits):
    flagged = replace(answer, flags=(answer.flags or frozenset()) | {flag})
    verdicts = [
        recommend(answered(past, each), TODAY, limits).verdict for each in (answer, flagged)
    ]
    assert verdicts[0] <= verdicts[1]


@pytest.mark.slow
@EVERY
@given(pasts().map(learnt), some_limits)
def test_silence_is_never_freer_than_nothing_to_report(past, limits):
    nothing = CheckIn(on=TODAY, left=0, right=0, flags=frozenset())
    silent = recommend(past, TODAY, limits).verdict
    assert silent >= recommend(answered(past, nothing), TODAY, limits).verdict


@pytest.mark.slow
@EVERY
@given(pasts().map(learnt), st.none() | answers(TODAY), st.floats(1.0, 5.0), some_limits)
def test_a_longer_last_run_never_relaxes(past, answer, times, limits):
    past = answered(past, answer) if answer else past
    if past.runs and past.runs[-1].distance_m and past.runs[-1].calf_km:
        last = past.runs[-1]
        longer = replace(last, distance_m=last.distance_m * times, calf_km=last.calf_km * times)
        then = recommend(replace(past, runs=(*past.runs[:-1], longer)), TODAY, limits).verdict
        assert then >= recommend(past, TODAY, limits).verdict


@pytest.mark.slow
@EVERY
@given(pasts().map(learnt), st.none() | answers(TODAY), some_limits)
def test_the_forecast_makes_one_step_at_most_up_to_a_rest(past, answer, limits):
    past = answered(past, answer) if answer else past
    others, all_rules = (recommend(past, TODAY, each).verdict for each in (NEVER_ACTS, limits))
    steps = [others] if others >= Verdict.REST else [others, Verdict(others + 1)]
    assert all_rules in steps


@pytest.mark.slow
@settings(EVERY, max_examples=25)
@given(pasts().map(learnt), st.integers(4, 9), some_limits)
def test_many_days_are_the_days_one_by_one(past, step, limits):
    dates = [TODAY - timedelta(days=back) for back in range(30, -5, -step)]
    assert list(recommend_days(past, dates, limits)) == [
        recommend(past, on, limits) for on in dates
    ]
