"""The public diaries of SoccerMon and PMData as our arrays, read from the folder of shared data."""

from __future__ import annotations

import csv
import math
import os
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from advice.forecast.diaries import Diaries, Scale
from pipeline.load import REFERENCE_MPS, SPEED_EXPONENT, STEPS_PER_REFERENCE_KM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = (
    Path(os.environ.get("CALFWISE_SHARED", Path(__file__).parents[3] / "shared")) / "data/soreness"
)
ONE_TO_FIVE = Scale(1, 5)
REVERSED = 6
"""Both diaries say 1 for very sore: 6 less that is higher for sorer (EVIDENCE 8)."""


@dataclass
class PublicDay:
    """What one person's date holds; None: not told."""

    soreness: float | None = None
    effort_au: float | None = None
    calf_km: float | None = None


@dataclass
class Person:
    """One person's diary by date."""

    name: str
    days: defaultdict[date, PublicDay] = field(default_factory=lambda: defaultdict(PublicDay))


def soccermon(folder: Path) -> list[Person]:
    """35 football players, session-RPE of each day; a load of 0 is rest, or was not told."""
    people: dict[str, Person] = {}
    for row in _rows(folder / "soccermon.csv"):
        person = people.setdefault(row["player_id"], Person(row["player_id"]))
        day = person.days[date.fromisoformat(row["date"])]
        day.soreness = _turned_round(row["soreness"])
        day.effort_au = float(row["daily_load"]) if row["daily_load"] else None
    return list(people.values())


def pmdata(folder: Path) -> list[Person]:
    """11 people: soreness, session-RPE of each session, and their runs by watch.

    The last answer of a date counts. Days without a session are rest, for all who told of any.
    """
    people: dict[str, Person] = {}
    for row in _rows(folder / "pmdata_wellness.csv"):
        person = people.setdefault(row["participant"], Person(row["participant"]))
        told = _turned_round(row["soreness"])
        if told is not None:
            person.days[date.fromisoformat(row["effective_time_frame"][:10])].soreness = told
    for row in _rows(folder / "pmdata_srpe.csv"):
        day = people[row["participant"]].days[date.fromisoformat(row["end_date_time"][:10])]
        session_au = float(row["perceived_exertion"]) * float(row["duration_min"])
        day.effort_au = (day.effort_au or 0.0) + session_au
    for row in _rows(folder / "pmdata_runs.csv"):
        if (calf_km := _calf_km(row)) is not None:
            on = datetime.fromisoformat(row["start_time"]).date()
            day = people[row["participant"]].days[on]
            day.calf_km = (day.calf_km or 0.0) + calf_km
    for person in people.values():
        _rest_between(person)
    return list(people.values())


def diaries(people: Iterable[Person], scale: Scale = ONE_TO_FIVE) -> Diaries:
    """Some people's diaries side by side, each from its first date on."""
    chosen = list(people)
    starts = tuple(min(each.days) for each in chosen)
    longest = max((max(each.days) - min(each.days)).days + 1 for each in chosen)
    arrays = {
        name: np.full((len(chosen), longest), np.nan)
        for name in ("soreness", "effort_au", "calf_km")
    }
    for row, (person, start) in enumerate(zip(chosen, starts, strict=True)):
        for on, day in person.days.items():
            for name, array in arrays.items():
                told = getattr(day, name)
                array[row, (on - start).days] = np.nan if told is None else told
    return Diaries(
        athletes=tuple(each.name for each in chosen),
        starts=starts,
        scale=scale,
        soreness=arrays["soreness"],
        load=arrays["effort_au"],
        calf_km=arrays["calf_km"],
    )


def _rest_between(person: Person) -> None:
    """A date within the diary without a session, or without a run, is one of rest."""
    first, last = min(person.days), max(person.days)
    has_runs = any(day.calf_km for day in person.days.values())
    for offset in range((last - first).days + 1):
        day = person.days[first + timedelta(days=offset)]
        day.effort_au = day.effort_au or 0.0
        if has_runs:
            day.calf_km = day.calf_km or 0.0


def _calf_km(row: dict[str, str]) -> float | None:
    """Calf load of a whole run, flat and at its mean cadence (EVIDENCE 5.2, m = 1)."""
    if not (row["distance_km"] and row["steps"] and float(row["distance_km"]) > 0):
        return None
    speed_mps = 1000 * float(row["distance_km"]) / float(row["active_duration_s"])
    force = math.pow(speed_mps / REFERENCE_MPS, SPEED_EXPONENT)
    return float(row["steps"]) * force / STEPS_PER_REFERENCE_KM


def _turned_round(told: str) -> float | None:
    """Higher is sorer; 0 is a blank form."""
    return REVERSED - float(told) if told and float(told) > 0 else None


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
