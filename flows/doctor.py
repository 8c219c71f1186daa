"""Everything that could be wrong with an installation, each with what to do about it."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from connectors.errors import ConnectorError
from connectors.sources import open_source
from flows import settings
from flows.delivery import MENDED, mail_server, masked
from flows.errors import DATABASE, NOT_ACCEPTED, SETTINGS, UNEXPECTED, UNREACHABLE
from flows.mail_words import said
from flows.opening import has_database
from flows.settings import Home, SettingsError
from pipeline.store.engine import StoreError
from pipeline.store.letters import CORRECTED
from pipeline.store.outbox import REFUSALS_MAX
from pipeline.store.records import Store, Transaction

SPACE_MIN_BYTES = 500_000_000
LETTER_DAYS = 7
SILENT_DAYS = 14
"""Without a new file for this long, somebody should ask whether the watch still uploads."""
FASTAPI_BROKEN_FROM = (0, 151)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    says: str
    do: str | None = None
    code: int = UNEXPECTED
    """How the command ends when this is the first thing that is wrong."""


def _bad(name: str, says: str, do: str, code: int) -> Check:
    return Check(name, ok=False, says=says, do=do, code=code)


def examine(folder: Path, athlete: str, engine: str | None) -> list[Check]:
    """Look at everything; what cannot be looked at is left out, and why stands before it."""
    checks = [_python(), *_prefect()]
    try:
        home = settings.load(folder, engine=engine)
    except SettingsError as error:
        return [
            *checks,
            Check("settings", ok=False, says=str(error), do="correct the file", code=SETTINGS),
        ]
    told = "calfwise.toml is understood" if (folder / settings.FILE).exists() else "defaults only"
    checks.append(Check("settings", ok=True, says=told))
    checks.append(_time_zone(home, athlete))
    checks.append(_heart_rate(home, athlete))
    checks += [*_folder(folder), *_sources(home, athlete), *_mail(home, athlete)]
    if has_database(home):
        checks += _database(home, athlete)
    elif folder.is_dir():
        checks.append(_bad("database", "there is none yet", "calfwise init", SETTINGS))
    return checks


def _python() -> Check:
    told = ".".join(map(str, sys.version_info[:3]))
    return Check("python", ok=sys.version_info >= (3, 11), says=told, do="use Python 3.11 or newer")


def _prefect() -> Iterator[Check]:
    try:
        prefect, fastapi = version("prefect"), version("fastapi")
    except PackageNotFoundError as error:
        yield Check(
            "prefect", ok=False, says=f"{error.name} is missing", do="install from the lock"
        )
        return
    works = tuple(map(int, fastapi.split(".")[:2])) < FASTAPI_BROKEN_FROM
    yield Check(
        "prefect",
        ok=works,
        says=f"{prefect}, with FastAPI {fastapi}",
        do="pip install 'fastapi<0.151': newer ones break Prefect's server; --engine plain works",
    )


def _time_zone(home: Home, athlete: str) -> Check:
    told = home.athlete_settings(athlete).timezone
    zone = home.zone(athlete).key
    return Check("time zone", ok=True, says=f"{zone}, {'as set' if told else 'of this machine'}")


def _heart_rate(home: Home, athlete: str) -> Check:
    wanted = home.athlete_settings(athlete)
    missing = [name for name in ("hr_rest", "hr_max", "sex") if getattr(wanted, name) is None]
    if not missing:
        return Check("heart-rate load", ok=True, says="TRIMP is worked out")
    return Check("heart-rate load", ok=True, says=f"no TRIMP: {', '.join(missing)} not set")


def _folder(folder: Path) -> Iterator[Check]:
    if not folder.is_dir():
        yield Check(
            "home", ok=False, says=f"{folder} is not there", do="calfwise init", code=SETTINGS
        )
        return
    writable = os.access(folder, os.W_OK)
    yield Check("home", ok=writable, says=str(folder), do="make it writable", code=SETTINGS)
    free = shutil.disk_usage(folder).free
    yield Check(
        "disk", ok=free >= SPACE_MIN_BYTES, says=f"{free / 1e9:.1f} GB free", do="make room",
        code=DATABASE,
    )  # fmt: skip


def _sources(home: Home, athlete: str) -> Iterator[Check]:
    declared = home.athlete_settings(athlete).sources
    if not declared:
        yield Check("sources", ok=True, says="none set; `calfwise backfill FOLDER` works without")
    for source in declared:
        try:
            open_source(source.url)
        except ConnectorError as error:
            yield Check(
                "source", ok=False, says=str(error), do="correct or mount it", code=UNREACHABLE
            )
        else:
            kind = "complete" if source.complete else "not declared complete"
            yield Check("source", ok=True, says=f"{source.url} ({kind})")


def _mail(home: Home, athlete: str) -> Iterator[Check]:
    """Whether letters would be taken: greeted, encrypted and logged in, and nothing is sent."""
    mail, address = home.file.mail, home.athlete_settings(athlete).email
    if mail.sink == "folder":
        yield Check("mail", ok=True, says=f"letters lie in {home.outbox}")
        return
    from connectors.mail.smtp import SmtpSink  # noqa: PLC0415 - TLS takes a moment to import

    where = f"{mail.host}:{mail.port}"
    try:
        settings.mail_password(home)
    except SettingsError as error:
        yield _bad("mail", str(error), "correct it, or set CALFWISE_MAIL_PASSWORD", SETTINGS)
        return
    with SmtpSink(mail_server(home)) as sink:
        outcome = sink.greet()
    told = f"{where}: {said(outcome.code, outcome.says)}"
    if outcome.fate != "accepted":
        yield _bad("mail", told, MENDED[outcome.fate], NOT_ACCEPTED)
    elif address is None:
        yield Check("mail", ok=True, says=f"{told}; {athlete} has no email: the folder it is")
    else:
        yield Check("mail", ok=True, says=f"{told}; {athlete} is {masked(address)}")


def _letters(home: Home, transaction: Transaction, athlete: str) -> Iterator[Check]:
    """Letters that did not arrive, or of which nobody knows."""
    if transaction.letters_stopped_at(athlete) is not None:
        yield Check("letters", ok=True, says="stopped; `calfwise letter --start` starts them")
        return
    address = home.athlete_settings(athlete).email
    if address is not None and transaction.is_suppressed(address):
        says = f"{masked(address)} refused {REFUSALS_MAX} letters in a row and gets no more"
        yield _bad("letters", says, "correct the address, or calfwise letter --start", NOT_ACCEPTED)
        return
    recent = transaction.letters_since(athlete, home.today(athlete) - timedelta(days=LETTER_DAYS))
    troubled = [
        each
        for each in recent
        if each.state in {"failed", "unknown", "held"} and each.last_text != CORRECTED
    ]
    if troubled:
        last = troubled[-1]
        told = said(last.last_code, last.last_text)
        says = f"{len(troubled)} of {len(recent)} did not arrive for certain, the last of {last.on}"
        yield _bad("letters", f"{says}: {last.state}, {told}", "look at mail above", NOT_ACCEPTED)
    else:
        yield Check("letters", ok=True, says=f"{len(recent)} in {LETTER_DAYS} days, none astray")


def _database(home: Home, athlete: str) -> Iterator[Check]:
    try:
        store = Store(home.database_url)
    except StoreError as error:
        yield _bad("database", str(error), "restore a backup", DATABASE)
        return
    try:
        yield from _contents(store, home, athlete)
    except StoreError as error:
        yield _bad("database", str(error), "restore a backup", DATABASE)
    finally:
        store.close()


def _contents(store: Store, home: Home, athlete: str) -> Iterator[Check]:
    problem = store.damage()
    yield Check(
        "database", ok=problem is None, says=problem or "sound, on the newest schema",
        do="restore a backup", code=DATABASE,
    )  # fmt: skip
    with store.reading() as transaction:
        if not transaction.has_athlete(athlete):
            yield Check(
                "athlete",
                ok=False,
                says=f"{athlete} is not known",
                do="calfwise init",
                code=SETTINGS,
            )
            return
        activities = transaction.day_activities(athlete)
        mornings = transaction.mornings(athlete)
        refused = transaction.refused_count(athlete)
        letters = list(_letters(home, transaction, athlete))
    today = home.today(athlete)
    yield from letters
    if activities:
        last = max(each.on for each in activities)
        silent = (today - last).days
        yield Check("files", ok=silent <= SILENT_DAYS,
                    says=f"{len(activities)} activities, the last on {last}, {silent} days ago",
                    do="look whether the watch still uploads")  # fmt: skip
    else:
        yield Check("files", ok=True, says="none yet: calfwise backfill FOLDER")
    if mornings:
        yield Check(
            "answers", ok=True, says=f"{len(mornings)} mornings, the last {mornings[-1].on}"
        )
    else:
        yield Check("answers", ok=True, says="none yet: calfwise checkin --left N --right N")
    yield Check(
        "refused files", ok=True, says=f"{refused} stand refused; a newer reader tries again"
    )
