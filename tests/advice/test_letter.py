"""The letter of a morning, as it is read: one picture for each verdict, and its sections."""

import re
from dataclasses import replace
from datetime import timedelta
from textwrap import dedent

import pytest

from advice.letter import letter
from advice.letter_facts import LetterFacts
from advice.recommendation import Forecast, Verdict
from pipeline.day import DayRow
from tests.advice.letters import (
    AS_PLANNED,
    BARE,
    CHARTS,
    EASY,
    NO_PAGE,
    PHYSICIAN,
    REST,
    SATURDAY,
    SUNDAY,
    URGENT,
    answer,
    mornings_ending,
    on_the_page,
    ran,
    reason,
    scene,
    silent,
    told,
)


def assert_reads(made, subject, picture):
    assert made.subject == subject
    assert made.text == dedent(picture).lstrip("\n")


def test_rest():
    assert_reads(
        letter(REST, facts=told()),
        "Rest today: left calf 5, 2 sore mornings in a row",
        """
        Good morning, Ada. It is Sunday 22 November.

        REST TODAY

        No run today. Tomorrow we look again.

        Why
        - Your left calf is at 5 of 10 this morning: no running today.
        - Your last run hurt up to 4 of 10.
        - For 3 mornings your left calf has been at least 2 points sorer than
          the other one.
        - And 2 more.

        What helps today
        - An easy walk is fine if it stays at 2 of 10 or below.

        What is missing
        - For 2 of the last 30 days nobody can say whether you ran.

        Since yesterday
        - Verdict: rest; yesterday run easy.
        - Soreness: left 5, right 1; yesterday left 3, right 1.
        - Yesterday: 8.0 km, 7.8 calf-km.
        - Last 7 days: 31.2 km, 30.6 calf-km.

        How are your calves this morning, 0 to 10, left and right?
        You told us left 5, right 1. A new answer replaces it.
          On the command line: calfwise checkin --left N --right N

        The last activity from the watch ended on Saturday 21 November, 19:42.
        Last check-in: this morning.
        1 calf-km is the calf load of one easy kilometre on the flat.
        General information, not a diagnosis. Rules version 1.
        """,
    )


def test_as_planned_in_miles():
    facts = told(
        units="mi",
        yesterday_verdict="as_planned",
        mornings=mornings_ending((1, 0)),
        yesterday=ran(SATURDAY, 0.0),
    )
    assert_reads(
        letter(AS_PLANNED, facts=facts),
        "Run as planned, at most 6.8 mi: nothing you told us stops a run",
        """
        Good morning, Ada. It is Sunday 22 November.

        RUN AS PLANNED

        At most 6.8 mi. And at most 11.3 calf-km: a ceiling, not a target.

        Why
        - Nothing you told us stops a run.

        Form and shoes
        - This pair has come to 700 km.

        Since yesterday
        - Verdict: run as planned, as yesterday.
        - Soreness: left 1, right 0; yesterday not told.
        - Yesterday: no run.
        - Last 7 days: 19.4 mi, 30.6 calf-km.

        How are your calves this morning, 0 to 10, left and right?
        You told us left 1, right 0. A new answer replaces it.
          On the command line: calfwise checkin --left N --right N

        The last activity from the watch ended on Saturday 21 November, 19:42.
        Last check-in: this morning.
        1 calf-km is the calf load of one easy kilometre on the flat.
        General information, not a diagnosis. Rules version 1.
        """,
    )


def test_easy_and_provisional():
    facts = silent(reply_to="answers@calf.example.org")
    assert_reads(
        letter(EASY, facts=facts),
        "Run easy until you answer: how are your calves?",
        """
        Good morning, Ada. It is Sunday 22 November.

        RUN EASY

        Relaxed all the way, no strides.

        This is provisional: your answer this morning may change it.

        At most 5.2 km, on the flat. And at most 5.3 calf-km: a ceiling, not a
        target.

        Why
        - No answer yet this morning, and not told is not zero.

        How are your calves this morning, 0 to 10, left and right?
          By mail: answers@calf.example.org, a line such as L3 R1
          On the command line: calfwise checkin --left N --right N

        Since yesterday
        - Verdict: run easy, as yesterday.
        - Soreness: not told yet; yesterday left 3, right 1.
        - Yesterday: 8.0 km, 7.8 calf-km.
        - Last 7 days: 31.2 km, 30.6 calf-km.

        The last activity from the watch ended on Saturday 21 November, 19:42.
        Last check-in: yesterday.
        1 calf-km is the calf load of one easy kilometre on the flat.
        General information, not a diagnosis. Rules version 1.
        """,
    )


def test_physician_with_little_known():
    facts = LetterFacts()
    assert_reads(
        letter(PHYSICIAN, facts=facts),
        "See somebody within days: left calf 2, 8 days on",
        """
        Sunday 22 November

        SEE SOMEBODY WITHIN DAYS

        Leave running out until somebody has looked at it.

        Why
        - Your left calf is at 2 of 10, 8 days after it began. Have it looked
          at.

        How are your calves this morning, 0 to 10, left and right?
          On the command line: calfwise checkin --left N --right N
          Seen, and you may run: calfwise checkin --left N --right N --cleared may_run
          Seen, and you may not run: calfwise checkin --left N --right N \
--cleared may_not_run

        The last activity from the watch ended on Saturday 21 November, 18:42.
        No check-in has come yet.
        1 calf-km is the calf load of one easy kilometre on the flat.
        General information, not a diagnosis. Rules version 1.
        """,
    )


def test_urgent():
    assert_reads(
        letter(URGENT, facts=silent(reply_to="answers@calf.example.org")),
        "Get seen today: one calf swollen, warm or red (yesterday)",
        """
        Sunday 22 November

        GET SEEN TODAY

        You told us of one calf swollen, warm or red (yesterday). Have it seen
        today.

        Do not wait until tomorrow.

        There is no new answer from this morning.

        Seen? Tell us what they said.
          Seen, and you may run: calfwise checkin --left N --right N --cleared may_run
          Seen, and you may not run: calfwise checkin --left N --right N \
--cleared may_not_run

        The last activity from the watch ended on Saturday 21 November, 19:42.
        Last check-in: yesterday.
        General information, not a diagnosis. Rules version 1.
        """,
    )


def test_a_correction_says_that_it_is_one():
    made = letter(REST, facts=told(correction=True))
    assert made.subject.startswith("Correction: Rest today: ")
    assert "This corrects this morning's letter" in made.text


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (DayRow(on=SATURDAY, known=False), "nobody can say whether there was a run."),
        (DayRow(on=SATURDAY, known=True, runs=0, distance_m=0.0), "no run."),
        (DayRow(on=SATURDAY, known=True, runs=1), "a run, not measured."),
        (DayRow(on=SATURDAY, known=True, runs=1, distance_m=8_000.0), "8.0 km."),
    ],
)
def test_yesterday(row, line):
    assert f"- Yesterday: {line}\n" in letter(REST, facts=told(yesterday=row)).text


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([DayRow(on=SATURDAY, known=False)], "Last 1 day: not known."),
        (
            [ran(SATURDAY, 8.0), DayRow(on=SATURDAY, known=False)],
            "Last 2 days: at least 8.0 km, 7.8 calf-km, with 1 day not known.",
        ),
    ],
)
def test_half_a_sum_says_that_it_is_one(rows, line):
    assert f"- {line}\n" in letter(REST, facts=told(last_days=rows)).text


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("model", ["personal", "ewma", "none"])
def test_tomorrow_is_told_beside_whatever_may_be_done_today(verdict, model):
    forecast = Forecast(pairs=80, model=model)
    if model != "none":
        forecast = replace(forecast, soreness_mean=1.6, p_ge_4=0.1, interval_80=(0, 3))
    made = letter(answer(verdict, "Because.", forecast=forecast), facts=BARE)
    is_told = verdict < Verdict.PHYSICIAN and model != "none"
    assert (
        "about 1.6 of 10, at least 80% sure between 0 and 3" in " ".join(made.text.split())
    ) == is_told
    assert (">Tomorrow<" in made.html) == is_told


@pytest.mark.parametrize("rule", ["held_back", "significant_pain"])
def test_whoever_was_told_not_to_run_is_shown_the_way_out(rule):
    """Only another visit changes that, so tomorrow promises nothing."""
    because = (reason("Rest from running until they say so.", rule, calf="left", nrs=6),)
    made = letter(answer(Verdict.REST, because=because), facts=BARE)
    is_held_back = rule == "held_back"
    assert ("--cleared may_run" in made.text) == is_held_back
    assert ("No run until you tell us that you may." in made.text) == is_held_back
    assert ("Tomorrow we look again" in made.text) != is_held_back


def test_nothing_from_the_watch_yet():
    made = letter(answer(Verdict.EASY, "Begin with something easy.", data_through=None), facts=BARE)
    assert "No activity has come from the watch yet." in made.text


def test_on_the_page_a_letter_names_addresses_and_no_command():
    facts = silent(**on_the_page())
    made = letter(EASY, facts=facts)
    assert f"  On the page: {facts.taps.form}\n" in made.text
    assert f"  Same as last time: left 3, right 1:\n  {facts.taps.same}\n" in made.text
    assert f"Your season: {facts.look_url}\nStop these letters: {facts.stop_url}\n" in made.text
    assert "calfwise checkin" not in made.text
    assert facts.taps.left[0] not in made.text, "numbers are tapped in the HTML only"
    for address in (*facts.taps.left, *facts.taps.right, facts.taps.both_none, facts.taps.same):
        assert made.html.count(f'href="{address}"') == 1


@pytest.mark.parametrize(
    ("days_ago", "offered"), [(0, False), (1, True), (7, True), (8, False), (None, False)]
)
def test_the_same_as_last_time_needs_a_recent_last_time(days_ago, offered):
    on = SUNDAY - timedelta(days=days_ago or 0)
    mornings = () if days_ago is None else mornings_ending((3, 1), on=on)
    made = letter(EASY, facts=told(mornings=mornings, **on_the_page()))
    assert ("Same as last time: left 3, right 1" in made.html) == offered
    assert ("Same as last time" in made.text) == offered


def test_beside_a_red_flag_nothing_is_tapped():
    facts = silent(charts=CHARTS, **on_the_page())
    made = letter(URGENT, facts=facts)
    assert facts.taps.form in made.html
    assert "Tell us on the page" in made.html
    assert not any(address in made.html for address in (*facts.taps.left, facts.taps.both_none))
    assert facts.look_url not in made.html + made.text
    assert "<img" not in made.html


@pytest.mark.parametrize("verdict", list(Verdict))
def test_charts_are_told_beside_whatever_they_fit(verdict):
    shown = {Verdict.URGENT: [], Verdict.PHYSICIAN: ["mornings"]}
    made = letter(answer(verdict, "Because."), facts=told(charts=CHARTS))
    names = shown.get(verdict, ["load", "cadence", "mornings"])
    assert re.findall(r'<img src="cid:(\w+)"', made.html) == names
    for each in CHARTS:
        is_told = each.name in names
        assert (f"{each.title}\n  {each.says[:40]}" in made.text) == is_told
        assert (f'alt="{each.says}"' in made.html) == is_told
        assert (f">{each.title}</h2>" in made.html) == is_told


def test_a_referral_is_told_in_full_once_and_then_in_one_line():
    first = letter_of("0 4 4 4 4 4")
    assert "It should be fading by now; have it looked at" in " ".join(first.text.split())
    assert "Since yesterday" in first.text
    again = letter_of("0 4 4 4 4 4 4 4", **NO_PAGE)
    assert again.subject == "See somebody within days: both calves. Seen? Tell us"
    assert again.text == dedent(
        """
        Monday 30 June

        SEE SOMEBODY WITHIN DAYS

        By your answer of 2 days ago, your calves should be looked at. Seen?
        Tell us.

        How are your calves this morning, 0 to 10, left and right?
        You told us left 4, right 4. A new answer replaces it.
          On the command line: calfwise checkin --left N --right N
          Seen, and you may run: calfwise checkin --left N --right N --cleared may_run
          Seen, and you may not run: calfwise checkin --left N --right N \
--cleared may_not_run

        No activity has come from the watch yet.
        Last check-in: this morning.
        General information, not a diagnosis. Rules version 2.
        """
    ).lstrip("\n")
    assert "<img" not in again.html


def test_another_referral_beside_one_that_stands_is_told_in_full():
    """Nobody misses the second one because the first is known."""
    made = letter_of("3/0,sudden_sharp_pain 4/0 4/0 4/0 4/0")
    assert "You told us of a sudden sharp pain" in made.text
    assert "on day 4" in made.text
    assert "Since yesterday" in made.text


STANDS = "0 4 4 4 4 4 4"
"""A referral since yesterday; the morning after is added."""
LIMP = "0 1/0,limping . 1/0,limping"
LIMPS_ON = {"limping_third_morning": {"days": 3}}


@pytest.mark.parametrize(
    ("drawn", "more", "again"),
    [
        (f"{STANDS} 4", {}, True),
        (f"{STANDS} .", {}, True),
        (f"{STANDS} 4", {"told_yesterday": None}, False),
        (f"{STANDS} 4", {"told_yesterday": {"no_fall": {"calf": "left"}}}, False),
        (f"{STANDS} 4", {"told_yesterday": LIMPS_ON}, False),
        (f"{STANDS} 9", {}, False),
        (f"{STANDS} 9,none", {}, False),
        ("0 2/0*9 3/0", {}, False),
        ("0 2/0*9 3/0,none", {}, True),
        ("2/0,sudden_sharp_pain 2/0", {}, True),
        ("2/0,sudden_sharp_pain,predictable_tightness 2/0", {}, True),
        ("2/0,sudden_sharp_pain 2/0", {"told_yesterday": None}, False),
        (
            "2/0,sudden_sharp_pain,predictable_tightness 2/0",
            {"told_yesterday": {"flag_within_days": {"flags": "sudden_sharp_pain"}}},
            False,
        ),
    ],
)
def test_only_what_was_told_is_told_again_in_one_line(drawn, more, again):
    """Answers that came late say what yesterday was, and not what was told of it."""
    recommendation, facts = scene(drawn, **more)
    assert recommendation.verdict is Verdict.PHYSICIAN
    made = letter(recommendation, facts=facts)
    assert ("Why\n" not in made.text) == again
    assert ("Since yesterday" not in made.text) == again
    assert "we asked" not in made.text.lower()


def test_a_limp_that_was_told_is_told_again_in_one_line():
    recommendation, facts = scene(f"{LIMP} 1/0,limping 1/0,none")
    assert recommendation.because[0].rule == "flag_not_cleared"
    assert "Why\n" not in letter(recommendation, facts=facts).text
    late = replace(facts, told_yesterday={"no_fall": {"calf": "left"}})
    assert "Why\n" in letter(recommendation, facts=late).text


def test_what_a_late_answer_hid_is_asked():
    """Referred yesterday, far worse today, and warning signs not answered."""
    made = letter_of(f"{STANDS} 9/4")
    assert "left calf is at 9 of 10" in made.text
    assert "The questions about warning signs are open" in made.text


def test_the_ways_out_of_a_referral_can_be_copied_into_a_shell():
    anna = "calfwise --athlete anna checkin --left N --right N"
    made = letter(PHYSICIAN, facts=told(checkin_command=anna))
    for part in (made.text, made.html):
        assert [part.count(f"{anna} --cleared {each}") for each in ("may_run", "may_not_run")] == [
            1,
            1,
        ]
        assert "calfwise checkin" not in part
        assert "may_run|" not in part


@pytest.mark.parametrize(
    ("drawn", "runs", "says"),
    [
        ("0 3/0", "usual", "please answer them; that none of these holds is an answer too."),
        ("0 2 .*8 2", "usual", "Soreness has counted on since Saturday 21 June, over more than"),
    ],
)
def test_what_is_missing_is_said_in_plain_words(drawn, runs, says):
    made = letter_of(drawn, runs)
    assert says in " ".join(made.text.split())
    assert not re.search(r"`|\d{4}-\d\d", made.text.partition("Since yesterday")[0])


def test_the_question_comes_early_until_it_is_answered():
    for drawn, is_early in (("0 1/0 .", True), ("0 1/0 1/0", False)):
        made = letter_of(drawn)
        for part, asks in ((made.text, "How are your calves this"), (made.html, ">How are your")):
            assert (part.index(asks) < part.index("Since yesterday")) == is_early


def test_what_the_letter_asks_for_anyway_is_not_told_to_be_missing():
    facts_of = scene("0 1/0 .")
    assert [each.name for each in facts_of[0].missing] == ["answer"]
    assert "What is missing" not in letter(facts_of[0], facts=facts_of[1]).text


def test_a_test_letter_says_so_on_top():
    made = letter(REST, facts=told(test=True))
    assert made.subject.startswith("Test: Rest today: ")
    assert made.text.startswith("This is a test letter: it was asked for on the command line.\n")
    assert "This is a test letter" in made.html


def letter_of(drawn, run_picture="usual", **more):
    recommendation, facts = scene(drawn, run_picture, **more)
    return letter(recommendation, facts=facts)
