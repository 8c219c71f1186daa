"""What cannot be true becomes missing, is counted, and nothing else changes."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.activity import Finding, Pause, Records
from pipeline.quality import checked
from tests.pipeline.pictures import START_S, activity, codes, column, northward, records, running

DAY_S = 86_400


def seen(of, **others):
    return checked(activity(of, **others))


def test_a_sound_run_is_left_alone():
    before = activity(running(), findings=(Finding("told", 1, "By the reader."),))
    after = checked(before, not_after_s=START_S + 600)
    assert codes(after.findings) == {"told": 1}
    for each in fields(Records):
        np.testing.assert_array_equal(
            getattr(after.records, each.name), getattr(before.records, each.name)
        )


VALUES = """
  column          | says            | becomes     | finding               | count
  heart_rate_bpm  | 0 150 24 241 25 | . 150 . . 25| heart_rate_zero       | 1
  heart_rate_bpm  | 0 150 24 241 25 | . 150 . . 25| heart_rate_impossible | 2
  heart_rate_bpm  | 25 240          | 25 240      | -                     | 0
  cadence_spm     | 0 260 261 -1 .  | 0 260 . . . | cadence_impossible    | 2
  speed_mps       | 0 3 -0.1 .      | 0 3 . .     | speed_impossible      | 1
  speed_mps       | 3 12 12.1       | 3 12 .      | gps_spike             | 1
  altitude_m      | -451 -450 9000 9001 | . -450 9000 . | altitude_impossible | 2
  altitude_m      | inf 5           | . 5         | altitude_impossible   | 1
  latitude_deg    | 47 91 -91 .     | 47 . . .    | position_impossible   | 2
"""


@pytest.mark.parametrize("row", VALUES.strip().splitlines()[1:])
def test_impossible_values_are_missing_and_counted(row):
    name, says, becomes, finding, count = (cell.strip() for cell in row.split("|"))
    columns = {name: says}
    if name == "latitude_deg":
        columns["longitude_deg"] = ["8.5"] * len(says.split())
    after = seen(records(**columns))
    np.testing.assert_array_equal(getattr(after.records, name), column(becomes))
    assert codes(after.findings).get(finding, 0) == int(count)


def test_nought_north_nought_east_is_nowhere_and_the_equator_is_somewhere():
    after = seen(records(latitude_deg="0 0 47 47", longitude_deg="0 8 0 181"))
    np.testing.assert_array_equal(after.records.latitude_deg, column(". 0 47 ."))
    np.testing.assert_array_equal(after.records.longitude_deg, column(". 8 0 ."))
    assert codes(after.findings) == {"position_impossible": 2}


def test_a_rider_may_be_fast():
    after = seen(records(speed_mps="15 20"), sport="cycling")
    assert after.records.speed_mps.tolist() == [15, 20]
    assert after.findings == ()


def test_records_come_out_in_order():
    after = seen(records(at="0 1 5 2 3 4", heart_rate_bpm="100 101 105 102 103 104"))
    assert after.records.heart_rate_bpm.tolist() == [100, 101, 102, 103, 104, 105]
    assert codes(after.findings) == {"out_of_order": 1}


def test_records_of_one_instant_become_one_with_all_that_is_told():
    after = seen(
        records(at="0 1 1 1 2", heart_rate_bpm="100 110 . 120 .", cadence_spm=". . 170 . .")
    )
    assert (after.records.at_s - START_S).tolist() == [0, 1, 2]
    np.testing.assert_array_equal(after.records.heart_rate_bpm, column("100 120 ."))
    np.testing.assert_array_equal(after.records.cadence_spm, column(". 170 ."))
    assert codes(after.findings) == {"same_instant": 2}


def test_parts_of_a_second_are_not_merged():
    after = seen(records(at="0 0.4 1", heart_rate_bpm="100 110 120"))
    assert len(after.records) == 3
    assert after.findings == ()


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.none() | st.integers(30, 200)), min_size=1, max_size=30
    )
)
def test_merging_agrees_with_the_plain_way(told):
    of = records(
        at=[at for at, _ in told],
        heart_rate_bpm=[np.nan if beats is None else beats for _, beats in told],
    )
    plain: dict[int, float] = {}
    for at, beats in told:
        plain[at] = plain.get(at, np.nan) if beats is None else beats
    after = seen(of).records
    assert (after.at_s - START_S).tolist() == sorted(plain)
    np.testing.assert_array_equal(after.heart_rate_bpm, [plain[at] for at in sorted(plain)])


def test_a_clock_that_was_not_set_is_left_out():
    unset = datetime(1989, 12, 31, tzinfo=UTC).timestamp() - START_S
    after = seen(records(at=[unset, unset + 1, 0, 1, 2], heart_rate_bpm="90 90 100 101 102"))
    assert after.records.heart_rate_bpm.tolist() == [100, 101, 102]
    assert codes(after.findings) == {"impossible_time": 2}


def test_the_future_is_left_out_but_a_day_ahead_is_a_time_zone():
    ahead = records(at=[0, 1, DAY_S + 2], heart_rate_bpm="100 101 102")
    now = checked(activity(ahead), not_after_s=START_S + 1)
    assert codes(now.findings) == {"impossible_time": 1}
    assert codes(checked(activity(ahead), not_after_s=START_S + 2).findings) == {}
    assert len(seen(records(at=[0, 1e11, np.nan, np.inf], speed_mps="3 3 3 3")).records) == 1


def test_where_the_clock_jumps_by_days_the_larger_part_stays():
    late = 3 * DAY_S
    after = seen(records(at=[0, 1, late, late + 1, late + 2], speed_mps="1 1 2 2 2"))
    assert after.records.speed_mps.tolist() == [2, 2, 2]
    assert codes(after.findings) == {"clock_jump": 2}
    night = seen(records(at=[0, DAY_S, 2 * DAY_S], speed_mps="1 1 1"))
    assert len(night.records) == 3  # an ultra sleeps a night


def test_nothing_is_left_of_nothing():
    after = seen(records(speed_mps=""))
    assert len(after.records) == 0
    assert after.findings == ()


def test_pauses_lie_within_the_records_and_apart():
    def pause(start, end):
        return Pause(START_S + start, START_S + end)

    after = seen(running(100), pauses=(pause(40, 60), pause(50, 70), pause(-9, 5), pause(90, 999)))
    assert [(p.start_s - START_S, p.end_s - START_S) for p in after.pauses] == [
        (0, 5),
        (40, 60),
        (60, 70),
        (90, 100),
    ]


def path(metres, at=None):
    return records(at=at, **northward(metres))


def strays(metres, at=None, **others):
    """How many positions were left out, and where."""
    after = seen(path(metres, at), **others)
    gone = np.flatnonzero(np.isnan(after.records.latitude_deg)).tolist()
    assert codes(after.findings).get("gps_spike", 0) == len(gone)
    return gone


STEADY = list(range(0, 300, 3))


def moved(indices, by):
    return [m + by * (i in indices) for i, m in enumerate(STEADY)]


@pytest.mark.parametrize("indices", [{50}, {50, 51, 52}, set(range(40, 60)), {1}, {20, 70}])
def test_positions_that_jump_away_and_back_are_left_out(indices):
    assert strays(moved(indices, 500)) == sorted(indices)


def test_two_strays_in_a_row_at_two_places():
    metres = moved({50}, 500)
    metres[51] += 5000
    assert strays(metres) == [50, 51]


def test_a_first_position_from_yesterdays_place_is_left_out():
    assert strays(moved({0, 1}, 90_000)) == [0, 1]


@pytest.mark.parametrize(
    "metres",
    [
        STEADY,
        list(range(0, 2000, 20)),  # the ride home
        moved(set(range(40, 100)), 500),  # elsewhere, and it stays there
        [0, 5000],
        [0],
        [],
    ],
)
def test_what_may_be_true_stays(metres):
    assert strays(metres) == []


def test_a_ride_may_jump():
    assert strays(moved({50}, 500), sport="cycling") == []


def test_after_a_tunnel_the_runner_is_elsewhere():
    assert strays([0, 3, 6, 306, 309, 312], at="0 1 2 102 103 104") == []
