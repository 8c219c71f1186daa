"""What cannot be true becomes missing, is counted, and nothing else changes."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.activity import Finding, Pause, Records
from pipeline.leaps import gone_elsewhere
from pipeline.quality import (
    checked,
    checked_moving,
    flat_indoors,
    noisy_altitude,
    with_fitting_speed,
)
from tests.pipeline.pictures import START_S, activity, codes, column, northward, records, running


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
  cadence_spm     | 0 170 -1 .      | 0 170 . .   | cadence_impossible    | 1
  speed_mps       | 0 3 -0.1 .      | 0 3 . .     | speed_impossible      | 1
  speed_mps       | 3 12 12.1       | 3 12 .      | gps_spike             | 1
  altitude_m      | -451 -450       | . -450      | altitude_impossible   | 1
  altitude_m      | 9000 9001       | 9000 .      | altitude_impossible   | 1
  altitude_m      | inf 5           | . 5         | altitude_impossible   | 1
  power_w         | 0 300 2500 2501 -1 | 0 300 2500 . . | power_impossible | 2
  ground_contact_time_ms | 0 250 2000 2001 . | . 250 2000 . . | ground_contact_impossible | 2
  ground_contact_balance_pct | 0 30 50 70 71 | . 30 50 70 . | ground_contact_impossible | 2
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
    assert checked_moving(after) == after


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


@pytest.mark.parametrize("indices", [{99}, set(range(90, 100)), {0, *range(7, 100, 7)}])
def test_of_two_places_the_one_with_fewer_positions_is_wrong(indices):
    assert strays(moved(indices, 500)) == sorted(indices)


@pytest.mark.parametrize("every", [3, 10])
def test_a_detour_that_is_short_enough_to_and_too_long_back_is_left_out(every):
    off = {i for i in range(1, 99) if i % every == 1}
    assert strays(moved(off, -14)) == sorted(off)


@pytest.mark.parametrize(
    ("off", "leaps"), [(range(40, 100), 2), (range(100, 150), 1), (range(50), 1)]
)
def test_positions_that_stray_for_longer_or_to_the_end_are_said(off, leaps):
    after = seen(path([3 * i + 500 * (i in off) for i in range(150)]))
    assert after.findings == ()
    assert codes(gone_elsewhere(after.records)) == {"gps_jump": leaps}


def test_a_ride_is_no_row_of_leaps():
    ride = seen(path([*range(0, 150, 3), *range(150, 1650, 30)]))
    assert (ride.findings, gone_elsewhere(ride.records)) == ((), ())


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


# --- columns that leap


def steady(count=600, by=3.0):
    return np.arange(count) * by


def with_values(values, at, others):
    values = values.copy()
    values[at] = others
    return values


COUNTED = [
    # what the counter says, what it becomes, findings
    ("one value out of nowhere", [(slice(300, 301), 9_999_999.0)], {"distance_spike": 1}, 1797),
    ("two at two places", [(slice(300, 302), [9e6, 5e6])], {"distance_spike": 2}, 1797),
    ("the first from yesterday", [(slice(0, 1), 42_195.0)], {"distance_spike": 1}, 1797),
    ("the last", [(slice(599, 600), 9e6)], {"distance_spike": 1}, 1794),
]


@pytest.mark.parametrize(
    ("what", "wrong", "counted", "end"), COUNTED, ids=[each[0] for each in COUNTED]
)
def test_a_counter_that_leaps(what, wrong, counted, end):
    metres = steady()
    for at, values in wrong:
        metres = with_values(metres, at, values)
    after = seen(records(distance_m=metres))
    assert codes(after.findings) == counted, what
    assert np.nanmax(after.records.distance_m) == end


def test_a_counter_that_begins_anew_is_counted_on():
    metres = np.append(steady(300), steady(300))
    after = seen(records(distance_m=metres))
    assert codes(after.findings) == {"distance_jump": 1}
    assert after.records.distance_m[-1] == 897 * 2
    assert (np.diff(after.records.distance_m) >= 0).all()


def test_a_counter_may_catch_up_after_a_tunnel_and_a_rider_may_be_fast():
    tunnel = np.concatenate((steady(200), np.full(100, 597.0), 900 + steady(100)))
    ridden = np.append(steady(200), 600 + steady(200, by=20.0))
    for metres in (tunnel, ridden, with_values(steady(), slice(300, 600), steady(300) + 945)):
        after = seen(records(distance_m=metres))
        assert after.findings == ()
        np.testing.assert_array_equal(after.records.distance_m, metres)


HEIGHTS = [
    ("zero until the first fix", np.append(np.zeros(200), np.full(400, 432.0)), 200, 0),
    ("another town until the first fix", np.append(np.full(100, 80.0), np.full(500, 432.0)), 0, 1),
    ("settling at the start", np.append([320.0, 330.0, 431.0], np.full(597, 432.0)), 2, 0),
    ("a spike", with_values(np.full(600, 432.0), slice(300, 305), 900.0), 5, 0),
    ("lost in between", with_values(np.full(600, 432.0), slice(300, 320), 0.0), 20, 0),
    ("set right by 60 m", 400.0 + 60.0 * (np.arange(600) % 1000 >= 400) + steady(600, 0.01), 0, 1),
    ("a cliff run down", np.append(432 - steady(100, 3.0), np.full(500, 132.0)), 0, 0),
]


@pytest.mark.parametrize(
    ("what", "metres", "spikes", "steps"), HEIGHTS, ids=[each[0] for each in HEIGHTS]
)
def test_an_altitude_that_leaps(what, metres, spikes, steps):
    after = seen(records(altitude_m=metres))
    found = codes(after.findings)
    assert (found.get("altitude_spike", 0), found.get("altitude_step", 0)) == (spikes, steps), what
    assert np.isnan(after.records.altitude_m).sum() == spikes
    rise = np.diff(after.records.altitude_m[np.isfinite(after.records.altitude_m)])
    assert np.abs(rise).max() <= 3


def test_where_a_barometer_sets_itself_right_the_rest_keeps_its_height():
    after = seen(records(altitude_m=np.append(np.full(300, 400.0), np.full(300, 460.0))))
    assert after.records.altitude_m.tolist() == [460.0] * 600


@pytest.mark.parametrize(
    ("beats", "spikes"),
    [
        ("150 150 250 150 150", 0),  # impossible already
        ("150 150 220 221 150 150", 2),
        ("150 150 90 150 150", 1),
        ("80 85 95 110 120 130", 0),  # off at the gun
        ("150 150 170 150", 0),
        ("100 100 160 160 160", 0),  # the strap found its pulse
    ],
)
def test_a_heart_rate_that_leaps_away_and_back_is_missing(beats, spikes):
    after = seen(records(heart_rate_bpm=beats))
    assert codes(after.findings).get("heart_rate_spike", 0) == spikes


LOST = [
    # where the sensor holds on to something else, how many of them are missing
    (slice(300, 420), 120),
    (slice(0, 60), 60),
    (slice(880, 1000), 120),
    (slice(300, 700), 0),  # so long that nobody can say which of the two is wrong
]


@pytest.mark.parametrize(("at", "missing"), LOST)
def test_a_heart_rate_that_leaps_for_minutes_is_missing(at, missing):
    living = 130.0 + np.arange(1000) % 7
    after = seen(records(heart_rate_bpm=with_values(living, at, 205.0)))
    assert codes(after.findings) == ({"heart_rate_spike": missing} if missing else {})
    assert np.isnan(after.records.heart_rate_bpm[at]).sum() == missing


@pytest.mark.parametrize(("every", "wrong"), [(7, 30.0), (3, 220.0)])
def test_the_first_heart_rate_may_be_one_of_many_wrong_ones(every, wrong):
    beats = 130.0 + np.arange(600) % 7
    beats[::every] = wrong
    after = seen(records(heart_rate_bpm=beats))
    assert np.array_equal(np.isnan(after.records.heart_rate_bpm), beats == wrong)


def test_hard_intervals_are_no_leaps():
    effort = np.repeat([120.0, 175.0] * 8, 90)
    beats = np.round(np.convolve(effort, np.ones(20) / 20, mode="valid"))
    assert seen(records(heart_rate_bpm=beats)).findings == ()


# --- what needs speed


def moved_at(mps, **columns):
    count = len(next(iter(columns.values())))
    speed = np.broadcast_to(np.asarray(mps, dtype=float), count)
    return checked_moving(activity(records(speed_mps=speed, **columns)))


def test_a_heart_rate_that_stands_still_on_the_move_is_missing():
    living = 150.0 + np.arange(1000) % 7
    frozen = with_values(living, slice(300, 600), 148.0)
    after = moved_at(3.0, heart_rate_bpm=frozen)
    assert codes(after.findings) == {"heart_rate_frozen": 300}
    assert np.flatnonzero(np.isnan(after.records.heart_rate_bpm)).tolist() == list(range(300, 600))
    for honest in (with_values(living, slice(300, 420), 148.0), living):
        assert moved_at(3.0, heart_rate_bpm=honest).findings == ()
    assert moved_at(0.0, heart_rate_bpm=frozen).findings == ()  # asleep in the grass


def test_one_heart_rate_throughout_is_an_average_and_is_kept():
    after = moved_at(3.0, heart_rate_bpm=np.full(600, 150.0))
    assert codes(after.findings) == {"heart_rate_constant": 600}
    assert (after.records.heart_rate_bpm == 150).all()


COUNTING = [
    # cadence of a stretch, speed there, seconds, what it becomes, finding
    (85, 3.0, 60, 170, "cadence_one_foot"),
    (93, 3.4, 8, 186, "cadence_one_foot"),
    (85, 3.0, 7, 85, None),  # too short to tell
    (110, 1.6, 60, 110, None),  # a walking break
    (110, 2.5, 60, 110, None),  # the same, downhill
    (85, 2.1, 60, 170, "cadence_one_foot"),  # nobody walks with steps of 1.5 m
    (85, 1.5, 60, 85, None),
    (330, 3.0, 60, 165, "cadence_twice"),
    (340, 3.0, 5, np.nan, "cadence_impossible"),
    (330, 1.8, 60, 165, "cadence_twice"),
    (330, 0.2, 60, np.nan, "cadence_impossible"),
    (265, 3.0, 60, np.nan, "cadence_impossible"),
    (200, 5.5, 60, 200, None),  # strides
    (150, 2.3, 60, 150, None),
]


@pytest.mark.parametrize(("spm", "mps", "seconds", "becomes", "finding"), COUNTING)
def test_a_device_counts_one_foot_or_twice_for_a_stretch(spm, mps, seconds, becomes, finding):
    stretch = slice(300, 300 + seconds)
    cadence = with_values(170.0 + np.arange(1000) % 3, stretch, spm)
    after = moved_at(with_values(np.full(1000, 3.0), stretch, mps), cadence_spm=cadence)
    np.testing.assert_array_equal(after.records.cadence_spm, with_values(cadence, stretch, becomes))
    assert codes(after.findings) == ({finding: seconds} if finding else {})


def test_both_kinds_in_one_run_and_nothing_to_compare_with():
    cadence = np.full(1000, 168.0)
    cadence[100:200], cadence[500:600], cadence[700:710] = 84.0, 336.0, 400.0
    after = moved_at(3.0, cadence_spm=cadence)
    assert codes(after.findings) == {
        "cadence_one_foot": 100, "cadence_twice": 100, "cadence_impossible": 10,
    }  # fmt: skip
    assert np.nanmin(after.records.cadence_spm) == np.nanmax(after.records.cadence_spm) == 168
    assert moved_at(3.0, cadence_spm=np.full(100, 85.0)).records.cadence_spm[0] == 85


# --- indoors, noise, speed


HILLY = 400 + 40 * np.sin(np.arange(601) / 100)
WEATHER = 400 + 4 * np.sin(np.arange(601) / 100)


@pytest.mark.parametrize(
    ("altitude", "sub_sport", "placed", "finding", "level"),
    [
        (HILLY, None, True, None, False),
        (HILLY, None, False, "no_positions", False),
        (WEATHER, None, False, "indoors", True),
        (HILLY, "treadmill", False, "indoors", True),
        (HILLY, "virtual", True, "indoors", True),
        (HILLY, "trail", True, None, False),
    ],
)
def test_without_positions_it_is_said_and_indoors_is_level(
    altitude, sub_sport, placed, finding, level
):
    where = northward(3.0 * np.arange(601)) if placed else {}
    after = flat_indoors(activity(running(altitude_m=altitude, **where), sub_sport=sub_sport))
    assert codes(after.findings) == ({finding: 1} if finding else {})
    assert np.isnan(after.records.altitude_m).all() == level


def test_an_altitude_that_wanders_is_said():
    noise = np.random.default_rng(4).normal(0, 2, 3600)
    hill = 100 * np.sin(np.arange(3600) / 600)
    assert codes(noisy_altitude(records(altitude_m=noise))) == {"elevation_noise": 1}
    assert codes(noisy_altitude(records(altitude_m=hill + noise))) == {"elevation_noise": 1}
    assert noisy_altitude(records(altitude_m=hill)) == noisy_altitude(records(speed_mps="3")) == ()


def test_a_speed_that_leads_elsewhere_is_taken_from_distance():
    wrong = running(2000, speed_mps=np.full(2001, 3.0 * 3.6))
    after = with_fitting_speed(activity(wrong))
    assert codes(after.findings) == {"speed_contradicts_distance": 2001}
    assert np.isnan(after.records.speed_mps).all()
    along = records(speed_mps=np.full(2001, 10.8), **northward(3.0 * np.arange(2001)))
    assert codes(with_fitting_speed(activity(along)).findings) == codes(after.findings)
    for honest in (running(2000, speed_mps=np.full(2001, 3.4)), running(2000)):
        assert with_fitting_speed(activity(honest)).findings == ()


# --- laws


@st.composite
def strange_runs(draw):
    """An even run with a few things wrong in every column."""
    count = draw(st.integers(2, 120))
    at = np.cumsum(
        draw(st.lists(st.sampled_from([1.0, 1.0, 1.0, 5.0, 40.0]), min_size=count, max_size=count))
    )
    columns = {
        "distance_m": 3.0 * at,
        "altitude_m": 400.0 + at % 7,
        "heart_rate_bpm": 150.0 + at % 5,
        "cadence_spm": np.full(count, 170.0),
        "speed_mps": np.full(count, 3.0),
        **northward(3.0 * at),
    }
    for name in draw(st.sets(st.sampled_from([*columns, "at_s"]))):
        column = at if name == "at_s" else columns[name]
        for _ in range(draw(st.integers(1, 3))):
            begin = draw(st.integers(0, count - 1))
            end = draw(st.integers(begin, min(begin + 40, count)))
            by = draw(st.sampled_from([-400.0, -60.0, -1.0, 0.5, 20.0, 70.0, 500.0, np.nan]))
            if name != "at_s" or np.isfinite(by):
                column[begin:end] += (
                    by if name not in ("latitude_deg", "longitude_deg") else by / 1e4
                )
    return activity(
        records(at=at, **columns), sport=draw(st.sampled_from(["running", "walking", "cycling"]))
    )


LOSES_RECORDS = {"impossible_time", "clock_jump", "same_instant"}


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(strange_runs())
def test_checked_twice_is_checked_once_and_nothing_is_dropped_uncounted(strange):
    once = checked(strange)
    # Positions taken out at the start make the next one a first fix, which a clock may be set by.
    assume(
        np.isfinite(once.records.latitude_deg[:1]).all() or "gps_spike" not in codes(once.findings)
    )
    twice = checked(once)
    assert twice.findings == once.findings
    assert (twice.start_at, twice.pauses) == (once.start_at, once.pauses)
    for each in fields(Records):
        np.testing.assert_array_equal(
            getattr(twice.records, each.name), getattr(once.records, each.name)
        )
    found = codes(once.findings)
    lost = len(strange.records) - len(once.records)
    assert lost == sum(count for code, count in found.items() if code in LOSES_RECORDS)
    for name, told in (
        ("heart_rate_bpm", {"heart_rate_zero", "heart_rate_impossible", "heart_rate_spike"}),
        ("altitude_m", {"altitude_impossible", "altitude_spike"}),
        ("distance_m", {"distance_spike"}),
        ("cadence_spm", {"cadence_impossible"}),
        ("latitude_deg", {"position_impossible", "gps_spike"}),
        ("speed_mps", {"speed_impossible", "gps_spike"}),
    ):
        before, after = (np.isfinite(getattr(of.records, name)).sum() for of in (strange, once))
        counted = sum(count for code, count in found.items() if code in told)
        assert before - after <= counted + found.get("same_instant", 0)
        if lost == 0 and before > after:
            assert counted >= before - after
