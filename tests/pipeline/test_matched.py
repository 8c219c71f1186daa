"""Cadence at matched speed: hills, intervals and walks do not look like tired feet."""

from __future__ import annotations

import numpy as np
import pytest

from flows.simulate import Runner, simulate_run
from flows.simulate.noise import wander
from pipeline.activity import Records
from pipeline.cadence_line import run_mean
from tests.pipeline.pictures import START, START_S, activity, records, row

MINUTES = 45


def feet(speed, *, fall_pct=0.0, grade=0.0, slope=9.0, uphill=40.0, seed=1) -> Records:
    """A run at 1 Hz on the runner's line, 166 at 3 m/s, unrest of 1.5; falling from end to end."""
    speed = np.asarray(speed, dtype=float)
    count = len(speed)
    hill = np.broadcast_to(np.asarray(grade, dtype=float), speed.shape)
    tired = 1 - fall_pct / 100 * np.linspace(0, 1, count)
    unrest = wander(np.random.default_rng(seed), count, sd=1.5, time_constant_s=15)
    line = 166 + slope * (speed - 3) + uphill * np.maximum(hill, 0)
    return records(
        speed_mps=speed,
        distance_m=np.append(0.0, np.cumsum(speed[:-1])),
        altitude_m=400 + np.append(0.0, np.cumsum((speed * hill)[:-1])),
        cadence_spm=(line + unrest) * tired,
    )


def seen(of: Records):
    return row(activity(of))


def drift(of: Records):
    return seen(of).cadence_drift_pct


def seconds(minutes=MINUTES):
    return np.arange(minutes * 60.0)


EVEN = np.full(MINUTES * 60, 3.0)
REPETITIONS = np.where(seconds() % 300 < 180, 4.2, 2.4)
"""Three minutes fast, two slow."""
FAST_THEN_SLOW = np.where(seconds() < MINUTES * 30, 3.8, 2.6)
UNDULATING = 0.06 * np.sin(seconds() / 60)
SLOWED_BY_HILLS = 3.0 * (1 - 2.5 * UNDULATING)
UP_AND_DOWN = np.where(seconds() < MINUTES * 30, 0.08, -0.08)


@pytest.mark.parametrize("fall_pct", [0.0, 4.5, -3.0])
@pytest.mark.parametrize(
    "run",
    [
        {"speed": EVEN},
        {"speed": REPETITIONS},
        {"speed": REPETITIONS, "slope": 5.0},
        {"speed": REPETITIONS, "slope": 14.0},
        {"speed": FAST_THEN_SLOW},
        {"speed": SLOWED_BY_HILLS, "grade": UNDULATING},
        {"speed": SLOWED_BY_HILLS, "grade": UNDULATING, "uphill": 0.0},
        {"speed": 3.0 * (1 - 2.5 * UP_AND_DOWN), "grade": UP_AND_DOWN},
    ],
    ids=[
        "even",
        "repetitions",
        "flat line",
        "steep line",
        "slower",
        "hills",
        "hills, unmoved",
        "up and down",
    ],
)
def test_only_tired_feet_drift(run, fall_pct):
    # From the middle of the first third to that of the last are two thirds of the way.
    found = [drift(feet(**run, fall_pct=fall_pct, seed=seed)) for seed in range(5)]
    assert np.mean(found) == pytest.approx(-fall_pct * 2 / 3, abs=0.5)
    assert found == pytest.approx([-fall_pct * 2 / 3] * 5, abs=1.5)


def test_where_the_way_tells_as_much_as_the_feet_no_drift_is_told():
    way = np.linspace(-1, 1, len(EVEN))
    assert drift(feet(EVEN + 0.8 * way)) is None
    assert drift(feet(EVEN, grade=0.1 * way)) is None
    assert drift(feet(EVEN + 0.2 * way)) is not None


@pytest.mark.parametrize(
    ("minutes", "unknown", "told"),
    [
        (19, slice(0, 0), False),
        (21, slice(0, 0), True),
        (45, slice(0, 60 * 7), True),
        (45, slice(0, 60 * 9), False),  # 9 of the first 15 minutes
        (45, slice(60 * 35, 60 * 45), False),
    ],
)
def test_drift_needs_twenty_minutes_and_every_third(minutes, unknown, told):
    run = feet(np.full(minutes * 60, 3.0))
    cadence = run.cadence_spm.copy()
    cadence[unknown] = np.nan
    assert (drift(run.replace(cadence_spm=cadence)) is not None) == told


def classes(of: Records):
    return seen(of).cadence_by_speed


def test_each_class_of_speed_has_its_own_cadence():
    mps = np.repeat([2.6, 4.1, 2.6], [600, 300, 600])
    slow, *between, fast = classes(feet(mps))
    assert slow == pytest.approx((2.6, 162.4, 1200), abs=1.0)
    assert fast == pytest.approx((4.1, 175.9, 300), abs=15)
    assert fast[1] == pytest.approx(175.9, abs=1.0)
    assert not between  # two changes of speed are less than half a minute


def test_classes_begin_at_two_metres_a_second_and_need_half_a_minute():
    # Slow jogging at 145 steps is running, and still no part of the line.
    mps = np.repeat([1.9, 2.0, 2.3, 3.3], [300, 300, 300, 24])
    jogged = classes(records(speed_mps=mps, cadence_spm=np.full(924, 145.0)))
    assert [round(each[0], 1) for each in jogged] == [2.0, 2.3]
    assert classes(feet(np.full(29, 3.0))) is None
    assert classes(records(speed_mps=EVEN)) is None
    assert classes(records(cadence_spm=np.full(600, 170.0))) is None


def test_hills_are_left_out():
    # 40 steps a minute more per unit of grade: a hill of 6 % would lift the line by 2.4.
    grade = np.repeat([0.0, 0.06, 0.0], 600)
    [only] = classes(feet(np.full(1800, 3.0), grade=grade, uphill=400.0))
    assert only[:2] == pytest.approx((3.0, 166.0), abs=0.5)
    assert only[2] == pytest.approx(1200, abs=60)
    assert classes(feet(np.full(600, 3.0), grade=0.06)) is None


@pytest.mark.slow
@pytest.mark.parametrize("recorded", ["every second", "every five", "with a noisy speed"])
@pytest.mark.parametrize("kind", ["easy", "intervals", "hilly", "walk_run", "treadmill", "paused"])
def test_a_run_of_any_kind_lies_on_its_runners_line(kind, recorded):
    same_every_day = Runner(cadence_residual_sd_spm=0.0)
    for seed in range(4):
        run = simulate_run(kind, start_at=START, minutes=45, seed=seed, runner=same_every_day)
        told = run.activity.records
        if recorded == "every five":
            told = told.select(np.arange(0, len(told), 5))
        if recorded == "with a noisy speed":
            noise = wander(np.random.default_rng(seed), len(told), sd=0.2, time_constant_s=8)
            moving = told.speed_mps > 0
            told = told.replace(speed_mps=np.where(moving, told.speed_mps + noise, 0.0))
        off_mps, cadence_spm = run_mean(classes(told))
        # On the hills there may be little more than half a minute that is gentle.
        within = 1.5 if kind == "hilly" else 0.7
        assert cadence_spm == pytest.approx(166 + 9 * off_mps, abs=within)


def with_walks(of: Records, at_s: list[int], lasting_s: int) -> Records:
    """The same run with walking breaks put in: 110 steps a minute at 1.4 m/s."""

    def put_in(column, walked):
        return np.insert(column, np.repeat(at_s, lasting_s), np.tile(walked, len(at_s)))

    speed = put_in(of.speed_mps, np.full(lasting_s, 1.4))
    return Records.from_columns(
        {
            "at_s": START_S + np.arange(float(len(speed))),
            "speed_mps": speed,
            "distance_m": np.append(0.0, np.cumsum(speed[:-1])),
            "cadence_spm": put_in(of.cadence_spm, np.full(lasting_s, 110.0)),
            "ground_contact_time_ms": put_in(of.ground_contact_time_ms, np.full(lasting_s, 600.0)),
            "ground_contact_balance_pct": put_in(
                of.ground_contact_balance_pct, np.full(lasting_s, 45.0)
            ),
        }
    )


@pytest.mark.parametrize("told_by", ["speed", "distance"])
@pytest.mark.parametrize("every_s", [1, 5])
def test_walking_breaks_move_nothing_that_is_said_of_running(told_by, every_s):
    through = feet(REPETITIONS, fall_pct=3.0).replace(
        ground_contact_time_ms=np.full(len(EVEN), 250.0),
        ground_contact_balance_pct=np.full(len(EVEN), 50.5),
    )
    broken = with_walks(through, [400, 1000, 1500, 2200], 90)
    if told_by == "distance":
        through, broken = (each.replace(speed_mps=each.at_s * np.nan) for each in (through, broken))
    through, broken = (each.select(np.arange(0, len(each), every_s)) for each in (through, broken))
    expected, found = seen(through), seen(broken)
    assert found.moving_s > expected.moving_s + 300
    for name, within in {
        "cadence_mean_spm": 0.2,
        "cadence_median_spm": 0.2,
        "cadence_sd_spm": 0.2,
        "cadence_drift_pct": 0.2,
        "step_length_mean_m": 0.01,
        "ground_contact_time_ms": 1.0,
        "ground_contact_balance_pct": 0.05,
    }.items():
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=within), name
    assert shape(found.cadence_histogram) == pytest.approx(
        shape(expected.cadence_histogram), abs=0.01
    )
    for one, other in zip(found.cadence_by_speed, expected.cadence_by_speed, strict=True):
        assert one[:2] == pytest.approx(other[:2], abs=0.3)


def shape(histogram):
    """Share of the time in each class from 100 to 220, unless it is less than a hundredth."""
    seconds = dict(histogram)
    total = sum(seconds.values())
    return [seconds.get(low, 0.0) / total for low in np.arange(100.0, 220.0, 5.0)]


def tired_pct(run: Records) -> float:
    """What the simulator takes off: up to 2 % over the second hour, last third against first."""
    left = 1 - 0.02 * np.clip(np.arange(len(run)) / 3600 - 1, 0, 1)
    of_running = left[run.cadence_spm >= 140]
    third = len(of_running) // 3
    return float(100 * (of_running[-third:].mean() / of_running[:third].mean() - 1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "minutes"),
    [
        *[(kind, 45) for kind in ("easy", "intervals", "hilly", "walk_run", "treadmill")],
        ("paused", 60),
        ("long", 90),
        *[(kind, 120) for kind in ("long", "hilly", "intervals", "walk_run", "treadmill")],
    ],
)
def test_of_a_simulated_run_the_drift_is_its_runners(kind, minutes):
    for seed in range(6):
        run = simulate_run(kind, start_at=START, minutes=minutes, seed=seed).activity
        true_pct = tired_pct(run.records)
        within = 0.7 if minutes < 61 else 0.5
        assert row(run).cadence_drift_pct == pytest.approx(true_pct, abs=within)
