"""What cannot be true of a recording is found, counted and kept out of every number.

`checked` looks at the records as they are, `checked_moving` at what needs their speed as well;
what the codes say is in `findings`, what clocks do in `clock`, values that leap in `leaps`, ways of
counting steps in `folding`, pauses in `stops`, the device's totals in `totals`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline import clock, leaps, motion
from pipeline.findings import gathered, noted
from pipeline.folding import folded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Activity, Finding, Records

ON_FOOT = {"running", "walking", "hiking"}
HEART_RATE_BPM = (25, 240)
CADENCE_MAX_SPM = 260
"""Above the fastest sprint cadence; a sensor that counts twice."""

ALTITUDE_M = (-450, 9000)
"""The Dead Sea and Everest."""

POWER_MAX_W = 2500
"""Sprinters on a bicycle reach it for a second; running power meters show some 1,000 W."""

CONTACT_MAX_MS, BALANCE_PCT = 2000, (30, 70)
"""Walkers stand on a foot for up to 1.7 s in real files; real balances are 44 to 59 %."""

FROZEN_S = 120.0
"""The longest that one heart rate stood on the move in 60 real files is 79 s."""

NOISE_FACTOR, NOISE_M = 2.0, 30.0
HALF_MINUTE_S = 30.0

INDOORS = {"treadmill", "indoor_running", "indoor_walking", "virtual", "indoor"}
HILL_M = 30.0
"""Indoors the weather moves a barometer by less; without positions more is a hill."""

WITNESS_S = 5.0
"""How far apart positions are taken as a witness: closer, their noise adds length."""

MOSTLY = 0.9
"""Share of the moments that must be known before their sum is a witness."""

UNLIKE_FACTOR, UNLIKE_M = 2.0, 500.0
"""Kilometres an hour in a column of metres a second are 3.6 times too many."""


def checked(activity: Activity, *, not_after_s: float | None = None) -> Activity:
    """The same activity with impossible values made missing and every one of them counted.

    Records come out in ascending time, one per instant; pauses likewise, and none over another.
    Nothing is dropped without a finding.

    Args:
        activity: as a reader gave it.
        not_after_s: latest time that can be true, seconds since 1970; None takes any of this
            century.
    """
    latest_s = clock.LATEST_S if not_after_s is None else not_after_s + clock.FUTURE_S
    activity = clock.possible(activity, latest_s)
    activity = clock.ordered(_with(activity, _possible_values(activity.records)))
    if activity.sport in ON_FOOT:
        for check in leaps.EVERY:
            activity = _with(activity, check(activity.records))
    records = activity.records
    span_s = records.at_s[[0, -1]] if len(records) else np.zeros(2)
    pauses = motion.merged(activity.pauses, float(span_s[0]), float(span_s[1]))
    return replace(activity, pauses=pauses, findings=gathered(activity.findings))


def checked_moving(activity: Activity) -> Activity:
    """The same, of what only speed can tell: cadence by one foot or twice, a frozen heart rate.

    Args:
        activity: checked, its speeds filled in.
    """
    if activity.sport not in ON_FOOT:
        return activity
    for check in (_one_way_of_counting, _possible_cadence):
        activity = _with(activity, check(activity.records))
    return _with(activity, _beating(activity))


def flat_indoors(activity: Activity) -> Activity:
    """Without positions say so; indoors also without altitude, which is weather there.

    A run without positions and without hills is taken to be indoors.
    """
    if activity.sport not in ON_FOOT:
        return activity
    named = activity.sub_sport in INDOORS
    records = activity.records
    if not named and np.isfinite(records.latitude_deg).any():
        return activity
    altitude = records.altitude_m[np.isfinite(records.altitude_m)]
    if not named and len(altitude) and np.ptp(altitude) > HILL_M:
        return _with(activity, (records, noted(no_positions=1)))
    level = records.replace(altitude_m=np.full(len(records), np.nan))
    return _with(activity, (level, noted(indoors=1)))


def with_fitting_speed(activity: Activity) -> Activity:
    """Without the recorded speed where it would lead far elsewhere than the recorded distance."""
    records = activity.records
    told = np.isfinite(records.speed_mps)
    if activity.sport not in ON_FOOT or not (records.speed_mps > 0).any():
        return activity
    lasting_s = motion.sample_s(records.at_s, activity.pauses)
    if lasting_s[told].sum() < MOSTLY * lasting_s.sum():
        return activity
    by_speed_m = float((records.speed_mps[told] * lasting_s[told]).sum())
    counted = records.distance_m[np.isfinite(records.distance_m)]
    way_m = float(np.ptp(counted)) if len(counted) else way_along_positions_m(activity)
    if not way_m:
        return activity
    if max(by_speed_m, way_m) <= UNLIKE_FACTOR * min(by_speed_m, way_m) + UNLIKE_M:
        return activity
    unlike = noted(speed_contradicts_distance=int(told.sum()))
    return _with(activity, (records.replace(speed_mps=np.full(len(records), np.nan)), unlike))


def way_along_positions_m(activity: Activity) -> float | None:
    """Metres along a position every 5 s or so, as a rough witness; None where many are missing.

    Virtual runs have positions of a place where nobody ran.
    """
    records = activity.records
    placed = np.flatnonzero(np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg))
    if len(placed) < MOSTLY * len(records) or len(placed) < 2 or activity.sub_sport in INDOORS:  # noqa: PLR2004
        return None
    apart_s = float(np.ptp(records.at_s[placed])) / (len(placed) - 1)
    some = placed[:: max(1, round(WITNESS_S / apart_s))]
    steps_m = motion.step_m(records.latitude_deg[some], records.longitude_deg[some])
    ran_s = np.diff(motion.timer_s(records.at_s[some], activity.pauses))
    possible = ran_s > 0
    if activity.sport in ON_FOOT:
        possible &= steps_m <= leaps.SPIKE_MPS * ran_s
    return float(steps_m[possible].sum())


def coarse_altitude_m(records: Records) -> NDArray[np.float64]:
    """Mean altitude of each half minute that has one, in order of time."""
    known = np.isfinite(records.altitude_m)
    altitude = records.altitude_m[known]
    half_minute = np.floor(records.at_s[known] / HALF_MINUTE_S)
    begins = np.flatnonzero(np.append(True, half_minute[1:] != half_minute[:-1])[: len(altitude)])
    if len(begins) == 0:
        return altitude
    return np.asarray(np.add.reduceat(altitude, begins) / np.diff(begins, append=len(altitude)))


def noisy_altitude(records: Records) -> tuple[Finding, ...]:
    """Whether the raw altitude rises more than twice as far as its mean over half minutes."""
    raw = records.altitude_m[np.isfinite(records.altitude_m)]
    raw_m, smooth_m = (
        float(np.maximum(np.diff(each), 0.0).sum()) for each in (raw, coarse_altitude_m(records))
    )
    return noted(elevation_noise=int(raw_m > NOISE_FACTOR * smooth_m + NOISE_M))


def _with(activity: Activity, checked: tuple[Records, tuple[Finding, ...]]) -> Activity:
    records, findings = checked
    if records is activity.records and not findings:
        return activity
    return replace(activity, records=records, findings=(*activity.findings, *findings))


def _possible_values(records: Records) -> tuple[Records, tuple[Finding, ...]]:
    low, high = HEART_RATE_BPM
    heart = records.heart_rate_bpm
    zero = heart == 0
    bad_heart = ~zero & ((heart < low) | (heart > high))
    bad_cadence = (records.cadence_spm < 0) | np.isinf(records.cadence_spm)
    bad_speed = records.speed_mps < 0
    power, contact = records.power_w, records.ground_contact_time_ms
    balance = records.ground_contact_balance_pct
    bad_power = (power < 0) | (power > POWER_MAX_W)
    bad_contact = (contact <= 0) | (contact > CONTACT_MAX_MS)
    bad_balance = (balance < BALANCE_PCT[0]) | (balance > BALANCE_PCT[1])
    bad_altitude = (records.altitude_m < ALTITUDE_M[0]) | (records.altitude_m > ALTITUDE_M[1])
    nowhere = (records.latitude_deg == 0) & (records.longitude_deg == 0)
    nowhere |= (np.abs(records.latitude_deg) > 90) | (np.abs(records.longitude_deg) > 180)  # noqa: PLR2004
    findings = noted(
        heart_rate_zero=int(zero.sum()),
        heart_rate_impossible=int(bad_heart.sum()),
        cadence_impossible=int(bad_cadence.sum()),
        speed_impossible=int(bad_speed.sum()),
        power_impossible=int(bad_power.sum()),
        ground_contact_impossible=int((bad_contact | bad_balance).sum()),
        altitude_impossible=int(bad_altitude.sum()),
        position_impossible=int(nowhere.sum()),
    )
    if not findings:
        return records, ()
    return records.replace(
        heart_rate_bpm=np.where(zero | bad_heart, np.nan, heart),
        cadence_spm=np.where(bad_cadence, np.nan, records.cadence_spm),
        speed_mps=np.where(bad_speed, np.nan, records.speed_mps),
        power_w=np.where(bad_power, np.nan, power),
        ground_contact_time_ms=np.where(bad_contact, np.nan, contact),
        ground_contact_balance_pct=np.where(bad_balance, np.nan, balance),
        altitude_m=np.where(bad_altitude, np.nan, records.altitude_m),
        latitude_deg=np.where(nowhere, np.nan, records.latitude_deg),
        longitude_deg=np.where(nowhere, np.nan, records.longitude_deg),
    ), findings


def _one_way_of_counting(records: Records) -> tuple[Records, tuple[Finding, ...]]:
    cadence, one_foot, twice = folded(records.cadence_spm, records.speed_mps, records.at_s)
    findings = noted(cadence_one_foot=one_foot, cadence_twice=twice)
    return (records.replace(cadence_spm=cadence) if findings else records), findings


def _possible_cadence(records: Records) -> tuple[Records, tuple[Finding, ...]]:
    impossible = records.cadence_spm > CADENCE_MAX_SPM
    if not impossible.any():
        return records, ()
    cadence = np.where(impossible, np.nan, records.cadence_spm)
    return records.replace(cadence_spm=cadence), noted(cadence_impossible=int(impossible.sum()))


def _beating(activity: Activity) -> tuple[Records, tuple[Finding, ...]]:
    """Heart rate without the stretches in which it stood at one value on the move.

    One value from the first to the last is no frozen sensor but an average that a program wrote
    to every record: it is kept, and said.
    """
    records = activity.records
    known = np.flatnonzero(np.isfinite(records.heart_rate_bpm))
    if len(known) == 0:
        return records, ()
    moving = motion.is_moving(records)
    moving_s = (motion.sample_s(records.at_s, activity.pauses) * moving)[known]
    heart = records.heart_rate_bpm[known]
    begins = np.flatnonzero(np.append(True, heart[1:] != heart[:-1]))
    frozen = np.add.reduceat(moving_s, begins) > FROZEN_S
    if not frozen.any():
        return records, ()
    if len(begins) == 1:
        return records, noted(heart_rate_constant=len(known))
    stood = known[np.repeat(frozen, np.diff(np.append(begins, len(known))))]
    beating = records.heart_rate_bpm.copy()
    beating[stood] = np.nan
    return records.replace(heart_rate_bpm=beating), noted(heart_rate_frozen=len(stood))
