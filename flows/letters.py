"""A day's letter: what it says, gathered from the store, and rendered to the bytes of a mail."""

from dataclasses import replace
from datetime import date, timedelta

from advice.letter import Letter, LetterFacts, letter
from advice.message import message, message_id
from advice.recommendation import Recommendation
from flows import settings
from flows.days import advise, rows_between
from flows.settings import Home
from pipeline.history import Past
from pipeline.store.records import Store, StoredLetter

MORNING = "morning"
DAYS_IN_LETTER = 7
NO_ADDRESS = "runner <{athlete}@localhost>"


def compose(home: Home, store: Store, athlete: str, on: date) -> tuple[Recommendation, Letter]:
    """The letter of a day as it would be written now."""
    answer, past = advise(store, athlete, on, home.athlete_settings(athlete))
    return answer, letter(answer, facts=_facts(home, store, athlete, on, past))


def render(
    home: Home,
    store: Store,
    athlete: str,
    on: date,
    *,
    kind: str = MORNING,
    revision: int = 0,
    correction: bool = False,
    test: bool = False,
    recipient: str | None = None,
) -> tuple[Recommendation, StoredLetter]:
    """The letter of a day as it is mailed, ready to be queued; once queued it is not made again."""
    answer, written = compose(home, store, athlete, on)
    marks = (("Test", test), ("Corrected", correction))
    subject = "".join(f"{mark}: " for mark, is_one in marks if is_one) + written.subject
    written = replace(written, subject=subject)
    eml = message(
        written,
        athlete=athlete,
        on=on,
        kind=kind,
        revision=revision,
        sender=home.file.mail.sender,
        recipient=recipient
        or home.athlete_settings(athlete).email
        or NO_ADDRESS.format(athlete=athlete),
        sent_at=home.morning_at(athlete, on),
    )
    return answer, StoredLetter(
        on=on,
        kind=kind,
        revision=revision,
        message_id=message_id(athlete, on, kind, revision),
        subject=written.subject,
        eml=eml,
        state="pending",
        made_at=settings.now(),
    )


def _facts(home: Home, store: Store, athlete: str, on: date, past: Past) -> LetterFacts:
    wanted = home.athlete_settings(athlete)
    since, yesterday = (on - timedelta(days=back) for back in (DAYS_IN_LETTER, 1))
    week = rows_between(store, athlete, since, yesterday)
    answers = [morning for morning in past.mornings if morning.on <= on]
    return LetterFacts(
        units=wanted.units,
        zone=home.zone(athlete),
        check_in=next((answer for answer in answers if answer.on == on), None),
        yesterday_verdict=week[-1][1],
        yesterday=week[-1][0],
        last_days=tuple(day for day, _ in week),
        last_check_in_on=answers[-1].on if answers else None,
    )
