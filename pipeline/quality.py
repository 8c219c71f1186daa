"""What cannot be true of a recording is found, counted and kept out of every number."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from pipeline.activity import Finding
from pipeline.motion import step_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Activity, Records

EARLIEST_S = datetime(2005, 1, 1, tzinfo=UTC).timestamp()
"""No GPS watch wrote files before; an earlier date is a clock that was never set."""

FUTURE_S = 86_400.0
"""A clock may be a day ahead (zones), not more."""

CLOCK_JUMP_S = 86_400.0 * 2
"""Two days between neighbours is a clock that jumped, not a pause."""

ON_FOOT = {"running", "walking", "hiking"}
SPIKE_MPS = 12.0
"""Nobody runs faster; the world's best sprinters touch 12.4 m/s for a moment."""

HEART_RATE_BPM = (25, 240)
CADENCE_MAX_SPM = 260
"""Above the fastest sprint cadence; a sensor that counts twice."""

ALTITUDE_M = (-450, 9000)
"""The Dead Sea and Everest."""


def checked(activity: Activity, *, not_after_s: float | None = None) -> Activity:
    """The same activity with impossible values made missing and every one of them counted.

    Records come out in ascending time, one per second at most. Nothing is dropped without a
    finding.

    Args:
        activity: as a reader gave it.
        not_after_s: latest time that can be true, seconds since 1970; None accepts any.
    """
    findings = list(activity.findings)
    records = activity.records
    for repair in (_possible_times, _in_order, _one_per_second):
        records = repair(records, findings, not_after_s)
    records = _possible_values(records, findings)
    if activity.sport in ON_FOOT:
        records = _without_spikes(records, findings)
    return replace(activity, records=records, findings=tuple(findings))


def _note(findings: list[Finding], code: str, count: int, says: str) -> None:
    if count:
        findings.append(Finding(code, count, says))


def _possible_times(
    records: Records, findings: list[Finding], not_after_s: float | None
) -> Records:
    """Leave out records whose clock was not set, or jumped away from the rest by days."""
    at_s = records.at_s
    latest = np.inf if not_after_s is None else not_after_s + FUTURE_S
    possible = np.isfinite(at_s) & (at_s >= EARLIEST_S) & (at_s <= latest)
    _note(
        findings,
        "impossible_time",
        int((~possible).sum()),
        "Records dated before 2005 or in the future were left out.",
    )
    records = records.select(possible)
    together = _largest_cluster(records.at_s)
    _note(
        findings,
        "clock_jump",
        int((~together).sum()),
        "The clock jumped by days; the smaller part was left out.",
    )
    return records.select(together)


def _largest_cluster(at_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The most records that lie within two days of a neighbour, as a mask."""
    if len(at_s) == 0:
        return np.ones(0, dtype=bool)
    order = np.argsort(at_s, kind="stable")
    group = np.append(0, np.cumsum(np.diff(at_s[order]) > CLOCK_JUMP_S))
    mask = np.zeros(len(at_s), dtype=bool)
    mask[order] = group == np.bincount(group).argmax()
    return mask


def _in_order(records: Records, findings: list[Finding], _: float | None) -> Records:
    backwards = int((np.diff(records.at_s) < 0).sum())
    if not backwards:
        return records
    _note(findings, "out_of_order", backwards, "Records were not in order of time; now they are.")
    return records.select(np.argsort(records.at_s, kind="stable"))


def _one_per_second(records: Records, findings: list[Finding], _: float | None) -> Records:
    """Merge records of one instant: of each column the last value that is there."""
    first = np.flatnonzero(np.append(True, np.diff(records.at_s) > 0))
    repeated = len(records) - len(first)
    if not repeated:
        return records
    _note(findings, "same_instant", repeated, "Several records at one instant were merged.")
    merged = records.select(first)
    last = np.append(first[1:], len(records))
    for start in first[(last - first) > 1]:
        row = int(np.searchsorted(first, start))
        for column in fields(records):
            values = getattr(records, column.name)[start : last[row]]
            known = values[np.isfinite(values)]
            if len(known):
                getattr(merged, column.name)[row] = known[-1]
    return merged


def _possible_values(records: Records, findings: list[Finding]) -> Records:
    low, high = HEART_RATE_BPM
    heart = records.heart_rate_bpm
    with np.errstate(invalid="ignore"):
        zero = heart == 0
        bad_heart = ~zero & ((heart < low) | (heart > high))
        bad_cadence = (records.cadence_spm < 0) | (records.cadence_spm > CADENCE_MAX_SPM)
        bad_speed = records.speed_mps < 0
        bad_altitude = (records.altitude_m < ALTITUDE_M[0]) | (records.altitude_m > ALTITUDE_M[1])
        nowhere = (records.latitude_deg == 0) & (records.longitude_deg == 0)
        nowhere |= (np.abs(records.latitude_deg) > 90) | (np.abs(records.longitude_deg) > 180)  # noqa: PLR2004
    for code, mask, says in (
        ("heart_rate_zero", zero, "A heart rate of 0 counts as missing."),
        ("heart_rate_impossible", bad_heart, "An impossible heart rate counts as missing."),
        ("cadence_impossible", bad_cadence, "An impossible cadence counts as missing."),
        ("speed_impossible", bad_speed, "A negative speed counts as missing."),
        ("altitude_impossible", bad_altitude, "An impossible altitude counts as missing."),
        ("position_impossible", nowhere, "A position that cannot be counts as missing."),
    ):
        _note(findings, code, int(mask.sum()), says)
    return records.replace(
        heart_rate_bpm=np.where(zero | bad_heart, np.nan, heart),
        cadence_spm=np.where(bad_cadence, np.nan, records.cadence_spm),
        speed_mps=np.where(bad_speed, np.nan, records.speed_mps),
        altitude_m=np.where(bad_altitude, np.nan, records.altitude_m),
        latitude_deg=np.where(nowhere, np.nan, records.latitude_deg),
        longitude_deg=np.where(nowhere, np.nan, records.longitude_deg),
    )


def _without_spikes(records: Records, findings: list[Finding]) -> Records:
    """Positions that would need more than 12 m/s to reach and to leave are not where one was.

    A device speed above 12 m/s is left out likewise.
    """
    placed = np.flatnonzero(np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg))
    spike = np.zeros(len(records), dtype=bool)
    if len(placed) > 2:  # noqa: PLR2004 - the ends alone cannot be told from the middle
        lasting = np.diff(records.at_s[placed])
        implied = step_m(records.latitude_deg[placed], records.longitude_deg[placed]) / lasting
        fast = implied > SPIKE_MPS
        spike[placed[1:-1]] = fast[:-1] & fast[1:]
    with np.errstate(invalid="ignore"):
        too_fast = records.speed_mps > SPIKE_MPS
    _note(
        findings,
        "gps_spike",
        int((spike | too_fast).sum()),
        "Positions or speeds faster than anyone runs were left out.",
    )
    return records.replace(
        latitude_deg=np.where(spike, np.nan, records.latitude_deg),
        longitude_deg=np.where(spike, np.nan, records.longitude_deg),
        speed_mps=np.where(too_fast, np.nan, records.speed_mps),
    )
