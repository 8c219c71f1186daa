"""What cannot be true of a recording is found, counted and kept out of every number."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from pipeline.activity import Finding, Records
from pipeline.motion import apart_m, merged, step_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Activity

EARLIEST_S = datetime(2005, 1, 1, tzinfo=UTC).timestamp()
"""No GPS watch wrote files before; an earlier date is a clock that was never set."""

LATEST_S = datetime(2106, 1, 1, tzinfo=UTC).timestamp()
"""Beyond the last second that most devices can count."""

FUTURE_S = 86_400.0
"""A clock may be a day ahead (zones), not more."""

CLOCK_JUMP_S = 86_400.0 * 2
"""Two days between neighbours is a clock that jumped, not a pause."""

ON_FOOT = {"running", "walking", "hiking"}
SPIKE_MPS = 12.0
"""Nobody runs faster; the world's best sprinters touch 12.4 m/s for a moment."""

STRAY_S = 30.0
"""Positions that jump away and back within this time never were there."""

HEART_RATE_BPM = (25, 240)
CADENCE_MAX_SPM = 260
"""Above the fastest sprint cadence; a sensor that counts twice."""

ALTITUDE_M = (-450, 9000)
"""The Dead Sea and Everest."""


def checked(activity: Activity, *, not_after_s: float | None = None) -> Activity:
    """The same activity with impossible values made missing and every one of them counted.

    Records come out in ascending time, one per instant; pauses likewise, and none over another.
    Nothing is dropped without a finding.

    Args:
        activity: as a reader gave it.
        not_after_s: latest time that can be true, seconds since 1970; None takes any of this
            century.
    """
    findings = list(activity.findings)
    latest_s = LATEST_S if not_after_s is None else not_after_s + FUTURE_S
    records = _possible_times(activity.records, findings, latest_s)
    records = _one_per_instant(_in_order(records, findings), findings)
    records = _possible_values(records, findings)
    if activity.sport in ON_FOOT:
        records = _without_spikes(records, findings)
    span_s = records.at_s[[0, -1]] if len(records) else np.zeros(2)
    return replace(
        activity,
        records=records,
        pauses=merged(activity.pauses, float(span_s[0]), float(span_s[1])),
        findings=tuple(findings),
    )


def _note(findings: list[Finding], code: str, count: int, says: str) -> None:
    if count:
        findings.append(Finding(code, count, says))


def _possible_times(records: Records, findings: list[Finding], latest_s: float) -> Records:
    """Leave out records whose clock was not set, or jumped away from the rest by days."""
    possible = (records.at_s >= EARLIEST_S) & (records.at_s <= latest_s)
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
        return np.empty(0, dtype=bool)
    order = np.argsort(at_s, kind="stable")
    group = np.append(0, np.cumsum(np.diff(at_s[order]) > CLOCK_JUMP_S))
    mask = np.zeros(len(at_s), dtype=bool)
    mask[order] = group == np.bincount(group).argmax()
    return mask


def _in_order(records: Records, findings: list[Finding]) -> Records:
    backwards = int((np.diff(records.at_s) < 0).sum())
    if not backwards:
        return records
    _note(findings, "out_of_order", backwards, "Records were not in order of time; now they are.")
    return records.select(np.argsort(records.at_s, kind="stable"))


def _one_per_instant(records: Records, findings: list[Finding]) -> Records:
    """Merge records of one instant: of each column the last value that is there."""
    later = np.diff(records.at_s) > 0
    repeated = int((~later).sum())
    if not repeated:
        return records
    _note(findings, "same_instant", repeated, "Several records at one instant were merged.")
    first, last = np.flatnonzero(np.append(True, later)), np.flatnonzero(np.append(later, True))
    here = np.arange(len(records))
    columns = {}
    for each in fields(records):
        column = getattr(records, each.name)
        newest = np.maximum.accumulate(np.where(np.isfinite(column), here, -1))[last]
        columns[each.name] = np.where(newest >= first, column[newest], np.nan)
    return Records.from_columns(columns)


def _possible_values(records: Records, findings: list[Finding]) -> Records:
    low, high = HEART_RATE_BPM
    heart = records.heart_rate_bpm
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
    """Leave out positions and device speeds that would need more than 12 m/s on foot."""
    placed = np.flatnonzero(np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg))
    spike = np.zeros(len(records), dtype=bool)
    spike[placed] = _strays(records.select(placed))
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


def _strays(records: Records) -> NDArray[np.bool_]:
    """Positions between a jump away and the jump back, and first ones before a jump to the rest.

    Between the record before and the record after them nobody had to hurry, which tells a few
    wrong positions from a ride home with the watch still on.
    """
    at_s, latitude, longitude = records.at_s, records.latitude_deg, records.longitude_deg
    stray = np.zeros(len(records), dtype=bool)
    jumps = np.flatnonzero(step_m(latitude, longitude) > SPIKE_MPS * np.diff(at_s))
    soon = np.searchsorted(at_s[jumps], at_s[jumps] + STRAY_S, side="right")
    back = 0
    for index, jump in enumerate(jumps):
        if jump < back:
            continue
        after = jumps[index + 1 : soon[index]] + 1
        off_m = apart_m(latitude[jump], longitude[jump], latitude[after], longitude[after])
        near = after[off_m <= SPIKE_MPS * (at_s[after] - at_s[jump])]
        if len(near):
            back = int(near[0])
            stray[jump + 1 : back] = True
        elif not (index or len(after)) and at_s[jump] - at_s[0] <= STRAY_S < at_s[-1] - at_s[jump]:
            stray[: jump + 1] = True
    return stray
