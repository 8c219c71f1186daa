"""What a runner is told of tomorrow: nothing, the EWMA, or a forecast that has earned it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from advice.forecast.baselines import ewma
from advice.forecast.diaries import Scale
from advice.forecast.mornings import Mornings, diary, passes, shortest_range
from advice.forecast.outlook import Outlook
from advice.limits import default_limits
from pipeline.history import History
from tests.advice.pictures import TODAY, history

LIMITS = default_limits()
DAY = timedelta(days=1)
EPISODE = "0 0 0 0 6 6 5 5 3 1 "
EPISODES = EPISODE * 12
"""Six bad mornings every ten days: the last one says more of the next than the EWMA does."""


def said(mornings, runs="-", on=TODAY):
    return Outlook(history(mornings.strip(), runs), LIMITS, on).on(on)


@pytest.mark.parametrize(
    ("mornings", "model", "pairs"),
    [
        ("2", "none", 0),
        ("2 " * 9, "none", 8),
        ("2 " * 10, "ewma", 9),
        ("2 . " * 10, "ewma", 9),
        (EPISODE * 4, "ewma", 39),
        (EPISODES, "personal", 119),
    ],
)
def test_which_forecast_is_shown(mornings, model, pairs):
    forecast = said(mornings)
    assert (forecast.model, forecast.pairs) == (model, pairs)
    assert (forecast.soreness_mean is None) == (model == "none")
    assert (forecast.acts_on is not None) == (model == "personal")


def test_before_the_first_answer_there_is_none():
    outlook = Outlook(history("2 " * 12), LIMITS, TODAY)
    assert outlook.on(TODAY - 12 * DAY) is None
    first = outlook.on(TODAY - 11 * DAY)
    assert first is not None
    assert first.pairs == 0


def test_the_ewma_is_shown_as_it_is_scored():
    past = history("1 3 2 2 4 3 1 0 2 3 2 5")
    forecast = Mornings(past, LIMITS, TODAY).on(TODAY)
    assert forecast is not None
    assert forecast.interval_80 is not None
    _, diaries = diary(past, TODAY)
    density = ewma(diaries)[0, -1]
    assert forecast.soreness_mean == pytest.approx(density @ np.arange(11), abs=1e-6)
    assert forecast.p_ge_4 == pytest.approx(density[4:].sum(), abs=1e-6)
    low, high = forecast.interval_80
    assert density[low : high + 1].sum() >= 0.8
    assert max(density[low:high].sum(), density[low + 1 : high + 1].sum()) < 0.8


def test_own_mornings_say_more_than_the_ewma():
    """The first sore morning of six: the next one will be sore, which the EWMA cannot know."""
    begun = said(EPISODES + "0 0 0 0 6")
    assert begun.p_ge_4 > 0.6
    assert begun.acts_on == begun.p_ge_4
    assert said(EPISODES + "0 0 0 0").p_ge_4 < 0.2


def test_a_silent_morning_is_no_better_than_one_without_soreness():
    for told in ("", "0 0 0 0 6", "0 0 0 0 6 6 5 5 3"):
        silent, nothing = (said(f"{EPISODES}{told} {last}") for last in (".", "0"))
        assert silent.acts_on >= max(nothing.acts_on, silent.p_ge_4)


def test_each_morning_sees_what_had_been_told_by_then():
    past = history(EPISODES.strip(), "10@30 10@3")
    every = Mornings(past, LIMITS, TODAY)
    for back in (1, 5, 40, 80):
        on = TODAY - back * DAY
        until = History(
            mornings=tuple(each for each in past.mornings if each.on <= on),
            runs=tuple(each for each in past.runs if each.on < on),
        )
        assert every.on(on) == Mornings(until, LIMITS, on).on(on)


@pytest.mark.parametrize(
    ("density", "range_80"),
    [
        ([1.0, 0.0, 0.0], (0, 0)),
        ([0.1, 0.8, 0.1], (1, 1)),
        ([0.23, 0.58, 0.19], (0, 1)),
        ([0.2, 0.3, 0.5], (1, 2)),
        ([0.3, 0.3, 0.4], (0, 2)),
    ],
)
def test_the_range_is_the_shortest_that_holds_80_percent(density, range_80):
    assert shortest_range(np.array(density)) == range_80


# The diary behind it


def test_loads_are_of_known_days_and_effort_as_told_by_the_next_morning():
    past = history("1 1 1 1 1 1", "10@4 8@2", unknown=[TODAY - 3 * DAY])
    runs = tuple(replace(run, timer_s=3000.0) for run in past.runs)
    told = {runs[0].id: ((runs[0].on + DAY, 6),), runs[1].id: ((runs[1].on + 2 * DAY, 6),)}
    past = replace(past, runs=tuple(replace(run, told_rpe=told[run.id]) for run in runs))
    first, found = diary(past, TODAY)
    assert first == TODAY - 5 * DAY
    nan = np.nan
    np.testing.assert_array_equal(found.calf_km, [[nan, 10.0, nan, 8.0, 0.0, nan, nan]])
    np.testing.assert_array_equal(found.load, [[nan, 300.0, nan, nan, 0.0, nan, nan]])
    np.testing.assert_array_equal(found.soreness, [[1, 1, 1, 1, 1, 1, nan]])


def test_the_watch_is_believed_where_we_were_not_told():
    past = history("1 1 1", "10@2 10@1")
    runs = tuple(replace(run, timer_s=3600.0, rpe=4.0) for run in past.runs)
    runs = (runs[0], replace(runs[1], told_rpe=((TODAY, 7),)))
    _, found = diary(replace(past, runs=runs), TODAY)
    np.testing.assert_array_equal(found.load, [[240.0, 420.0, np.nan, np.nan]])


def test_the_worse_side_and_the_runs_of_four_weeks_before_the_first_answer():
    first, found = diary(history("1/3 2/0", "10@60 10@20"), TODAY)
    assert first == TODAY - 29 * DAY
    assert found.scale == Scale(0, 10)
    np.testing.assert_array_equal(found.soreness[0, -3:], [3.0, 2.0, np.nan])


# The gate


@pytest.mark.parametrize(
    ("better", "passed"),
    [
        ([-0.1] * 29, False),
        ([-0.1] * 30, True),
        ([-0.03] * 30, True),
        ([-0.029] * 30, False),
        ([0.1] * 30, False),
        ([-1.0, 0.9] * 100, False),  # -0.05 on average, and too uncertain
        ([-1.0, 0.9] * 4000, True),
        ([-1.0] * 50 + [0.9] * 50, False),  # neighbours say the same thing twice
    ],
)
def test_gate(better, passed):
    days = len(better)
    [said] = passes(np.array(better), np.ones(days, dtype=bool), np.array([days]), LIMITS)
    assert said == passed


def test_neighbours_that_agree_say_less():
    """The same differences in another order: by turns they are sure, in blocks they are not."""
    by_turns = np.array([-0.5, 0.3] * 60)
    in_blocks = np.sort(by_turns.reshape(4, 30), axis=1).ravel()
    for order, passed in ((by_turns, True), (in_blocks, False)):
        [said] = passes(order, np.ones(120, dtype=bool), np.array([120]), LIMITS)
        assert said == passed


def test_the_gate_looks_only_at_what_was_learnt():
    better = np.array([-0.1] * 60)
    scored = np.ones(60, dtype=bool)
    said = passes(better, scored, np.array([0, 29, 30, 31, 60]), LIMITS)
    assert said.tolist() == [False, False, True, True, True]
    scored[:10] = False
    assert passes(better, scored, np.array([30, 40]), LIMITS).tolist() == [False, True]
