"""The subject: enough to act on, cut only at clauses, and silent on request."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advice.letter import letter
from advice.letter_facts import LetterFacts
from advice.recommend import recommend
from advice.recommendation import Verdict
from advice.rule import fields
from advice.rules import RULES
from advice.subject import BRIEFLY, sore_mornings, subject
from tests.advice.letters import SCENES, SUNDAY, answer, mornings_ending, reason, scene
from tests.advice.pictures import TODAY, history
from tests.advice.test_every_letter import visible


@pytest.mark.parametrize(
    ("drawn", "run_picture", "says"),
    [
        ("0 1 1 1", "usual", "Run as planned, at most 11.0 km: nothing you told us stops a run"),
        ("0 0 2/0 3/0", "usual", "Run easy, at most 6.0 km: left calf 3, second sore morning"),
        ("0 4/1 4/1 5/1", "usual", "Rest today: left calf 5, third sore morning"),
        ("1 3 4 4", "usual", "Rest today: both calves 4, third sore morning"),
        ("4/1 . 4/1 5/1", "usual", "Rest today: left calf 5, 2 sore mornings in a row"),
        ("5/1", "usual", "Rest today: left calf 5"),
        (". . 0/5", "usual", "Rest today: right calf 5"),
        ("0 0 2/0 3/0 4/0", "usual", "Rest today: left calf 4, third sore morning, still rising"),
        ("0 0 1", "usual 18@1", "Run easy, at most 6.0 km: 18.0 km yesterday, a long step up"),
        ("0 1,d7", "usual 8@1", "Rest today: your last run hurt 7"),
        ("0 1,limping", "usual", "Rest today: limping this morning"),
        ("0 1,painkiller", "usual", "Run easy, at most 6.0 km: a painkiller this morning"),
        ("0 1 .", "usual", "Run easy until you answer: how are your calves?"),
        ("0 5 .", "usual", "Rest today until you answer: how are your calves?"),
        ("0 1", "-", "Run easy: no run known in 30 days"),
        (
            "0 0",
            "5@7 5@6 5@5 5@4 5@3 5@2 5@1",
            "Run as planned, at most 5.0 km: nothing you told us stops a run",
        ),
        (
            "0 3/0,sudden_sharp_pain",
            "usual",
            "See somebody within days: a sudden sharp pain (this morning)",
        ),
        (
            "0 1,sudden_sharp_pain .",
            "usual",
            "See somebody within days: a sudden sharp pain (yesterday)",
        ),
        (
            "1,sudden_sharp_pain 1,may_not_run .",
            "usual",
            "Rest today: until you tell us that you may run",
        ),
        (
            "0 4/0,pop_or_kick .",
            "usual",
            "Get seen today: a pop, a feeling of being kicked in the calf",
        ),
        (
            "0,dark_urine,cold_pale_blue",
            "usual",
            "Get help now: a cold, pale or blue foot (this morning)",
        ),
    ],
)
def test_what_to_do_and_why(drawn, run_picture, says):
    recommendation, facts = scene(drawn, run_picture)
    assert subject(recommendation, facts) == says


def test_every_rule_has_half_a_line_of_its_own_numbers():
    assert set(BRIEFLY) == {rule.name for rule in RULES}
    made_here = {"calf", "nth"}
    for rule in RULES:
        known = {*fields(rule.says), "nrs", "day", "severe_days", "when"} | made_here
        assert set(re.findall(r"{(\w+)", BRIEFLY[rule.name])) <= known, rule.name


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10),
            st.integers(0, 10),
            st.sampled_from(
                ("", ",limping", ",sudden_sharp_pain", ",pop_or_kick", ",d7", ",may_run", ",none")
            ),
            st.booleans(),
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(("usual", "-", "usual 18@1", "5@7 5@6 5@5 5@4 5@3 5@2 5@1")),
)
def test_whatever_happens_a_subject_is_short_and_whole(mornings, run_picture):
    drawn = " ".join(
        f"{left}/{right}{mark}" if is_answered else "."
        for left, right, mark, is_answered in mornings
    )
    past = history(drawn, run_picture)
    said = subject(recommend(past, TODAY), LetterFacts(mornings=past.mornings))
    assert len(said) <= 76
    assert said.isprintable()
    assert not re.search(r"…|[ ,;:]$|  |None|{", said)


@pytest.mark.parametrize(
    ("sides", "counted"),
    [
        ([(1, 0), (2, 0), (3, 0), (5, 0)], (3, True)),
        ([(2, 0), (3, 0), (5, 0)], (3, False)),
        ([(2, 0), (1, 0)], (0, False)),
        ([(0, 0)], (0, False)),
        ([], (0, False)),
    ],
)
def test_sore_mornings_are_counted_as_far_as_they_are_known(sides, counted):
    assert sore_mornings(mornings_ending(*sides), ("left",), SUNDAY) == counted


def test_a_morning_without_an_answer_ends_what_is_known():
    yesterday = mornings_ending((0, 0), (3, 0), on=SUNDAY - timedelta(days=1))
    two_days_ago = mornings_ending((0, 0), (3, 0), on=SUNDAY - timedelta(days=2))
    today = mornings_ending((3, 0))
    assert sore_mornings((*yesterday, *today), ("left",), SUNDAY) == (2, True)
    assert sore_mornings((*two_days_ago, *today), ("left",), SUNDAY) == (1, False)
    assert sore_mornings(yesterday, ("left",), SUNDAY) == (0, False)


@pytest.mark.parametrize(
    ("mornings", "nth"), [(1, "first"), (9, "ninth"), (11, "11th"), (21, "21st"), (32, "32nd")]
)
def test_ordinals(mornings, nth):
    sore = reason("Sore.", "sore_four_or_five", calf="left", nrs=5)
    facts = LetterFacts(mornings=mornings_ending((0, 0), *[(5, 0)] * mornings))
    said = subject(answer(Verdict.REST, sore), facts)
    assert said == f"Rest today: left calf 5, {nth} sore morning"


OF_THE_BODY = re.compile(
    r"calf\b|calves|sore|rest|easy|run|pain|seen|help|somebody|urgent|doctor|\bkm\b", re.IGNORECASE
)


@pytest.mark.parametrize("name", SCENES)
def test_a_neutral_letter_tells_nothing_before_it_is_opened(name):
    recommendation, facts = SCENES[name]
    neutral = replace(facts, neutral=True)
    made = letter(recommendation, facts=neutral)
    (title,) = re.findall(r"<title>(.*?)</title>", made.html)
    (preview,) = re.findall(r"<body.*?<div[^>]*>(.*?)</div>", made.html, re.DOTALL)
    for shown in (made.subject, title, preview, made.text[:180], visible(made.html)[:180]):
        assert not OF_THE_BODY.search(shown.replace("calfwise", "")), shown
    is_urgent = recommendation.verdict is Verdict.URGENT
    assert ("please read your letter now" in made.subject) == is_urgent


def test_neutral_subjects():
    facts = LetterFacts(neutral=True)
    rest, urgent = (answer(each, "Because.") for each in (Verdict.REST, Verdict.URGENT))
    assert subject(rest, facts) == "calfwise: your letter for Sunday 22 November"
    assert subject(urgent, facts) == "calfwise: please read your letter now"
    corrected = LetterFacts(neutral=True, correction=True)
    assert subject(rest, corrected) == (
        "calfwise: a correction of your letter for Sunday 22 November"
    )


def test_no_line_break_gets_into_a_subject():
    odd = answer(Verdict.REST, reason("Left\r\nBcc: everybody@example.org\r\n"))
    assert "\n" not in subject(odd, LetterFacts())
    assert "\r" not in subject(odd, LetterFacts())
