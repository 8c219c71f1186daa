"""The demo: a simulated runner's season through the whole system, in front of one's eyes."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows import answers, present, settings, show
from flows.days import advise
from flows.engine import run_sync
from flows.outbox import send
from flows.places import places_of
from flows.progress import say
from flows.settings import ME, Home
from flows.work import Order, forget_before, nothing_is_new
from pipeline.store.records import Store

FOLDER = "calfwise-demo"
MARKER = "season-of"
SEED = 7
TIMEZONE = "Europe/Zurich"
SETTINGS = f"""\
# The simulated runner of `calfwise demo`.
[athletes.me]
timezone = "{TIMEZONE}"
hr_rest = 48
hr_max = 188
sex = "female"

[page]
public_url = "http://127.0.0.1:8642"
"""


def demo(flag: str | None, *, engine: str | None, as_json: bool) -> int:
    """Play the season up to today; a second time, nothing is left to do.

    Args:
        flag: `--home`; the demo lives in a folder of its own inside it, else beside the reader.
        engine: `--engine`.
        as_json: print one document instead of text.
    """
    settings.forget_database()
    folder = (Path(flag).expanduser() if flag else Path.cwd()).absolute() / FOLDER
    today = settings.now().astimezone(ZoneInfo(TIMEZONE)).date()
    files = folder / "season"
    _prepare(folder, files, today)
    home = settings.load(folder, engine=engine)
    store = Store(home.database_url)
    try:
        answers.keep_all(store, ME, answers.from_csv(files / "checkins.csv", today), settings.now())
        places = places_of(home, ME, [str(files / "watch"), str(files / "phone")])
        order = Order(home=home, store=store, athlete=ME, places=places)
        if nothing_is_new(order):
            say("Nothing is new since the last time; every number stays as it is.")
        else:
            say(show.report(run_sync(order, today), home.athlete_settings(ME).units))
            forget_before(store, ME)
        told, text = _results(home, store, today)
    finally:
        store.close()
    print(json.dumps(told, indent=2) if as_json else text)
    return 0


def _prepare(folder: Path, files: Path, today: date) -> None:
    """The runner's files up to today; those of another day are of another season."""
    marker = folder / MARKER
    if marker.exists() and marker.read_text(encoding="utf-8") == today.isoformat():
        return
    if folder.exists():
        if not marker.exists() and any(folder.iterdir()):
            raise settings.SettingsError(f"{folder}: this is not a demo; name another --home")
        shutil.rmtree(folder)
    say("Simulating a runner: 16 weeks of runs, watch and phone, and how the calves felt ...")
    from flows.simulate import season  # noqa: PLC0415 - NumPy, only when there is no season yet

    folder.mkdir(parents=True)
    # First the marker, without a date: what is half made is told from what is not ours.
    marker.write_text("", encoding="utf-8")
    (folder / settings.FILE).write_text(SETTINGS, encoding="utf-8")
    season(today, SEED, timezone=TIMEZONE).write(files)
    marker.write_text(today.isoformat(), encoding="utf-8")


def _results(home: Home, store: Store, today: date) -> tuple[dict[str, Any], str]:
    """Today's answer and where everything lies: for programs, and for people."""
    answer, _ = advise(store, ME, today, home.athlete_settings(ME))
    letter = send(home, store, ME, today)
    with store.reading() as transaction:
        runs = present.runs_json(transaction.activities(ME))
        versions = transaction.day_versions(ME)
        days = [
            present.day_json(day, verdict, versions[day.on])
            for day, verdict in transaction.days(ME)
        ]
    tables = home.folder / "tables"
    tables.mkdir(exist_ok=True)
    for name, rows in (("runs.csv", runs), ("days.csv", days)):
        with (tables / name).open("w", encoding="utf-8", newline="") as file:
            show.csv(rows, file)
    places = {
        "letter": str(letter.eml),
        "letter_html": str(letter.html),
        "runs": str(tables / "runs.csv"),
        "days": str(tables / "days.csv"),
        "database": home.database_url.removeprefix("sqlite:///"),
        "files": str(home.folder / "season"),
    }
    text = [show.recommendation(answer, home.athlete_settings(ME).units), ""]
    text += [f"{name.replace('_', ' '):>11}: {place}" for name, place in places.items()]
    text += [
        "",
        "To tap in the letter and to see the dashboard, start the pages, and open what it prints:",
        f"  calfwise --home {home.folder} serve",
    ]
    return {"advice": present.recommendation_json(ME, answer), **places}, "\n".join(text)
