"""What is said of shoes: what is new, what is worn, and the mornings after; never a verdict."""

from dataclasses import replace
from datetime import timedelta

import pytest

from advice.limits import default_limits
from advice.recommend import recommend
from advice.shoes import estimates
from pipeline.wardrobe import Pair
from pipeline.worn import wear_of
from tests.advice.pictures import TODAY, history

PAGE = """
  mornings            | runs                                  | shoes
  -- A pair that is new for two weeks
  2                   | 10@30,Old 10@14,Blue                  | new_pair pair
  2                   | 10@30,Old 10@15,Blue                  | pair
  2                   | 10@30 10@14,Blue                      | new_pair pair
  2                   | 10@14,Blue 10@4,Blue                  | pair
  2                   | 10@14,Old 10@8,Blue 10@4,Old          | new_pair pair
  2                   | 10@14,Old 10@8,Blue 10@4              | new_pair
  -- Two pairs by turns are no change; a pair that comes out again is one
  2                   | 10@60,Blue 10@32,Old 10@28,Blue 10@24,Old 10@4,Blue | pair
  2                   | 10@60,Blue 10@33,Blue 10@31,Old 10@4,Blue           | new_pair pair
  2                   | 10@60,Blue 10@32,Blue 10@31,Old 10@4,Blue           | pair
  2                   | 10@60,Old 10@40,Blue 10@4,Blue        | pair
  -- Nobody told what was worn
  2                   | usual                                 | -
  2                   | 10@30,Old 10@4                        | -
  2                   | 10@31,Blue                            | -
  2                   | 10@30,Blue                            | pair
  -- Only when sore, only with an answer
  1                   | 10@30,Old 10@4,Blue                   | -
  0/2                 | 10@30,Old 10@4,Blue                   | new_pair pair
  .                   | 10@30,Old 10@4,Blue                   | -
  -- Beside a rest it is context; beside a referral or after a visit nothing
  5                   | 10@30,Old 10@4,Blue                   | new_pair pair
  2*9                 | 10@30,Old 10@4,Blue                   | -
  2,dark_urine        | 10@30,Old 10@4,Blue                   | -
  2,may_run           | 10@30,Old 10@4,Blue                   | -
  2,may_not_run       | 10@30,Old 10@4,Blue                   | -
"""
ROWS = [
    [cell.strip() for cell in line.split("|")]
    for line in PAGE.strip().splitlines()[1:]
    if not line.strip().startswith("--")
]


def shoes(past):
    return {each.name: each.says for each in recommend(past, TODAY).shoes}


@pytest.mark.parametrize("row", ROWS, ids=" | ".join)
def test_page(row):
    mornings, runs, expected = row
    said = recommend(history(mornings, runs), TODAY).shoes
    assert [each.name for each in said] == ([] if expected == "-" else expected.split())
    assert all(each.source for each in said)


def test_a_new_pair_is_context_and_no_cause():
    said = shoes(history("2", "10@30,Old 10@10,Blue 5.25@4,Blue"))
    assert said["new_pair"] == (
        "The first run in Blue that we know of was Friday 20 June, 10 days ago. If that pair is a "
        "change for you, the calves may have noticed; whether they did, nobody can say from a few "
        "runs."
    )
    assert said["pair"] == "Your last run was in Blue: 15.2 km in 2 runs so far."
    again = shoes(history("2", "10@33,Blue 10@31,Old 10@4,Blue"))["new_pair"]
    assert again.startswith("Blue is back after weeks without a run in it: the first was Thursday")


TOLD = """
  told of             | runs                                  | shoes
  Blue@0              | 10@30,Old 10@4,Old                    | new_pair pair
  Blue@3              | 10@30,Old 10@4,Old                    | new_pair pair
  Old@3               | 10@30,Old 10@4,Old                    | pair
  Old@3               | 10@40,Old 10@30,Old 10@15,Blue        | pair
  Old@3               | 10@40,Old 10@15,Blue                  | new_pair pair
  Blue@9              | 10@30,Old 10@4,Blue                   | new_pair pair
  Blue@0              | -                                     | -
  Blue@9              | 10@30,Old 10@4,Old                    | pair
"""
TOLD_ROWS = [[cell.strip() for cell in line.split("|")] for line in TOLD.strip().splitlines()[1:]]


@pytest.mark.parametrize("row", TOLD_ROWS, ids=" | ".join)
def test_a_pair_told_of_by_date_counts_before_its_first_run(row):
    told, runs, expected = row
    name, _, days_ago = told.partition("@")
    pair = Pair(name=name, from_date=TODAY - timedelta(days=int(days_ago)))
    said = shoes(replace(history("2", runs), pairs=(pair,)))
    assert list(said) == ([] if expected == "-" else expected.split())
    if "new_pair" in said and "4,Blue" not in runs:
        assert said["new_pair"].startswith(f"You told us that you wear {name} since ")


def test_a_minimal_pair_asks_more_of_the_calves():
    said = shoes(history("2", "10@30,Old 10@4,Bare"))
    assert "about 15% more" in said["pair"]
    assert "minimal" not in shoes(history("2", "10@30,Old 10@4,Blue"))["pair"]


def by_turns(mornings_in_blue):
    """A run every third day: the last ones in Blue, the next morning at 3; before in Old, at 1."""
    days = range(2, 32, 3)
    shoes = ["Blue"] * mornings_in_blue + ["Old"] * (len(days) - mornings_in_blue)
    answers = ["0"] * 32
    for days_ago, worn in zip(days, shoes, strict=True):
        answers[days_ago - 1] = {"Blue": "3", "Old": "1"}[worn]
    answers[0] = "2"
    runs = " ".join(f"10@{days_ago},{worn}" for days_ago, worn in zip(days, shoes, strict=True))
    return history(" ".join(reversed(answers)), runs)


@pytest.mark.parametrize(
    ("mornings_in_blue", "said", "not_said"),
    [
        (1, "1 morning after a run in it, too few", "other pairs"),
        (4, "4 mornings after a run in it, too few", "other pairs"),
        (5, "other pairs at 1.0 (5 mornings)", "too few"),
        (6, "so far.", "other pairs"),  # four of the others are too few to stand beside
    ],
)
def test_from_five_mornings_on_their_soreness_is_said(mornings_in_blue, said, not_said):
    pair = shoes(by_turns(mornings_in_blue))["pair"]
    assert said in pair
    assert not_said not in pair


def test_the_numbers_said_are_those_of_the_list():
    past = by_turns(5)
    wear = wear_of(past.runs, past.mornings, away_days=28)
    known = estimates(wear, default_limits())
    assert known.keys() == {"blue", "old"}
    assert 1 < known["old"].mean_nrs < 2 < known["blue"].mean_nrs < 3
    low, high = known["blue"].interval_80
    said = shoes(past)["pair"]
    assert f"at about {known['blue'].mean_nrs:.1f} of 10 (80% sure of {low:.1f} to" in said
    assert f"{low:.1f} to {high:.1f}, from 5 mornings)" in said
    assert said.endswith("this is no verdict on it.")
