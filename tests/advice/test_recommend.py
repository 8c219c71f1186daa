"""What belongs to a recommendation beside its verdict: ceiling, care, what is missing, words."""

import string
from dataclasses import replace
from datetime import timedelta

import pytest

from advice import signs
from advice.limits import default_limits, read_limits
from advice.recommend import recommend, recommend_days
from advice.recommendation import Ceiling
from advice.rules import RULES
from pipeline.checkin import FLAGS
from pipeline.history import History, RiskFactors, pair, with_told
from tests.advice.pictures import TODAY, history, rows
from tests.pipeline.plain_days import on, past_of, walk

CEILINGS = """
  mornings       | runs                          | km    | surface | why
  0              | usual                         | 11.0  | any     | 1.10 of the longest
  0              | usual 12@3                    | 11.0  | any     | 12 is a spike itself
  0              | usual 11@3                    | 12.1  | any     | 11 is not
  0              | usual 18@7                    | 11.0  | any     | ignored for seven days
  0              | usual 18@8                    | 19.8  | any     | and counted after
  0              | usual 18@5 18@3               | 11.0  | any     | twice is not usual either
  0              | 10@60 10@20 10@10 9@5         | 10.0  | any     | fewer than four in 30 days
  0              | 10@60 10@20 10@10 9@5 8@4     | 11.0  | any     | four
  0              | 20@60 8@30 6@20 6@10 6@5      | 8.8   | any     | day 30 counts
  0              | 20@31 6@30 6@20 6@10 6@5      | 6.6   | any     | day 31 does not
  0              | 10@20 10@15 10@10 10@5        | 10.0  | any     | nobody knows before the first
  3              | usual                         | 6.0   | flat    | 0.6 of the median
  3              | 10@60 4@29 4@20 9@10 10@5     | 5.4   | flat    | day 29 is not in the 28
  3              | 10@60 4@28 4@20 9@10 10@5     | 3.9   | flat    | day 28 is
  3              | 10@60 10@29                   | 6.0   | flat    | unless there is no other
  .              | usual                         | 6.0   | flat    | silence is easy
  0              | -                             | no number | flat    | no run, no number
  4              | usual                         | none  | -       | no running
  1*7 2*2 0 2*2 0 3 | usual                      | 4.2   | flat    | 30 % less: clearly sorer
  0*7 2*7        | usual                         | 7.7   | any     | 30 % less
  1*7 2*7        | usual                         | 7.7   | any     | by one is enough
  1*7 1*4 2*3    | usual                         | 11.0  | any     | the median is what counts
  0*7 1*7        | usual                         | 11.0  | any     | at 1 nothing is lowered
  0*4 .*3 2*7    | usual                         | 7.7   | any     | four answers will do
  0/2 1/2 0/2*5 2/2*5 2/0 0/2 | usual            | 7.7   | any     | the left side by itself
  0*3 .*4 2*7    | usual                         | 11.0  | any     | three will not
  0              | 10@34 18@5                    | no number | flat    | only a spike
"""
WAY_BACK = """
  mornings after a sudden sharp pain | runs                      | km    | why
  0,may_not_run                      | usual                     | none  | no running
  2,may_run                          | usual                     | 1.2   | as the first step
  0,may_run                          | usual                     | 1.2   | a fifth of an easy day
  0,may_run 0 0                      | usual 10@2                | 2.4   | two fifths
  0,may_run 0*4                      | usual 10@4 10@2           | 3.6   | three
  0,may_run 0*6                      | usual 10@6 10@4 10@2      | 4.8   | four
  0,may_run 0*8                      | usual 10@8 10@6 10@4 10@2 | 6.0   | the last: an easy day
  0,may_run 0*10                     | usual 10@10 10@8 10@6 10@4 10@2 | 11.0 | done
  0,may_run 0 0 3                    | usual 10@3                | 1.2   | a step back
  0,may_run 0                        | usual 10@1                | none  | not two days in a row
  0,may_run                          | 1@60 1@20 18@5 18@3       | 1.0   | never above the longest
  0,may_run                          | -                         | no number | no usual run
  2*7 3*4 3,may_run 3*2              | usual                     | 0.84  | and 30 % less: sorer
"""


@pytest.mark.parametrize("row", rows(CEILINGS), ids=" | ".join)
def test_ceilings(row):
    mornings, runs, km, surface, _ = row
    assert recommend(history(mornings, runs), TODAY).ceiling == drawn(km, surface)


@pytest.mark.parametrize("row", rows(WAY_BACK), ids=" | ".join)
def test_ceilings_on_the_way_back(row):
    mornings, runs, km, why = row
    ceiling = recommend(history(f"0,sudden_sharp_pain {mornings}", runs), TODAY).ceiling
    assert ceiling == drawn(km, "any" if why == "done" else "flat")


def drawn(km, surface):
    if km == "none":
        return None
    if km == "no number":
        return Ceiling(distance_m=None, calf_km=None, surface=surface)
    return Ceiling(distance_m=float(km) * 1000, calf_km=float(km), surface=surface)


def most(history):
    ceiling = recommend(history, TODAY).ceiling
    return ceiling and (ceiling.distance_m, ceiling.calf_km)


def test_an_unknown_day_in_the_window_takes_the_ten_percent():
    for days, km in ((1, 10.0), (30, 10.0), (31, 11.0)):
        unknown = {TODAY - timedelta(days=days)}
        assert most(history("0", unknown=unknown)) == (km * 1000, km)


@pytest.mark.parametrize(
    ("mornings", "runs", "says"),
    [
        ("0", "10@20", "nobody can say whether you ran, so no ceiling goes beyond"),
        ("0", "-", "nobody can say whether you ran."),
        ("4", "10@20", "nobody can say whether you ran."),
        ("2*9", "10@20", None),
        ("0,dark_urine", "10@20", None),
    ],
)
def test_unknown_days_are_named_as_far_as_they_matter(mornings, runs, says):
    """Beside a referral nothing is asked of runs, and beside a red flag nothing at all."""
    missing = {each.name: each.says for each in recommend(history(mornings, runs), TODAY).missing}
    assert (says is None) == ("unknown_days" not in missing)
    assert says is None or says in missing["unknown_days"]
    assert missing == {} or "dark_urine" not in mornings


def test_runs_without_distance_give_no_number_and_say_so():
    past = history("0")
    runs = tuple(replace(run, distance_m=None) for run in past.runs)
    past = replace(past, runs=runs)
    assert most(past) == (None, 11.0)
    assert "distance" in names(recommend(past, TODAY).missing)


def test_calf_load_has_its_own_longest():
    past = history("0")
    hard = replace(past.runs[-2], calf_km=10.5)
    past = replace(past, runs=(*past.runs[:-2], hard, past.runs[-1]))
    assert most(past) == (11000.0, 11.55)


def names(items):
    return [item.name for item in items]


@pytest.mark.parametrize(
    ("mornings", "runs", "missing"),
    [
        ("0", "usual", []),
        (".", "usual", ["answer"]),
        ("0 .*7", "usual", ["answer"]),
        ("0 .*8", "usual", ["answer", "silence"]),
        ("0", "usual 10@1", ["during"]),
        ("0,d0", "usual 10@1", []),
        ("0", "usual 10@2", []),
        ("0,d3", "usual", ["run"]),
        ("0,d3", "usual 10@3", []),
        ("6", "usual", ["flags"]),
        ("6,none", "usual", []),
        ("5", "usual", []),
        ("0 3", "usual", ["flags"]),
        ("0 2", "usual", []),
        ("3/1 3/1", "usual", ["flags"]),
        ("3/1 3/1", "usual 10@3", []),
        ("3/2 3/2", "usual", []),
        ("2 .*7 2", "usual", []),
        ("2 .*8 2", "usual", ["silent_days"]),
        ("0", "10@20", ["unknown_days"]),
        ("0", "-", ["unknown_days"]),
    ],
)
def test_missing(mornings, runs, missing):
    assert names(recommend(history(mornings, runs), TODAY).missing) == missing


def test_unknown_days_are_counted():
    unknown = {TODAY - timedelta(days=days) for days in (0, 1, 2, 31)}
    (item,) = recommend(history("0", "10@28", unknown=unknown), TODAY).missing
    assert "4 of the last 30 days" in item.says  # two listed, two before the first run


@pytest.mark.parametrize(("a_walk_every", "is_asked"), [(2, False), (None, True)])
def test_a_walker_is_not_asked_about_runs(a_walk_every, is_asked):
    days = [on(day) for day in range(40)]
    walks = [walk(day, name=str(day)) for day in range(0, 40, a_walk_every or 40)]
    past = past_of(*(walks if a_walk_every else ()), last=days[-1], known=set(days))
    assert ("unknown_days" in names(recommend(past.history(), days[-1]).missing)) == is_asked


@pytest.mark.parametrize(
    ("days_ago", "unknown_days", "says"),
    [(40, (), None), (30, (), None), (10, (), "20 of"), (40, (3, 5, 31), "2 of"), (0, (), "30 of")],
)
@pytest.mark.parametrize("runs", ["-", "10@1"])
def test_days_are_known_from_the_first_activity_on(days_ago, unknown_days, says, runs):
    """Whoever only walks has not run, and a first run does not make the walker's weeks unknown."""
    unknown = {TODAY - timedelta(days=days) for days in unknown_days}
    past = history("0,d0", runs, unknown=unknown)
    first_on = min(TODAY - timedelta(days=days_ago), *(run.on for run in past.runs), TODAY)
    recommendation = recommend(replace(past, first_on=first_on), TODAY)
    told = {each.name: each.says for each in recommendation.missing}.get("unknown_days")
    if days_ago == 0 and runs != "-":
        says = "29 of"
    assert (told is None) == (says is None)
    assert told is None or f"For {says} the last 30 days" in told


@pytest.mark.parametrize(
    ("mornings", "urgency"),
    [
        ("0,dark_urine", "now"),
        ("0,pop_or_kick", "same_day"),
        ("0,pop_or_kick,dark_urine", "now"),
        ("0,dark_urine .*7", "days"),
        ("2*9", "days"),
        ("4", None),
    ],
)
def test_urgency(mornings, urgency):
    assert recommend(history(mornings), TODAY).urgency == urgency


def test_the_sentence_holds_todays_numbers():
    reason = recommend(history("5/2"), TODAY).because[0]
    assert reason.says == "Your left calf is at 5 of 10 this morning: no running today."
    assert reason.values == {"calf": "left", "nrs": 5}
    assert recommend(history("5"), TODAY).because[0].says.startswith("Both calves are at 5")
    assert recommend(history("2*12"), TODAY).because[0].says == (
        "By your answer of 3 days ago, your calves should be looked at. Seen? Tell us."
    )


def test_beside_a_red_flag_only_what_needs_somebodys_eyes():
    said = recommend(history("6,dark_urine,sudden_sharp_pain"), TODAY)
    assert [each.rule for each in said.because] == ["red_flag_now", "flag_within_days"]


def test_the_reasons_go_on_with_the_ceiling():
    said = recommend(history("0*7 2*2 0 2*2 0 3"), TODAY)
    assert [each.rule for each in said.because] == ["sore_three", "ceiling", "weekly_rise"]


def test_no_sentence_promises_or_diagnoses():
    words = " ".join(rule.says for rule in RULES) + " ".join(signs.FLAG_WORDS.values())
    for word in ("safe", "thrombosis", "rupture", "tear", "strain", "injur", "ignored"):
        assert word not in words.lower()
    assert set(signs.FLAG_WORDS) == set(FLAGS)
    fields = {field for rule in RULES for _, field, *_ in string.Formatter().parse(rule.says)}
    assert "calf" not in fields  # a calf is said with its side and its verb


@pytest.mark.parametrize(
    ("risk", "km"),
    [
        ({}, 11.0),
        ({"previous_calf_strain": False}, 11.0),
        ({"previous_calf_strain": True}, 10.0),
        ({"birth_year": 1986}, 11.0),  # 39 in 2025
        ({"birth_year": 1985}, 10.0),
    ],
)
def test_an_earlier_strain_and_age_take_the_ten_percent(risk, km):
    past = replace(history("0"), risk=RiskFactors(**risk))
    assert most(past) == (km * 1000, km)
    assert recommend(past, TODAY).verdict is recommend(history("0"), TODAY).verdict


def test_why_the_ten_percent_are_taken_is_said():
    def says(mornings="0", **risk):
        past = replace(history(mornings), risk=RiskFactors(**risk))
        return recommend(past, TODAY).because[-1].says

    longest = "of your longest run of the last 30 days, 10.0 km"
    assert says() == f"Today at most 11.0 km: 110% {longest}."
    assert says(previous_calf_strain=True, birth_year=1960) == (
        f"Today at most 10.0 km: 100% {longest}, and not beyond it after an earlier calf strain."
    )
    assert says(birth_year=1960) == (
        f"Today at most 10.0 km: 100% {longest}, and not beyond it from the age of 40 on."
    )
    assert says("3", birth_year=1960) == says("3")  # an easy day goes by the usual run


@pytest.mark.parametrize(
    ("mornings", "runs", "what"),
    [
        ("4 2", "usual 8@1", "8.0 km"),
        ("4 2", "usual 8@1 3@1", "11.0 km"),
        ("4 .", "usual 8@1", "8.0 km"),
        ("4 . .", "usual 8@1", "8.0 km"),  # a silent yesterday has its own verdict
        ("4 . . . .", "usual 8@1", None),
        ("4 2", "usual 8@2", None),
        ("3 2", "usual 8@1", None),
        ("2*9 2", "usual 8@1", None),  # beside a referral it would sound like blame
        ("2*9 0", "usual 8@1", "8.0 km"),
        ("0,may_not_run 0", "usual 8@1", "8.0 km"),
        ("0,sudden_sharp_pain 0,may_run 0 0", "usual 2@2 2@1", "2.0 km"),
        ("0,dark_urine 0,none", "usual 8@1", None),  # a red flag stands alone
    ],
)
def test_a_run_on_a_day_of_rest_is_told_and_decides_nothing(mornings, runs, what):
    past = history(mornings, runs)
    for said in (recommend(past, TODAY), _last_of_a_walk(past)):
        told = [each.says for each in said.because if each.rule == "ran_on_a_rest_day"]
        expected = f"The watch shows {what} yesterday, a day without running by our rules."
        assert told == ([expected] if what else [])
        assert said.because[0].rule != "ran_on_a_rest_day"


def _last_of_a_walk(past):
    """Today after yesterday, whose verdict is known then."""
    *_, last = recommend_days(past, [TODAY - timedelta(days=1), TODAY])
    return last


def test_half_of_a_days_runs_is_no_distance():
    past = history("4 2", "usual 8@1 3@1")
    runs = (*past.runs[:-1], replace(past.runs[-1], distance_m=None))
    said = recommend(replace(past, runs=runs), TODAY)
    assert said.because[1].says.startswith("The watch shows a run yesterday, a day without")


def test_a_date_may_be_asked_twice():
    past = history("4 2", "usual 8@1")
    assert list(recommend_days(past, [TODAY, TODAY])) == [recommend(past, TODAY)] * 2


def test_calf_load_is_said_in_its_own_unit():
    (reason, *_) = recommend(history("0", "usual 10/18@1"), TODAY).because
    assert reason.says == (
        "A run asked 18.0 calf-km of your calves (yesterday), more than 10% beyond the most before "
        "it, recent steps of that kind left out: the 2 days after are at most easy."
    )


def test_pain_of_a_run_counts_from_the_day_it_was_told():
    past = history("0 0 0,d7", "usual 10@2")
    days = [TODAY - timedelta(days=1), TODAY]
    assert [each.verdict.word for each in recommend_days(past, days)] == ["as_planned", "rest"]
    named = replace(past.mornings[-1], run_id="run-9")
    answers = (*past.mornings[:-1], named)
    past = replace(past, mornings=answers, runs=with_told(past.runs, pair(answers, past.runs)))
    assert recommend(past, TODAY).because[0].rule == "too_much_pain_in_run"


def test_nothing_known_yet_is_easy_and_provisional():
    said = recommend(History(), TODAY)
    assert (said.verdict.word, said.provisional, said.urgency) == ("easy", True, None)
    assert [each.rule for each in said.because] == ["no_answer", "no_run_in_window"]
    assert said.rules_version == default_limits().rules_version


def test_dates_must_ascend():
    with pytest.raises(ValueError, match="oldest first"):
        list(recommend_days(History(), [TODAY, TODAY - timedelta(days=1)]))


def test_other_limits_give_other_verdicts():
    row = 'value = {}\nunit = "u"\nsource = "s"\nverified = "design"\n'
    table = default_limits().table
    text = 'rules_version = "x"\n' + "".join(
        f"[{name}]\n{row.format(limit.value)}" for name, limit in table.items()
    )
    strict = {"value": 2, "unit": "u", "source": "our clinic", "verified": "design"}
    limits = read_limits(text, {"sore_easy_nrs": strict})
    said = recommend(history("2"), TODAY, limits)
    assert (said.verdict.word, said.rules_version) == ("easy", "x")
