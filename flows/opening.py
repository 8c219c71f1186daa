"""Opening an installation for one command, and putting its answer out."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import settings
from flows.errors import UsageError
from flows.settings import ME, Home, SettingsError

if TYPE_CHECKING:
    from pipeline.store.records import Store

SQLITE = "sqlite:///"


def athlete_of(options: argparse.Namespace) -> str:
    """The runner that was asked for."""
    athlete = options.athlete or ME
    settings.check_athlete_id(athlete)
    return str(athlete)


def home_of(options: argparse.Namespace) -> Home:
    """The installation's settings; nothing is opened or made."""
    return settings.load(settings.home_folder(options.home), engine=options.engine)


@contextmanager
def opened_store(home: Home) -> "Iterator[Store]":
    """The database, closed at the end."""
    from pipeline.store.records import Store  # noqa: PLC0415 - SQLAlchemy takes a moment

    store = Store(home.database_url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def for_writing(options: argparse.Namespace) -> "Iterator[tuple[Home, Store, str]]":
    """The installation, made where it is not there yet, and the runner, made known."""
    athlete, home = athlete_of(options), home_of(options)
    settings.make_folder(home.folder)
    with opened_store(home) as store:
        with store.reading() as transaction:
            known = transaction.has_athlete(athlete)
        if not known:
            with store.writing() as transaction:
                transaction.add_athlete(athlete)
        _note_strike(home, store, athlete)
        yield home, store, athlete


@contextmanager
def for_reading(options: argparse.Namespace) -> "Iterator[tuple[Home, Store, str]]":
    """The installation and a runner who must be known."""
    athlete, home = athlete_of(options), home_of(options)
    if not has_database(home):
        raise SettingsError(
            f"{home.folder}: no calfwise here yet; `calfwise init` or `calfwise backfill` makes one"
        )
    with opened_store(home) as store:
        with store.reading() as transaction:
            if not transaction.has_athlete(athlete):
                raise SettingsError(
                    f"no such athlete: {athlete}; a check-in, sync or backfill makes one known"
                )
        _note_strike(home, store, athlete)
        yield home, store, athlete


def _note_strike(home: Home, store: "Store", athlete: str) -> None:
    """Let the store know how the foot lands: loads are reckoned with it where they leave it."""
    strike = home.athlete(athlete).strike
    with store.reading() as transaction:
        is_known = transaction.strike(athlete) == strike
    if not is_known:
        with store.writing() as transaction:
            transaction.note_strike(athlete, strike)


def has_database(home: Home) -> bool:
    """Whether there is one to read; of a server that is for the server to say."""
    url = home.database_url
    return not url.startswith(SQLITE) or Path(url.removeprefix(SQLITE)).exists()


def check_order(since: date | None, until: date | None) -> None:
    """Refuse a time that ends before it begins."""
    if since and until and since > until:
        raise UsageError("--since lies after --until")


def out(options: argparse.Namespace, document: Any, text: str) -> None:  # noqa: ANN401 - any JSON
    """Put the answer out: one document for programs, or text for people."""
    print(json.dumps(document, indent=2, allow_nan=False) if options.json else text)
