"""A day's letter: what it says, gathered from the store, and rendered to the bytes of a mail."""

from dataclasses import replace
from datetime import date, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from advice.letter import Letter, letter
from advice.letter_facts import LetterFacts, Taps, last_time
from advice.message import Picture, message, message_id
from advice.recommendation import Recommendation, Verdict
from flows import settings
from flows.days import advise, rows_between
from flows.settings import Home
from pipeline.checkin import NRS_MAX, CheckIn
from pipeline.history import Past
from pipeline.store.outbox import CORRECTION
from pipeline.store.records import Store, StoredLetter

if TYPE_CHECKING:
    from advice.charts.chart import Chart
    from flows.page.addresses import Addresses

MORNING, TEST = "morning", "test"
DAYS_IN_LETTER = 7
CHECKIN = "calfwise checkin --left N --right N"
CHECKIN_OF = "calfwise --athlete {athlete} checkin --left N --right N"
"""Of anybody but the one whom commands are about when they name nobody."""
NO_ADDRESS = "runner <{athlete}@localhost>"
SHARPNESS = 2
"""Pixels of a picture for each pixel it is shown at: what fine screens have."""


def compose(home: Home, store: Store, athlete: str, on: date) -> tuple[Recommendation, Letter]:
    """The letter of a day as it would be written now."""
    answer, facts = told_of(home, store, athlete, on)
    return answer, letter(answer, facts=facts)


def told_of(home: Home, store: Store, athlete: str, on: date) -> tuple[Recommendation, LetterFacts]:
    """The recommendation of a day, and all that its letter tells beside it."""
    answer, past = advise(store, athlete, on, home.athlete_settings(athlete))
    return answer, facts_of(home, store, athlete, answer, past)


def facts_of(
    home: Home, store: Store, athlete: str, answer: Recommendation, past: Past
) -> LetterFacts:
    """What the letter tells beside a recommendation that is known already."""
    on, wanted, addresses = answer.on, home.athlete_settings(athlete), _addresses(home)
    since, yesterday = (on - timedelta(days=back) for back in (DAYS_IN_LETTER, 1))
    week = rows_between(store, athlete, since, yesterday)
    mornings = tuple(morning for morning in past.mornings if morning.on <= on)
    reply_to = home.file.mail.reply_to
    return LetterFacts(
        units=wanted.units,
        zone=home.zone(athlete),
        mornings=mornings,
        yesterday_verdict=week[-1][1],
        told_yesterday=referral_told(store, athlete, yesterday),
        yesterday=week[-1][0],
        last_days=tuple(day for day, _ in week),
        charts=_charts(home, store, athlete, answer),
        taps=_taps(addresses, athlete, on, last_time(mornings, on)) if addresses else None,
        reply_to=reply_to,
        checkin_command=CHECKIN if athlete == settings.ME else CHECKIN_OF.format(athlete=athlete),
        look_url=addresses.look(athlete) if addresses else None,
        stop_url=addresses.letters(athlete) if addresses else None,
        stop_mailto=stop_mailto(reply_to) if reply_to else None,
        neutral=wanted.subject == "neutral",
    )


def referral_told(store: Store, athlete: str, on: date) -> dict[str, Any] | None:
    """The rules of a day's referral as the runner was told them: rule → values.

    None where they were told of none: nobody asked that day, or the letter that was to tell them
    did not arrive. What today is known of that day is another matter.
    """
    with store.reading() as transaction:
        told = transaction.last_told(athlete, on)
        letters = [transaction.letter(athlete, on, kind, 0) for kind in (MORNING, CORRECTION)]
    if told is None or told.told_at is None or told.verdict != Verdict.PHYSICIAN.word:
        return None
    # Told by a letter, it bears the letter's own instant (flows/outbox.py).
    by_letter = [each for each in letters if each and each.made_at == told.told_at]
    if any(each.state != "sent" for each in by_letter):
        return None
    return {each["rule"]: each["values"] for each in told.body["because"]}


def render(
    home: Home,
    store: Store,
    athlete: str,
    on: date,
    *,
    kind: str = MORNING,
    revision: int = 0,
    recipient: str | None = None,
) -> tuple[Recommendation, StoredLetter]:
    """The letter of a day as it is mailed, ready to be queued; once queued it is not made again.

    Args:
        home: the installation.
        store: its database.
        athlete: who gets it.
        on: the local day it is about.
        kind: a correction or a test says that it is one; with `athlete`, `on` and `revision` it
            decides the Message-ID.
        revision: counts the letters of one kind and day.
        recipient: the mail address; None means the runner's own, or the folder.
    """
    answer, facts = told_of(home, store, athlete, on)
    facts = replace(facts, correction=kind == CORRECTION, test=kind == TEST)
    written = letter(answer, facts=facts)
    mail = home.file.mail
    address = recipient or home.athlete_settings(athlete).email
    eml = message(
        written,
        athlete=athlete,
        on=on,
        kind=kind,
        revision=revision,
        sender=mail.sender,
        recipient=address or NO_ADDRESS.format(athlete=athlete),
        sent_at=home.morning_at(athlete, on),
        pictures=_pictures(written, facts),
        reply_to=mail.reply_to,
        unsubscribe_mailto=stop_mailto(mail.reply_to or parseaddr(mail.sender)[1]),
        unsubscribe_url=facts.stop_url,
        domain=mail.domain,
    )
    return answer, StoredLetter(
        on=on,
        kind=kind,
        revision=revision,
        message_id=message_id(athlete, on, kind, revision, mail.domain),
        subject=written.subject,
        eml=eml,
        state="pending",
        made_at=settings.now(),
        recipient=recipient,
    )


def stop_mailto(address: str) -> str:
    """A link that opens a mail to whoever reads wishes for no more letters."""
    return f"mailto:{quote(address, safe='@+')}?subject=No%20more%20letters"


def _addresses(home: Home) -> "Addresses | None":
    """Where the runner reaches the page; without it nothing of it is imported."""
    if home.file.page.public_url is None:
        return None
    from flows.page.addresses import public_addresses  # noqa: PLC0415 - cryptography takes a moment

    return public_addresses(home)


def _taps(addresses: "Addresses", athlete: str, on: date, last: CheckIn | None) -> Taps:
    """An address for each number on each side, and for the two answers most often given."""
    scale = range(NRS_MAX + 1)
    return Taps(
        form=addresses.checkin(athlete, on),
        left=tuple(addresses.checkin(athlete, on, left=nrs) for nrs in scale),
        right=tuple(addresses.checkin(athlete, on, right=nrs) for nrs in scale),
        both_none=addresses.checkin(athlete, on, left=0, right=0),
        same=addresses.checkin(athlete, on, left=last.left, right=last.right) if last else None,
    )


def _charts(home: Home, store: Store, athlete: str, answer: Recommendation) -> "tuple[Chart, ...]":
    """The charts of a letter; none is drawn beside a red flag."""
    if answer.verdict is Verdict.URGENT:
        return ()
    from flows.charts import letter_charts  # noqa: PLC0415 - only letters draw

    return letter_charts(home, store, athlete, answer.on)


def _pictures(written: Letter, facts: LetterFacts) -> list[Picture]:
    """The pictures that the letter shows."""
    shown = [chart for chart in facts.charts if f'src="cid:{chart.name}"' in written.html]
    if not shown:
        return []
    from connectors.png import svg_to_png  # noqa: PLC0415 - only mailed letters need it

    return [
        Picture(chart.name, svg_to_png(chart.svg, width_px=SHARPNESS * chart.width_px))
        for chart in shown
    ]
