"""What is said to do good, and on which mornings it is withheld."""

import pytest

from advice.limits import Limit, Limits, default_limits
from advice.recommend import recommend
from tests.advice.pictures import TODAY, history

ALL = "easy_walk barefoot protein sleep stretching"
PAGE = f"""
  mornings                        | runs       | care
  -- Soreness
  1                               | usual      | -
  2                               | usual      | {ALL}
  3                               | usual      | {ALL}
  4                               | usual      | easy_walk protein sleep stretching
  5                               | usual      | easy_walk protein sleep stretching
  6                               | usual      | protein sleep
  0/2                             | usual      | {ALL}
  -- No answer: nobody knows how the calves are
  .                               | usual      | -
  4 .                             | usual      | -
  -- A limp
  2,limping                       | usual      | protein sleep
  2,limping 2                     | usual      | easy_walk protein sleep stretching
  2,limping 2 2                   | usual      | easy_walk protein sleep stretching
  2,limping 2 2 2                 | usual      | {ALL}
  -- A rest for another reason than soreness
  0,d6                            | usual 10@1 | easy_walk protein sleep
  0,d5                            | usual 10@1 | -
  0,limping                       | usual      | protein sleep
  -- Barefoot: not where the tendon, the heel or the bone may hurt
  2,achilles_or_heel              | usual      | easy_walk protein sleep stretching
  2,shin_or_bone                  | usual      | easy_walk protein sleep stretching
  2,upper_calf,lower_calf         | usual      | {ALL}
  3,achilles_or_heel 2            | usual      | easy_walk protein sleep stretching
  3,achilles_or_heel 1 2          | usual      | easy_walk protein sleep stretching
  3/0,achilles_or_heel 2/2 0/2    | usual      | easy_walk protein sleep stretching
  2/0,achilles_or_heel .*20 1/2   | usual      | easy_walk protein sleep stretching
  3,achilles_or_heel 0 2          | usual      | easy_walk protein sleep stretching
  1,achilles_or_heel 2            | usual      | easy_walk protein sleep stretching
  1,achilles_or_heel .*12 2       | usual      | easy_walk protein sleep stretching
  1,achilles_or_heel .*13 2       | usual      | {ALL}
  2,painkiller                    | usual      | easy_walk protein sleep stretching
  -- Sleep: not when it was told
  2,s6.9                          | usual      | {ALL}
  2,s7                            | usual      | easy_walk barefoot protein stretching
  2,slept_enough                  | usual      | easy_walk barefoot protein stretching
  2,slept_enough,s5               | usual      | {ALL}
  -- A matter for somebody else, or seen by somebody
  2*9                             | usual      | -
  2,dark_urine                    | usual      | -
  2,sudden_sharp_pain 2           | usual      | -
  2,may_run                       | usual      | -
  2,may_not_run                   | usual      | -
  2,sudden_sharp_pain 2,may_run 2 | usual      | -
"""
ROWS = [
    [cell.strip() for cell in line.split("|")]
    for line in PAGE.strip().splitlines()[1:]
    if not line.strip().startswith("--")
]


def care(mornings, runs="usual", limits=None):
    return {each.name: each for each in recommend(history(mornings, runs), TODAY, limits).care}


@pytest.mark.parametrize("row", ROWS, ids=" | ".join)
def test_page(row):
    mornings, runs, expected = row
    said = care(mornings, runs)
    assert list(said) == ([] if expected == "-" else expected.split())
    assert all(each.source for each in said.values())


def test_short_sleep_is_said_with_its_number():
    assert care("2,s5.5")["sleep"].says == (
        "You told us of 5.5 h of sleep. A general aim that is often named for adults is 7 hours a "
        "night or more."
    )
    assert care("2")["sleep"].says.startswith("Sleep: a general aim")
    assert "sleep" not in care("2,s6.96"), "7.0 as people say it"


def test_the_aim_of_sleep_is_a_setting():
    aim = Limit(value=8, unit="h", source="our clinic", verified="design")
    mine = Limits("x", {**default_limits().table, "sleep_h": aim})
    assert "8 hours" in care("2,s7.5", limits=mine)["sleep"].says


def test_no_more_is_said_than_is_known():
    said = care("2")
    assert "not a treatment" in said["barefoot"].says
    assert "no trial" in said["barefoot"].says
    assert "does not shorten soreness" in said["stretching"].says
    assert "1.4 to 2.0 g" in said["protein"].says
    assert "kidney" in said["protein"].says
