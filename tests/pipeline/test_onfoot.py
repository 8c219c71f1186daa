"""What the row tells of feet: the walked part of a load, contact with the ground, power."""

from __future__ import annotations

import numpy as np
import pytest

from tests.pipeline.pictures import activity, records, row, running

RUN_THEN_WALK = records(
    speed_mps=np.repeat([3.0, 1.34], [600, 600]),
    cadence_spm=np.repeat([165.0, 107.0], [600, 600]),
)


def row_seen(of, **others):
    return row(activity(of, **others))


def test_the_walked_part_is_known_and_the_rest_was_run():
    both = row_seen(RUN_THEN_WALK)
    ran = row_seen(RUN_THEN_WALK.select(np.arange(600)))
    walked = row_seen(RUN_THEN_WALK.select(np.arange(600, 1200)), sport="walking")
    assert ran.calf_km_walked == ran.calf_km_strain_walked == 0
    assert walked.calf_km_walked == walked.calf_km > 0.5
    assert walked.calf_km_strain_walked == walked.calf_km_strain
    assert both.calf_km_walked == pytest.approx(walked.calf_km, rel=0.03)
    assert both.calf_km - both.calf_km_walked == pytest.approx(ran.calf_km, rel=0.01)


def test_without_any_speed_there_is_no_load_and_no_part_of_it():
    still = row_seen(records(cadence_spm=np.full(600, 170.0)))
    assert (still.calf_km, still.calf_km_walked) == (None, None)
    assert (still.calf_km_strain, still.calf_km_strain_walked) == (None, None)


def test_contact_with_the_ground_is_of_running_and_a_zero_is_no_contact():
    seen = row_seen(
        records(
            at=[0, 1, 2, 4, 5, 6],
            speed_mps="3 3 3 1.4 3 3",
            cadence_spm="170 170 170 110 170 170",
            ground_contact_time_ms="250 240 230 600 0 900",
            ground_contact_balance_pct="50 . 51 40 0 60",
        )
    )
    # The third record lasts two seconds, the last none.
    assert seen.ground_contact_time_ms == pytest.approx((250 + 240 + 2 * 230) / 4)
    assert seen.ground_contact_balance_pct == pytest.approx((50 + 2 * 51) / 3)


def powered(watts):
    return row_seen(
        records(
            at=[0, 1, 2, 4, 5, 6],
            speed_mps="3 3 3 0 3 3",
            cadence_spm="170 170 170 0 170 170",
            power_w=watts,
        )
    )


@pytest.mark.parametrize(
    ("watts", "mean_w", "work_j"),
    [
        ("200 200 200 200 200 200", 200, 1200),
        ("200 300 400 100 . 900", (200 + 300 + 2 * 400) / 4, 200 + 300 + 2 * 400 + 100),
        ("200 0 0 0 0 0", 200 / 5, 200),  # a zero among others is a moment without push
        ("0 0 0 0 0 0", None, None),
        (". . . . . .", None, None),
        (". . . 150 . .", None, 150),  # standing with a trembling pod
    ],
)
def test_power_is_a_mean_on_the_move_and_work_a_sum_of_what_is_known(watts, mean_w, work_j):
    seen = powered(watts)
    assert seen.power_mean_w == (None if mean_w is None else pytest.approx(mean_w))
    assert seen.work_kj == (None if work_j is None else pytest.approx(work_j / 1000))


def test_a_walk_tells_of_no_running():
    walk = row_seen(
        RUN_THEN_WALK.replace(
            power_w=np.full(1200, 90.0), ground_contact_time_ms=np.full(1200, 600.0)
        ),
        sport="walking",
    )
    assert walk.calf_km > 0
    names = (
        "cadence_sd_spm cadence_histogram cadence_by_speed cadence_drift_pct power_mean_w work_kj "
        "ground_contact_time_ms ground_contact_balance_pct"
    )
    assert {getattr(walk, name) for name in names.split()} == {None}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_run_of_a_moment_is_no_error(count):
    moment = row_seen(running(count - 1))
    assert moment.cadence_by_speed is None
    assert moment.cadence_drift_pct is None
    assert (moment.cadence_histogram is None) == (count == 1)


def test_standing_leaves_nothing_of_running():
    still = row_seen(records(speed_mps=np.zeros(60), cadence_spm=np.zeros(60)))
    assert (still.cadence_histogram, still.cadence_by_speed, still.cadence_sd_spm) == (None,) * 3
