"""Small activities to test with: a second a record, a dot where the file says nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from pipeline.activity import Activity, Records
from pipeline.athlete import Athlete
from pipeline.run import row_of

if TYPE_CHECKING:
    from pipeline.row import ActivityRow

START = datetime(2026, 8, 3, 5, 12, tzinfo=UTC)
START_S = START.timestamp()

METRES_PER_DEGREE = 111_195.08


def column(picture) -> np.ndarray:
    """A column from numbers, or from words: `170 170 . 0`."""
    if isinstance(picture, str):
        picture = [np.nan if word == "." else float(word) for word in picture.split()]
    return np.array(picture, dtype=np.float64)


def records(at=None, **columns) -> Records:
    """Records from the start on, one a second unless `at` says at which seconds."""
    shown = {name: column(picture) for name, picture in columns.items()}
    if at is None:
        at = range(len(next(iter(shown.values()))))
    return Records.from_columns({"at_s": START_S + column(at), **shown})


def running(seconds=600, mps=3.0, spm=170.0, **others) -> Records:
    """An even run, as a watch without GPS writes it."""
    columns = {
        "speed_mps": np.full(seconds + 1, mps),
        "distance_m": np.arange(seconds + 1) * mps,
        "cadence_spm": np.full(seconds + 1, spm),
        **others,
    }
    return records(**columns)


def northward(metres, latitude_deg=47.0, longitude_deg=8.5) -> dict[str, np.ndarray]:
    """Positions so many metres north of a place."""
    metres = column(metres)
    return {
        "latitude_deg": latitude_deg + metres / METRES_PER_DEGREE,
        "longitude_deg": np.full(len(metres), longitude_deg),
    }


def activity(of: Records, sport="running", **others) -> Activity:
    """An activity with these records, started with the first."""
    return Activity(
        **{"sport": sport, "sub_sport": None, "start_at": START, "records": of, **others}
    )


def row(of: Activity, athlete: Athlete | None = None) -> ActivityRow:
    """The row of an activity that has one."""
    found = row_of(of, athlete or Athlete())
    assert found is not None
    return found


def codes(findings) -> dict[str, int]:
    """How often each finding was counted."""
    return {each.code: each.count for each in findings}
