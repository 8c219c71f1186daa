"""The mail: one letter, two parts, always the same bytes."""

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advice.letter import Letter
from advice.message import Picture, for_a_browser, message, message_id

LETTER = Letter(
    subject="Rest today: left calf 5, größer als gestern",
    text="Rest today.\nLeft calf 5, größer als gestern.\n",
    html="<p>Rest today, größer als gestern.</p>\n",
)
DAY = date(2026, 11, 22)
UNSUBSCRIBE_URL = f"https://calf.example.org/unsubscribe/{'a' * 120}"


def mailed(letter=LETTER, **changes):
    said: dict[str, Any] = {
        "athlete": "me",
        "on": DAY,
        "kind": "morning",
        "revision": 0,
        "sender": "calfwise <letters@example.org>",
        "recipient": "Ada Löwe <ada@example.org>",
        "sent_at": datetime(2026, 11, 22, 5, 30, tzinfo=UTC),
    } | changes
    return message(letter, **said)


def opened(letter=LETTER, **changes):
    return message_from_bytes(mailed(letter, **changes), policy=default)


def test_the_headers():
    mail = opened(
        unsubscribe_mailto="mailto:stop@example.org",
        unsubscribe_url=UNSUBSCRIBE_URL,
        reply_to="answers@example.org",
    )
    assert dict(mail.items()) == {
        "Message-ID": "<cd8f3a59a947d4438fba5ec3a4b95435@calfwise.local>",
        "Date": "Sun, 22 Nov 2026 05:30:00 +0000",
        "From": "calfwise <letters@example.org>",
        "To": "Ada Löwe <ada@example.org>",
        "Reply-To": "answers@example.org",
        "Subject": LETTER.subject,
        "Auto-Submitted": "auto-generated",
        "List-Id": "calfwise letters <letters.calfwise.local>",
        "List-Unsubscribe": f"<{UNSUBSCRIBE_URL}>, <mailto:stop@example.org>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "X-Entity-Ref-ID": "cd8f3a59a947d4438fba5ec3a4b95435",
        "MIME-Version": "1.0",
        "Content-Type": (
            'multipart/alternative; boundary="=_either_cd8f3a59a947d4438fba5ec3a4b95435"'
        ),
    }


def test_both_parts_decode_back():
    parts = list(opened().iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    contents = [part.get_content().replace("\r\n", "\n") for part in parts]
    assert contents == [LETTER.text, LETTER.html]


PICTURED = Letter(
    subject="Rest today",
    text="Rest today.\n",
    html='<p>src=&quot;cid:no&quot;</p><img src="cid:load"><img src="cid:mornings">\n',
)
PICTURES = (Picture("load", b"\x89PNG load"), Picture("mornings", b"\x89PNG mornings"))


def test_pictures_belong_to_the_html():
    mail = opened(PICTURED, pictures=PICTURES)
    text, whole = mail.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert whole.get_content_type() == "multipart/related"
    assert whole.get_param("type") == "text/html"
    html, *images = whole.iter_parts()
    digest = mail["Message-ID"].strip("<>")
    for image, picture in zip(images, PICTURES, strict=True):
        assert dict(image.items()) == {
            "Content-Type": "image/png",
            "Content-Transfer-Encoding": "base64",
            "Content-Disposition": f'inline; filename="{picture.name}.png"',
            "Content-ID": f"<{picture.name}.{digest}>",
        }
        assert image.get_content() == picture.png
        assert f'<img src="cid:{picture.name}.{digest}">' in html.get_content()
    assert mail.get_boundary() != whole.get_boundary()


def test_a_browser_gets_the_pictures_within_the_page():
    page = for_a_browser(mailed(PICTURED, pictures=PICTURES))
    assert page.count("data:image/png;base64,") == 2
    assert 'src="cid:load' not in page


@pytest.mark.parametrize("pictures", [(), PICTURES[:1], (*PICTURES, Picture("more", b""))])
def test_a_letter_goes_with_exactly_its_own_pictures(pictures):
    with pytest.raises(ValueError, match="belong together"):
        mailed(PICTURED, pictures=pictures)


def test_a_long_unsubscribe_address_stays_readable_as_it_is():
    assert f"List-Unsubscribe: <{UNSUBSCRIBE_URL}>\r\n".encode() in mailed(
        unsubscribe_url=UNSUBSCRIBE_URL
    )


@pytest.mark.parametrize(
    "url",
    ["https://calf.example.org/letters/x", "http://127.0.0.1:8642/letters/x", "http://[::1]/x"],
)
def test_one_click_needs_an_address_that_is_encrypted_or_of_this_machine(url):
    mail = opened(unsubscribe_url=url)
    assert mail["List-Unsubscribe"] == f"<{url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_click_is_not_promised_without_an_address_for_it():
    assert "List-Unsubscribe-Post" not in opened(unsubscribe_mailto="mailto:stop@example.org")
    assert "List-Unsubscribe" not in opened()


@pytest.mark.parametrize(
    "unsubscribe",
    [
        {"unsubscribe_url": "http://example.org/stop"},
        {"unsubscribe_url": "http://127.0.0.1.example.org/stop"},
        {"unsubscribe_url": "mailto:stop@example.org"},
        {"unsubscribe_url": "https://example.org/größer"},
        {"unsubscribe_mailto": "stop@example.org"},
        {"unsubscribe_mailto": "mailto:stop@example.org>, <https://evil.example"},
    ],
)
def test_an_unsubscribe_address_of_another_kind_is_refused(unsubscribe):
    with pytest.raises(ValueError, match="unsubscribe"):
        mailed(**unsubscribe)


def test_equal_input_makes_equal_bytes_that_travel_anywhere():
    raw = mailed()
    assert raw == mailed()
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028"])
@pytest.mark.parametrize("field", ["sender", "recipient", "domain", "subject", "unsubscribe_url"])
def test_no_header_can_be_smuggled_in(field, line_break):
    smuggled = f"https://a.example{line_break}Bcc: everybody@example.org"
    changes = (
        {"letter": Letter(subject=smuggled, text="", html="")}
        if field == "subject"
        else {field: smuggled}
    )
    with pytest.raises(ValueError, match=r"linefeed|unsubscribe"):
        mailed(**changes)


@given(st.text(), st.dates(), st.text(), st.integers(0, 9))
def test_the_message_id_tells_nothing_and_is_always_the_same(athlete, on, kind, revision):
    made = message_id(athlete, on, kind, revision, domain="calf.example.org")
    assert made == message_id(athlete, on, kind, revision, domain="calf.example.org")
    digest, domain = made.strip("<>").split("@")
    assert domain == "calf.example.org"
    assert len(digest) == 32
    assert int(digest, 16) >= 0


def test_another_revision_is_another_message():
    assert message_id("me", DAY, "morning", 0) != message_id("me", DAY, "morning", 1)
