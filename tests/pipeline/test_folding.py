"""A device that counts one foot, or every step twice, is seen by the run's own cadence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.folding import folded


def session(*parts):
    """Speed and true cadence second by second, each part (seconds, m/s, steps per minute)."""
    seconds, mps, spm = zip(*parts, strict=True)
    return np.repeat(np.array(mps, float), seconds), np.repeat(np.array(spm, float), seconds)


def counted(mps, spm, times, stretch):
    """What comes out where a stretch was counted so many times, and how many were folded."""
    raw = spm.copy()
    raw[stretch] *= times
    straight, doubled, halved = folded(raw, mps, np.arange(float(len(raw))))
    return straight, {0.5: doubled, 2.0: halved}[times], doubled + halved


SLOW = session((2000, 2.05, 156))
INTERVALS = session((600, 2.7, 162), *[(70, 5.0, 183), (90, 2.1, 157)] * 8, (600, 2.6, 161))
WALK_RUN = session(*[(300, 2.8, 163), (60, 1.5, 107)] * 8)


@pytest.mark.parametrize("times", [0.5, 2.0])
@pytest.mark.parametrize(
    "run", [SLOW, INTERVALS, WALK_RUN], ids=["slow", "intervals", "walk and run"]
)
def test_every_second_of_a_stretch_is_folded_back(run, times):
    mps, spm = run
    straight, right, all_of_them = counted(mps, spm, times, slice(200, 1100))
    np.testing.assert_array_equal(straight, spm)
    assert right == all_of_them == 900


@pytest.mark.parametrize("times", [0.5, 2.0])
@pytest.mark.parametrize("run", [SLOW, WALK_RUN], ids=["slow", "walk and run"])
def test_speeds_of_positions_are_noisy(run, times):
    mps, spm = run
    wandering = mps + 0.6 * np.sin(np.arange(len(mps)) / 6)
    straight, right, _ = counted(wandering, spm, times, slice(200, 1100))
    np.testing.assert_array_equal(straight, spm)
    assert right == 900


def lagging(mps, by_s):
    """As a watch shows it that averages over the last seconds."""
    known = np.concatenate((np.full(by_s - 1, mps[0]), mps))
    return np.convolve(known, np.ones(by_s) / by_s, "valid")


@pytest.mark.parametrize("walk_spm", [82, 86, 90, 96, 104, 112])
@pytest.mark.parametrize("run_mps", [2.8, 5.0])
def test_walking_breaks_are_never_touched(walk_spm, run_mps):
    run_spm = 165 + 9 * (run_mps - 3)
    mps, spm = session(*[(60, run_mps, run_spm), (60, 1.2, walk_spm)] * 10)
    for seen_mps in (mps, lagging(mps, 10)):
        assert folded(spm, seen_mps, np.arange(float(len(spm))))[1:] == (0, 0)


def test_a_walk_alone_is_not_folded_however_it_is_counted():
    # 54 a minute in the walk, but nothing beside it was counted by one foot.
    mps, spm = WALK_RUN
    straight, _, folds = counted(mps, spm, 0.5, slice(300, 360))
    assert folds == 0
    assert straight[300:360].tolist() == [53.5] * 60


@pytest.mark.parametrize(
    ("spm", "becomes"), [(73, 146), (68, 68), (94, 188), (97, 97), (379, 189.5), (390, 390)]
)
def test_fewer_or_more_than_expected_by_a_seventh_is_still_the_run(spm, becomes):
    mps, cadence = session((600, 3.0, 165), (60, 3.0, spm), (600, 3.0, 165))
    straight, _, _ = folded(cadence, mps, np.arange(1260.0))
    assert set(straight[600:660]) == {becomes}


def test_what_no_feet_can_do_is_not_folded_along():
    mps, cadence = session((600, 3.0, 165), (60, 3.0, 330), (10, 3.0, 400), (600, 3.0, 165))
    straight, doubled, halved = folded(cadence, mps, np.arange(1270.0))
    assert (doubled, halved) == (0, 60)
    assert set(straight[660:670]) == {400}


TREADMILL = [
    # typical, cadence of a stretch, becomes
    (165, 82.5, 165),
    (185, 92.5, 185),
    (165, 330, 165),
    (165, 88, 88),  # a slow walk
    (165, 105, 105),
    (165, 95, 95),
]


@pytest.mark.parametrize(("typical", "spm", "becomes"), TREADMILL)
def test_without_speed_the_typical_cadence_tells(typical, spm, becomes):
    cadence = np.concatenate((np.full(600, typical), np.full(300, spm), np.full(600, typical)))
    straight, _, _ = folded(cadence, np.full(1500, np.nan), np.arange(1500.0))
    assert set(straight[600:900]) == {becomes}
    assert set(np.delete(straight, slice(600, 900))) == {typical}


def test_a_moment_is_too_short_to_tell_and_noise_is_no_way_of_counting():
    mps, spm = SLOW
    assert counted(mps, spm, 0.5, slice(200, 207))[2] == 0
    assert counted(mps, spm, 0.5, slice(200, 208))[2] == 8
    noise = np.where(np.arange(len(spm)) < 1100, spm, 115.0)
    assert counted(mps, noise, 0.5, slice(200, 1100))[2] == 0


@given(
    st.lists(
        st.tuples(
            st.integers(1, 30),
            st.sampled_from([0.0, 1.3, 2.1, 3.0, 5.0, np.nan]),
            st.sampled_from([0.0, 54.0, 82.0, 100.0, 115.0, 165.0, 215.0, 330.0, np.nan]),
        ),
        max_size=20,
    )
)
def test_a_cadence_stays_or_is_doubled_or_is_halved(parts):
    mps, spm = session(*parts) if parts else (np.empty(0), np.empty(0))
    straight, doubled, halved = folded(spm, mps, np.arange(float(len(spm))))
    with np.errstate(invalid="ignore", divide="ignore"):
        times = straight / spm
    known = spm > 0
    assert set(times[known]) <= {0.5, 1.0, 2.0}
    assert ((times[known] == 2).sum(), (times[known] == 0.5).sum()) == (doubled, halved)
    np.testing.assert_array_equal(straight[~known], spm[~known])
