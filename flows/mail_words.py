"""What became of a letter, in a sentence for a person."""

from datetime import datetime

from flows.report import Delivered

SAYS = {
    "pending": "waits to be sent",
    "sending": "another run is sending it",
    "sent": "accepted by the mail server for {to}",
    "failed": "refused for good{answer}",
    "unknown": "may have arrived{because}",
    "held": "held{answer}",
    "expired": "not accepted before its evening, and of no use now",
    "stopped": "none: letters are stopped; `calfwise letter --start` starts them",
    "late": "none: its evening has come ([mail] until)",
}
SAYS_AGAIN = {
    "pending": "not accepted{answer}. The next try is due at {again}, until {until} at most",
    "unknown": "may have arrived{because}. The next try is due at {again}, until {until} at most",
}
"""The same for letters that will be tried again."""


def became(letter: Delivered) -> str:
    """Where a letter is, or why it is not, and what will be done about it."""
    if letter.state == "sent" and letter.eml is not None:
        return str(letter.eml)
    is_due = letter.again_at is not None and letter.state in SAYS_AGAIN
    says = (SAYS_AGAIN if is_due else SAYS)[letter.state]
    told = said(letter.code, letter.says)
    return says.format(
        to=letter.to,
        answer=f": {told}" if told else "",
        because=f" ({told})" if told else "",
        again=_clock(letter.again_at),
        until=_clock(letter.until),
    )


def said(code: int | None, text: str | None) -> str:
    """What a server answered: its code and its words."""
    return " ".join(str(each) for each in (code, text) if each)


def _clock(at: datetime | None) -> str:
    """Hours and minutes; a letter for the folder has no evening."""
    return "any time" if at is None else at.strftime("%H:%M")
