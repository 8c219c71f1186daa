"""What each command does: open the installation, call a story, show the answer."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import errors, settings
from flows.errors import DONE, UsageError
from flows.settings import ME, Home, SettingsError

if TYPE_CHECKING:
    from advice.words import Units
    from flows.work import Order
    from pipeline.store.records import Store


def run(options: argparse.Namespace) -> int:
    """Run the command that was asked for."""
    return COMMANDS[options.command](options)


def demo(options: argparse.Namespace) -> int:
    """A simulated season through the whole system."""
    from flows.demo import demo as play  # noqa: PLC0415 - each command imports what it needs

    return play(options.home, engine=options.engine, as_json=options.json)


def init(options: argparse.Namespace) -> int:
    """Write calfwise.toml, ask on a terminal only, and make the runner known."""
    folder = settings.home_folder(options.home)
    timezone, source = options.timezone, options.source
    is_new = not (folder / settings.FILE).exists()
    if is_new and sys.stdin.isatty() and sys.stdout.isatty():
        timezone = timezone or _ask("Your time zone", settings.system_zone())
        source = source or _ask("The folder your watch files come to (empty: none yet)", "")
    path = settings.write_template(folder, timezone=timezone, source=source or None)
    try:
        home = settings.load(folder, engine=options.engine)
    except SettingsError:
        if is_new:
            path.unlink()  # what was just answered cannot be; ask again next time
        raise
    with _store(home) as store, store.writing() as transaction:
        transaction.add_athlete(_athlete(options))
    told = f"{'Wrote' if is_new else 'Kept'} {path}"
    then = "Next: calfwise backfill FOLDER, then calfwise checkin --left N --right N"
    _out(
        options,
        {"home": str(folder), "settings": str(path), "new": is_new},
        f"{told}\n{then}",
    )
    return DONE


def sync(options: argparse.Namespace) -> int:
    """New files, days, advice, letter; for one runner or for all."""
    from flows import present, show  # noqa: PLC0415
    from flows.engine import run_sync  # noqa: PLC0415

    with _writing(options) as (home, store, athlete):
        athletes = _everybody(home, store) if options.all else [athlete]
        reports = {}
        for each in athletes:
            order = _order(home, store, each, options.sources)
            if not order.places:
                say_no_source(each)
            reports[each] = run_sync(order, options.on or home.today(each))
    shown = [
        {"athlete": each, **present.report_json(report), "letter": _place(report)}
        for each, report in reports.items()
    ]
    _out(options, shown if options.all else shown[0],
         "\n".join(show.report(report) for report in reports.values()))  # fmt: skip
    return max(errors.after(each.counts.refused_files) for each in reports.values())


def backfill(options: argparse.Namespace) -> int:
    """History; can be killed and run again."""
    from dataclasses import replace  # noqa: PLC0415

    from flows import present, show  # noqa: PLC0415
    from flows.engine import run_backfill  # noqa: PLC0415
    from flows.intake import Window  # noqa: PLC0415

    if options.since and options.until and options.since > options.until:
        raise UsageError("--since lies after --until")
    with _writing(options) as (home, store, athlete):
        order = _order(home, store, athlete, options.sources)
        window = Window(options.since, options.until)
        report = run_backfill(replace(order, window=window, workers=options.workers))
    _out(options, {"athlete": athlete, **present.report_json(report)}, show.report(report))
    return errors.after(report.counts.refused_files)


def checkin(options: argparse.Namespace) -> int:
    """One answer, or many from a file; the answer comes back as advice at once."""
    from flows import answers, present, show  # noqa: PLC0415
    from flows.days import advise as advise_on  # noqa: PLC0415

    if options.more == "import":
        return _import(options)
    if options.left is None or options.right is None:
        raise UsageError("say both: --left N --right N, 0 to 10 each")
    if options.flag and options.no_flags:
        raise UsageError("--no-flags says that there is none; it cannot stand beside --flag")
    with _writing(options) as (home, store, athlete):
        on = options.on or home.today(athlete)
        _not_in_the_future(home, athlete, on)
        changed = answers.keep(store, athlete, answers.from_options(options, on), settings.now())
        advice, _ = advise_on(store, athlete, on)
        units = home.athlete_settings(athlete).units
    _out(
        options,
        {
            "athlete": athlete,
            "on": on.isoformat(),
            "changed": changed,
            "advice": present.recommendation_json(athlete, advice),
        },
        f"Noted for {on}: left {options.left}, right {options.right}.\n\n"
        + show.recommendation(advice, units),
    )
    return DONE


def _import(options: argparse.Namespace) -> int:
    from flows import answers  # noqa: PLC0415

    with _writing(options) as (home, store, athlete):
        many = answers.from_csv(Path(options.file))
        for each in many:
            _not_in_the_future(home, athlete, each.on)
        changed = answers.keep_all(store, athlete, many, settings.now())
    _out(options, {"athlete": athlete, "answers": len(many), "changed": changed},
         f"{len(many)} answers, {changed} of them new or changed.")  # fmt: skip
    return DONE


def advise(options: argparse.Namespace) -> int:
    """The recommendation of one day."""
    from flows import present, show  # noqa: PLC0415
    from flows.days import advise as advise_on  # noqa: PLC0415

    with _reading(options) as (home, store, athlete):
        answer, _ = advise_on(store, athlete, options.on or home.today(athlete))
        units = home.athlete_settings(athlete).units
    _out(options, present.recommendation_json(athlete, answer), show.recommendation(answer, units))
    return DONE


def letter(options: argparse.Namespace) -> int:
    """The day's letter; sent, it lies in the outbox, once."""
    from flows import letters  # noqa: PLC0415

    opened = _writing if options.send else _reading
    with opened(options) as (home, store, athlete):
        on = options.on or home.today(athlete)
        if options.send:
            place = letters.send(home, store, athlete, on)
            told = "Delivered" if place.new else "Was delivered before"
            _out(options, {"eml": str(place.eml), "html": str(place.html), "new": place.new},
                 f"{told}: {place.eml}\nTo look at it: {place.html}")  # fmt: skip
            return DONE
        _, written = letters.compose(home, store, athlete, on)
    _out(options, {"subject": written.subject, "text": written.text, "html": written.html},
         f"Subject: {written.subject}\n\n{written.text}")  # fmt: skip
    return DONE


RUN_COLUMNS = {
    "local_date": "date",
    "id": "id",
    "sport": "sport",
    "distance": "km",
    "timer_min": "min",
    "cadence_mean_spm": "steps/min",
    "steps": "steps",
    "calf_km": "calf-km",
    "heart_rate_mean_bpm": "bpm",
    "rpe": "rpe",
    "counted": "counts",
    "duplicate_of": "copy of",
    "file": "file",
}
DAY_COLUMNS = {
    "on": "date",
    "known": "known",
    "runs": "runs",
    "distance": "km",
    "calf_km": "calf-km",
    "acute_calf_km": "acute",
    "chronic_calf_km": "chronic",
    "soreness_left": "left",
    "soreness_right": "right",
    "during": "during",
    "verdict": "verdict",
}


def runs(options: argparse.Namespace) -> int:
    """The table of activities."""
    from flows import present  # noqa: PLC0415
    from flows.days import derive_days  # noqa: PLC0415
    from pipeline.history import Told, pair  # noqa: PLC0415

    with _reading(options) as (home, store, athlete):
        derive_days(store, athlete)
        with store.reading() as transaction:
            counted = [each for each in transaction.day_activities(athlete) if each.counted]
            told = pair(transaction.mornings(athlete), counted)
            stored = transaction.activities(athlete)
        units = home.athlete_settings(athlete).units
    rows = [
        present.run_json(each, told.get(each.id, Told()).rpe)
        for each in stored
        if (options.since is None or each.row.local_date >= options.since)
        and (options.until is None or each.row.local_date <= options.until)
    ]
    _table(options, rows, RUN_COLUMNS, units)
    return DONE


def days(options: argparse.Namespace) -> int:
    """The table of days."""
    from flows import present  # noqa: PLC0415
    from flows.days import derive_days, rows_between  # noqa: PLC0415

    with _reading(options) as (home, store, athlete):
        derive_days(store, athlete)
        found = rows_between(store, athlete, options.since, options.until)
        units = home.athlete_settings(athlete).units
    _table(options, [present.day_json(*each) for each in found], DAY_COLUMNS, units)
    return DONE


def explain(options: argparse.Namespace) -> int:
    """Everything that was understood of one file."""
    from connectors.archives import ArchiveLimits, members_of_file  # noqa: PLC0415
    from connectors.errors import SourceUnavailableError  # noqa: PLC0415
    from connectors.formats import read_file, refusal  # noqa: PLC0415
    from flows import present, show  # noqa: PLC0415

    path = Path(options.file)
    if path.is_dir():
        raise UsageError(f"{path} is a folder; `calfwise backfill {path}` takes all of it in")
    if not path.exists():
        raise SourceUnavailableError(f"{path}: there is no such file")
    home = settings.load(settings.home_folder(options.home), engine=options.engine)
    athlete = home.athlete(_athlete(options))
    now_s = settings.now().timestamp()
    readings = [
        refusal(member.name, member.refusal)
        if member.content is None and member.refusal is not None
        else read_file(member.name, member.content or b"", athlete, not_after_s=now_s)
        for member in members_of_file(path, path.name, ArchiveLimits())
    ]
    shown = [present.reading_json(each) for each in readings]
    units = home.athlete_settings(_athlete(options)).units
    is_archive = any("!" in each.file for each in readings) or len(readings) != 1
    _out(options, shown if is_archive else shown[0],
         "\n".join(show.explained(each, units) for each in shown))  # fmt: skip
    return errors.after(
        (each.file, each.reason or "", "") for each in readings if each.status == "refused"
    )


def doctor(options: argparse.Namespace) -> int:
    """Everything that could be wrong, each with what to do."""
    from flows.doctor import examine  # noqa: PLC0415

    checks = examine(settings.home_folder(options.home), _athlete(options), options.engine)
    lines = [
        f"{'ok  ' if each.ok else 'BAD '} {each.name}: {each.says}"
        + (f"\n     do: {each.do}" if each.do and not each.ok else "")
        for each in checks
    ]
    _out(options, [{"name": each.name, "ok": each.ok, "says": each.says, "do": each.do}
                   for each in checks], "\n".join(lines))  # fmt: skip
    return next((each.code for each in checks if not each.ok), DONE)


COMMANDS = {
    "demo": demo,
    "init": init,
    "sync": sync,
    "backfill": backfill,
    "checkin": checkin,
    "advise": advise,
    "letter": letter,
    "runs": runs,
    "days": days,
    "explain": explain,
    "doctor": doctor,
}


def _athlete(options: argparse.Namespace) -> str:
    athlete = options.athlete or ME
    settings.check_athlete_id(athlete)
    return str(athlete)


@contextmanager
def _store(home: Home) -> "Iterator[Store]":
    from pipeline.store.records import Store  # noqa: PLC0415 - SQLAlchemy takes a moment

    store = Store(home.database_url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _writing(options: argparse.Namespace) -> "Iterator[tuple[Home, Store, str]]":
    """The installation, made where it is not there yet, and the runner, made known."""
    folder = settings.home_folder(options.home)
    athlete = _athlete(options)
    home = settings.load(folder, engine=options.engine)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{folder}: the home cannot be made: {error.strerror}") from error
    with _store(home) as store:
        with store.reading() as transaction:
            known = transaction.has_athlete(athlete)
        if not known:
            with store.writing() as transaction:
                transaction.add_athlete(athlete)
        yield home, store, athlete


@contextmanager
def _reading(options: argparse.Namespace) -> "Iterator[tuple[Home, Store, str]]":
    """The installation and a runner who must be known."""
    folder = settings.home_folder(options.home)
    athlete = _athlete(options)
    home = settings.load(folder, engine=options.engine)
    if home.database_url.startswith("sqlite:///") and not _is_there(home):
        raise SettingsError(
            f"{folder}: no calfwise here yet; `calfwise init` or `calfwise backfill` makes one"
        )
    with _store(home) as store:
        with store.reading() as transaction:
            if not transaction.has_athlete(athlete):
                raise SettingsError(f"no such athlete: {athlete}")
        yield home, store, athlete


def _is_there(home: Home) -> bool:
    return Path(home.database_url.removeprefix("sqlite:///")).exists()


def _order(home: Home, store: "Store", athlete: str, urls: Sequence[str]) -> "Order":
    from flows import places  # noqa: PLC0415
    from flows.work import Order, raise_if_busy  # noqa: PLC0415

    found = places.places_of(home, athlete, urls)
    places.check(found)
    raise_if_busy(store, athlete)
    return Order(home=home, store=store, athlete=athlete, places=found)


def _everybody(home: Home, store: "Store") -> list[str]:
    with store.reading() as transaction:
        return sorted({*home.file.athletes, *transaction.athletes()})


def say_no_source(athlete: str) -> None:
    """No files come from nowhere; say where to name a place."""
    from flows.progress import say  # noqa: PLC0415

    say(f"No source is set for {athlete}: add one to {settings.FILE}, or use --source FOLDER.")


def _not_in_the_future(home: Home, athlete: str, on: date) -> None:
    if on > home.today(athlete):
        raise UsageError(f"{on} has not come yet")


def _place(report: Any) -> str | None:  # noqa: ANN401 - a Report, not imported for its type alone
    return None if report.letter is None else str(report.letter.eml)


def _ask(question: str, default: str) -> str:
    told = input(f"{question} [{default}]: " if default else f"{question}: ").strip()
    return told or default


def _table(
    options: argparse.Namespace,
    rows: list[dict[str, Any]],
    columns: dict[str, str],
    units: "Units",
) -> None:
    from flows import show  # noqa: PLC0415

    if options.json:
        _out(options, rows, "")
    elif options.csv:
        show.csv(rows, sys.stdout)
    elif rows:
        print(show.table([show.with_units(row, units) for row in rows], show.heads(columns, units)))
    else:
        print("Nothing yet: calfwise backfill FOLDER takes files in.", file=sys.stderr)


def _out(options: argparse.Namespace, document: Any, text: str) -> None:  # noqa: ANN401 - any JSON
    print(json.dumps(document, indent=2, allow_nan=False) if options.json else text)
