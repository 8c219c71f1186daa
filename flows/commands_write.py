"""Commands that write: the demo, settings, files, and answers."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import errors, settings
from flows.errors import BUSY, DONE, SETTINGS, UNREACHABLE, UsageError
from flows.opening import (
    athlete_of,
    check_order,
    for_reading,
    for_writing,
    home_of,
    opened_store,
    out,
)
from flows.progress import say
from flows.settings import Home, SettingsError

ONE_RUNNERS = {SETTINGS, UNREACHABLE, BUSY}
"""What is wrong with one runner's sync alone."""

if TYPE_CHECKING:
    from advice.words import Units
    from flows.report import Report
    from flows.work import Order
    from pipeline.store.records import Store


def demo(options: argparse.Namespace) -> int:
    """A simulated season through the whole system."""
    from flows.demo import demo as play  # noqa: PLC0415 - each command imports what it needs

    return play(options.home, engine=options.engine, as_json=options.json)


def init(options: argparse.Namespace) -> int:
    """Write calfwise.toml, ask on a terminal only, and make the runner known."""
    athlete, folder = athlete_of(options), settings.home_folder(options.home)
    timezone, source = options.timezone, options.source
    is_new = not (folder / settings.FILE).exists()
    if is_new and sys.stdin.isatty() and sys.stderr.isatty():
        timezone = timezone or _ask("Your time zone", settings.system_zone())
        source = source or _ask("The folder your watch files come to (empty: none yet)", "")
    elif not is_new and (timezone or source):
        say(f"{folder / settings.FILE} is there and stays as it is; change it in an editor.")
    path = settings.write_template(folder, timezone=timezone, source=source or None)
    try:
        home = home_of(options)
    except SettingsError:
        if is_new:
            path.unlink()  # what was just answered cannot be; ask again next time
        raise
    with opened_store(home) as store, store.writing() as transaction:
        transaction.add_athlete(athlete)
    told = f"{'Wrote' if is_new else 'Kept'} {path}"
    then = "Next: calfwise backfill FOLDER, then calfwise checkin --left N --right N"
    out(
        options,
        {"home": str(folder), "settings": str(path), "new": is_new},
        f"{told}\n{then}",
    )
    return DONE


def sync(options: argparse.Namespace) -> int:
    """New files, days, advice, letter; for one runner or for all."""
    from flows import show  # noqa: PLC0415

    if options.all:
        return _sync_all(options)
    with for_writing(options) as (home, store, athlete):
        report = _sync_one(options, home, store, athlete)
        out(options, _synced(athlete, report), show.report(report, _units(home, athlete)))
        _is_out(store, athlete)
    return _after(report)


def _sync_all(options: argparse.Namespace) -> int:
    """Every runner, one after the other; one that cannot be synced does not stop the others."""
    from flows import show  # noqa: PLC0415

    if options.sources:
        raise UsageError("--source is one runner's; with --all the settings name the sources")
    reports, codes = {}, []
    home = home_of(options)
    settings.make_folder(home.folder)
    with opened_store(home) as store:
        for athlete in _everybody(home, store):
            try:
                reports[athlete] = _sync_one(options, home, store, athlete)
            except Exception as error:  # what concerns one runner is told, all else goes on up
                codes.append(errors.exit_code(error))
                if codes[-1] not in ONE_RUNNERS:
                    raise
                say(f"{athlete}: {error}")
        shown = [_synced(*each) for each in reports.items()]
        text = "\n".join(
            f"{each}: {show.report(report, _units(home, each))}" for each, report in reports.items()
        )
        out(options, shown, text)
        _is_out(store, *reports)
    codes += [_after(each) for each in reports.values()]
    return next((code for code in codes if code != DONE), DONE)


def _sync_one(options: argparse.Namespace, home: Home, store: "Store", athlete: str) -> "Report":
    from flows.engine import run_sync  # noqa: PLC0415

    order = _order(home, store, athlete, options.sources)
    if not order.places:
        say(f"No source is set for {athlete}: add one to {settings.FILE}, or use --source FOLDER.")
    return run_sync(order, options.on or home.today(athlete))


def _synced(athlete: str, report: "Report") -> dict[str, Any]:
    from flows import present  # noqa: PLC0415

    letter, correction = (
        None if each is None or each.eml is None else str(each.eml)
        for each in (report.letter, report.correction)
    )
    return {
        "athlete": athlete,
        **present.report_json(report),
        "letter": letter,
        "letter_state": report.letter and report.letter.state,
        "correction": correction,
        "correction_state": report.correction and report.correction.state,
    }


def _after(report: "Report") -> int:
    """How a sync ends: refused files come before mail that waits, which is tried again anyway."""
    letters = [each for each in (report.letter, report.correction) if each is not None]
    return errors.after(report.counts.refused_files) or errors.after_letters(letters)


def backfill(options: argparse.Namespace) -> int:
    """History; can be killed and run again."""
    from dataclasses import replace  # noqa: PLC0415

    from flows import present, show  # noqa: PLC0415
    from flows.engine import run_backfill  # noqa: PLC0415
    from flows.plans import Window  # noqa: PLC0415

    check_order(options.since, options.until)
    with for_writing(options) as (home, store, athlete):
        order = _order(home, store, athlete, options.sources)
        window = Window(options.since, options.until)
        report = run_backfill(replace(order, window=window, workers=options.workers))
        document = {"athlete": athlete, **present.report_json(report)}
        out(options, document, show.report(report, _units(home, athlete)))
        _is_out(store, athlete)
    return errors.after(report.counts.refused_files)


def reprocess(options: argparse.Namespace) -> int:
    """Everything again from the kept files; can be killed and run again."""
    from flows import present, show  # noqa: PLC0415
    from flows.again import check_rehearsal  # noqa: PLC0415
    from flows.engine import run_reprocess  # noqa: PLC0415
    from flows.work import Order, raise_if_busy  # noqa: PLC0415

    dry_run = options.dry_run
    with for_reading(options) as (home, store, athlete):
        raise_if_busy(store, athlete)
        if dry_run:
            check_rehearsal(store)
        order = Order(home=home, store=store, athlete=athlete, places=(), workers=options.workers)
        report = run_reprocess(order, since=options.since, dry_run=dry_run)
        document = {"athlete": athlete, **present.reprocess_json(report, dry_run=dry_run)}
        out(options, document, show.reprocessed(report, dry_run=dry_run))
        if not dry_run:
            _is_out(store, athlete)
    return errors.after(report.counts.refused_files)


def checkin(options: argparse.Namespace) -> int:
    """One answer, or many from a file; the answer comes back as advice at once."""
    from flows import answers, present, show  # noqa: PLC0415
    from flows.days import advise as advise_on  # noqa: PLC0415
    from flows.told import files_known, tell  # noqa: PLC0415

    if options.more == "import":
        return _import(options)
    if options.left is None or options.right is None:
        raise UsageError("say both: --left N --right N, 0 to 10 each")
    if options.flag and options.no_flags:
        raise UsageError("--no-flags says that there is none; it cannot stand beside --flag")
    today = home_of(options).today(athlete_of(options))
    on = options.on or today
    if on > today:
        raise UsageError(f"{on} has not come yet")
    with for_writing(options) as (home, store, athlete):
        at, files = settings.now(), files_known(store, athlete)
        changed = answers.keep(store, athlete, answers.from_options(options, on), at)
        wanted = home.athlete_settings(athlete)
        advice, _ = advise_on(store, athlete, on, wanted)
        tell(home, store, athlete, on, advice, at=at, files=files)
    out(
        options,
        {
            "athlete": athlete,
            "on": on.isoformat(),
            "changed": changed,
            "advice": present.recommendation_json(athlete, advice),
        },
        f"Noted for {on}: left {options.left}, right {options.right}.\n\n"
        + show.recommendation(advice, wanted.units),
    )
    return DONE


def _import(options: argparse.Namespace) -> int:
    from flows import answers  # noqa: PLC0415

    if options.left is not None or options.right is not None:
        raise UsageError("say either an answer or the file to import")
    today = home_of(options).today(athlete_of(options))
    many = answers.from_csv(Path(options.file), today)
    with for_writing(options) as (_, store, athlete):
        changed = answers.keep_all(store, athlete, many, settings.now())
    out(options, {"athlete": athlete, "answers": len(many), "changed": changed},
        f"{len(many)} answers, {changed} of them new or changed.")  # fmt: skip
    return DONE


def _is_out(store: "Store", *athletes: str) -> None:
    """Somebody has read the report by now, so that the next one needs not tell of it again."""
    from flows.work import forget_before  # noqa: PLC0415

    sys.stdout.flush()
    for athlete in athletes:
        forget_before(store, athlete)


def _units(home: Home, athlete: str) -> "Units":
    return home.athlete_settings(athlete).units


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


def _ask(question: str, default: str) -> str:
    """Ask beside the data; whoever says nothing, or ends the input, takes the default."""
    print(f"{question} [{default}]: " if default else f"{question}: ", end="", file=sys.stderr)
    sys.stderr.flush()
    return sys.stdin.readline().strip() or default


COMMANDS = {
    "demo": demo,
    "init": init,
    "sync": sync,
    "backfill": backfill,
    "reprocess": reprocess,
    "checkin": checkin,
}
