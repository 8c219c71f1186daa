"""The letter of a morning, as it is read: one picture for each verdict, and what always holds."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advice.letter import QUESTION, STANDING, LetterFacts, letter
from advice.recommendation import Because, Ceiling, Forecast, Item, Recommendation, Verdict
from pipeline.checkin import CheckIn
from pipeline.day import DayRow

SUNDAY = date(2026, 11, 22)
SATURDAY = SUNDAY - timedelta(days=1)
WEEK_KM = (8.0, 0.0, 6.2, 0.0, 9.0, 0.0, 8.0)
BARE = LetterFacts()
VOID = {"meta"}


def reason(says):
    return Because(rule="a_rule", says=says, values={}, source="EVIDENCE 1.3")


def item(says):
    return Item(name="an_item", says=says)


def answer(verdict, *reasons, **more):
    return Recommendation(
        **{
            "on": SUNDAY,
            "verdict": verdict,
            "provisional": False,
            "urgency": None,
            "because": tuple(map(reason, reasons)),
            "ceiling": None,
            "rules_version": "1",
            "data_through": datetime(2026, 11, 21, 18, 42, tzinfo=UTC),
        }
        | more
    )


def ran(on, km, **more):
    return DayRow(
        on=on, known=True, runs=int(km > 0), distance_m=km * 1000, calf_km=km * 0.98, **more
    )


def told(**more):
    """What is known beside the recommendation on an ordinary morning."""
    days = [SUNDAY - timedelta(days=back) for back in range(7, 0, -1)]
    return LetterFacts(
        **{
            "name": "Ada",
            "zone": ZoneInfo("Europe/Berlin"),
            "check_in": CheckIn(on=SUNDAY, left=5, right=1),
            "yesterday_verdict": "easy",
            "yesterday": ran(SATURDAY, 8.0, soreness_left=3, soreness_right=1),
            "last_days": [ran(on, km) for on, km in zip(days, WEEK_KM, strict=True)],
            "last_check_in_on": SUNDAY,
        }
        | more
    )


def silent(**more):
    """The same morning before the answer."""
    return told(check_in=None, last_check_in_on=SATURDAY, **more)


REST = answer(
    Verdict.REST,
    "Your left calf is at 5 of 10 this morning: no running today.",
    "Your last run hurt up to 4 of 10.",
    "For 3 mornings your left calf has been at least 2 points sorer than the other one.",
    "You were limping yesterday.",
    "You took a painkiller this morning.",
    care=(item("An easy walk is fine if it stays at 2 of 10 or below."),),
    missing=(item("For 2 of the last 30 days nobody can say whether you ran."),),
)
AS_PLANNED = answer(
    Verdict.AS_PLANNED,
    "Nothing you told us stops a run.",
    ceiling=Ceiling(distance_m=11_099, calf_km=11.3, surface="any"),
    shoes=(item("This pair has come to 700 km."),),
)
EASY = answer(
    Verdict.EASY,
    "No answer yet this morning, and not told is not zero.",
    provisional=True,
    ceiling=Ceiling(distance_m=5_270, calf_km=5.3, surface="flat"),
)
PHYSICIAN = answer(
    Verdict.PHYSICIAN,
    "Your left calf is at 2 of 10, 8 days after it began. Have it looked at.",
    urgency="days",
)
URGENT = answer(
    Verdict.URGENT,
    "You told us of one calf swollen, warm or red (yesterday). Have it seen today.",
    "The watch shows 18.0 km.",
    urgency="same_day",
    provisional=True,
    ceiling=Ceiling(distance_m=9_000, calf_km=9.0, surface="any"),
    care=(item("An easy walk is fine."),),
    form=(item("Your steps have become slower."),),
    missing=(item("Two days are unknown."),),
)
EVERY = {each.verdict.word: each for each in (AS_PLANNED, EASY, REST, PHYSICIAN, URGENT)}


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


def numbers(text):
    return re.findall(r"\d+(?:\.\d+)?", text)


def visible(html):
    """The words of the HTML with single spaces, without style and title."""
    without_head = re.sub(r"<head>.*?</head>", "", html, flags=re.DOTALL)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", without_head).split()))


def every_letter(test):
    """Whatever the verdict and whatever else is known."""
    known = (BARE, told(), silent(), told(correction=True))
    letters = [letter(each, facts=facts) for each in EVERY.values() for facts in known]
    return pytest.mark.parametrize("made", letters, ids=lambda made: made.subject)(test)


@given(
    st.sampled_from(sorted(EVERY)),
    st.lists(st.integers(0, 500).map(lambda tenths: tenths / 10), min_size=1, max_size=12),
)
def test_every_number_of_the_deciding_reason_is_told(word, values):
    says = f"These count: {', '.join(f'{value:g}' for value in values)}."
    kept = EVERY[word]
    made = letter(
        answer(kept.verdict, says, urgency=kept.urgency, ceiling=kept.ceiling), facts=told()
    )
    assert says in " ".join(made.text.split())
    assert says in visible(made.html)
    assert set(numbers(says)) <= set(numbers(made.text))


@every_letter
def test_no_letter_says_safe(made):
    assert "safe" not in (made.subject + made.text + visible(made.html)).lower()


@every_letter
def test_every_letter_says_that_it_is_no_diagnosis(made):
    assert STANDING in made.text
    assert STANDING in made.html


@every_letter
def test_text_fits_its_columns(made):
    lines = made.text.splitlines()
    assert all(len(line) <= 72 for line in lines if "calfwise checkin" not in line)


@every_letter
def test_both_parts_hold_the_same_numbers(made):
    assert set(numbers(made.text)) == set(numbers(visible(made.html)))


@every_letter
def test_html_is_small_balanced_and_asks_nobody_else(made):
    assert len(made.html.encode()) < 20_000
    assert open_tags(made.html) == []
    assert not re.search(r"<(img|script|link|table|form)\b|src=|url\(", made.html)


def test_a_red_flag_comes_alone():
    made = letter(URGENT, facts=told(units="km"))
    for part in (made.subject, made.text, visible(made.html)):
        assert not re.search(r"\d (km|mi|calf-km)\b|walk|steps|18\.0|unknown", part)
    assert QUESTION not in made.text


def test_markup_in_a_sentence_stays_a_sentence():
    bad = 'Left <script>alert(1)</script> & "5" of 10'
    html = letter(answer(Verdict.REST, bad, care=(item(bad),)), facts=told(name="<b>Ada")).html
    assert "<script" not in html
    assert "<b>" not in html
    assert html.count("&lt;script&gt;") >= 2


def test_a_mail_sent_off_by_accident_says_no_number():
    html = letter(REST, facts=told(reply_to="answers+a?bcc=x@calf.example.org")).html
    (link,) = re.findall(r'href="(mailto:[^"]+)"', html)
    assert link == (
        "mailto:answers+a%3Fbcc%3Dx@calf.example.org"
        "?subject=Calves%20on%20Sunday%2022%20November&amp;body=L%20R"
    )


def test_a_subject_is_one_short_line():
    long = "Soreness has kept\nrising " + "and rising " * 30
    subject = letter(answer(Verdict.REST, long), facts=BARE).subject
    assert len(subject) <= 100
    assert subject.endswith(" …")
    assert subject.isprintable()


class Balance(HTMLParser):
    """Keeps the tags that are still open."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, _):
        """Open it."""
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Close the last one, which must be of this name."""
        assert self.open.pop() == tag


def open_tags(html):
    parser = Balance()
    parser.feed(html)
    parser.close()
    return parser.open
