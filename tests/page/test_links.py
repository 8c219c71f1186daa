"""Links: what they say, to whom they say nothing, and that nobody can change or stretch one."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows import settings
from flows.page.links import Link, LinkError, LinkExpiredError, Links

KEYS = ("n" * 40,)
LINKS = Links(KEYS)
DAY = date(2026, 11, 23)
LINK = Link(purpose="checkin", who="me", on=DAY, left=3, right=10)
TOKEN = LINKS.token(LINK)
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
taps = st.none() | st.integers(0, 10)


@given(
    st.sampled_from(["checkin", "look", "coach", "letters"]),
    st.text("abcXYZ019._-", min_size=1, max_size=64),
    st.none() | st.dates(),
    taps,
    taps,
)
def test_a_link_says_what_was_put_into_it(purpose, who, on, left, right):
    link = Link(purpose=purpose, who=who, on=on, left=left, right=right)
    token = LINKS.token(link)
    assert set(token) <= set(CHARACTERS)
    assert LINKS.read(token, purpose, max_age_s=60) == link


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from(CHARACTERS))
def test_no_character_can_be_exchanged(place, character):
    assume(TOKEN[place] != character)
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    with pytest.raises(LinkError):
        LINKS.read(changed, "checkin", max_age_s=60)


@pytest.mark.parametrize("last", CHARACTERS)
def test_the_last_character_has_one_spelling(last):
    if last != TOKEN[-1]:
        with pytest.raises(LinkError):
            LINKS.read(TOKEN[:-1] + last, "checkin", max_age_s=60)


CHANGED = (
    *("", "=", ".", "..", f"{TOKEN}=", f"{TOKEN}A", TOKEN[:-1], f"{TOKEN}.{TOKEN}"),
    *(f"é{TOKEN}", TOKEN.replace(".", ".="), f" {TOKEN}", TOKEN * 5, TOKEN.upper()),
)


# Numbered, because a link's time would make its test another one in every process.
@pytest.mark.parametrize("changed", CHANGED, ids=map(str, range(len(CHANGED))))
def test_what_is_no_link_of_ours_is_refused(changed):
    with pytest.raises(LinkError):
        LINKS.read(changed, "checkin", max_age_s=60)


@pytest.mark.parametrize("purpose", ["look", "coach", "letters"])
def test_a_link_is_good_for_its_purpose_alone(purpose):
    with pytest.raises(LinkError):
        LINKS.read(TOKEN, purpose, max_age_s=60)


def test_a_link_ends(monkeypatch):
    now = settings.now()
    monkeypatch.setattr(settings, "now", lambda: now + timedelta(hours=37))
    assert LINKS.read(TOKEN, "checkin", max_age_s=None) == LINK
    with pytest.raises(LinkExpiredError):
        LINKS.read(TOKEN, "checkin", max_age_s=36 * 3600)


def test_its_length_tells_nothing_of_what_was_tapped():
    tapped = [None, 0, 9, 10]
    tokens = [
        LINKS.token(Link(purpose="checkin", who="me", on=DAY, left=left, right=right))
        for left in tapped
        for right in tapped
    ]
    assert len(set(map(len, tokens))) == 1


def test_keys_rotate():
    old, both, new = Links(["o" * 40]), Links(["n" * 40, "o" * 40]), Links(["n" * 40])
    before, after = old.token(LINK), both.token(LINK)
    assert both.read(before, "checkin", max_age_s=60) == LINK
    assert new.read(after, "checkin", max_age_s=60) == LINK
    for links, token in ((new, before), (old, after)):
        with pytest.raises(LinkError):
            links.read(token, "checkin", max_age_s=60)
