"""Commands that ask: advice, letter, runs, days, one file, and what could be wrong."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import errors, settings
from flows.errors import DONE, UsageError
from flows.opening import athlete_of, check_order, for_reading, home_of, out

if TYPE_CHECKING:
    from advice.words import Units


def advise(options: argparse.Namespace) -> int:
    """The recommendation of one day."""
    from flows import present, show  # noqa: PLC0415
    from flows.days import advise as advise_on  # noqa: PLC0415

    with for_reading(options) as (home, store, athlete):
        wanted = home.athlete_settings(athlete)
        answer, past = advise_on(store, athlete, options.on or home.today(athlete), wanted)
        document = present.recommendation_json(athlete, answer)
        if options.json:
            from flows.letters import facts_of  # noqa: PLC0415 - charts take a moment
            from flows.present_letter import letter_json  # noqa: PLC0415

            facts = facts_of(home, store, athlete, answer, past)
            document["letter"] = letter_json(answer, facts)
    text = show.recommendation(answer, wanted.units)
    if options.explain:
        from advice.explain import explanation  # noqa: PLC0415

        why = explanation(past.history(), answer.on, units=wanted.units)
        document |= present.explanation_json(why)
        text = f"{text}\n\n{show.explanation(why)}"
    out(options, document, text)
    return DONE


def letter(options: argparse.Namespace) -> int:
    """The day's letter as it would be written now."""
    from flows import letters  # noqa: PLC0415

    with for_reading(options) as (home, store, athlete):
        _, written = letters.compose(home, store, athlete, options.on or home.today(athlete))
    out(options, {"subject": written.subject, "text": written.text, "html": written.html},
        f"Subject: {written.subject}\n\n{written.text}")  # fmt: skip
    return DONE


RUN_COLUMNS = {
    "local_date": "date",
    "id": "id",
    "sport_said": "sport",
    "distance": "km",
    "timer_min": "min",
    "cadence_mean_spm": "steps/min",
    "steps": "steps",
    "calf_km": "calf-km",
    "heart_rate_mean_bpm": "bpm",
    "rpe": "rpe",
    "rpe_from": "rpe from",
    "shoes": "shoes",
    "counts": "counts",
    "copies_said": "copies",
    "file": "file",
}
NOTHING_YET = "Nothing yet: calfwise backfill FOLDER takes files in."
NO_RUN = "No run counts and no morning was answered: calfwise runs lists what is stored."
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
    from pipeline.history import told_of  # noqa: PLC0415

    check_order(options.since, options.until)
    with for_reading(options) as (home, store, athlete):
        derive_days(store, athlete)
        with store.reading() as transaction:
            told = told_of(transaction.mornings(athlete), transaction.day_activities(athlete))
            stored = transaction.activities(athlete)
        units = home.athlete_settings(athlete).units
    since, until = (on and on.isoformat() for on in (options.since, options.until))
    rows = [
        row
        for row in present.runs_json(stored, told)
        if (since is None or row["local_date"] >= since)
        and (until is None or row["local_date"] <= until)
    ]
    _table(options, rows, RUN_COLUMNS, units, NOTHING_YET)
    return DONE


def days(options: argparse.Namespace) -> int:
    """The table of days."""
    from flows import present  # noqa: PLC0415
    from flows.days import code_versions, derive_days, rows_between  # noqa: PLC0415

    check_order(options.since, options.until)
    with for_reading(options) as (home, store, athlete):
        derive_days(store, athlete)
        found = rows_between(store, athlete, options.since, options.until)
        with store.reading() as transaction:
            versions = transaction.day_versions(athlete)
            is_anything_stored = bool(found) or bool(transaction.day_activities(athlete))
        units = home.athlete_settings(athlete).units
    rows = [
        present.day_json(day, verdict, versions.get(day.on, code_versions()))
        for day, verdict in found
    ]
    _table(options, rows, DAY_COLUMNS, units, NO_RUN if is_anything_stored else NOTHING_YET)
    return DONE


def explain(options: argparse.Namespace) -> int:
    """Everything that was understood of one file."""
    from connectors.archives import members_of_file  # noqa: PLC0415
    from connectors.errors import SourceUnavailableError  # noqa: PLC0415
    from connectors.names import printable  # noqa: PLC0415
    from flows import present, show  # noqa: PLC0415
    from flows.jobs import answers, job_of  # noqa: PLC0415

    path = Path(options.file)
    if path.is_dir():
        raise UsageError(f"{path} is a folder; `calfwise backfill {path}` takes all of it in")
    if not path.exists():
        raise SourceUnavailableError(f"{path}: there is no such file")
    home = home_of(options)
    athlete = home.athlete(athlete_of(options))
    now_s = settings.now().timestamp()
    name = printable(os.fsencode(path.name))
    members = members_of_file(path, name, home.limits.archive)
    jobs = (job_of(each, None) for each in members)
    read = answers(jobs, athlete, now_s, limits=home.limits, count=home.workers)
    readings = [reading for _, reading in read if reading is not None]
    shown = [present.reading_json(each) for each in readings]
    units = home.athlete_settings(athlete_of(options)).units
    is_archive = [each.file for each in readings] != [name]
    out(options, shown if is_archive else shown[0],
         "\n".join(show.explained(each, units) for each in shown))  # fmt: skip
    return errors.after(
        (each.file, each.reason or "", "") for each in readings if each.status == "refused"
    )


def doctor(options: argparse.Namespace) -> int:
    """Everything that could be wrong, each with what to do."""
    from flows.doctor import examine  # noqa: PLC0415

    checks = examine(settings.home_folder(options.home), athlete_of(options), options.engine)
    lines = [
        f"{'ok  ' if each.ok else 'BAD '} {each.name}: {each.says}"
        + (f"\n     do: {each.do}" if each.do and not each.ok else "")
        for each in checks
    ]
    out(options, [{"name": each.name, "ok": each.ok, "says": each.says, "do": each.do}
                   for each in checks], "\n".join(lines))  # fmt: skip
    return next((each.code for each in checks if not each.ok), DONE)


def _table(
    options: argparse.Namespace,
    rows: list[dict[str, Any]],
    columns: dict[str, str],
    units: "Units",
    nothing: str,
) -> None:
    from flows import show  # noqa: PLC0415

    if options.json:
        out(options, rows, "")
    elif options.csv:
        show.csv(rows, sys.stdout)
    elif rows:
        shown = [show.as_said(row, units) for row in rows]
        print(show.table(shown, show.heads(columns, units)))
    elif options.since or options.until:
        print("Nothing between these dates.", file=sys.stderr)
    else:
        print(nothing, file=sys.stderr)


COMMANDS = {
    "advise": advise,
    "letter": letter,
    "runs": runs,
    "days": days,
    "explain": explain,
    "doctor": doctor,
}
