"""Made-up rows, answers and letters."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.activity import Finding
from pipeline.checkin import CheckIn
from pipeline.row import ActivityRow
from pipeline.store.records import RawFile, SeenFile, StoredLetter

START = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
DAY = START.date()


def run(day: int = 0, **changes: Any) -> ActivityRow:
    """A run of an hour, `day` days after the first."""
    start = START + timedelta(days=day)
    plain: dict[str, Any] = {
        "sport": "running",
        "sub_sport": None,
        "start_at": start,
        "end_at": start + timedelta(hours=1),
        "timezone": "Europe/Berlin",
        "timezone_from": "position",
        "local_date": start.date(),
        "elapsed_s": 3600.0,
        "timer_s": 3600.0,
        "moving_s": 3500.0,
        "distance_m": 10_000.25,
        "ascent_m": None,
        "descent_m": None,
        "records": 3600,
        "cadence_rule": "strides_doubled",
        "steps": 9_600.0,
        "calf_km": 10.5,
        "findings": (Finding("gps_spike", 3, "Positions faster than anyone runs."),),
        "trace": b"\x00\x01\xff",
    }
    return ActivityRow(**(plain | changes))


def full_run() -> ActivityRow:
    """A run in which every number is there, each another one."""
    numbers: dict[str, Any] = {
        each.name: 1.0 + place / 8
        for place, each in enumerate(fields(ActivityRow))
        if each.name.endswith(("_m", "_s", "_spm", "_mps", "_bpm", "_km", "_strain", "coverage"))
    }
    return run(**numbers, trimp=77.5, rpe=6.5, sub_sport="trail", device="Testwatch 7")


def raw_file(digest: str = "ab" * 32, **changes: Any) -> RawFile:
    plain: dict[str, Any] = {
        "sha256": digest,
        "file": "2026/run.fit",
        "format": "fit",
        "status": "read",
        "reason": None,
        "derived_with": "reader 1",
    }
    return RawFile(**(plain | changes))


def seen_file(path: str = "2026/run.fit", **changes: Any) -> SeenFile:
    plain: dict[str, Any] = {
        "path": path,
        "bytes": 12_345,
        "modified_ns": 1_900_000_000_123_456_789,
        "sha256": "ab" * 32,
        "status": "read",
        "reason": None,
        "reader_version": 1,
    }
    return SeenFile(**(plain | changes))


def answer(on: date = DAY, **changes: Any) -> CheckIn:
    plain: dict[str, Any] = {"on": on, "left": 3, "right": 1}
    return CheckIn(**(plain | changes))


def letter(on: date = DAY, **changes: Any) -> StoredLetter:
    plain: dict[str, Any] = {
        "on": on,
        "kind": "morning",
        "revision": 0,
        "message_id": f"<{on}@calfwise>",
        "subject": "Rest today",
        "eml": b"Subject: Rest today\r\n",
        "state": "pending",
    }
    return StoredLetter(**(plain | changes))
