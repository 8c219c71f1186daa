"""The letter of a morning, as it is read: one picture for each verdict, and its sections."""

from dataclasses import replace
from textwrap import dedent

import pytest

from advice.letter import LetterFacts, letter
from advice.recommendation import Forecast, Verdict
from pipeline.checkin import CheckIn
from pipeline.day import DayRow
from tests.advice.letters import (
    AS_PLANNED,
    BARE,
    EASY,
    PHYSICIAN,
    REST,
    SATURDAY,
    SUNDAY,
    URGENT,
    answer,
    ran,
    reason,
    silent,
    told,
)


def assert_reads(made, subject, picture):
    assert made.subject == subject
    assert made.text == dedent(picture).lstrip("\n")


def test_rest():
    assert_reads(
        letter(REST, facts=told()),
        "Rest today: your left calf is at 5 of 10 this morning",
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
        check_in=CheckIn(on=SUNDAY, left=1, right=0),
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
    facts = silent(
        checkin_url="https://calf.example.org/c/abc", reply_to="answers@calf.example.org"
    )
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

        Since yesterday
        - Verdict: run easy, as yesterday.
        - Soreness: not told yet; yesterday left 3, right 1.
        - Yesterday: 8.0 km, 7.8 calf-km.
        - Last 7 days: 31.2 km, 30.6 calf-km.

        How are your calves this morning, 0 to 10, left and right?
          On the page: https://calf.example.org/c/abc
          By mail: answers@calf.example.org, a line such as L3 R1
          On the command line: calfwise checkin --left N --right N

        The last activity from the watch ended on Saturday 21 November, 19:42.
        Last check-in: yesterday.
        1 calf-km is the calf load of one easy kilometre on the flat.
        General information, not a diagnosis. Rules version 1.
        """,
    )


def test_physician_with_little_known():
    facts = LetterFacts(checkin_url="https://calf.example.org/c/abc")
    assert_reads(
        letter(PHYSICIAN, facts=facts),
        "See somebody within days: your left calf is at 2 of 10, 8 days after it began",
        """
        Sunday 22 November

        SEE SOMEBODY WITHIN DAYS

        Leave running out until somebody has looked at it.

        Why
        - Your left calf is at 2 of 10, 8 days after it began. Have it looked
          at.

        How are your calves this morning, 0 to 10, left and right?
        If somebody has seen you, say so on the page.
          On the page: https://calf.example.org/c/abc
          On the command line: calfwise checkin --left N --right N
          Once somebody has seen you: calfwise checkin --left N --right N \
--cleared may_run|may_not_run

        The last activity from the watch ended on Saturday 21 November, 18:42.
        No check-in has come yet.
        1 calf-km is the calf load of one easy kilometre on the flat.
        General information, not a diagnosis. Rules version 1.
        """,
    )


def test_urgent():
    assert_reads(
        letter(URGENT, facts=silent(reply_to="answers@calf.example.org")),
        "Get seen today: you told us of one calf swollen, warm or red (yesterday)",
        """
        Sunday 22 November

        GET SEEN TODAY

        You told us of one calf swollen, warm or red (yesterday). Have it seen
        today.

        Do not wait until tomorrow.

        There is no new answer from this morning.

        Seen? Tell us what they said.
          Once somebody has seen you: calfwise checkin --left N --right N \
--cleared may_run|may_not_run

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
    because = (replace(reason("Rest from running until they say so."), rule=rule),)
    made = letter(answer(Verdict.REST, because=because), facts=BARE)
    is_held_back = rule == "held_back"
    assert ("--cleared may_run" in made.text) == is_held_back
    assert ("No run until you tell us that you may." in made.text) == is_held_back
    assert ("Tomorrow we look again" in made.text) != is_held_back


def test_nothing_from_the_watch_yet():
    made = letter(answer(Verdict.EASY, "Begin with something easy.", data_through=None), facts=BARE)
    assert "No activity has come from the watch yet." in made.text
