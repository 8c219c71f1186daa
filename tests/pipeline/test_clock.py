"""Clocks: no impossible time stays, a clock that was set is put right, and all is counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.activity import Pause, Totals
from pipeline.quality import checked
from tests.pipeline.pictures import START, START_S, activity, codes, column, northward, records

DAY_S = 86_400


def seen(of, **others):
    return checked(activity(of, **others))


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
    after = seen(of, sport="cycling").records  # whose heart may leap
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


# --- a clock that was set while it recorded


def told_by(offset_s, at=300, count=600, **columns):
    """A run of a record a second whose first part has another clock, in the order of the file."""
    seconds = np.arange(count, dtype=float)
    return records(at=seconds + offset_s * (np.arange(count) < at), **columns)


METRES = 3.0 * np.arange(600)
WITNESSES = {
    "distance": {"distance_m": METRES},
    "positions": northward(METRES),
    "neither": {"heart_rate_bpm": 140.0 + np.arange(600) % 3},
}


@pytest.mark.parametrize("witness", WITNESSES)
@pytest.mark.parametrize("ahead_s", [10, 90, 250])
def test_a_clock_that_was_set_back_is_not_interleaved(witness, ahead_s):
    after = seen(told_by(ahead_s, **WITNESSES[witness]))
    assert codes(after.findings) == {"clock_set": 300}
    assert (after.records.at_s - START_S).tolist() == list(range(600))


@pytest.mark.parametrize("witness", ["distance", "positions"])
def test_a_clock_that_was_set_back_by_hours(witness):
    after = seen(told_by(7200, **WITNESSES[witness]), start_at=START + timedelta(hours=2))
    assert codes(after.findings) == {"clock_set": 300}
    assert (after.records.at_s - START_S).tolist() == list(range(600))
    assert after.start_at == START


def test_pauses_go_with_the_clock_that_told_them():
    gaps = np.delete(np.arange(600), np.r_[100:160, 400:460])
    at = gaps + 250.0 * (gaps < 300)
    paused = (Pause(START_S + 349, START_S + 410), Pause(START_S + 399, START_S + 460))
    after = seen(records(at=at, distance_m=3.0 * np.arange(480)), pauses=paused)
    assert [(each.start_s - START_S, each.end_s - START_S) for each in after.pauses] == [
        (99, 160),
        (399, 460),
    ]
    assert (after.records.at_s - START_S).tolist() == gaps.tolist()


def test_some_moments_with_a_date_of_their_own_come_back_between_their_neighbours():
    seconds = np.arange(600.0)
    seconds[300:310] += 5000
    after = seen(records(at=seconds, distance_m=METRES))
    assert codes(after.findings) == {"clock_set": 10}
    assert (after.records.at_s - START_S).tolist() == list(range(600))


def test_a_device_may_be_silent_before_the_moments_with_a_date_of_their_own():
    seconds = np.delete(np.arange(600.0), np.s_[280:300])
    seconds[280:290] += 5000
    after = seen(records(at=seconds, distance_m=3.0 * np.arange(580)))
    assert codes(after.findings) == {"clock_set": 10}
    assert (after.records.at_s - START_S).tolist() == np.delete(
        np.arange(600), np.s_[280:300]
    ).tolist()


PAUSED_S = 200


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("ahead_s", [45, 120, 300, 390])
def test_a_pause_before_a_clock_was_set_back_is_no_step_of_the_clock(ahead_s, told):
    right = np.arange(600.0) + PAUSED_S * (np.arange(600) >= 200)
    at = right + ahead_s * (np.arange(600) < 400)
    pauses = (Pause(START_S + ahead_s + 199, START_S + ahead_s + 400),) if told else ()
    after = seen(
        records(at=at, distance_m=METRES), pauses=pauses, start_at=START + timedelta(0, ahead_s)
    )
    assert codes(after.findings) == {"clock_set": 400}
    assert (after.records.at_s - START_S).tolist() == right.tolist()
    assert after.pauses == ((Pause(START_S + 199, START_S + 400),) if told else ())
    assert after.start_at == START


def test_a_pause_as_long_as_the_step_back_must_be_told_to_be_one():
    at = np.arange(600.0) + PAUSED_S * ((np.arange(600) >= 200) & (np.arange(600) < 400))
    of = records(at=at, distance_m=METRES)
    assert codes(seen(of).findings) == {"clock_set": 200}
    told = seen(of, pauses=(Pause(START_S + 199, START_S + 400),))
    assert codes(told.findings) == {"clock_set": 400}
    assert told.pauses == (Pause(START_S - 1, START_S + 200),)


def on_a_loop(metres=METRES):
    """Positions so many metres along a loop of 1,800 m."""
    radius, turned = 1800 / (2 * np.pi), 2 * np.pi * metres / 1800
    east = northward(radius * np.cos(turned), latitude_deg=0.0)["latitude_deg"]
    return {**northward(radius * np.sin(turned), latitude_deg=0.0), "longitude_deg": east}


@pytest.mark.parametrize("ahead_s", [250, 599, 3000, 7200])
def test_a_clock_set_back_on_a_loop(ahead_s):
    after = seen(told_by(ahead_s, **on_a_loop()))
    assert codes(after.findings) == {"clock_set": 300}
    assert (after.records.at_s - START_S).tolist() == list(range(600))


SECONDS = np.arange(600)
LOOP = on_a_loop()
HOME_AGAIN = {name: np.append(column[:300], column[299::-1]) for name, column in LOOP.items()}
STOPPING = on_a_loop(METRES - 2.0 * np.clip(SECONDS - 295, 0, 5))
RESTED = np.append(150.0 + SECONDS[:300] % 3, 90.0 + SECONDS[:300] / 5)
EARLIER = SECONDS + 900 * (SECONDS < 300)
IN_THE_WRONG_ORDER = {
    "one begins when the other ends": ((SECONDS + 300) % 600, LOOP),
    "they meet at a jump": (EARLIER, northward((METRES + 900) % 1800)),
    "they meet at a turn": (EARLIER, HOME_AGAIN),
    "the runner had come to a stop": (EARLIER, STOPPING),
    "the heart had a rest": (EARLIER, {**LOOP, "heart_rate_bpm": RESTED}),
}


@pytest.mark.parametrize("why", IN_THE_WRONG_ORDER)
def test_parts_in_the_wrong_order_are_no_setting(why):
    at, columns = IN_THE_WRONG_ORDER[why]
    after = seen(records(at=at, **columns))
    assert codes(after.findings) == {"out_of_order": 1}
    assert (after.records.at_s - START_S).tolist() == sorted(at)


def test_a_clock_set_twice():
    seconds = np.arange(600.0)
    seconds[:200] += 900
    seconds[200:400] += 300
    after = seen(records(at=seconds, distance_m=METRES))
    assert codes(after.findings) == {"clock_set": 200 + 400}
    assert (after.records.at_s - START_S).tolist() == list(range(600))
    on_loop = seen(records(at=seconds, **on_a_loop()))
    assert codes(on_loop.findings) == codes(after.findings)


def at_first_fix(by_s):
    seconds = np.arange(600.0)
    seconds[:30] -= by_s
    north = northward(METRES)
    for name in north:
        north[name][:30] = np.nan
    return records(at=seconds, **north)


@pytest.mark.parametrize("by_s", [300, 3600, 30_000])
def test_a_clock_set_forward_by_the_first_fix(by_s):
    after = seen(at_first_fix(by_s), start_at=START - timedelta(seconds=by_s))
    assert codes(after.findings) == {"clock_set": 30}
    assert (after.records.at_s - START_S).tolist() == list(range(600))
    assert after.start_at == START


@pytest.mark.parametrize(
    "others",
    [
        {"totals": Totals(elapsed_s=3600 + 599)},
        {"pauses": (Pause(START_S - 3571, START_S + 30),)},
    ],
)
def test_time_that_passed_before_the_first_fix_is_no_setting(others):
    after = seen(at_first_fix(3600), **others)
    assert after.findings == ()
    assert after.records.at_s[0] == START_S - 3600


def forward(metres, by_s=3600.0):
    return records(at=np.arange(600) + by_s * (np.arange(600) >= 300), distance_m=metres)


def test_a_clock_set_forward_on_the_run_where_elapsed_time_denies_it():
    after = seen(forward(METRES), totals=Totals(elapsed_s=600))
    assert codes(after.findings) == {"clock_set": 300}
    assert (after.records.at_s - START_S).tolist() == list(range(3600, 4200))


@pytest.mark.parametrize("by_s", [90, 150, 3600])
def test_a_longer_pause_does_not_hide_a_clock_set_forward(by_s):
    right = np.arange(600.0) + PAUSED_S * (np.arange(600) >= 200)
    at = right - by_s * (np.arange(600) < 400)
    after = seen(
        records(at=at, distance_m=METRES),
        pauses=(Pause(START_S - by_s + 199, START_S - by_s + 400),),
        totals=Totals(elapsed_s=799),
    )
    assert codes(after.findings) == {"clock_set": 400}
    assert (after.records.at_s - START_S).tolist() == right.tolist()
    assert after.pauses == (Pause(START_S + 199, START_S + 400),)


def test_a_step_forward_of_less_than_a_minute_is_left():
    after = seen(forward(METRES, by_s=45), totals=Totals(elapsed_s=599))
    assert after.findings == ()
    assert np.ptp(after.records.at_s) == 599 + 45


@pytest.mark.parametrize("others", [{"totals": Totals(elapsed_s=600)}, {}])
def test_many_records_at_one_instant_tell_of_no_speed(others):
    at = np.arange(600.0) + 3600 * (np.arange(600) >= 300) * (1 if others else -1)
    at[290:300], at[300:310] = at[290], at[300]
    after = seen(records(at=at, **({"distance_m": METRES} if others else on_a_loop())), **others)
    assert codes(after.findings)["same_instant"] == 18


STOPPED = np.cumsum(np.where(np.abs(np.arange(600) - 300) <= 4, 0.5, 3.0))


@pytest.mark.parametrize(
    ("metres", "elapsed_s"), [(METRES, None), (METRES, 4199), (METRES, 2000), (STOPPED, 600)]
)
def test_a_pause_without_a_word_is_no_setting(metres, elapsed_s):
    after = seen(forward(metres), totals=Totals(elapsed_s=elapsed_s))
    assert after.findings == ()
    assert np.ptp(after.records.at_s) == 4199


def test_a_moment_far_off_where_only_positions_tell():
    seconds = np.arange(600.0)
    seconds[300] += 5000
    after = seen(records(at=seconds, **northward(10 * np.sin(METRES / 100))))
    assert codes(after.findings) == {"clock_set": 1}
    assert np.ptp(after.records.at_s) == 599


def test_records_in_disorder_are_no_setting():
    rng = np.random.default_rng(3)
    order = np.concatenate([rng.permutation(20) + 20 * block for block in range(30)])
    for of in ({"distance_m": METRES}, northward(METRES)):
        shuffled = {name: values[order] for name, values in of.items()}
        after = seen(records(at=order, **shuffled))
        assert codes(after.findings).keys() == {"out_of_order"}
        for name, values in of.items():
            np.testing.assert_allclose(getattr(after.records, name), values)
    halves = np.append(np.arange(300, 600), np.arange(300))
    after = seen(records(at=halves, distance_m=METRES[halves]))
    assert codes(after.findings) == {"out_of_order": 1}
    assert after.records.distance_m.tolist() == METRES.tolist()


def test_a_moment_out_of_place_among_few_is_no_setting():
    order = np.arange(80)
    order[[40, 41]] = 41, 40
    after = seen(records(at=8 * order, **northward(24.0 * order)))
    assert codes(after.findings) == {"out_of_order": 1}


def test_a_clock_in_disarray_is_put_in_order_and_no_more():
    of = told_by(0, distance_m=METRES)
    jumping = of.replace(at_s=of.at_s + 40.0 * (np.arange(600) // 20 % 2))
    after = seen(jumping, sport="cycling")
    assert codes(after.findings).keys() == {"out_of_order"}
