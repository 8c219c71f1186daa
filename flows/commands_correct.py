"""Commands by which the runner corrects: what counts, what it was, and which shoes were worn."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flows.errors import DONE, UsageError
from flows.opening import for_reading, for_writing, out

if TYPE_CHECKING:
    from datetime import date

    from advice.words import Units
    from flows.corrections import Corrected
    from flows.settings import Home
    from pipeline.day import DayRow
    from pipeline.store.records import Store, StoredActivity


def keep(options: argparse.Namespace) -> int:
    """Of several recordings, count this one."""
    from flows import corrections  # noqa: PLC0415 - each command imports what it needs

    return _correct(options, "Kept", corrections.keep)


def drop(options: argparse.Namespace) -> int:
    """Do not count it at all."""
    from flows import corrections  # noqa: PLC0415

    return _correct(options, "Dropped", corrections.drop)


def restore(options: argparse.Namespace) -> int:
    """Take back every correction."""
    from flows import corrections  # noqa: PLC0415

    return _correct(options, "Restored", corrections.restore)


def sport(options: argparse.Namespace) -> int:
    """Say what it really was."""
    from flows import corrections  # noqa: PLC0415

    named = corrections.sport_named(options.name)

    def rename(home: "Home", store: "Store", athlete: str, name: str) -> "Corrected":
        return corrections.rename(home, store, athlete, name, named)

    return _correct(options, "Noted", rename)


def _correct(
    options: argparse.Namespace,
    did: str,
    change: "Callable[[Home, Store, str, str], Corrected]",
) -> int:
    from flows import present  # noqa: PLC0415

    if options.since or options.until or options.csv:
        raise UsageError("--since, --until and --csv belong to the listing alone")
    with for_reading(options) as (home, store, athlete):
        done = change(home, store, athlete, options.id)
        units = home.athlete_settings(athlete).units
    [run] = [each for each in present.runs_json(done.activities) if each["id"] == done.activity.id]
    document = {
        "athlete": athlete,
        "did": options.more,
        "run": run,
        "counts": [each.id for each in done.counts],
        "day": {
            "before": present.sums_json(done.before),
            "after": present.sums_json(done.after),
        },
        "days_changed": done.days_changed,
    }
    out(options, document, _told(did, done, units))
    return DONE


def _told(did: str, done: "Corrected", units: "Units") -> str:
    """What was noted, what counts now, and what the day's sums became."""
    from advice.words import count  # noqa: PLC0415

    lines = [f"{did}: {_named(done.activity, units)}.", *_what_counts(done, units)]
    before, after = (_day(day, units) for day in (done.before, done.after))
    on = done.activity.row.local_date
    lines.append(f"{on}: {before}, as before." if before == after else f"{on}: {before} -> {after}")
    if done.days_changed:
        lines.append(f"In all, {count(done.days_changed, 'day')} changed.")
    return "\n".join(lines)


def _what_counts(done: "Corrected", units: "Units") -> list[str]:
    from pipeline.activity import SPORT_CORRECTED  # noqa: PLC0415
    from pipeline.row import RUNNING  # noqa: PLC0415

    row, correction, lines = done.activity.row, done.activity.correction, []
    is_named = correction is not None and correction.sport is not None
    if is_named and not any(each.code == SPORT_CORRECTED for each in row.findings):
        lines.append("Its kept file is gone or spoilt, so its cadence and load stay as they were.")
    others = [each for each in done.group if each.id != done.activity.id]
    if done.activity.counted:
        lines.append("It counts" + ("; its copies do not." if others else "."))
    elif correction is not None and correction.dropped:
        lines += [f"What counts of this run: {_named(each, units)}." for each in done.counts]
        lines += [] if done.counts else ["It counts no more, and it has no copy that could."]
    elif done.activity.duplicate_of is not None:
        lines += [f"It is a copy; {_named(each, units)} counts." for each in done.counts]
    elif row.sport != RUNNING:
        lines.append(f"It is {row.sport}, and only runs count.")
    return lines


def _named(activity: "StoredActivity", units: "Units") -> str:
    """`8d2f0c11aa00, running, 8.2 km, 42 min, evening.fit`."""
    from advice import words  # noqa: PLC0415

    row = activity.row
    sport = row.sport if row.sub_sport in {None, "generic"} else f"{row.sport} ({row.sub_sport})"
    far = [] if row.distance_m is None else [words.distance(row.distance_m, units)]
    file = activity.file.rpartition("/")[2]
    return ", ".join([activity.id, sport, *far, words.duration(row.timer_s), file])


def _day(day: "DayRow", units: "Units") -> str:
    """`2 runs, 14.1 km, 15.2 calf-km`."""
    from advice import words  # noqa: PLC0415

    if day.runs is None:
        return "not known"
    said = [words.count(day.runs, "run") if day.runs else "no run"]
    if day.runs:
        said.append(
            "distance unknown" if day.distance_m is None else words.distance(day.distance_m, units)
        )
    if day.calf_km:
        said.append(words.calf_load(day.calf_km))
    return ", ".join(said)


SHOE_COLUMNS = {
    "name": "shoes",
    "kind": "kind",
    "from": "from",
    "until": "until",
    "runs": "runs",
    "distance": "km",
    "calf_km": "calf-km",
    "first_run": "first run",
    "last_run": "last run",
    "soreness_after_mean": "sore after",
    "soreness_after_said": "80 %",
    "mornings_after": "mornings",
}
SHOES_NOTE = (
    "Sore after: soreness, 0 to 10, on the mornings after runs in it, the worse side. Hard runs "
    "are often run in the same pair, so this is no verdict on it."
)


def add_shoes(options: argparse.Namespace) -> int:
    """A pair, worn from a date on."""
    from flows import shoes  # noqa: PLC0415
    from pipeline.wardrobe import same  # noqa: PLC0415

    with for_writing(options) as (home, store, athlete):
        today = home.today(athlete)
        from_date = options.from_date or today
        before, pair = shoes.add(
            store, athlete, options.name, from_date=from_date, kind=options.kind, today=today
        )
        rows = _listed(store, athlete, today)
    [row] = [each for each in rows if same(each["name"]) == same(pair.name)]
    told = f"From {from_date}: {pair.name}" + (f" ({row['kind']})." if row["kind"] else ".")
    if before is not None and same(before.name) != same(pair.name):
        replaced = before.from_date == from_date
        told += (
            f" {before.name} was worn until then."
            if not replaced
            else (f" It takes the place of {before.name} on that date.")
        )
    out(options, {"athlete": athlete, **row}, told)
    return DONE


def list_shoes(options: argparse.Namespace) -> int:
    """Every pair, and how far it was run in."""
    from flows import show  # noqa: PLC0415
    from flows.days import derive_days  # noqa: PLC0415

    with for_reading(options) as (home, store, athlete):
        derive_days(store, athlete)
        rows = _listed(store, athlete, home.today(athlete))
        units = home.athlete_settings(athlete).units
    text = "No shoes yet: calfwise shoes add NAME --from DATE"
    if rows:
        shown = [show.as_said(row, units) for row in rows]
        text = f"{show.table(shown, show.heads(SHOE_COLUMNS, units))}\n\n{SHOES_NOTE}"
    out(options, rows, text)
    return DONE


def _listed(store: "Store", athlete: str, today: "date") -> list[dict[str, Any]]:
    from flows import shoes  # noqa: PLC0415
    from flows.days import past_of  # noqa: PLC0415

    with store.reading() as transaction:
        return shoes.listing(past_of(transaction, athlete, today).history())


COMMANDS: "dict[str, Callable[[argparse.Namespace], int]]" = {
    "runs keep": keep,
    "runs drop": drop,
    "runs restore": restore,
    "runs sport": sport,
    "shoes add": add_shoes,
    "shoes list": list_shoes,
}
