"""What each pair was run in, and what its mornings after say of it."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checkin import CheckIn
from pipeline.history import Run
from pipeline.wardrobe import Worn
from pipeline.worn import Estimate, Mornings, pooled, spread_nrs, wear_of
from tests.pipeline.plain_days import on, run


def runs_of(picture):
    """`0:Old 3:Blue 3:-`: the day and the shoes of each run, `-` where nobody told."""
    runs = []
    for place, drawn in enumerate(picture.split()):
        day, _, name = drawn.partition(":")
        made = run(int(day))
        runs.append(
            Run(
                id=str(place),
                on=made.on,
                start_at=made.start_at,
                distance_m=made.distance_m,
                calf_km=made.calf_km,
                worn=None if name == "-" else Worn(name),
            )
        )
    return runs


def mornings_of(picture):
    """`1:3/0`: day, left, right."""
    for drawn in picture.split():
        day, left, right = map(int, drawn.replace("/", ":").split(":"))
        yield CheckIn(on=on(day), left=left, right=right)


def wear(runs, mornings=""):
    return wear_of(runs_of(runs), mornings_of(mornings), away_days=28)


AFTER = """
  runs               | mornings           | after (count, total)
  0:Old              | 1:3/0              | Old 1 3
  0:Old              | 1:0/3              | Old 1 3
  0:Old              | 0:3/3              | Old 0 0
  0:Old              | 2:3/3              | Old 0 0
  0:Old 2:Old        | 1:1/1 3:4/2        | Old 2 5
  0:Old 2:Blue       | 1:1/1 3:4/2        | Old 1 1, Blue 1 4
  0:Old 0:Old        | 1:2/2              | Old 1 2
  0:Old 0:Blue       | 1:2/2              | Old 0 0, Blue 0 0
  0:Old 0:-          | 1:2/2              | Old 0 0
  0:- 0:Old          | 1:2/2              | Old 0 0
  0:Old 1:Blue       | 1:2/2              | Old 1 2, Blue 0 0
  0:-                | 1:2/2              |
  0:Old 2:old        | 1:1/1 3:4/2        | Old 2 5
"""
AFTER_ROWS = [[cell.strip() for cell in line.split("|")] for line in AFTER.strip().splitlines()[1:]]


@pytest.mark.parametrize("row", AFTER_ROWS, ids=" | ".join)
def test_a_morning_speaks_of_the_runs_of_the_day_before(row):
    runs, mornings, expected = row
    found = wear(runs, mornings)
    told = [f"{each.name} {each.after.count} {each.after.total}" for each in found.pairs.values()]
    assert ", ".join(told) == expected


SINCE = """
  runs                              | worn since
  0:Old 9:Old                       | Old 0
  0:Old 9:Blue 12:Blue              | Old 0, Blue 9
  0:Old 9:Blue 28:Old               | Old 0, Blue 9
  0:Old 9:Blue 29:Old               | Old 29, Blue 9
  0:Old 29:Old                      | Old 0
  0:Old 9:- 29:Old                  | Old 29
"""
SINCE_ROWS = [[cell.strip() for cell in line.split("|")] for line in SINCE.strip().splitlines()[1:]]


@pytest.mark.parametrize("row", SINCE_ROWS, ids=" | ".join)
def test_a_pair_comes_new_after_four_weeks_in_which_another_was_worn(row):
    runs, expected = row
    since = {each.name: (each.since - on(0)).days for each in wear(runs).pairs.values()}
    assert ", ".join(f"{name} {day}" for name, day in since.items()) == expected


def test_sums_by_pair():
    pairs = wear("0:Old 3:Blue 5:Old 9:Blue").pairs
    old = pairs["old"]
    assert (old.runs, old.distance_m, old.calf_km) == (2, 16_000.0, 16.0)
    assert (old.first_on, old.last_on) == (on(0), on(5))
    assert wear("").last_pair is None
    assert wear("0:Old 1:-").last_pair is None
    assert wear("0:Old 1:Blue").last_pair == wear("0:Old 1:Blue").pairs["blue"]


def test_of_a_run_without_distance_there_is_no_sum():
    [known, untold] = runs_of("0:Old 1:Old")
    lost = Run(**{name: getattr(untold, name) for name in ("id", "on", "start_at", "worn")},
               distance_m=None, calf_km=None)  # fmt: skip
    pair = wear_of([known, lost], [], away_days=28).pairs["old"]
    assert (pair.runs, pair.distance_m, pair.calf_km) == (2, None, None)


# The arithmetic.

ANSWERS = st.lists(st.integers(0, 10), max_size=8)
PAIRS = st.dictionaries(st.sampled_from("abcd"), ANSWERS, min_size=1)


def summed(answers):
    return sum((Mornings(1, each, each * each) for each in answers), Mornings())


def estimates(pairs, spread=1.5, between=0.5):
    told = {name: summed(answers) for name, answers in pairs.items()}
    return pooled(told, spread_nrs=spread, between_nrs=between)


def test_a_picture_of_three_pairs():
    """One morning hardly leaves the mean of all; a hundred stay where they are."""
    found = estimates({"much": [1, 3] * 50, "some": [4] * 9, "once": [9]})
    means = {name: round(each.mean_nrs, 1) for name, each in found.items()}
    assert means == {"much": 2.1, "some": 3.6, "once": 3.7}
    widths = [each.sd_nrs for each in found.values()]
    assert widths == sorted(widths)
    assert [each.mornings for each in found.values()] == [100, 9, 1]


def test_a_single_pair_keeps_its_own_mean():
    [only] = estimates({"only": [2, 3, 4, 3]}).values()
    assert only.mean_nrs == pytest.approx(3)
    assert only.sd_nrs == pytest.approx(1.5 / math.sqrt(4))


def test_of_mornings_that_tell_half_as_much_twice_as_many_are_needed():
    once = pooled({"Old": summed([3])}, spread_nrs=1.5, between_nrs=0.5)["Old"]
    half = pooled({"Old": summed([3, 3])}, spread_nrs=1.5, between_nrs=0.5, independent_share=0.5)[
        "Old"
    ]
    assert half.mean_nrs == pytest.approx(3)
    assert half.sd_nrs == pytest.approx(once.sd_nrs)


def test_without_mornings_nothing_is_known():
    assert estimates({"new": []}) == {}
    assert spread_nrs([Mornings()], usual_nrs=1.5, usual_mornings=5) is None


@given(PAIRS, st.floats(0.3, 4), st.floats(0.1, 3))
def test_it_is_the_posterior_of_the_model_by_matrices(pairs, spread, between):
    """The same normal model solved as one system, with a nearly flat prior on the common mean."""
    told = {name: answers for name, answers in pairs.items() if answers}
    found = estimates(pairs, spread, between)
    assert found.keys() == told.keys()
    if not told:
        return
    size = len(told)
    precision, right = np.zeros((size + 1, size + 1)), np.zeros(size + 1)
    precision[size, size] = size / between**2 + 1e-9
    for place, answers in enumerate(told.values()):
        precision[place, place] = len(answers) / spread**2 + 1 / between**2
        precision[place, size] = precision[size, place] = -1 / between**2
        right[place] = sum(answers) / spread**2
    covariance = np.linalg.inv(precision)
    means = covariance @ right
    for place, name in enumerate(told):
        assert found[name].mean_nrs == pytest.approx(means[place], abs=1e-5)
        assert found[name].sd_nrs == pytest.approx(math.sqrt(covariance[place, place]), rel=1e-5)


@given(PAIRS, st.sampled_from("abcd"), ANSWERS)
def test_more_mornings_never_widen_at_equal_spread(pairs, name, more):
    before = estimates(pairs)
    after = estimates({**pairs, name: [*pairs.get(name, []), *more]})
    for each, was in before.items():
        assert after[each].sd_nrs <= was.sd_nrs + 1e-12


@given(PAIRS)
def test_a_mean_lies_between_the_pairs_own_and_the_others(pairs):
    own = {name: sum(told) / len(told) for name, told in pairs.items() if told}
    for name, each in estimates(pairs).items():
        others = [mean for other, mean in own.items() if other != name] or [own[name]]
        between = sorted([own[name], min(others), max(others)])
        assert between[0] - 1e-9 <= each.mean_nrs <= between[-1] + 1e-9
        if own[name] >= max(others):
            assert each.mean_nrs <= own[name] + 1e-9
        if own[name] <= min(others):
            assert each.mean_nrs >= own[name] - 1e-9


@given(PAIRS)
def test_an_interval_holds_its_mean_and_stays_on_the_scale(pairs):
    for each in estimates(pairs).values():
        low, high = each.interval_80
        assert 0 <= low <= each.mean_nrs <= high <= 10


def test_the_interval_is_of_80_percent():
    low, high = Estimate(mean_nrs=5, sd_nrs=1, mornings=9).interval_80
    assert low + high == pytest.approx(10)
    assert math.erf((high - 5) / math.sqrt(2)) == pytest.approx(0.8, abs=1e-4)


@pytest.mark.parametrize(
    ("pairs", "spread"),
    [
        ([[3]], 1.5),  # one morning tells nothing of its spread
        ([[3], [0]], 1.5),  # nor do pairs apart from each other
        ([[3, 3, 3]], math.sqrt(5 * 1.5**2 / 7)),
        ([[0, 4], [1, 1]], math.sqrt((5 * 1.5**2 + 8) / 7)),
    ],
)
def test_the_spread_is_within_pairs_and_begins_at_the_usual_one(pairs, spread):
    found = spread_nrs(map(summed, pairs), usual_nrs=1.5, usual_mornings=5)
    assert found == pytest.approx(spread)


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["Old", "Blue", "-"]))), PAIRS)
def test_every_morning_enters_one_pair_at_most(runs, pairs):
    drawn = " ".join(f"{day}:{name}" for day, name in sorted(runs))
    days = [day for answers in pairs.values() for day in answers]
    answers = [
        CheckIn(on=on(0) + timedelta(days=day), left=1, right=0) for day in sorted(set(days))
    ]
    found = wear_of(runs_of(drawn), answers, away_days=28)
    assert sum(each.after.count for each in found.pairs.values()) <= len(answers)
    assert sum(each.runs for each in found.pairs.values()) == drawn.count("Old") + drawn.count(
        "Blue"
    )
