"""What the feet did in one activity: cadence, steps, and what that asked of the calves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline import cadence, load, motion
from pipeline.activity import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.activity import Activity, Records
    from pipeline.row import ActivityRow


def with_steps(
    row: ActivityRow,
    activity: Activity,
    lasting_s: NDArray[np.float64],
    moving: NDArray[np.bool_],
) -> ActivityRow:
    """Cadence, steps and calf load; cadence only for runs, calf load for every way on foot."""
    records = activity.records
    told = np.isfinite(records.cadence_spm)
    # Where feet are counted they change to walking at once, and the speed some seconds later.
    slowest = motion.slowest_mps(records.at_s, records.speed_mps)
    speed = np.where(told, slowest, records.speed_mps)
    walking = cadence.is_walking(speed, records.cadence_spm)
    on_the_move_s = np.where(moving, lasting_s, 0.0)
    row = _with_calf_load(row, records, on_the_move_s, walking)
    if not row.is_run:
        return row
    counted = cadence.running_cadence(
        records.cadence_spm, lasting_s, moving=moving, walking=walking
    )
    return replace(
        row,
        cadence_rule=activity.cadence_rule,
        cadence_mean_spm=counted.mean_spm,
        cadence_median_spm=counted.median_spm,
        cadence_coverage=counted.coverage,
        steps=counted.steps,
        step_length_mean_m=_step_length_m(records, on_the_move_s, walking),
        speed_mean_mps=row.distance_m / row.timer_s if row.distance_m and row.timer_s else None,
    )


def _with_calf_load(
    row: ActivityRow,
    records: Records,
    on_the_move_s: NDArray[np.float64],
    walking: NDArray[np.bool_],
) -> ActivityRow:
    """Calf load; None where feet moved and no moment has a speed."""
    feet = on_the_move_s > 0
    told = np.isfinite(records.speed_mps)
    unknown = Finding(
        "speed_unknown", int((feet & ~told).sum()), "Moments without speed add no calf load."
    )
    assumed = Finding(
        "cadence_assumed",
        int((feet & told & ~walking & ~np.isfinite(records.cadence_spm)).sum()),
        "Calf load uses the cadence expected at that speed where none was recorded.",
    )
    doubts = tuple(each for each in (unknown, assumed) if each.count)
    row = replace(row, findings=(*row.findings, *doubts))
    if not told.any():
        return row
    speed = load.smoothed_speed_mps(records.speed_mps, on_the_move_s)
    steps_per_min = load.filled_cadence_spm(records.cadence_spm, speed, walking)
    stretches_m = np.nan_to_num(records.speed_mps) * on_the_move_s
    grade = load.smoothed_grade(records, np.cumsum(stretches_m) - stretches_m)
    dose, strain = (
        load.calf_km(speed, grade, steps_per_min, on_the_move_s, walking=walking, exponent=exponent)
        for exponent in (load.DOSE_EXPONENT, load.STRAIN_EXPONENT)
    )
    return replace(row, calf_km=dose, calf_km_strain=strain)


def _step_length_m(
    records: Records, running_s: NDArray[np.float64], walking: NDArray[np.bool_]
) -> float | None:
    """Metres per step over the running samples that have both speed and cadence."""
    both = np.isfinite(records.speed_mps) & np.isfinite(records.cadence_spm) & ~walking
    steps = float((records.cadence_spm[both] * running_s[both]).sum() / 60)
    metres = float((records.speed_mps[both] * running_s[both]).sum())
    return metres / steps if steps > 0 else None
