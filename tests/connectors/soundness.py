"""What must be true of every answer to every file, however bad."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.formats import FileReading

REASONS = {
    "ambiguous",
    "damaged",
    "empty",
    "hostile",
    "no_possible_time",
    "not_an_activity",
    "truncated",
    "unknown_format",
}
SALVAGED = {"crc_mismatch", "damaged", "truncated"}

NEVER_NEGATIVE = (
    "elapsed_s",
    "timer_s",
    "moving_s",
    "distance_m",
    "ascent_m",
    "descent_m",
    "cadence_mean_spm",
    "steps",
    "calf_km",
    "calf_km_strain",
    "trimp",
)


def check_sound(reading: FileReading) -> None:
    """A status with its reason, rows where there should be some, and numbers JSON can hold."""
    assert "please report" not in (reading.says or ""), reading.says
    match reading.status:
        case "read":
            assert reading.reason is None
            assert reading.rows
        case "salvaged":
            assert reading.reason in SALVAGED
            assert reading.says
            assert reading.rows
        case "refused":
            assert reading.reason in REASONS
            assert reading.says
            assert reading.rows == ()
    for row in reading.rows:
        told = {name: value for name, value in asdict(row).items() if name != "trace"}
        json.dumps(told, default=str, allow_nan=False)
        assert row.records > 0
        assert row.start_at <= row.end_at
        for name in NEVER_NEGATIVE:
            value = getattr(row, name)
            assert value is None or value >= 0, name
        assert row.cadence_coverage is None or 0 <= row.cadence_coverage <= 1
        assert all(each.count > 0 and each.says for each in row.findings)
