"""A second page: how runs follow each other, and the way back after a sudden sharp pain.

Read like test_rules_page.py; the notation is told in pictures.py.
"""

import pytest

from advice.recommend import recommend
from tests.advice.pictures import TODAY, history, rows

PAGE = """
  mornings      | runs                            | verdict    | rule
  -- Distance
  0             | -                               | easy       | no_run_in_window
  0             | 10@30                           | as_planned | nothing_stands_out
  0             | 10@31                           | easy       | no_run_in_window
  0             | usual 11@1                      | as_planned | nothing_stands_out
  0             | usual 11.1@1                    | easy       | after_a_spike
  0             | usual 18@2                      | easy       | after_a_spike
  0             | usual 18@3                      | as_planned | nothing_stands_out
  0             | usual 18@0                      | as_planned | nothing_stands_out
  0             | usual 18@5 18@1                 | easy       | after_a_spike
  0             | 18@1                            | as_planned | nothing_stands_out
  0             | 10@34 18@5                      | easy       | only_spikes_in_window
  0             | 10@34 18@7                      | easy       | only_spikes_in_window
  0             | 10@34 18@8                      | as_planned | nothing_stands_out
  0             | 10@30 18@5                      | as_planned | nothing_stands_out
  -- Calf load
  0             | usual 10/11@1                   | as_planned | nothing_stands_out
  0             | usual 10/11.1@1                 | easy       | after_a_calf_load_spike
  0             | usual 10/18@2                   | easy       | after_a_calf_load_spike
  0             | usual 10/18@3                   | as_planned | nothing_stands_out
  0             | usual 10/18@0                   | as_planned | nothing_stands_out
  0             | usual 5/18@5 5/18@1             | easy       | after_a_calf_load_spike
  0             | usual 18/18@1                   | easy       | after_a_spike
  0             | 5/18@1                          | as_planned | nothing_stands_out
  3             | usual 10/18@1                   | easy       | sore_three
  -- Days of rest
  0             | usual 5@7 5@6 5@5 5@4 5@3 5@2 5@1 | as_planned | no_rest_day
  0             | usual 5@7 5@6 5@5 5@4 5@3 5@2   | as_planned | nothing_stands_out
  0             | usual 5@8 5@7 5@6 5@5 5@3 5@2 5@1 | as_planned | no_rest_day
  0             | 5@8 5@7 5@6 5@5 5@3 5@2 5@1   | as_planned | nothing_stands_out
  0             | 5@7 5@7 5@6 5@5 5@3 5@2 5@1   | as_planned | nothing_stands_out
  3             | 5@7 5@6 5@5 5@4 5@3 5@2 5@1   | easy       | sore_three
"""

# Each row begins with a morning of sudden sharp pain, not drawn.
WAY_BACK = """
  mornings                                | runs                 | verdict    | rule
  0                                       | usual                | physician  | flag_not_cleared
  0,may_run                               | usual                | easy       | return_ladder
  1,may_run                               | usual                | easy       | return_ladder
  0,sudden_sharp_pain,may_run             | usual                | physician  | flag_within_days
  2,may_run                               | usual                | easy       | ladder_not_open
  2,may_run 2*20                          | usual                | easy       | ladder_not_open
  2,may_run 0/2                           | usual                | easy       | ladder_not_open
  2,may_run 1                             | usual                | easy       | return_ladder
  0,may_not_run                           | usual                | rest       | held_back
  0,may_not_run 0 0,may_run               | usual                | easy       | return_ladder
  0,may_run 0,may_not_run                 | usual                | rest       | held_back
  0,may_run 0,sudden_sharp_pain           | usual                | physician  | flag_within_days
  0,may_run 0,sudden_sharp_pain 0,may_run | usual                | easy       | return_ladder
  0,may_run 3                             | usual                | easy       | return_ladder
  0,may_run 4                             | usual                | rest       | sore_four_or_five
  0,may_run .                             | usual                | easy       | return_ladder
  0,may_run .*30                          | usual                | easy       | return_ladder
  0,may_run 0*60                          | -                    | easy       | return_ladder
  0,may_run 0                             | 2@1                  | rest       | ladder_rest_day
  2,may_run 2                             | 2@1                  | easy       | ladder_not_open
  2,may_run 1                             | 2@1                  | easy       | return_ladder
  2,may_run 1 2                           | 2@1                  | rest       | ladder_rest_day
  0,may_run 0 0                           | 2@2                  | easy       | return_ladder
  0,may_run .                             | 2@1                  | rest       | ladder_rest_day
  0,may_run 0 .                           | 2@2                  | rest       | rest_holds
  0,may_run 0*9                           | 2@9 2@7 2@5 2@3 2@1  | rest       | ladder_rest_day
  0,may_run 0*10                          | 2@10 2@8 2@6 2@4 2@2 | as_planned | nothing_stands_out
  0,may_run 0*10                          | 2@10 2@8 2@6 2@4     | easy       | return_ladder
  0,may_run 0*9 2                         | 2@10 2@8 2@6 2@4 2@2 | easy       | return_ladder
"""

ROWS = [*rows(PAGE), *([f"0,sudden_sharp_pain {first}", *row] for first, *row in rows(WAY_BACK))]


@pytest.mark.parametrize("row", ROWS, ids=" | ".join)
def test_page(row):
    mornings, runs, verdict, rule = row
    said = recommend(history(mornings, runs), TODAY)
    assert (said.verdict.word, said.because[0].rule) == (verdict, rule)
