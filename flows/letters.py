"""Letters: rendered once, queued with the recommendation they carry, delivered to a folder."""

from datetime import date, timedelta

from advice.letter import Letter, LetterFacts, letter
from advice.message import for_a_browser, message, message_id
from advice.recommendation import Recommendation
from flows import settings
from flows.days import advise, rows_between
from flows.present import recommendation_json
from flows.report import Delivered
from flows.settings import Home
from pipeline.history import Past
from pipeline.store.raw import write_whole
from pipeline.store.records import Store, StoredLetter

MORNING = "morning"
DAYS_IN_LETTER = 7
NO_ADDRESS = "runner <{athlete}@localhost>"


def compose(home: Home, store: Store, athlete: str, on: date) -> tuple[Recommendation, Letter]:
    """The letter of a day as it would be written now."""
    answer, past = advise(store, athlete, on, home.athlete_settings(athlete))
    return answer, letter(answer, facts=_facts(home, store, athlete, on, past))


def queue(home: Home, store: Store, athlete: str, on: date) -> StoredLetter:
    """Queue the day's letter, once: what is queued is never rendered again."""
    with store.reading() as transaction:
        queued = transaction.letter(athlete, on, MORNING, 0)
    if queued is not None:
        return queued
    answer, written = compose(home, store, athlete, on)
    made = StoredLetter(
        on=on,
        kind=MORNING,
        revision=0,
        message_id=message_id(athlete, on, MORNING, 0),
        subject=written.subject,
        eml=message(
            written,
            athlete=athlete,
            on=on,
            kind=MORNING,
            revision=0,
            sender=home.file.mail.sender,
            recipient=home.athlete_settings(athlete).email or NO_ADDRESS.format(athlete=athlete),
            sent_at=home.morning_at(athlete, on),
        ),
        state="pending",
        made_at=settings.now(),
    )
    with store.writing() as transaction:
        # Somebody else may have queued it meanwhile; theirs stands.
        standing = transaction.letter(athlete, on, MORNING, 0)
        if standing is not None:
            return standing
        transaction.add_athlete(athlete)
        transaction.add_letter(
            athlete,
            made,
            verdict=answer.verdict.word,
            rules_version=answer.rules_version,
            body=recommendation_json(athlete, answer),
        )
    return made


def deliver(home: Home, store: Store, athlete: str) -> list[Delivered]:
    """Put every queued letter into the outbox folder: exactly once, for its name is its own."""
    with store.reading() as transaction:
        waiting = transaction.pending_letters(athlete)
    places = []
    for each in waiting:
        place = places_of(home, each)
        write_whole(place.html, for_a_browser(each.eml).encode())
        write_whole(place.eml, each.eml)
        with store.writing() as transaction:
            transaction.mark_sent(athlete, each)
        places.append(Delivered(place.eml, place.html, new=True))
    return places


def send(home: Home, store: Store, athlete: str, on: date) -> Delivered:
    """Queue and deliver the letter of a day; one that was delivered stays as it is."""
    queued = queue(home, store, athlete, on)
    place = places_of(home, queued)
    new = any(each.eml == place.eml for each in deliver(home, store, athlete))
    return Delivered(place.eml, place.html, new=new)


def places_of(home: Home, stored: StoredLetter) -> Delivered:
    """Where a letter lies once it is delivered: files named by its Message-ID."""
    name = stored.message_id.strip("<>")
    return Delivered(home.outbox / f"{name}.eml", home.outbox / f"{name}.html", new=False)


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
