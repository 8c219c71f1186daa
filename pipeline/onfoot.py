"""What the feet did in one activity: cadence, steps, and what that asked of the calves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline import cadence, load, matched
from pipeline.findings import noted
from pipeline.motion import is_moving, weighted_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Activity, Records
    from pipeline.row import ActivityRow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feet:
    """One activity on foot, moment by moment; shape (n,) each."""

    records: Records
    lasting_s: NDArray[np.float64]
    on_the_move_s: NDArray[np.float64]
    """The same, and 0 where the feet stand."""
    moving: NDArray[np.bool_]
    walking: NDArray[np.bool_]
    speed_mps: NDArray[np.float64]
    """Smoothed."""
    grade: NDArray[np.float64]
    """Smoothed; 0 where it is not known."""

    @property
    def running(self) -> NDArray[np.bool_]:
        return self.moving & ~self.walking


def with_steps(
    row: ActivityRow,
    activity: Activity,
    lasting_s: NDArray[np.float64],
    moving: NDArray[np.bool_],
    *,
    c0_spm: float | None = None,
) -> ActivityRow:
    """Cadence, steps and calf load; cadence only for runs, calf load for every way on foot.

    Args:
        row: what is known already.
        activity: with speed filled in.
        lasting_s: how long each record lasts on the timer; shape (n,).
        moving: whether the feet move; shape (n,).
        c0_spm: the runner's own cadence at 3.0 m/s, for calf load; None means everybody's.
    """
    feet = _feet(activity.records, lasting_s, moving)
    row = _with_calf_load(row, feet, load.DEFAULT_CADENCE_SPM if c0_spm is None else c0_spm)
    if not row.is_run:
        return row
    return _with_power(_with_dynamics(_with_cadence(row, activity, feet), feet), feet)


def _feet(records: Records, lasting_s: NDArray[np.float64], moving: NDArray[np.bool_]) -> _Feet:
    on_the_move_s = np.where(moving, lasting_s, 0.0)
    stretches_m = np.nan_to_num(records.speed_mps) * on_the_move_s
    return _Feet(
        records=records,
        lasting_s=lasting_s,
        on_the_move_s=on_the_move_s,
        moving=moving,
        walking=cadence.walking_stretches(
            records.speed_mps, records.cadence_spm, np.cumsum(lasting_s) - lasting_s
        ),
        speed_mps=load.smoothed_speed_mps(records.speed_mps, on_the_move_s),
        grade=load.smoothed_grade(records, np.cumsum(stretches_m) - stretches_m),
    )


def _with_cadence(row: ActivityRow, activity: Activity, feet: _Feet) -> ActivityRow:
    records = feet.records
    counted = cadence.running_cadence(
        records.cadence_spm, feet.lasting_s, moving=feet.moving, walking=feet.walking
    )
    stretches = matched.stretches(
        records.speed_mps, records.cadence_spm, feet.grade, feet.lasting_s, running=feet.running
    )
    return replace(
        row,
        cadence_rule=activity.cadence_rule,
        cadence_mean_spm=counted.mean_spm,
        cadence_median_spm=counted.median_spm,
        cadence_sd_spm=counted.sd_spm,
        cadence_histogram=counted.histogram,
        cadence_by_speed=matched.cadence_by_speed(stretches),
        cadence_drift_pct=matched.cadence_drift_pct(stretches),
        cadence_coverage=counted.coverage,
        steps=counted.steps,
        step_length_mean_m=_step_length_m(records, feet.on_the_move_s, feet.walking),
        speed_mean_mps=row.distance_m / row.timer_s if row.distance_m and row.timer_s else None,
    )


def _with_dynamics(row: ActivityRow, feet: _Feet) -> ActivityRow:
    """What chest straps and foot pods see, over the running; a 0 is a sensor that saw nothing."""
    contact_ms, balance_pct = (
        weighted_mean(values[seen], feet.lasting_s[seen])
        for values in (
            feet.records.ground_contact_time_ms,
            feet.records.ground_contact_balance_pct,
        )
        for seen in [feet.running & (values > 0)]
    )
    return replace(row, ground_contact_time_ms=contact_ms, ground_contact_balance_pct=balance_pct)


def _with_power(row: ActivityRow, feet: _Feet) -> ActivityRow:
    """Mean power on the move, and work over every moment that has power.

    Moments without power add no work; a column of nothing but zeros is no power meter.
    """
    power_w = feet.records.power_w
    if not (power_w > 0).any():
        return row
    known = np.isfinite(power_w)
    moving = known & feet.moving
    return replace(
        row,
        power_mean_w=weighted_mean(power_w[moving], feet.lasting_s[moving]),
        work_kj=float((power_w[known] * feet.lasting_s[known]).sum() / 1000),
    )


def _with_calf_load(row: ActivityRow, feet: _Feet, c0_spm: float) -> ActivityRow:
    """Calf load; None where feet moved and no moment has a speed."""
    records, walking = feet.records, feet.walking
    moved = feet.on_the_move_s > 0
    told = np.isfinite(records.speed_mps)
    no_cadence = told & ~walking & ~np.isfinite(records.cadence_spm)
    doubts = noted(
        speed_unknown=int((moved & ~told).sum()), cadence_assumed=int((moved & no_cadence).sum())
    )
    row = replace(row, findings=(*row.findings, *doubts))
    if not told.any():
        return row
    dose, strain = (
        _added(feet, c0_spm, exponent) for exponent in (load.DOSE_EXPONENT, load.STRAIN_EXPONENT)
    )
    return replace(
        row,
        calf_km=float(dose.sum()),
        calf_km_strain=float(strain.sum()),
        calf_km_walked=float(dose[walking].sum()),
        calf_km_strain_walked=float(strain[walking].sum()),
    )


def _added(feet: _Feet, c0_spm: float, exponent: int) -> NDArray[np.float64]:
    """What each record adds to the calf load, in standard shoes; shape (n,)."""
    walking = feet.walking
    steps_per_min = load.filled_cadence_spm(
        feet.records.cadence_spm, feet.speed_mps, walking, c0_spm
    )
    force = load.force_ratio(
        feet.speed_mps, feet.grade, steps_per_min, walking=walking, c0_spm=c0_spm
    )
    return load.calf_km(force, steps_per_min, feet.on_the_move_s, exponent=exponent)


def calf_km_of_records(
    records: Records,
    lasting_s: NDArray[np.float64],
    *,
    c0_spm: float | None = None,
    force_as_worn: float = 1.0,
) -> NDArray[np.float64]:
    """What each record adds to `calf_km` as worn; their sum is that of the row. Shape (n,).

    Args:
        records: of an activity on foot, sound and with speed.
        lasting_s: how long each lasts on the timer; shape (n,).
        c0_spm: the runner's own cadence at 3.0 m/s; None means everybody's.
        force_as_worn: from `shoes.force_as_worn`; it multiplies the running part.
    """
    feet = _feet(records, lasting_s, is_moving(records))
    c0 = load.DEFAULT_CADENCE_SPM if c0_spm is None else c0_spm
    dose = _added(feet, c0, load.DOSE_EXPONENT)
    return np.where(feet.walking, dose, dose * force_as_worn**load.DOSE_EXPONENT)


def _step_length_m(
    records: Records, running_s: NDArray[np.float64], walking: NDArray[np.bool_]
) -> float | None:
    """Metres per step over the running samples that have both speed and cadence."""
    both = np.isfinite(records.speed_mps) & np.isfinite(records.cadence_spm) & ~walking
    steps = float((records.cadence_spm[both] * running_s[both]).sum() / 60)
    metres = float((records.speed_mps[both] * running_s[both]).sum())
    return metres / steps if steps > 0 else None
