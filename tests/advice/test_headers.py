"""A lint of letters as mail: strict parsing, headers once and in ASCII, pictures one to one."""

import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.utils import parsedate_to_datetime

import pytest

from advice.letter import letter
from advice.message import Picture, message
from tests.advice.letters import SCENES

STRICT = policy.SMTP.clone(raise_on_defect=True)
ONCE = {
    *("Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "List-Id"),
    *("X-Entity-Ref-ID", "MIME-Version", "Content-Type"),
}
AT_MOST_ONCE = {"Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
NAMES = ("Ada Löwe <ada@example.org>", "ada@example.org", f"{'Ada ' * 30}<ada@example.org>")


def mailed(name, recipient=NAMES[0]):
    recommendation, facts = SCENES[name]
    made = letter(recommendation, facts=facts)
    shown = re.findall(r'src="cid:(\w+)"', made.html)
    return message(
        made,
        athlete="me",
        on=recommendation.on,
        kind="morning",
        revision=0,
        sender="calfwise <letters@example.org>",
        recipient=recipient,
        sent_at=parsedate_to_datetime("Mon, 30 Jun 2025 06:30:00 +0200"),
        pictures=[Picture(each, PNG) for each in shown],
        reply_to=facts.reply_to,
        unsubscribe_mailto="mailto:letters@example.org?subject=No%20more%20letters",
        unsubscribe_url=facts.stop_url,
        domain="calf.example.org",
    )


@pytest.mark.parametrize("recipient", NAMES)
@pytest.mark.parametrize("name", SCENES)
def test_a_letter_passes_the_lint(name, recipient):
    raw = mailed(name, recipient)
    assert lint(raw) == []
    assert mailed(name, recipient) == raw, "the same letter is the same bytes"


def lint(raw):
    """What is wrong with a mail, one line each."""
    mail = message_from_bytes(raw, policy=STRICT)
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    found = [*_lint_lines(raw), *_lint_head(head), *_lint_values(mail)]
    for part in mail.walk():
        found += [f"{name} twice in a part" for name in part if len(part.get_all(name, [])) > 1]
        found += [f"defect: {defect}" for defect in part.defects]
        if not part.is_multipart():
            part.get_content()
    return found + _lint_pictures(mail)


def _lint_lines(raw):
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        yield "a line that does not end in CRLF"
    if max(map(len, raw.split(b"\r\n"))) > 998:
        yield "a line beyond 998 characters"
    if not raw.isascii():
        yield "eight bits"


def _lint_head(head):
    names = re.findall(r"^([\w-]+):", head, re.MULTILINE)
    yield from (f"{name} is not there once" for name in ONCE if names.count(name) != 1)
    yield from (f"{name} is there twice" for name in AT_MOST_ONCE if names.count(name) > 1)
    yield from (f"{name} is not expected" for name in set(names) - ONCE - AT_MOST_ONCE)
    days, months = "Mon|Tue|Wed|Thu|Fri|Sat|Sun", "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
    date = rf"^Date: ({days}), \d\d ({months}) \d{{4}} \d\d:\d\d:\d\d [+-]\d{{4}}\r$"
    if not re.search(date, head, re.MULTILINE):
        yield "Date"
    for line in head.split("\r\n"):
        # Only an address must not be broken.
        if len(line) > 78 and not re.fullmatch(r"(List-Unsubscribe:)? ?<\S+>,?", line):
            yield f"not folded: {line}"


def _lint_values(mail):
    digest = mail["X-Entity-Ref-ID"]
    if not re.fullmatch(r"[0-9a-f]{32}", digest):
        yield "X-Entity-Ref-ID"
    if mail["Message-ID"] != f"<{digest}@calf.example.org>":
        yield "Message-ID"
    if len(mail["To"].addresses) != 1 or len(mail["From"].addresses) != 1:
        yield "addresses"
    if mail["List-Id"] != "calfwise letters <letters.calf.example.org>":
        yield "List-Id"
    ways = re.fullmatch(r"(<https://[^<>\s]+>, )?<mailto:[^<>\s]+>", mail["List-Unsubscribe"])
    if not ways or bool(ways[1]) != ("List-Unsubscribe-Post" in mail):
        yield "List-Unsubscribe"


def _lint_pictures(mail):
    html = mail.get_body(("html",)).get_content()
    named = re.findall(r'src="cid:([^"]+)"', html)
    images = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    ids = [part["Content-ID"].strip("<>") for part in images]
    found = [] if sorted(named) == sorted(ids) else ["cids and Content-IDs"]
    if len(set(ids)) != len(ids) or not all(re.fullmatch(r"[\w.]+@[\w.]+", each) for each in ids):
        found.append("Content-ID")
    found += ["not inline" for part in images if part.get_content_disposition() != "inline"]
    return found + ["picture" for part in images if part.get_content() != PNG]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: ", b"Subject: again\r\nSubject: "),
        (b"Date: Mon", b"Date: Mond"),
        (b"Message-ID: <", b"Message-ID: <a"),
        (b"Content-ID: <", b"Content-ID: <a"),
        (b"\r\nAuto-Submitted: auto-generated", b""),
        (b"Rest", "Räst".encode()),
        (b"\r\nTo:", b"\nTo:"),
    ],
)
def test_the_lint_finds_what_is_wrong(old, new):
    raw = mailed("rest")
    assert old in raw
    try:
        found = lint(raw.replace(old, new, 1))
    except (ValueError, MessageError) as error:  # strict parsing refuses it by itself
        found = [str(error)]
    assert found
