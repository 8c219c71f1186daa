"""The outbox: a letter is queued with the recommendation it carries, and delivered to a folder."""

from datetime import date

from advice.message import for_a_browser
from flows.letters import MORNING, render
from flows.present import recommendation_json
from flows.report import Delivered
from flows.settings import Home
from pipeline.store.raw import write_whole
from pipeline.store.records import Store, StoredLetter


def queue(home: Home, store: Store, athlete: str, on: date) -> StoredLetter:
    """Queue the day's letter, once: what is queued is never rendered again."""
    with store.reading() as transaction:
        queued = transaction.letter(athlete, on, MORNING, 0)
    if queued is not None:
        return queued
    answer, made = render(home, store, athlete, on)
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
