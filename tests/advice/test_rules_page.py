"""A page of mornings, and what calfwise says: correct a row, and the test will tell.

The notation is told in pictures.py. The rule is the one that decides. How runs follow each other,
the way back included, stands on a page of its own: test_running_page.py.
"""

import pytest

from advice.recommend import recommend
from advice.rules import RULES
from tests.advice import test_running_page
from tests.advice.pictures import TODAY, history, rows

PAGE = """
  mornings, today last                     | runs             | verdict    | rule
  -- How sore this morning
  0                                        | usual            | as_planned | nothing_stands_out
  2                                        | usual            | as_planned | nothing_stands_out
  3                                        | usual            | easy       | sore_three
  0/3                                      | usual            | easy       | sore_three
  4                                        | usual            | rest       | sore_four_or_five
  0/5                                      | usual            | rest       | sore_four_or_five
  6                                        | usual            | rest       | significant_pain
  10                                       | usual            | rest       | significant_pain
  0,painkiller                             | usual            | easy       | painkiller
  4,painkiller                             | usual            | rest       | sore_four_or_five
  -- How much the run hurt
  0 0,d2                                   | usual 10@1       | as_planned | nothing_stands_out
  0 0,d3                                   | usual 10@1       | easy       | pain_in_run
  0 0,d5                                   | usual 10@1       | easy       | pain_in_run
  0 0,d6                                   | usual 10@1       | rest       | too_much_pain_in_run
  0 0,d6 0                                 | usual 10@2       | rest       | too_much_pain_in_run
  0 0,d6 0 0                               | usual 10@3       | as_planned | nothing_stands_out
  0 0,d6 0                                 | usual 10@2 10@1  | as_planned | nothing_stands_out
  0 0 0,d6                                 | usual 10@3       | as_planned | nothing_stands_out
  0 0,d6 .                                 | usual 10@2       | rest       | too_much_pain_in_run
  0 0,d6 0,d2                              | usual 10@2       | rest       | too_much_pain_in_run
  0 0,d2 0,d6                              | usual 10@2       | rest       | too_much_pain_in_run
  3 3,d5                                   | usual 10@1       | easy       | sore_three
  0 0                                      | usual 10@1       | as_planned | nothing_stands_out
  -- Sorer than before the run
  1 2                                      | usual 10@1       | easy       | above_pre_run
  2 2                                      | usual 10@1       | as_planned | nothing_stands_out
  0 1                                      | usual 10@1       | as_planned | nothing_stands_out
  2/0 0/2                                  | usual 10@1       | easy       | above_pre_run
  2 . . . 2                                | usual 10@1       | as_planned | nothing_stands_out
  2 . . . . 2                              | usual 10@1       | easy       | above_pre_run
  1 . 2                                    | usual 10@2       | easy       | above_pre_run
  1 . . 2                                  | usual 10@3       | as_planned | nothing_stands_out
  -- Rises
  0 1 2                                    | usual            | as_planned | nothing_stands_out
  0 0 1 2 3                                | usual            | rest       | three_rises
  0 . 1 2                                  | usual            | rest       | three_rises
  0 . . 1 2                                | usual            | as_planned | nothing_stands_out
  0/2 1/1 2/2                              | usual            | as_planned | nothing_stands_out
  0 1 1 2 3                                | usual            | easy       | sore_three
  0 1 . 2                                  | usual            | rest       | three_rises
  0 . . 1 . 2                              | usual            | rest       | three_rises
  0 1 . . 2 3                              | usual            | easy       | sore_three
  0 1 2 3 .                                | usual            | rest       | rest_holds
  -- One side
  3/1 3/1 3/1                              | usual            | easy       | sore_three
  -- Not falling from day 4 on
  5 4 4 3 3                                | usual            | easy       | sore_three
  5 4 4 3 4                                | usual            | physician  | no_fall
  4 3 3 3                                  | usual            | easy       | sore_three
  4 3 3 3 3                                | usual            | physician  | no_fall
  2 2 2 2 2                                | usual            | as_planned | nothing_stands_out
  10 5 5 8 7                               | usual            | rest       | significant_pain
  10 5 5 8 8                               | usual            | physician  | no_fall
  9 5 3 2 3                                | usual            | physician  | rising
  9 5 3 2 2                                | usual            | as_planned | nothing_stands_out
  9 5 3 3 3                                | usual            | easy       | sore_three
  9 5 3 . 4                                | usual            | physician  | rising
  5 . . . 4                                | usual            | physician  | no_fall
  5 . . . 3                                | usual            | easy       | sore_three
  5 .*5 4                                  | usual            | physician  | no_fall
  5 4 4 3 4 3                              | usual            | physician  | referral_stands
  5 4 4 3 4 0                              | usual            | as_planned | nothing_stands_out
  5 4 4 3 4 1                              | usual            | physician  | referral_stands
  5 4 4 3 4 1 1                            | usual            | as_planned | nothing_stands_out
  -- Beyond seven days
  2*8                                      | usual            | as_planned | nothing_stands_out
  2*9                                      | usual            | physician  | beyond_seven_days
  2*10                                     | usual            | physician  | referral_stands
  2*7 1 2                                  | usual            | physician  | beyond_seven_days
  2*6 1 1 2                                | usual            | as_planned | nothing_stands_out
  2*6 0 2 2                                | usual            | as_planned | nothing_stands_out
  2 .*7 2                                  | usual            | physician  | beyond_seven_days
  2 .*6 2                                  | usual            | as_planned | nothing_stands_out
  2*8 1                                    | usual            | as_planned | nothing_stands_out
  2*7 1 . 1                                | usual            | as_planned | nothing_stands_out
  -- Six for three mornings, and rest that did not help
  6 6                                      | usual            | rest       | significant_pain
  6 6 6                                    | usual            | physician  | six_for_three_mornings
  6 . 7                                    | usual            | physician  | six_for_three_mornings
  6 5 6                                    | usual            | rest       | significant_pain
  6 . . 6                                  | usual            | physician  | six_for_three_mornings
  6/0 6/6 0/6                              | usual            | rest       | significant_pain
  5 5,rested 4,rested 4                    | usual            | rest       | sore_four_or_five
  5 5,rested 4,rested 4,rested             | usual            | physician  | rested_not_settled
  5,rested 5,rested 4,rested 4             | usual            | rest       | sore_four_or_five
  5 5,rested 4,rested 3,rested             | usual            | easy       | sore_three
  -- Three episodes in 42 days
  4 0 4 0 4                                | usual            | physician  | three_episodes
  4 0 4 0 3                                | usual            | easy       | sore_three
  4 0 3 0 4                                | usual            | rest       | sore_four_or_five
  4/0 0 4/0 0 0/4                          | usual            | rest       | sore_four_or_five
  4 0 .*39 4 0 4                           | usual            | rest       | sore_four_or_five
  4 0 .*38 4 0 4                           | usual            | physician  | three_episodes
  4 0 4 0 4 3                              | usual            | physician  | referral_stands
  -- Red flags
  0,chest_pain_or_breathless               | usual            | urgent     | red_flag_now
  0,dark_urine 0                           | usual            | urgent     | red_flag_now
  0,dark_urine 0,none                      | usual            | urgent     | red_flag_now
  0,cold_pale_blue .*6                     | usual            | urgent     | red_flag_now
  0,cold_pale_blue .*7                     | usual            | physician  | flag_not_cleared
  0,hard_tense_numb .*90                   | usual            | physician  | flag_not_cleared
  0,pop_or_kick                            | usual            | urgent     | red_flag_same_day
  0,one_sided_swelling_warm_red            | usual            | urgent     | red_flag_same_day
  0,cannot_bear_weight 0                   | usual            | urgent     | red_flag_same_day
  0,fever_redness                          | usual            | urgent     | red_flag_same_day
  0,pop_or_kick 0*6                        | usual            | urgent     | red_flag_same_day
  0,pop_or_kick 0*7                        | usual            | physician  | flag_not_cleared
  0,dark_urine .*5 0,dark_urine .*6        | usual            | urgent     | red_flag_now
  0,bone_pain_or_night_pain                | usual            | physician  | flag_within_days
  0,sudden_sharp_pain 0,none               | usual            | physician  | flag_not_cleared
  0,predictable_tightness                  | usual            | physician  | flag_within_days
  0,fluoroquinolone_or_steroid             | usual            | physician  | flag_within_days
  -- Limping
  0,limping                                | usual            | rest       | limping
  0,limping 0                              | usual            | easy       | limped_yesterday
  0,limping 0 0                            | usual            | as_planned | nothing_stands_out
  0,limping 0,limping                      | usual            | rest       | limping
  0,limping 0,limping 0,limping            | usual            | physician  | limping_third_morning
  0,limping . 0,limping                    | usual            | physician  | limping_third_morning
  0,limping 0,none 0,limping               | usual            | rest       | limping
  0,limping . . 0,limping                  | usual            | rest       | limping
  0,limping*3 0                            | usual            | physician  | flag_not_cleared
  0,limping .                              | usual            | rest       | rest_holds
  0,limping . .                            | usual            | rest       | rest_holds
  0,limping . . .                          | usual            | easy       | no_answer
  0,limping*2 . . 0,limping                | usual            | rest       | limping
  -- Seen by somebody
  0,dark_urine 0,may_run                   | usual            | easy       | after_clearance
  0,dark_urine 0,may_not_run               | usual            | rest       | held_back
  0,dark_urine 0,may_not_run 0*9           | usual            | rest       | held_back
  0,may_not_run 0,may_run                  | usual            | easy       | after_clearance
  0,dark_urine,may_run                     | usual            | urgent     | red_flag_now
  0,may_run 0                              | usual 10@1       | as_planned | nothing_stands_out
  0,may_run 1                              | usual 10@1       | easy       | after_clearance
  0,may_run 0                              | usual            | easy       | after_clearance
  0,may_run . 0                            | usual 10@2       | easy       | after_clearance
  2*9 2,may_run 2*9                        | 10@30 10@20      | easy       | after_clearance
  2*9 2,may_run 2*9                        | usual            | easy       | cleared_still_sore
  2*9 2,may_run 3                          | usual            | easy       | sore_three
  2*9 2,may_run 4                          | usual            | physician  | referred_again
  2*9 2,may_run 0 4                        | usual            | rest       | sore_four_or_five
  2*9 4,may_run                            | usual            | rest       | sore_four_or_five
  2*9 2,may_run 0,pop_or_kick              | usual            | urgent     | red_flag_same_day
  -- Silence
  .                                        | usual            | easy       | no_answer
  0 .                                      | usual            | easy       | no_answer
  4 .                                      | usual            | rest       | rest_holds
  4 . .                                    | usual            | rest       | rest_holds
  4 . . .                                  | usual            | easy       | no_answer
  3 .                                      | usual            | easy       | no_answer
  2*9 .                                    | usual            | physician  | referral_stands
  2*9 .*7                                  | usual            | physician  | referral_stands
  2*9 .*8                                  | usual            | easy       | no_answer
"""

ROWS = rows(PAGE)


@pytest.mark.parametrize("row", ROWS, ids=" | ".join)
def test_page(row):
    mornings, runs, verdict, rule = row
    said = recommend(history(mornings, runs), TODAY)
    assert (said.verdict.word, said.because[0].rule) == (verdict, rule)


def test_every_rule_is_on_the_page_or_says_more_than_it_decides():
    # A side of `one_sided` is at 3 or more; the forecast has a page of its own.
    never_alone = {"one_sided", "forecast_says_easy", "forecast_says_rest"}
    both_pages = ROWS + test_running_page.ROWS
    assert {rule.name for rule in RULES} - {row[3] for row in both_pages} == never_alone


def test_one_sided_is_said_beside_the_level():
    rules = [each.rule for each in recommend(history("3/1*3"), TODAY).because]
    assert rules[:2] == ["sore_three", "one_sided"]
    for not_yet in ("3/1*2", "3/1 3/2 3/1", "3/1 . 3/1 3/1", "3/1 2/0 3/1"):
        said = recommend(history(not_yet), TODAY)
        assert "one_sided" not in [each.rule for each in said.because]


def test_the_strictest_rules_stand_first_and_the_last_one_always_answers():
    verdicts = [rule.verdict for rule in RULES]
    assert verdicts == sorted(verdicts, reverse=True)
    assert RULES[-1].name == "nothing_stands_out"
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.source for rule in RULES)
