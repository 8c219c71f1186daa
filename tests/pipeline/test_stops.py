"""Pauses of three kinds: told by the timer, seen as a gap, or stood through."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.activity import Pause, Totals
from pipeline.athlete import Athlete
from pipeline.stops import with_gaps
from tests.pipeline.pictures import START_S, activity, codes, northward, records, row, running

SECONDS = np.arange(600.0)


def with_gap(lasting_s, moved_m, *, by="positions", **others):
    """Ten minutes at 3 m/s; after five of them nothing is recorded for a while."""
    metres = SECONDS * 3.0 + moved_m * (SECONDS >= 300)
    at = SECONDS + lasting_s * (SECONDS >= 300)
    columns = {
        "positions": northward(metres),
        "distance": {"distance_m": metres},
        "nothing": {"heart_rate_bpm": 140 + SECONDS % 5},
    }[by]
    return activity(records(at=at, **columns), **others)


GAPS = """
  silent s | way m | told by   | timer total | findings            | paused s
  600      | 4     | positions | -           | paused_without_word | 601
  600      | 4     | distance  | -           | paused_without_word | 601
  600      | 1800  | positions | -           | recording_gap       | 0
  600      | 1800  | distance  | -           | recording_gap       | 0
  600      | 900   | positions | -           | recording_gap       | 0
  600      | 9000  | positions | -           | paused_without_word | 601
  600      | 0     | nothing   | -           | paused_without_word | 601
  40       | 0     | nothing   | -           | recording_gap       | 0
  20       | 2     | positions | -           | paused_without_word | 21
  9        | 0     | positions | -           | -                   | 0
  600      | 4     | positions | 599         | paused_without_word | 601
  600      | 4     | positions | 1199        | recording_gap       | 0
  600      | 1800  | positions | 599         | recording_gap       | 0
"""


@pytest.mark.parametrize("line", GAPS.strip().splitlines()[1:])
def test_a_gap_is_a_pause_where_the_runner_stayed_put(line):
    silent, way, by, total, finding, paused = (cell.strip() for cell in line.split("|"))
    told = Totals(timer_s=None if total == "-" else float(total))
    after = with_gaps(with_gap(float(silent), float(way), by=by, totals=told))
    assert list(codes(after.findings)) == ([] if finding == "-" else [finding])
    assert sum(pause.duration_s for pause in after.pauses) == float(paused)


def test_a_rider_may_be_far_away_after_a_gap():
    after = with_gaps(with_gap(600, 9000, sport="cycling"))
    assert codes(after.findings) == {"recording_gap": 1}


def test_a_device_that_seldom_records_has_no_gaps():
    seldom = records(at=20.0 * np.arange(60), **northward(8.0 * np.arange(60)))
    assert with_gaps(activity(seldom)).findings == ()


def test_a_gap_inside_a_pause_is_that_pause():
    paused = with_gap(600, 4, pauses=(Pause(START_S + 300, START_S + 900),))
    after = with_gaps(paused)
    assert (after.pauses, codes(after.findings)) == (paused.pauses, {"paused": 1})


def test_timer_time_is_without_gaps_and_elapsed_time_with_them():
    of = row(with_gap(600, 4))
    assert (of.elapsed_s, of.timer_s) == (1199, 598)
    assert of.moving_s == pytest.approx(598, abs=2)
    assert (of.elapsed_from, of.timer_from) == ("records", "records")
    dropout = row(with_gap(600, 1800))
    assert dropout.timer_s == 1199
    assert dropout.moving_s == pytest.approx(608, abs=2)
    assert dropout.distance_m == pytest.approx(3597, rel=0.01)


def test_who_stands_with_the_timer_on_is_said_to_stand():
    speed = np.full(601, 3.0)
    speed[100:150] = speed[200:205] = speed[300:320] = 0.1
    of = row(activity(running(speed_mps=speed)))
    assert codes(of.findings)["standing"] == 2
    assert (of.timer_s, of.moving_s) == (600, 525)
    heart = row(activity(records(heart_rate_bpm=140 + SECONDS % 5)), Athlete())
    assert "standing" not in codes(heart.findings)


@pytest.mark.parametrize(
    ("timer_s", "kind"),
    [
        (430, "paused_standing"),
        (425, "paused_standing"),
        (600, "standing"),
        (300, "standing"),
        (None, "standing"),
    ],
)
def test_who_stands_while_the_timer_waits_pauses(timer_s, kind):
    """Ten minutes, in three of which the runner stands and the device records on."""
    speed = np.full(601, 3.0)
    speed[100:200] = speed[400:470] = 0.0
    heart = {"heart_rate_bpm": np.full(601, 150.0) + np.arange(601) % 3}
    standing = running(speed_mps=speed, distance_m=np.cumsum(speed) - 3, **heart)
    athlete = Athlete(hr_rest_bpm=50, hr_max_bpm=190, sex="male")
    of = row(activity(standing, totals=Totals(timer_s=timer_s)), athlete)
    found = codes(of.findings)
    assert {code: found[code] for code in ("standing", "paused_standing") if code in found} == {
        kind: 2
    }
    throughout = row(activity(standing), athlete)
    assert of.trimp is not None
    assert throughout.trimp is not None
    share = 430 / 600 if kind == "paused_standing" else 1.0
    assert of.trimp == pytest.approx(share * throughout.trimp, rel=0.01)
    assert of.moving_s == 430
    assert of.calf_km == pytest.approx(throughout.calf_km, rel=0.01)


def test_all_three_kinds_in_one_run():
    speed = np.full(600, 3.0)
    speed[100:130] = 0.0
    metres = np.cumsum(speed)
    at = SECONDS + 200.0 * (SECONDS >= 300) + 100.0 * (SECONDS >= 500)
    both = records(
        at=at, speed_mps=speed, cadence_spm=np.where(speed > 0, 170, 0), **northward(metres)
    )
    of = row(activity(both, pauses=(Pause(START_S + 699, START_S + 800),)))
    assert {
        code: codes(of.findings)[code] for code in ("paused", "paused_without_word", "standing")
    } == {"paused": 1, "paused_without_word": 1, "standing": 1}
    assert of.timer_s == 899 - 101 - 201
