"""What a runner was told last of a day, by letter, on the page or on the command line."""

from datetime import date, datetime

from advice.recommendation import Recommendation
from flows.present import recommendation_json
from flows.settings import Home
from pipeline.store.records import Store, Told


def files_known(store: Store, athlete: str) -> int:
    """How many files are known: to be counted before advice is made.

    A file that comes while the advice is made may still correct it then.
    """
    with store.reading() as transaction:
        return transaction.file_count(athlete)


def tell(
    home: Home,
    store: Store,
    athlete: str,
    on: date,
    answer: Recommendation,
    *,
    at: datetime,
    files: int,
) -> None:
    """Note that the runner was told this; whatever they know already needs no correction.

    Of days gone by only those are kept of which something had been told before.

    Args:
        home: knows which day is the runner's today.
        store: where it is noted.
        athlete: who was told.
        on: the day it is about.
        answer: what was said.
        at: when it was asked for: what was answered later did not enter into it.
        files: how many were known before it was made.
    """
    with store.writing() as transaction:
        if on == home.today(athlete) or transaction.last_told(athlete, on) is not None:
            transaction.note_told(athlete, as_told(athlete, answer, at=at, files=files))


def as_told(athlete: str, answer: Recommendation, *, at: datetime | None, files: int) -> Told:
    """The recommendation as it is kept."""
    return Told(
        on=answer.on,
        verdict=answer.verdict.word,
        rules_version=answer.rules_version,
        body=recommendation_json(athlete, answer),
        told_at=at,
        files=files,
    )
