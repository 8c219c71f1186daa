"""Why a day got its verdict: every rule with what it saw, and what another answer would lead to.

The notation is told in pictures.py.
"""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advice import signs
from advice.day import follow
from advice.explain import explain, explanation
from advice.limits import Limits, default_limits, read_limits
from advice.recommend import recommend
from advice.recommendation import Ceiling
from advice.rule import fields
from advice.rules import RULES, judge
from advice.what_if import would_change
from pipeline.checkin import FLAGS, CheckIn
from pipeline.history import History, pair, with_told
from tests.advice.pictures import TODAY, history
from tests.advice.test_properties import EVERY, answered, answers, pasts
from tests.advice.test_rules_page import ROWS

TOMORROW = TODAY + timedelta(days=1)


def day_of(past, on=TODAY):
    (day,) = follow(past, (on,), default_limits())
    return day


def explained(mornings, runs="usual"):
    return {each.rule: each for each in explain(day_of(history(mornings, runs)))}


@pytest.mark.parametrize("row", ROWS, ids=" | ".join)
def test_every_rule_in_order_and_the_deciding_one_is_marked(row):
    mornings, runs, verdict, rule = row
    day = day_of(history(mornings, runs))
    rules = explain(day)
    assert [each.rule for each in rules] == [each.name for each in RULES]
    assert [(each.rule, each.verdict.word) for each in rules if each.decides] == [(rule, verdict)]
    fired = {each.rule.name: each.rule.because(each.facts).says for each in judge(day)}
    assert {each.rule: each.says for each in rules if each.fired} == fired
    assert all(each.says is None for each in rules if not each.fired)
    assert all(each.saw and each.asks and each.source for each in rules)
    assert "{" not in "".join(each.saw + each.asks for each in rules)


SAW = """
  mornings, today last      | runs            | rule                   | what it saw
  3/1                       | usual           | sore_three             | left 3, right 1
  .                         | usual           | sore_three             | no answer so far
  3/1 .                     | usual           | no_answer              | no answer this morning, the last one yesterday
  5 .                       | usual           | rest_holds             | no answer this morning, the last one yesterday; it asked for: rest
  2 . .                     | usual           | rest_holds             | no answer this morning, the last one 2 days ago; it asked for: run easy
  0 0,d4                    | usual 10@1      | pain_in_run            | last run yesterday, hurt up to 4
  0 0,d4                    | usual 10@1      | too_much_pain_in_run   | last run yesterday, hurt up to 4
  0 0                       | usual 10@1      | pain_in_run            | last run yesterday, pain not told
  0                         | usual           | pain_in_run            | last run 4 days ago, too long ago to count
  0                         | -               | pain_in_run            | no run known
  0,dark_urine 0            | usual           | red_flag_now           | dark urine (yesterday)
  0,dark_urine .*9          | usual           | red_flag_now           | dark urine (9 days ago)
  0,dark_urine 0            | usual           | red_flag_same_day      | none of these stands
  0,dark_urine 0            | usual           | flag_not_cleared       | dark urine (yesterday)
  0,limping 0,limping       | usual           | limping_third_morning  | last limp this morning, since yesterday
  0                         | usual           | limping                | no limp told
  5/0 4/0 4/0 3/0 4/0       | usual           | no_fall                | left at 4 on day 4, peak 5 in days 0 to 3
  5/0 4/0 4/0 3/0 4/0       | usual           | rising                 | left at 4 on day 4, last 3 in days 0 to 3
  5 4 4 3 4 3               | usual           | referral_stands        | left at 3 on day 5, referred yesterday; right at 3 on day 5, referred yesterday
  0/2 0/2 .                 | usual           | no_fall                | no answer this morning
  0/2 0/2 .                 | usual           | referral_stands        | right at 2 on day 1
  0/2 .*8                   | usual           | referral_stands        | nothing heard for 8 days: episodes are not judged
  .                         | usual           | referral_stands        | no episode
  6/0 7/0                   | usual           | six_for_three_mornings | left at 7 on day 1, 6 or more since yesterday
  6/0 5/0                   | usual           | six_for_three_mornings | left at 5 on day 1, not 6 or more
  5/0 5/0,rested            | usual           | rested_not_settled     | left at 5 on day 1, 1 day rested
  4/0 0 5/0 0 4/0           | usual           | three_episodes         | left at 4 on day 0, peak 4, peaks of earlier ones: 4 5
  2/0*9 2/0,may_run 2/0     | usual           | cleared_still_sore     | left at 2 on day 10, seen
  0/3 1/2 2/3               | usual           | three_rises            | rises in a row: left 2, right 1
  2/0 0/2                   | usual 10@1      | above_pre_run          | now left 0, right 2; before the run yesterday: left 2, right 0
  2 . . . . 2               | usual 10@1      | above_pre_run          | now left 2, right 2; before the run yesterday: not told
  2                         | usual           | above_pre_run          | no run in the last 2 days
  3/1 3/2 3/1               | usual           | one_sided              | left 3 3 3, right 1 2 1 over 3 mornings
  3/1 . 3/1 3/1             | usual           | one_sided              | left 3 3 3, right 1 1 1 over 4 mornings
  0                         | usual 18@2      | after_a_spike          | such a run 2 days ago, 18.0 km
  0                         | usual 10/18@1   | after_a_calf_load_spike | such a run yesterday, 18.0 calf-km
  0                         | 5@3 5@2 6@2 5@1 | no_rest_day            | a run on 3 of the last 7 days
  0,sudden_sharp_pain       | usual           | return_ladder          | a sudden sharp pain, and nobody has said yet that you may run
  0,sudden_sharp_pain 2,may_run | usual       | ladder_not_open        | may run again since this morning, no quiet morning yet; last run 4 days ago
  0,sudden_sharp_pain 0,may_run . 0 | usual 2@2 | return_ladder        | step 1, 1 quiet morning after a run on it; last run 2 days ago
  0                         | usual           | ladder_rest_day        | no way back to go
  0*12                      | -               | forecast_says_rest     | 11 pairs of own mornings; no forecast of one's own has proved itself yet
  0                         | usual           | after_a_spike          | no such run in the last 2 days
  0                         | usual           | no_run_in_window       | 8 runs in the last 30 days
  0                         | -               | no_run_in_window       | 0 runs in the last 30 days
  0,may_not_run 0           | usual           | held_back              | may not run, told yesterday
  0,may_run 0               | usual           | after_clearance        | may run again, told yesterday, not yet proved by a run
  0                         | usual           | held_back              | no word from a visit that still counts
  0,painkiller              | usual           | painkiller             | a painkiller this morning
  0                         | usual           | painkiller             | no painkiller told
  0                         | usual           | nothing_stands_out     | the other rules
"""  # noqa: E501 - one picture a line
SAW_ROWS = [[cell.strip() for cell in line.split("|")] for line in SAW.strip().splitlines()[1:]]


@pytest.mark.parametrize("row", SAW_ROWS, ids=" | ".join)
def test_what_a_rule_saw(row):
    mornings, runs, rule, saw = row
    assert explained(mornings, runs)[rule].saw == saw


BACK = "0,sudden_sharp_pain 0,may_run 0"
ANOTHER = {
    "red_flag_now": ("0", "0,dark_urine"),
    "forecast_says_rest": ("0", "0 0"),
    "forecast_says_easy": ("0", "0 0"),
    "red_flag_same_day": ("0,pop_or_kick", "0,pop_or_kick 0"),
    "flag_within_days": ("0", "0,sudden_sharp_pain"),
    "flag_not_cleared": ("0,dark_urine 0", "0,dark_urine 0 0"),
    "limping_third_morning": ("0,limping", "0,limping*2"),
    "no_fall": ("5 4 4 3 4", "6 4 4 3 4"),
    "rising": ("5 4 4 3 4", "5 4 4 2 4"),
    "beyond_seven_days": ("2*8", "2*9"),
    "six_for_three_mornings": ("6 6", "5 6"),
    "rested_not_settled": ("4 4", "4 4,rested"),
    "three_episodes": ("4 0 4", "3 0 4"),
    "referred_again": ("4 4", "4 3"),
    "referral_stands": ("2*9 2", "2*9 2 2"),
    "significant_pain": ("6/0", "7/0"),
    "too_much_pain_in_run": ("0,d5 0", "0,d6 0"),
    "three_rises": ("0 1 2", "0 2 2"),
    "limping": ("0", "0,limping"),
    "sore_four_or_five": ("4", "5"),
    "held_back": ("0,may_not_run", "0,may_not_run 0"),
    "rest_holds": ("4 .", "3 ."),
    "limped_yesterday": ("0,limping 0", "0,limping 0 0"),
    "sore_three": ("0/3", "0/2"),
    "pain_in_run": ("0,d2 0", "0,d3 0"),
    "above_pre_run": ("1 1 2", "2 1 2"),
    "one_sided": ("3/1*3", "3/1 3/2 3/1"),
    "after_a_spike": ("0", "0 0 0"),
    "after_a_calf_load_spike": ("0", "0"),
    "only_spikes_in_window": ("0", "0"),
    "no_rest_day": ("0", "0"),
    "ladder_rest_day": ("0", f"{BACK}"),
    "ladder_not_open": ("0,sudden_sharp_pain 2,may_run", "0,sudden_sharp_pain 2,may_run 2"),
    "return_ladder": (BACK, "0"),
    "after_clearance": ("0,may_run", "0,may_run 0"),
    "cleared_still_sore": ("2*9 2,may_run", "2*9 2"),
    "painkiller": ("0", "0,painkiller"),
    "no_answer": (".", "0"),
    "no_run_in_window": ("0", "0"),
}
"""Two mornings that differ in what the rule looks at."""


@pytest.mark.parametrize("rule", [rule.name for rule in RULES[:-1]])
def test_another_number_is_seen(rule):
    one, other = ANOTHER[rule]
    by = {
        "after_a_spike": ("usual", "usual 18@1"),
        "after_a_calf_load_spike": ("usual", "usual 10/18@1"),
        "no_run_in_window": ("usual", "usual 9@3"),
        "only_spikes_in_window": ("usual", "usual 9@3"),
        "no_rest_day": ("usual 5@1", "usual 5@2 5@1"),
    }
    runs = by.get(rule, ("usual 10@2", "usual 10@2"))
    saw = [explained(*each)[rule].saw for each in zip((one, other), runs, strict=True)]
    assert saw[0] != saw[1]


class Noted(Limits):
    """Limits that remember which of them were asked for."""

    asked: ClassVar[set[str]] = set()

    def __getitem__(self, name: str) -> float:
        self.asked.add(name)
        return super().__getitem__(name)


def noting(day, limits):
    """The same day, which notes every limit that is asked for from here on."""
    distance_m = replace(day.training.distance_m, limits=limits)
    return replace(
        day,
        limits=limits,
        course=replace(day.course, limits=limits),
        training=replace(day.training, limits=limits, distance_m=distance_m),
    )


@pytest.fixture(scope="module")
def noting_days():
    ours = default_limits()
    noted = Noted(ours.rules_version, ours.table)
    return [noting(day_of(history(mornings, runs)), noted) for mornings, runs, *_ in ROWS]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_names_every_limit_that_it_looks_at(rule, noting_days):
    Noted.asked.clear()
    for day in noting_days:
        rule.sign(day)
        rule.saw(day)
    assert Noted.asked <= set(fields(rule.asks))


def test_other_limits_ask_for_other_numbers():
    ours = default_limits()
    strict = {"value": 2, "unit": "NRS", "source": "our clinic", "verified": "design"}
    row = "[{}]\nvalue = {}\nunit = 'u'\nsource = 's'\nverified = 'design'\n"
    text = "".join(row.format(name, limit.value) for name, limit in ours.table.items())
    limits = read_limits(f"rules_version = 'x'\n{text}", {"sore_easy_nrs": strict})
    why = explanation(history("2"), TODAY, limits)
    (decides,) = (each for each in why.rules if each.decides)
    assert decides.asks == "This morning's worse side is at 2 or more and below 4."
    assert why.would_change[0].says.startswith("0 or 1 on both sides tomorrow")


WOULD = """
  mornings     | runs       | what would change
  3/1          | usual      | 0 to 2 on both sides tomorrow would allow at most 11.0 km.
               |            | 3 on both sides tomorrow would allow at most 6.0 km, flat and easy.
               |            | 4 or more on both sides tomorrow would mean: rest.
  4 .          | usual      | 0 to 2 on both sides this morning would allow at most 11.0 km.
               |            | 3 on both sides this morning would allow at most 6.0 km, flat and easy.
               |            | 4 or more on both sides this morning would mean: rest.
  0            | -          | 0 to 3 on both sides tomorrow would allow something short, flat and easy.
               |            | 4 or more on both sides tomorrow would mean: rest.
  0 1 2        | usual      | 0 to 2 on both sides tomorrow would allow at most 11.0 km.
               |            | 3 or more on both sides tomorrow would mean: rest.
  1*10 2*3     | usual      | 0 or 1 on both sides tomorrow would allow at most 11.0 km.
               |            | 2 on both sides tomorrow would allow at most 7.7 km.
               |            | 3 on both sides tomorrow would allow at most 4.2 km, flat and easy.
               |            | 4 or more on both sides tomorrow would mean: rest.
  2/0*8        | usual      | 0 or 1 on both sides tomorrow would allow at most 11.0 km.
               |            | 2 or more on both sides tomorrow would mean: see somebody.
  2*9          | usual      | 0 on both sides tomorrow would allow at most 11.0 km.
               |            | 1 or more on both sides tomorrow would mean: see somebody.
               |            | Once somebody has seen you and says that you may run (told today as --cleared may_run with left 2, right 2), it would allow at most 6.0 km, flat and easy.
  2/0*9 .      | usual      | 0 on both sides this morning would allow at most 11.0 km.
               |            | 1 or more on both sides this morning would mean: see somebody.
               |            | Once somebody has seen you and says that you may run (told today as --cleared may_run with left 2, right 0), it would allow at most 6.0 km, flat and easy.
  0,dark_urine | usual      | Whatever you answer tomorrow, 0 to 10: it would mean: get help.
               |            | Once somebody has seen you and says that you may run (told tomorrow as --cleared may_run with left 0, right 0), it would mean: run easy.
  0,may_not_run 1 | usual   | Whatever you answer tomorrow, 0 to 10: it would mean: rest.
               |            | Once somebody has seen you and says that you may run (told today as --cleared may_run with left 1, right 1), it would allow at most 6.0 km, flat and easy.
  2*9 .*9      | usual      | 0 on both sides this morning would allow at most 11.0 km.
               |            | 1 or more on both sides this morning would mean: see somebody.
"""  # noqa: E501 - one sentence a line


def pictures():
    picture: tuple[str, str, list[str]] = ("", "", [])
    for line in WOULD.strip().splitlines()[1:]:
        mornings, runs, says = (cell.strip() for cell in line.split("|"))
        if mornings:
            picture = (mornings, runs, [])
            yield picture
        picture[2].append(says)


@pytest.mark.parametrize("picture", list(pictures()), ids=lambda picture: picture[0])
def test_what_would_change(picture):
    mornings, runs, says = picture
    assert [each.says for each in would_change(history(mornings, runs), TODAY)] == says


def test_miles_are_said_to_those_who_run_in_miles():
    said = would_change(history("0"), TODAY, units="mi")
    assert said[0].says == "0 to 2 on both sides tomorrow would allow at most 6.8 mi."
    assert said[0].ceiling == Ceiling(distance_m=11000.0, calf_km=11.0, surface="any")
    day = explanation(history("0", "usual 18@1"), TODAY, units="mi")
    assert any(each.saw == "such a run yesterday, 11.2 mi" for each in day.rules)


def test_no_distance_beside_a_flag():
    for past in (
        history("0,dark_urine"),
        history("0,sudden_sharp_pain .*3"),
        history("0,dark_urine .*9"),
    ):
        for each in would_change(past, TODAY):
            assert each.ceiling is None
            assert " km" not in each.says


def test_every_flag_is_asked_about_by_a_rule_of_its_own():
    kinds = (signs.FLAGS_NOW, signs.FLAGS_SAME_DAY, signs.FLAGS_WITHIN_DAYS, {"limping"})
    assert sorted(flag for kind in kinds for flag in kind) == sorted(FLAGS)


def test_the_words_promise_nothing():
    words = " ".join(rule.asks for rule in RULES) + " ".join(row[3] for row in SAW_ROWS)
    assert "safe" not in words
    assert "target" not in words


def given_on(past, on, answer):
    """The same past, cut at a morning, with an answer that was really given."""
    mornings = (*(each for each in past.mornings if each.on <= on and each.on != answer.on), answer)
    runs = [replace(each, told=()) for each in past.runs if each.on < on]
    told = pair(mornings, runs)
    return History(mornings=mornings, runs=with_told(runs, told), unknown=past.unknown)


SOME = settings(EVERY, max_examples=max(40, EVERY.max_examples // 4))


@pytest.mark.slow
@SOME
@given(pasts(), st.none() | answers(TODAY), st.integers(0, 3))
def test_what_is_promised_holds_when_that_answer_is_given(past, answer, back):
    past = answered(past, answer) if answer else past
    on = TODAY - timedelta(days=back)
    flags = day_of(past, on).course.flags
    promised = would_change(past, on)
    asked = on if recommend(past, on).provisional else on + timedelta(days=1)
    levels = []
    for each in promised:
        for thought in each.answers:
            said = recommend(given_on(past, on, thought), thought.on)
            assert said.verdict is each.verdict
            if thought.cleared:
                assert each.ceiling == (None if flags else said.ceiling)
            else:
                assert each.ceiling == said.ceiling
                assert thought == CheckIn(on=asked, left=thought.left, right=thought.left)
                levels.append(thought.left)
    assert levels == list(range(11))


@pytest.mark.slow
@SOME
@given(pasts(), st.none() | answers(TODAY))
def test_what_fired_is_what_was_judged(past, answer):
    past = answered(past, answer) if answer else past
    why, said = explain(day_of(past)), recommend(past, TODAY)
    fired = {each.rule: each.says for each in why if each.fired}
    assert fired == {
        each.rule.name: each.rule.because(each.facts).says for each in judge(day_of(past))
    }
    assert [each.rule for each in why if each.decides] == [said.because[0].rule]
    beside = {"ceiling", "weekly_rise", "ran_on_a_rest_day"}
    assert {each.rule for each in said.because} - beside <= set(fired)
    assert all(each.saw for each in why)


@pytest.mark.slow
@SOME
@given(pasts(), st.integers(0, 50))
def test_an_explanation_does_not_see_what_came_later(past, back):
    on = TODAY - timedelta(days=back)
    past = replace(past, runs=with_told(past.runs, pair(past.mornings, past.runs)))
    mornings = tuple(each for each in past.mornings if each.on <= on)
    runs = tuple(replace(each, told=()) for each in past.runs if each.on < on)
    until = History(
        mornings=mornings, runs=with_told(runs, pair(mornings, runs)), unknown=past.unknown
    )
    assert explanation(past, on) == explanation(until, on)
