"""What the answer of a mail server speaks of: the recipient, or how this installation is set up."""

from __future__ import annotations

import re

from connectors.mail.sink import ADDRESS, HIDDEN

ABOUT_US = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538})
"""A refusal with one of these speaks of our command or our login, not of the recipient."""
ENHANCED = re.compile(r"#?([245]\.\d{1,3}\.\d{1,3})\b")
"""RFC 3463's code, at the beginning of what is said."""
ABOUT_THE_MAILBOX = re.compile(r"5\.(1\.([1236]|10)|2\.\d+)")
"""Such a code speaks of the recipient, whatever the words beside it say."""
ABOUT_US_CODES = re.compile(r"5\.(1\.[78]|7\.[89]|7\.2\d)")
"""And such a one of a bad sender, or of a missing login or signature (RFC 3463, 7372)."""
DENIED = r"(denied|rejected|refused|prohibited|disallowed|not (permitted|allowed|authori[sz]ed))"
ABOUT_US_WORDS = re.compile(
    rf"\brelay(ing)?( access| mail)?( (to|for) \S+)?( is| was)? {DENIED}"
    r"|\b(unable|not|refuse|(not )?(allowed|permitted|authenticate)) (to )?relay\b"
    rf"|\bsender( address| domain)?( is| was)? {DENIED}"
    r"|\bsender (verify|verification) fail|\b(invalid|bad) sender\b|\bsend as this sender\b"
    r"|\bsender is unauthenticated\b"
    r"|\bauthentication( is)? required|\brequires? authentication|\bmust (be )?authenticate"
    r"|\bnot authenticated\b",
    re.IGNORECASE,
)
"""What servers say that check sender and login only when the recipient is named."""


def enhanced_of(text: str) -> str | None:
    """RFC 3463's code, where the answer begins with one."""
    found = ENHANCED.match(text)
    return found[1] if found else None


def is_about_us(code: int, text: str) -> bool:
    """Whether a refusal speaks of our command, login or sender, and not of the recipient."""
    enhanced = enhanced_of(text) or ""
    if ABOUT_THE_MAILBOX.fullmatch(enhanced):
        return False
    words = " ".join(ADDRESS.sub(HIDDEN, text).split())
    return (
        code in ABOUT_US
        or ABOUT_US_CODES.fullmatch(enhanced) is not None
        or ABOUT_US_WORDS.search(words) is not None
    )


def is_code(code: int) -> bool:
    """Whether it is one at all: smtplib says -1 for an answer that begins with none."""
    return code // 100 in {2, 3, 4, 5}


def is_yes(code: int) -> bool:
    """Whether it was done."""
    return code // 100 == 2  # noqa: PLR2004 - SMTP: done
