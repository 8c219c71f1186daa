"""What is said of cadence, and on which mornings nothing is."""

import pytest

from advice.recommend import recommend
from tests.advice.pictures import TODAY, history

LOW = "10@12,c-9 10@8,c-9 10@4,c-9"  # two standard deviations are 8
PAGE = f"""
  mornings              | runs                                       | form
  -- Three low runs at matched speed
  2                     | {LOW}                                      | yes
  2                     | 10@12,c-9 10@8,c-9                         | no
  2                     | 10@12,c-9 10@8,c-9 10@4,c-8.1              | yes
  2                     | 10@12,c-9 10@8,c-9 10@4,c-8                | no
  2                     | 10@12,c9 10@8,c9 10@4,c9                   | no
  2                     | 10@12,c-9 10@8,c-9 10@6,c0 10@5 10@4,c-9   | yes
  2                     | 10@12 10@8 10@4                            | no
  -- Of the last 28 days, against a line of ten runs
  2                     | 10@28,c-9 10@8,c-9 10@4,c-9                | yes
  2                     | 10@29,c-9 10@8,c-9 10@4,c-9                | no
  2                     | 10@12,c-9 10@8,c-9 10@4,c-9/10             | yes
  2                     | 10@12,c-9 10@8,c-9 10@4,c-9/9              | no
  -- A sensor that counts something else is no runner
  2                     | 10@12,c-20 10@8,c-20 10@4,c-20             | yes
  2                     | 10@12,c-21 10@8,c-21 10@4,c-21             | no
  2                     | 10@12,c-80 10@8,c-80 10@4,c-80             | no
  -- Only when something hurts, and not much
  1                     | {LOW}                                      | no
  0                     | {LOW}                                      | no
  0/2                   | {LOW}                                      | yes
  3                     | {LOW}                                      | yes
  4                     | {LOW}                                      | no
  2 1                   | {LOW}                                      | yes
  2 0                   | {LOW}                                      | no
  2 1 1                 | {LOW}                                      | no
  4 1                   | {LOW}                                      | yes
  -- Never without an answer, at rest, with a painkiller or a limp
  .                     | {LOW}                                      | no
  2 .                   | {LOW}                                      | no
  2,d6                  | {LOW} 10@1                                 | no
  2,d5                  | {LOW} 10@1                                 | yes
  2,limping             | {LOW}                                      | no
  2,painkiller          | {LOW}                                      | no
  -- A matter for somebody else, or seen by somebody
  2*9                   | {LOW}                                      | no
  2,dark_urine          | {LOW}                                      | no
  2,may_run             | {LOW}                                      | no
  2,may_not_run         | {LOW}                                      | no
  2*9 2,may_run 2*9     | {LOW}                                      | no
  2*9 2,may_run 2*9 0 2 | {LOW}                                      | yes
  -- Not two things at once
  2                     | 10@30,Old {LOW} 5@14,Blue                  | no
  2                     | 10@30,Old {LOW} 5@15,Blue                  | yes
"""
ROWS = [
    [cell.strip() for cell in line.split("|")]
    for line in PAGE.strip().splitlines()[1:]
    if not line.strip().startswith("--")
]


@pytest.mark.parametrize("row", ROWS, ids=" | ".join)
def test_page(row):
    mornings, runs, expected = row
    said = recommend(history(mornings, runs), TODAY).form
    assert [each.name for each in said] == (["cadence"] if expected == "yes" else [])
    assert all(each.source for each in said)


def test_the_sentence_holds_the_runs_and_their_mean():
    runs = "10@20,c0 10@16,c-2 10@12,c-8.5 10@8,c-9 10@4,c-10.25 10@2"
    [item] = recommend(history("2", runs), TODAY).form
    assert item.says.startswith(
        "In 3 of 5 runs of the last 28 days your cadence was below your own usual at the same "
        "speed, by 9.2 steps a minute on average. Trying up to 5% more on easy runs, for 4 to 6 "
        "weeks"
    )
    assert item.says.endswith("whether it prevents soreness is unknown.")


def test_no_number_to_aim_for_no_foot_strike_no_shoes_and_no_cause():
    [item] = recommend(history("2", LOW), TODAY).form
    for word in ("180", "forefoot", "minimal", "shoe", "because", "cause", "wrong", "10%"):
        assert word not in item.says.lower()
