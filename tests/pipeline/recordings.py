"""Recordings of one simulated run, as the search for copies sees them: whole, in part, cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np

from connectors.formats import read_file
from flows.simulate import phone_gpx, simulate_run, truncated, watch_fit
from pipeline.athlete import Athlete
from pipeline.duplicates import Copy, near_copies
from pipeline.trace import trace_of
from tests.pipeline.pictures import START

ATHLETE = Athlete(timezone="Europe/Zurich")


@cache
def truth(kind="easy", seed=3, minutes=12, hours_later=0.0):
    later = timedelta(hours=hours_later)
    return simulate_run(kind, start_at=START + later, minutes=minutes, seed=seed)


TOLD = ("cadence_mean_spm", "heart_rate_mean_bpm", "power_mean_w", "ground_contact_time_ms")


def copy_of(name, content):
    """The file as the search for copies sees it."""
    reading = read_file(name, content, ATHLETE)
    [row] = reading.rows
    return Copy(
        id=name,
        sport=row.sport,
        start_s=row.start_at.timestamp(),
        end_s=row.end_at.timestamp(),
        distance_m=row.distance_m,
        salvaged=reading.status == "salvaged",
        tells=sum(getattr(row, told) is not None for told in TOLD),
        format=reading.format or "",
        records=row.records,
        trace=lambda: row.trace,
    )


@cache
def watch(fraction=1.0, shifted=0, **which):
    run = truth(**which).shifted(shifted)
    return copy_of("watch", truncated(watch_fit(run), fraction))


@cache
def phone(started_late_s=0, shifted=0, **which):
    run = truth(**which).shifted(shifted)
    return copy_of("phone", phone_gpx(run, started_late_s=started_late_s))


def of_records(name, run, **others):
    return Copy(
        **{
            "id": name,
            "sport": "running",
            "start_s": float(run.at_s[0]),
            "end_s": float(run.at_s[-1]),
            "distance_m": 5000.0,
            "salvaged": False,
            "tells": 4,
            "format": "fit",
            "records": len(run),
            "trace": lambda: trace_of(run),
            **others,
        }
    )


def part(whole, name, first, last, **changes):
    """A recording that ran from one share of the whole to another."""
    lasting_s = whole.duration_s
    far_m = (whole.distance_m or 0.0) * (last - first)
    times = {
        "start_s": whole.start_s + first * lasting_s,
        "end_s": whole.start_s + last * lasting_s,
    }
    return replace(whole, **{"id": name, "distance_m": far_m, **times, **changes})


def settled(*recordings):
    """What counts, and whether it is said that some of the run does not."""
    found = near_copies(recordings)
    counted = {each.id for each in recordings} - found.copy_of.keys()
    return counted, bool(found.short)


def cut(one, run):
    """A part with the trace of that part alone."""
    samples = np.frombuffer(run.trace(), "<f4").reshape(-1, 3)
    begin = np.ceil(run.start_s / 10) * 10
    at_s = begin + 10 * np.arange(len(samples))
    inside = (at_s >= one.start_s) & (at_s <= one.end_s)
    return replace(one, trace=samples[inside].tobytes)
