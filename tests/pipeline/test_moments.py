"""The lines of a recording: honest means, gaps that stay gaps, and splits that add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fit import read
from connectors.limits import USUAL
from connectors.moments import Asked, read_moments
from flows.simulate import watch_fit
from pipeline.activity import Activity, Pause, Records
from pipeline.athlete import Athlete
from pipeline.moments import POINTS_MAX, SPLITS_MAX, moments_of
from pipeline.run import row_of, sound_of
from tests.flows.installation import TODAY, run_on
from tests.pipeline.pictures import START

ATHLETE = Athlete()


def activity(at_s, pauses=(), **columns):
    """A run of these columns; times are seconds since its start, pauses too."""
    start_s = START.timestamp()
    told = {name: np.array(values, dtype=float) for name, values in columns.items()}
    return Activity(
        sport="running",
        sub_sport=None,
        start_at=START,
        records=Records.from_columns({"at_s": np.array(at_s, dtype=float) + start_s, **told}),
        pauses=tuple(Pause(start_s + p.start_s, start_s + p.end_s) for p in pauses),
    )


def moments(made, **more):
    sound = sound_of(made, ATHLETE)
    assert sound is not None
    return moments_of(sound, ATHLETE, **({"force_as_worn": 1.0, "split_m": 1000.0} | more))


@pytest.fixture(scope="module")
def watch_file():
    return watch_fit(run_on(TODAY, seed=5, minutes=50))


def test_splits_add_up_to_the_run(watch_file):
    (made,) = read(watch_file).activities
    row = row_of(made, ATHLETE)
    assert row is not None
    splits = moments(made).splits
    assert sum(each.calf_km for each in splits) == pytest.approx(row.calf_km)
    assert sum(each.timer_s for each in splits) == pytest.approx(row.timer_s, abs=2)
    assert splits[-1].to_m == pytest.approx(row.distance_m, rel=0.01)
    assert [each.from_m for each in splits[1:]] == [each.to_m for each in splits[:-1]]


def test_a_line_has_few_points_and_the_same_mean(watch_file):
    (made,) = read(watch_file).activities
    found = moments(made)
    assert len(found.at_s) <= POINTS_MAX
    row = row_of(made, ATHLETE)
    assert row is not None
    beats = [each for each in found.heart_rate_bpm if each is not None]
    assert np.mean(beats) == pytest.approx(row.heart_rate_mean_bpm, rel=0.01)
    load = sum(each or 0 for each in found.calf_km_per_h) * found.step_s / 3600
    assert load == pytest.approx(row.calf_km, rel=0.01)


def test_shoes_weigh_in_the_lines_as_in_the_sum(watch_file):
    (made,) = read(watch_file).activities
    plain, worn = (
        sum(each.calf_km for each in moments(made, force_as_worn=force).splits)
        for force in (1.0, 1.15)
    )
    assert worn == pytest.approx(1.15 * plain, rel=0.01)


def test_a_silence_stays_a_gap():
    made = activity(
        at_s=[0, 1, 2, 3, 40, 41, 42, 43],
        heart_rate_bpm=[120, 121, 122, 123, 150, 151, 152, 153],
    )
    line = moments(made).heart_rate_bpm
    assert line[:4] == (120, 121, 122, 123)
    assert line[3:13] == (123,) * 10  # a record speaks for 10 s
    assert set(line[13:40]) == {None}
    assert line[40:43] == (150, 151, 152)


def test_a_pause_stays_a_gap():
    made = activity(
        at_s=[0, 1, 2, 8, 9, 10], heart_rate_bpm=[120, 121, 122, 130, 131, 132],
        pauses=(Pause(2.0, 8.0),),
    )  # fmt: skip
    assert moments(made).heart_rate_bpm[:10] == (120, 121, *[None] * 6, 130, 131)


@given(st.lists(st.integers(60, 200), min_size=2, max_size=400), st.integers(1, 9))
def test_means_lie_between_and_weigh_by_time(beats, step):
    made = activity(at_s=np.arange(len(beats)) * float(step), heart_rate_bpm=beats)
    found = moments(made)
    if found.heart_rate_bpm is None:
        return  # nothing of it could be true
    known = [each for each in found.heart_rate_bpm if each is not None]
    assert min(beats) <= min(known)
    assert max(known) <= max(beats)


def test_what_was_not_recorded_has_no_line():
    found = moments(activity(at_s=[0, 1, 2], heart_rate_bpm=[120, 121, 122]))
    assert found.heart_rate_bpm is not None
    assert (found.cadence_spm, found.altitude_m, found.calf_km_per_h) == (None, None, None)
    assert found.splits == ()


def test_a_long_way_is_split_into_longer_parts():
    hours = np.arange(0, 60 * 3600, 10.0)
    found = moments(activity(at_s=hours, speed_mps=np.full(len(hours), 3.0)))
    assert len(found.at_s) <= POINTS_MAX + 1
    assert len(found.splits) <= SPLITS_MAX
    assert found.splits[0].to_m == 10_000


@pytest.mark.parametrize(("content", "place"), [(b"no activity", 0), (None, 3)])
def test_what_is_not_in_the_file_is_not_told(watch_file, content, place):
    asked = Asked(
        content=content or watch_file,
        place=place,
        athlete=ATHLETE,
        not_after_s=4e9,
        sport_told=None,
        corrected=None,
        force_as_worn=1.0,
        split_m=1000.0,
    )
    assert read_moments(asked, limits=USUAL) is None
