"""The letter of one morning: one page of words, said once as plain text and once as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advice.letter_html import as_html
from advice.letter_page import page_of
from advice.letter_text import as_text

if TYPE_CHECKING:
    from advice.letter_facts import LetterFacts
    from advice.recommendation import Recommendation


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: the subject alone is enough to act on, and both parts say the same."""

    subject: str
    text: str
    html: str
    """Its pictures by name, as `src="cid:NAME"`."""


def letter(recommendation: Recommendation, *, facts: LetterFacts) -> Letter:
    """Say one recommendation in a letter."""
    page = page_of(recommendation, facts)
    return Letter(subject=page.subject, text=as_text(page), html=as_html(page))
