"""What holds of every letter: its numbers, its words, its size."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advice.letter import letter
from advice.letter_page import QUESTION, STANDING
from advice.recommendation import Verdict
from tests.advice.letters import BARE, EVERY, REST, SCENES, URGENT, answer, item, silent, told

VOID = {"img", "meta"}
ADDRESS = re.compile(r"https?://\S+|mailto:\S+")


def numbers(text):
    return re.findall(r"\d+(?:\.\d+)?", text)


def visible(html):
    """The words of the HTML with single spaces; of pictures their words, and no style or title."""
    without_head = re.sub(r"<head>.*?</head>", "", html, flags=re.DOTALL)
    with_words = re.sub(r'<img [^>]*alt="([^"]*)"[^>]*>', r" \1 ", without_head)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", with_words).split()))


def without_taps(html):
    """The HTML without the numbers that can be tapped, which the plain text does not offer."""
    return re.sub(r'<a class="tap"[^>]*>\d+</a>', "", html)


def every_letter(test):
    """Whatever the verdict and whatever else is known."""
    known = (BARE, told(), silent(), told(correction=True))
    drawn = [(each, facts) for each in EVERY.values() for facts in known]
    letters = [letter(each, facts=facts) for each, facts in (*drawn, *SCENES.values())]
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
    """But what must be copied as it is."""
    lines = made.text.splitlines()
    wrapped = [line for line in lines if "calfwise checkin" not in line and "://" not in line]
    assert max(map(len, wrapped)) <= 72


@every_letter
def test_both_parts_hold_the_same_numbers(made):
    of_text = set(numbers(ADDRESS.sub("", made.text)))
    assert of_text == set(numbers(visible(without_taps(made.html))))


@every_letter
def test_html_is_small_balanced_and_asks_nobody_else(made):
    assert len(made.html.encode()) < 20_000
    assert open_tags(made.html) == []
    assert not re.search(r"<(script|link|table|form)\b|src=\"(?!cid:)|url\(", made.html)


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


@every_letter
def test_every_subject_fits_a_phone(made):
    assert len(made.subject.removeprefix("Correction: ").removeprefix("Test: ")) <= 70
    assert made.subject.isprintable()


@every_letter
def test_every_letter_can_be_stopped_where_it_can_be_answered(made):
    assert ("On the page: " in made.text) == ("Stop these letters: " in made.text)


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
