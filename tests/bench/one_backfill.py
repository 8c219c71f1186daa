"""In a process of its own: one backfill into a fresh home, with our reader or with fitparse."""

from __future__ import annotations

import argparse
import cProfile
import json
from pathlib import Path
from typing import TYPE_CHECKING

from flows import jobs, settings
from flows.opening import opened_store
from flows.places import places_of
from flows.settings import ME
from flows.work import Order, backfill

if TYPE_CHECKING:
    from flows.report import Report

HOME = '[athletes.me]\ntimezone = "Europe/Zurich"\nhr_rest = 50\nhr_max = 185\nsex = "female"\n'


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.one_backfill", description=__doc__)
    parser.add_argument("folder", help="the files")
    parser.add_argument("home", type=Path, help="made anew")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--fitparse", action="store_true", help="read FIT with fitparse")
    parser.add_argument("--profile", help="file for what cProfile saw in this process")
    options = parser.parse_args()
    if options.fitparse:
        from tests.bench import fitparse_reader  # noqa: PLC0415 - only where it is asked for

        # Workers import the function by its name, and so this module with its reader.
        vars(jobs)["read_job"] = fitparse_reader.read_job
    profile = cProfile.Profile()
    if options.profile:
        profile.enable()
    report = _backfill(options.home, options.folder, options.workers)
    if options.profile:
        profile.disable()
        profile.dump_stats(options.profile)
    counts = report.counts
    told = {"read": counts.read, "runs": report.runs_added, "days": report.days_changed}
    print(json.dumps({"seconds": report.seconds, **told}))


def _backfill(home: Path, folder: str, workers: int) -> Report:
    home.mkdir(parents=True)
    (home / settings.FILE).write_text(HOME, encoding="utf-8")
    opened = settings.load(home, engine="plain")
    with opened_store(opened) as store:
        places = places_of(opened, ME, [folder])
        return backfill(Order(home=opened, store=store, athlete=ME, places=places, workers=workers))


if __name__ == "__main__":
    main()
