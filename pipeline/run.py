"""From one Activity to one row: distance, times, cadence, calf load, heart load, local day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from pipeline import leaps, load, motion, onfoot, quality, stops, totals
from pipeline.activity import (
    SPORT_CORRECTED,
    SPORT_INFERRED,
    SPORT_TOLD,
    Activity,
    Pause,
)
from pipeline.clock import START_TOLERANCE_S
from pipeline.findings import found, gathered
from pipeline.localday import LocalDay, local_day
from pipeline.row import RUNNING, ActivityRow
from pipeline.trace import trace_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Finding, NumberFrom, Records
    from pipeline.athlete import Athlete

UNKNOWN = "unknown"
Sport = tuple[str, "str | None"]
"""FIT's sport and sub-sport."""

RUNNING_MEDIAN_MPS = (2.0, 6.0)
RUNNING_P95_MPS = 8.0
"""An untyped file in these bounds is a run (DESIGN.md: counted)."""


def row_of(
    activity: Activity,
    athlete: Athlete,
    *,
    not_after_s: float | None = None,
    sport_told: Sport | None = None,
    sport_corrected: Sport | None = None,
) -> ActivityRow | None:
    """Everything the table of runs wants to know of one activity.

    Args:
        activity: as a reader gave it.
        athlete: for the time zone and the bounds of heart rate.
        not_after_s: latest time that can be true, seconds since 1970.
        sport_told: sport and sub-sport as an export tells them; a file that names its own keeps it.
        sport_corrected: the same as the runner tells them, which goes before the file's own.

    Returns:
        None when no record is left that can be true.
    """
    sound = sound_of(
        activity, athlete, not_after_s=not_after_s, told=sport_told, corrected=sport_corrected
    )
    if sound is None:
        return None
    activity = sound
    records = activity.records
    lasting_s = motion.sample_s(records.at_s, activity.pauses)
    moving = motion.is_moving(records)
    moving_s = float(lasting_s[moving].sum())
    day = _day_of(activity, athlete)
    distance_m, distance_from, from_distance = totals.distance(activity)
    climbed = totals.climbed(activity)
    (elapsed_s, elapsed_from), (timer_s, timer_from), from_times = totals.times(activity, moving_s)
    row = ActivityRow(
        sport=activity.sport,
        sub_sport=activity.sub_sport,
        start_at=activity.start_at,
        end_at=_utc(max(float(records.at_s[-1]), activity.start_at.timestamp())),
        timezone=day.timezone,
        timezone_from=day.timezone_from,
        local_date=day.on,
        elapsed_s=elapsed_s,
        elapsed_from=elapsed_from,
        timer_s=timer_s,
        timer_from=timer_from,
        moving_s=moving_s,
        distance_m=distance_m,
        distance_from=distance_from,
        ascent_m=climbed[0],
        ascent_from=_climb_from(activity.totals.ascent_m, climbed[0]),
        descent_m=climbed[1],
        descent_from=_climb_from(activity.totals.descent_m, climbed[1]),
        records=len(records),
        heart_rate_mean_bpm=motion.weighted_mean(
            *_known(records.heart_rate_bpm, lasting_s),
        ),
        rpe=activity.rpe,
        device=activity.device,
        findings=(*activity.findings, *from_distance, *from_times),
        trace=trace_of(records),
    )
    row = _with_heart_load(row, records, lasting_s, athlete)
    if activity.sport in quality.ON_FOOT:
        row = onfoot.with_steps(
            row, activity, lasting_s, moving, c0_spm=athlete.cadence_at_3_mps_spm
        )
        row = replace(row, findings=(*row.findings, *_seen_on_foot(records, lasting_s, moving)))
    if row.is_run:
        row = _with_steps_from(row, activity)
    return replace(row, findings=gathered(row.findings))


def sound_of(
    activity: Activity,
    athlete: Athlete,
    *,
    not_after_s: float | None = None,
    told: Sport | None = None,
    corrected: Sport | None = None,
) -> Activity | None:
    """The activity that every number is derived from: checked, with its pauses and with speed.

    Args:
        activity: as a reader gave it.
        athlete: for the time zone of a recording that knew only local time.
        not_after_s: latest time that can be true, seconds since 1970.
        told: as `sport_told` of `row_of`.
        corrected: as `sport_corrected` of `row_of`.

    Returns:
        None when no record is left that can be true.
    """
    if activity.clock_is_local:
        activity = _in_utc(activity, athlete)
    activity = _named(activity, told, corrected)
    activity = quality.checked(activity, not_after_s=not_after_s)
    if len(activity.records) == 0:
        return None
    activity = stops.with_gaps(replace(activity, start_at=_start_at(activity)))
    activity = quality.flat_indoors(_typed(activity))
    activity = _with_speed(quality.with_fitting_speed(activity))
    activity = stops.with_stands(quality.checked_moving(activity))
    return totals.with_sound_climb(activity)


def _seen_on_foot(
    records: Records, lasting_s: NDArray[np.float64], moving: NDArray[np.bool_]
) -> tuple[Finding, ...]:
    return (
        *leaps.gone_elsewhere(records),
        *stops.stood(records, lasting_s, moving),
        *quality.noisy_altitude(records),
    )


def _with_steps_from(row: ActivityRow, activity: Activity) -> ActivityRow:
    steps, steps_from, doubts = totals.steps(
        activity, row.steps, row.cadence_coverage, row.moving_s
    )
    return replace(row, steps=steps, steps_from=steps_from, findings=(*row.findings, *doubts))


def _climb_from(total_m: float | None, climb_m: float | None) -> NumberFrom | None:
    if climb_m is None:
        return None
    return "altitude" if total_m is None else "device"


def _in_utc(activity: Activity, athlete: Athlete) -> Activity:
    """Move a recording that knew only local time by the offset of the runner's own zone."""
    local = activity.start_at.replace(tzinfo=ZoneInfo(athlete.timezone))
    offset = local.utcoffset() or timedelta()
    offset_s = offset.total_seconds()
    return replace(
        activity,
        utc_offset_s=None,
        start_at=activity.start_at - offset,
        records=activity.records.replace(at_s=activity.records.at_s - offset_s),
        pauses=tuple(Pause(p.start_s - offset_s, p.end_s - offset_s) for p in activity.pauses),
        laps=tuple(replace(lap, start_at=lap.start_at - offset) for lap in activity.laps),
        findings=(*activity.findings, found("clock_is_local")),
    )


def _named(activity: Activity, told: Sport | None, corrected: Sport | None) -> Activity:
    """Give an activity the sport it was said to be of, and say so."""
    if corrected is not None:
        sport, says = corrected, SPORT_CORRECTED
    elif told is not None and activity.sport == UNKNOWN:
        sport, says = told, SPORT_TOLD
    else:
        return activity
    findings = (*activity.findings, found(says))
    return replace(activity, sport=sport[0], sub_sport=sport[1], findings=findings)


def _typed(activity: Activity) -> Activity:
    """Name an untyped file a run when it moves like one, and say that this was inferred."""
    if activity.sport != UNKNOWN:
        return activity
    speed = _with_speed(activity).records.speed_mps
    moving = speed[speed >= motion.MOVING_MPS]
    if len(moving) == 0:
        return activity
    low, high = RUNNING_MEDIAN_MPS
    if not (low <= np.median(moving) <= high and np.percentile(moving, 95) < RUNNING_P95_MPS):
        return activity
    run = replace(activity, sport=RUNNING, findings=(*activity.findings, found(SPORT_INFERRED)))
    return quality.checked(run)  # for a run more is impossible


def _with_speed(activity: Activity) -> Activity:
    """Speed for every record that can have one; on foot none that nobody reaches."""
    on_foot = activity.sport in quality.ON_FOOT
    fastest_mps = leaps.SPIKE_MPS if on_foot else np.inf
    records = motion.with_speed(activity.records, activity.pauses, fastest_mps=fastest_mps)
    too_fast = records.speed_mps > fastest_mps
    if not too_fast.any():
        return replace(activity, records=records)
    ridden = found("too_fast", int(too_fast.sum()))
    speed = np.where(too_fast, np.nan, records.speed_mps)
    return replace(
        activity,
        records=records.replace(speed_mps=speed),
        findings=(*activity.findings, ridden),
    )


def _day_of(activity: Activity, athlete: Athlete) -> LocalDay:
    records = activity.records
    placed = np.flatnonzero(np.isfinite(records.latitude_deg) & np.isfinite(records.longitude_deg))
    first = (
        # Rounded to about a kilometre: the zone does not change within, and its look-up is kept.
        (
            round(float(records.latitude_deg[placed[0]]), 2),
            round(float(records.longitude_deg[placed[0]]), 2),
        )
        if len(placed)
        else None
    )
    return local_day(
        activity.start_at,
        utc_offset_s=activity.utc_offset_s,
        position_deg=first,
        athlete_timezone=athlete.timezone,
    )


def _start_at(activity: Activity) -> datetime:
    """The start as the file tells it, unless its own records lie elsewhere."""
    first_s = float(activity.records.at_s[0])
    if abs(activity.start_at.timestamp() - first_s) > START_TOLERANCE_S:
        return _utc(first_s)
    return activity.start_at


def _with_heart_load(
    row: ActivityRow, records: Records, lasting_s: NDArray[np.float64], athlete: Athlete
) -> ActivityRow:
    """TRIMP: Banister's needs both bounds and the sex, Edwards' only the highest heart rate."""
    rest, highest, sex = athlete.hr_rest_bpm, athlete.hr_max_bpm, athlete.sex
    if row.heart_rate_mean_bpm is None or highest is None:
        return row
    beats = records.heart_rate_bpm
    row = replace(row, edwards_au=load.edwards_au(beats, lasting_s, hr_max_bpm=highest))
    if rest is None or highest <= rest:
        return row
    if sex is None:
        return replace(row, findings=(*row.findings, found("trimp_needs_sex")))
    trimp = load.trimp_banister(beats, lasting_s, hr_rest_bpm=rest, hr_max_bpm=highest, sex=sex)
    return replace(row, trimp=trimp)


def _known(
    values: NDArray[np.float64], lasting_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = np.isfinite(values)
    return values[known], lasting_s[known]


def _utc(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, tz=UTC)
