"""Cadence is steps of both feet; what a column means is decided once and said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cadence import (
    clear_run_s,
    from_strides,
    from_unknown_unit,
    is_walking,
    near,
    running_cadence,
    walking_stretches,
)
from tests.pipeline.pictures import codes, column

STRIDES = """
  file, strides by its format | rule            | steps
  ----------------------------+-----------------+----------------
  85 85.5 86                  | strides_doubled | 170 171 172
  85 . 86                     | strides_doubled | 170 . 172
  120 120 120                 | strides_doubled | 240 240 240
  121 121 121                 | steps_as_is     | 121 121 121
  170 172 171                 | steps_as_is     | 170 172 171
  170 0 171                   | steps_as_is     | 170 . 171
  85 0 86                     | strides_doubled | 170 . 172
  0 0 0                       | none            | . . .
  . . .                       | none            | . . .
"""

UNKNOWN = """
  file, unit unknown | rule            | steps
  -------------------+-----------------+----------------
  59.5 59.5          | none            | . .
  60 60              | strides_doubled | 120 120
  85 0               | strides_doubled | 170 .
  110 110            | strides_doubled | 220 220
  110.5 110.5        | none            | . .
  119.5 119.5        | none            | . .
  120 120            | steps_as_is     | 120 120
  170 .              | steps_as_is     | 170 .
  230 230            | steps_as_is     | 230 230
  230.5 230.5        | none            | . .
  0 .                | none            | . .
"""


def rows(picture):
    return [
        tuple(cell.strip() for cell in line.split("|")) for line in picture.strip().splitlines()[2:]
    ]


def moving(raw):
    return np.ones(len(raw), dtype=bool)


def nowhere(raw):
    """Seconds of clear running where no speed tells of any."""
    return np.zeros(len(raw))


@pytest.mark.parametrize(("raw", "rule", "steps"), rows(STRIDES))
def test_strides_are_doubled_unless_they_cannot_be_strides(raw, rule, steps):
    reading = from_strides(column(raw), moving(column(raw)), nowhere(column(raw)))
    assert reading.rule == rule
    np.testing.assert_equal(reading.cadence_spm, column(steps))


@pytest.mark.parametrize(("raw", "rule", "steps"), rows(UNKNOWN))
def test_an_unknown_unit_is_decided_by_what_feet_can_do(raw, rule, steps):
    reading = from_unknown_unit(column(raw), moving(column(raw)), nowhere(column(raw)))
    assert reading.rule == rule
    np.testing.assert_equal(reading.cadence_spm, column(steps))


def test_every_doubt_is_said_and_counted():
    def told(read, raw):
        return codes(read(column(raw), moving(column(raw)), nowhere(column(raw))).findings)

    assert told(from_strides, "170 . 172 0") == {
        "cadence_already_steps": 3,
        "cadence_zero_while_moving": 1,
    }
    assert told(from_strides, "85 86 0 0") == {"cadence_zero_while_moving": 2}
    assert told(from_strides, "0 0 .") == {"cadence_zero_while_moving": 2}
    assert told(from_unknown_unit, "115 115 .") == {"cadence_unit_unknown": 2}
    assert told(from_unknown_unit, "170 171") == {}


def test_the_unit_is_decided_on_the_move():
    raw, feet = column("85 85 85 0 200 200 200 200 200"), column("1 1 1 0 0 0 0 0 0") > 0
    reading = from_strides(raw, feet, nowhere(raw))
    assert reading.rule == "strides_doubled"
    assert reading.cadence_spm[3] == 0  # standing is zero, not missing


# A minute of running and a minute and a half of walking, ten times: 165 and 102 steps a minute.
RUN_AND_WALK_SPM = np.tile(np.repeat([165.0, 102.0], [60, 90]), 10)
RUN_AND_WALK_MPS = np.tile(np.repeat([2.8, 1.3], [60, 90]), 10)


@pytest.mark.parametrize("read", [from_strides, from_unknown_unit])
@pytest.mark.parametrize(("feet", "rule"), [(1, "strides_doubled"), (2, "steps_as_is")])
def test_walks_do_not_decide_the_unit_of_a_run(read, feet, rule):
    raw = RUN_AND_WALK_SPM * feet / 2
    reading = read(raw, moving(raw), clear_run_s(RUN_AND_WALK_MPS, np.ones(len(raw))))
    assert reading.rule == rule
    np.testing.assert_equal(reading.cadence_spm, RUN_AND_WALK_SPM)


@pytest.mark.parametrize(("seconds", "rule"), [(29, "strides_doubled"), (30, "steps_as_is")])
def test_a_few_fast_moments_are_noise_and_no_run(seconds, rule):
    raw = np.repeat([165.0, 85.0], [seconds, 100])
    fast = np.repeat([2.2, 1.4], [seconds, 100])
    reading = from_unknown_unit(raw, moving(raw), clear_run_s(fast, np.ones(len(raw))))
    assert reading.rule == rule


def test_a_clear_run_lasts_where_it_is_fast_and_has_a_cadence():
    lasting = clear_run_s(column("2.1 2.2 3.0 ."), column("1 2 5 1"))
    np.testing.assert_array_equal(lasting, column("0 2 5 0"))
    raw = column("85 0 85 85")  # the 40 s of the zero tell no unit
    fast_s = column("0 40 0 0")
    assert from_strides(raw, moving(raw), fast_s).rule == "strides_doubled"


def test_where_nothing_moves_but_feet_are_counted_the_count_decides():
    raw = column("84 85 86")
    assert from_strides(raw, raw < 0, nowhere(raw)).rule == "strides_doubled"


def test_zeros_of_someone_who_stands_are_zeros():
    raw = column("0 0 .")
    np.testing.assert_equal(from_strides(raw, raw > 0, nowhere(raw)).cadence_spm, raw)


@given(st.lists(st.floats(61, 109), min_size=1, max_size=20))
def test_both_ways_to_write_a_run_are_one_run(strides):
    raw = np.array(strides)
    once = from_unknown_unit(raw, moving(raw), nowhere(raw))
    twice = from_unknown_unit(raw * 2, moving(raw), nowhere(raw))
    np.testing.assert_array_equal(once.cadence_spm, twice.cadence_spm)


WALKING = """
  m/s | spm | walks
  ----+-----+------
  1.4 | 110 | yes
  1.9 | 139 | yes
  2.0 | 110 | no
  1.4 | 140 | no
  3.0 | 170 | no
  1.4 | .   | yes
  2.5 | .   | no
  .   | 110 | yes
  .   | 170 | no
  .   | .   | no
"""


@pytest.mark.parametrize(("mps", "spm", "walks"), rows(WALKING))
def test_slow_and_few_steps_is_walking(mps, spm, walks):
    assert is_walking(column(mps), column(spm)).tolist() == [walks == "yes"]


AROUND_A_WALK = """
  m/s | 3.0 3.0 2.4 2.1 1.8 1.4 1.4 1.7 2.2 2.6 3.0 3.0
  spm | 170 170 112 112 112 112 .   112 112 168 170 170
      |  r   r   w   w   w   w   w   w   w   r   r   r
"""


def test_a_smoothed_speed_does_not_make_a_walk_run():
    mps, spm, walks = (line.split("|")[1] for line in AROUND_A_WALK.strip().splitlines())
    seen = walking_stretches(column(mps), column(spm), np.arange(12.0))
    assert ["w" if each else "r" for each in seen] == walks.split()


def a_walk_between_runs(walk_mps, walk_spm, *, run_mps=3.0, run_spm=165.0):
    """A walk between two minutes of running: which of its moments are seen to be walking."""
    around = np.ones(60)
    mps = np.concatenate((around * run_mps, walk_mps, around * run_mps))
    spm = np.concatenate((around * run_spm, np.full(len(walk_mps), walk_spm), around * run_spm))
    seen = walking_stretches(mps, spm, np.arange(float(len(mps))))
    assert not seen[:60].any()
    assert not seen[-60:].any()
    return seen[60:-60]


# Speed of a walk at 1.8 m/s as positions have it: for 20 s of each 40 s it is 2.1 m/s and more.
WANDERING_MPS = 1.8 + 0.5 * np.sin(2 * np.pi * np.arange(120) / 40)


def test_a_fast_walk_is_judged_as_a_whole():
    assert a_walk_between_runs(WANDERING_MPS, 116).all()
    # The same steps, but 2.2 m/s on the whole, for longer than the edges of a walk: few steps
    # of running, and what is slow of them walking.
    faster = WANDERING_MPS + 0.4
    assert a_walk_between_runs(faster, 116).tolist() == (faster < 2.0).tolist()


@pytest.mark.parametrize("lasting", [8, 12, 15, 20, 30])
@pytest.mark.parametrize("run_mps", [3.0, 4.5])
def test_a_short_walk_is_walking_however_speed_lags(lasting, run_mps):
    lagging = np.maximum(1.4, run_mps - (run_mps - 1.4) / 8 * np.arange(1.0, lasting + 1))
    assert a_walk_between_runs(lagging, 110, run_mps=run_mps).all()


def test_a_few_seconds_of_few_steps_at_full_speed_are_no_walk():
    assert not a_walk_between_runs(np.full(10, 3.0), 130).any()


def test_a_walk_that_stops_is_one_walk():
    walk = np.concatenate((np.full(20, 1.4), np.zeros(60), np.full(20, 1.4), [2.4, 2.8]))
    assert a_walk_between_runs(walk, 110).all()
    # Standing still tells nothing of the speed of the rest.
    run = np.concatenate((np.zeros(60), np.full(60, 2.6)))
    assert a_walk_between_runs(run, 120)[60:].sum() == 0


def test_few_steps_of_a_tall_runner_are_running():
    # He runs at 136 steps a minute and walks at 112, each for a minute and more.
    mps = np.tile(np.repeat([2.6, 1.4], [60, 90]), 4)
    spm = np.tile(np.repeat([136.0, 112.0], [60, 90]), 4)
    seen = walking_stretches(mps, spm, np.arange(float(len(mps))))
    assert seen.tolist() == (spm == 112).tolist()


@given(
    st.lists(
        st.tuples(
            # Roots, so that no mean of them is 2.1 but for rounding.
            st.sampled_from([0.0, 2**0.5, 4.3**0.5, 7**0.5, np.nan]),
            st.sampled_from([112.0, 170.0, np.nan]),
        ),
        max_size=60,
    )
)
def test_walking_stretches_are_as_a_naive_search_has_them(samples):
    speed, cadence = np.array(samples).reshape(-1, 2).T
    walking = is_walking(speed, cadence)
    few = (cadence < 140) | (walking & np.isnan(cadence))
    expected = walking.copy()
    for begin in range(len(samples)):
        for end in range(begin + 1, len(samples) + 1):
            whole = (begin == 0 or not few[begin - 1]) and (end == len(samples) or not few[end])
            if not (whole and few[begin:end].all()):
                continue
            stretch = slice(begin, min(end, len(samples) - 1))  # the last sample lasts no time
            on_the_move = speed[stretch][speed[stretch] >= 0.5]
            slow = len(on_the_move) > 0 and on_the_move.mean() < 2.1
            edges = walking[begin:end].any() and (~walking[stretch]).sum() <= 15
            expected[begin:end] |= slow or edges
    seen = walking_stretches(speed, cadence, np.arange(float(len(samples))))
    assert seen.tolist() == expected.tolist()


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=20), st.floats(0, 20))
def test_near_is_what_it_says(samples, within):
    at_s = np.cumsum([step for step, _ in samples]).astype(float)
    chosen = np.array([each for _, each in samples], dtype=bool)
    naive = [bool((np.abs(at_s[chosen] - at) <= within).any()) for at in at_s]
    assert near(chosen, at_s, within).tolist() == naive


def counted(spm, mps="", lasting=""):
    cadence = column(spm)
    speed = column(mps) if mps else np.full(len(cadence), 3.0)
    lasts = column(lasting) if lasting else np.ones(len(cadence))
    return running_cadence(cadence, lasts, moving=speed >= 0.5, walking=is_walking(speed, cadence))


def test_walking_and_silence_do_not_slow_the_feet():
    seen = counted("170 170 . 110 172 .", mps="3 3 3 1.4 3 3")
    assert seen.mean_spm == pytest.approx(512 / 3)
    assert seen.median_spm == 170.5  # 170 and 172 are counts of strides: they stand for 169 to 173
    assert seen.coverage == pytest.approx(3 / 5)
    assert seen.steps == pytest.approx((512 + 110) / 60)


def test_a_sample_weighs_as_long_as_it_lasts():
    seen = counted("160 180", lasting="9 1")
    assert seen.mean_spm == 162
    assert seen.median_spm == pytest.approx(160, abs=0.2)
    assert seen.steps == pytest.approx(27)


def test_spread_and_classes_weigh_by_time_too():
    seen = counted("160 164.9 165 181 . 112", mps="3 3 3 3 3 1.4", lasting="1 1 2 4 9 60")
    mean = (160 + 164.9 + 2 * 165 + 4 * 181) / 8
    variance = ((160 - mean) ** 2 + (164.9 - mean) ** 2 + 2 * (165 - mean) ** 2) / 8
    assert seen.sd_spm == pytest.approx(np.sqrt(variance + 4 * (181 - mean) ** 2 / 8))
    assert seen.histogram == ((160.0, 2.0), (165.0, 2.0), (180.0, 4.0))


def test_standing_adds_no_running():
    seen = counted("170 0 0 170", mps="3 0 0 3")
    assert (seen.mean_spm, seen.coverage) == (170, 1)


def test_without_a_reading_nothing_is_told():
    assert counted(". . .") == running_cadence(
        column(""), column(""), moving=column("") > 0, walking=column("") > 0
    )
    assert counted(". .").steps is None
    walked = counted("110 110", mps="1.4 1.4")
    assert (walked.mean_spm, walked.median_spm, walked.coverage) == (None, None, None)
    assert (walked.sd_spm, walked.histogram) == (None, None)
    assert walked.steps == pytest.approx(220 / 60)


@given(
    st.lists(st.none() | st.floats(141, 220), min_size=1, max_size=30),
    st.floats(0.5, 3),
)
def test_steps_are_never_made_up(cadence, mps):
    spm = column([np.nan if each is None else each for each in cadence])
    speed = np.full(len(spm), mps)
    seen = running_cadence(
        spm, np.ones(len(spm)), moving=speed >= 0.5, walking=is_walking(speed, spm)
    )
    told = [each for each in cadence if each is not None]
    assert (seen.steps or 0) == pytest.approx(sum(told) / 60)
    if told:
        assert min(told) <= seen.median_spm <= max(told)
        assert min(told) - 1e-9 <= seen.mean_spm <= max(told) + 1e-9
