"""How a run stands among those before it: own line, own balance, longest and hardest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.cadence_line import lines
from pipeline.compared import standings
from pipeline.standing import ComparedRun, Standing

FIRST = datetime(2026, 1, 5, 6, tzinfo=UTC)
YEAR_S = 365 * 86400.0


def run(day=0.0, *, of=None, on=None, name=None, **told) -> ComparedRun:
    """A run so many days after the first; `of` is m/s and steps a minute."""
    start_at = FIRST + timedelta(days=day)
    if of is not None:
        told["cadence_by_speed"] = ((*of, 1800.0),)
    return ComparedRun(id=name or f"{day:g}", on=on or start_at.date(), start_at=start_at, **told)


def last(runs):
    """How the latest of them stands."""
    return standings(runs)[max(runs, key=lambda each: each.start_at).id]


def season(count, *, c0=165.0, slope=9.0, sd=3.6, strange=0.0, seed=1):
    """A run a day on a line, at 2.2 to 4.2 m/s; some 20 steps above it or counted twice."""
    random = np.random.default_rng(seed)
    runs = []
    for day in range(count):
        mps = random.uniform(2.2, 4.2)
        spm = c0 + slope * (mps - 3) + sd * random.standard_normal()
        if random.random() < strange:
            spm = spm * 2 if random.random() < 0.5 else spm + 20
        runs.append(run(day, of=(mps, spm)))
    return runs


def test_the_first_run_has_nothing_to_stand_against():
    only = run(0, of=(3.0, 165.0), distance_m=8000.0, calf_km=8.0, ground_contact_balance_pct=50.2)
    assert last([only]) == Standing(cadence_line_runs=0)
    assert standings([]) == {}


def test_with_few_runs_the_line_is_nearly_everybodys():
    # One run 6 above everybody's 165: believed by 8^2 / (8^2 + 3.6^2); of the slope it says little.
    seen = last([run(0, of=(3.0, 171.0)), run(1, of=(4.0, 175.0))])
    assert seen.cadence_line_runs == 1
    assert seen.cadence_line_c0_spm == pytest.approx(165 + 6 * 64 / (64 + 12.96), abs=0.05)
    assert seen.cadence_line_slope_spm_per_mps == pytest.approx(9.0)
    assert seen.cadence_expected_spm == pytest.approx(seen.cadence_line_c0_spm + 9, abs=1e-6)
    assert seen.cadence_residual_spm == pytest.approx(175 - seen.cadence_expected_spm)
    # 3.6 between runs, 3.3 of the level, and 3 of the slope at 1 m/s from 3.0.
    assert seen.cadence_residual_sd_spm == pytest.approx((3.6**2 + 3.3**2 + 3**2) ** 0.5, abs=0.1)


@pytest.mark.parametrize(("c0", "slope"), [(150, 6), (165, 9), (182, 12), (195, 9), (205, 9)])
@pytest.mark.parametrize("strange", [0.0, 0.2])
def test_a_known_line_is_found_among_strange_runs_too(c0, slope, strange):
    runs = season(120, c0=c0, slope=slope, strange=strange)
    found = last(runs)
    expected = (found.cadence_line_c0_spm, found.cadence_line_slope_spm_per_mps)
    # Three times what the line itself states: 3.6 / sqrt(119) at its middle, more away from it.
    assert expected == (pytest.approx(c0, abs=1.1), pytest.approx(slope, abs=2.0))
    assert found.cadence_line_runs == pytest.approx(119 * (1 - strange), abs=12)


@pytest.mark.parametrize("spm", [82.0, 145.0, 185.0, 330.0])
def test_a_fifth_of_strange_runs_moves_nothing(spm):
    good = [run(day, of=(2.8 + day % 3 / 5, 163.2 + day % 3 * 1.8)) for day in range(40)]
    strange = [run(day + 0.5, of=(3.0, spm)) for day in range(0, 40, 4)]
    latest = run(50, of=(3.0, 165.0))
    alone, beside = last([*good, latest]), last([*good, *strange, latest])
    assert beside.cadence_expected_spm == pytest.approx(alone.cadence_expected_spm, abs=0.1)
    assert beside.cadence_line_runs == 40


def test_a_runner_far_from_everybody_is_believed_after_a_few_runs():
    counts = [last(season(count, c0=205.0, sd=1.0)).cadence_line_runs for count in (2, 4, 12)]
    assert counts == [0, 0, 11]
    told_once = last(season(2, c0=205.0))
    assert told_once == Standing(cadence_line_runs=0)


def test_a_run_is_compared_at_its_own_speed():
    usual = [run(day, of=(2.5 + day % 9 / 5, 160.5 + day % 9 * 1.8)) for day in range(60)]
    fast = last([*usual, run(70, of=(4.0, 174.0))])
    assert fast.cadence_expected_spm == pytest.approx(174, abs=0.3)
    assert fast.cadence_residual_spm == pytest.approx(0, abs=0.3)
    mixed = run(70, cadence_by_speed=((2.5, 160.5, 600.0), (4.0, 174.0, 600.0)))
    assert last([*usual, mixed]).cadence_residual_spm == pytest.approx(0, abs=0.3)
    assert last([*usual, run(70, of=(2.5, 154.5))]).cadence_residual_spm == pytest.approx(
        -6, abs=0.3
    )


def test_a_long_run_weighs_as_much_as_a_short_one():
    short, long = ((3.0, 160.0, 600.0),), ((3.0, 170.0, 6000.0),)
    found = last([run(0, cadence_by_speed=short), run(1, cadence_by_speed=long), run(2)])
    assert found.cadence_line_c0_spm == pytest.approx(165.0, abs=0.1)


def test_the_more_runs_the_better_the_line_is_known():
    sds = [last(season(count)).cadence_residual_sd_spm for count in (2, 5, 20, 80, 320)]
    assert sds == sorted(sds, reverse=True)
    assert 3.6 < sds[-1] < 3.65
    assert sds[0] > 4.5


def test_only_the_last_year_draws_the_line():
    old = [run(day, of=(3.0, 180.0)) for day in range(30)]
    new = [run(400 + day, of=(3.0, 160.0)) for day in range(10)]
    seen = standings([*old, *new])
    assert seen["400"] == Standing(cadence_line_runs=0)
    assert seen["409"].cadence_line_runs == 9
    assert seen["409"].cadence_line_c0_spm == pytest.approx(160, abs=0.2)


def test_runs_without_cadence_know_their_line_and_no_residual():
    seen = last([*season(20), run(30)])
    assert seen.cadence_line_runs == 20
    assert seen.cadence_line_c0_spm == pytest.approx(165, abs=3)
    assert (seen.cadence_expected_spm, seen.cadence_residual_spm) == (None, None)


def test_nineteen_of_twenty_runs_lie_within_two_standard_deviations():
    random = np.random.default_rng(5)
    seen: list[Standing] = []
    for seed in range(40):
        # Runners as the priors have them; half of what is judged has fewer than 15 runs behind it.
        c0, slope = random.normal(165, 8), random.normal(9, 3)
        seen.extend(standings(season(30, c0=c0, slope=slope, seed=seed)).values())
    off = [
        each.cadence_residual_spm / each.cadence_residual_sd_spm
        for each in seen
        if each.cadence_residual_spm is not None and each.cadence_residual_sd_spm is not None
    ]
    assert len(off) > 1100
    assert np.mean(np.abs(off) < 2) == pytest.approx(0.954, abs=0.02)
    assert np.std(off) == pytest.approx(1.0, abs=0.07)


# --- order


a_run = st.builds(
    lambda day, mps, spm, metres, km, balance: run(
        day,
        of=None if spm is None else (mps, spm),
        distance_m=metres,
        calf_km=km,
        ground_contact_balance_pct=balance,
    ),
    st.integers(0, 800).map(lambda halves: halves / 2),
    st.floats(2.0, 5.0),
    st.none() | st.floats(80, 340),
    st.none() | st.floats(0, 40_000),
    st.none() | st.floats(0, 40),
    st.none() | st.floats(45, 55),
)
histories = st.lists(a_run, max_size=25, unique_by=lambda each: each.id)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(histories, st.randoms(use_true_random=False))
def test_only_what_started_before_counts_and_order_does_not(runs, random):
    seen = standings(runs)
    shuffled = list(runs)
    random.shuffle(shuffled)
    assert standings(shuffled) == seen
    for each in runs:
        before = [one for one in runs if one.start_at < each.start_at]
        assert standings([*before, each])[each.id] == seen[each.id]


def test_a_run_found_late_is_as_if_it_had_always_been_there():
    runs = season(600, strange=0.1)
    # Only runs after it can have changed, and those more than a year later have not.
    less = standings([each for each in runs if each.id != "100"])
    whole = standings(runs)
    changed = {name for name, one in less.items() if one != whole[name]}
    assert {float(name) for name in changed} <= set(range(101, 466))
    assert len(changed) > 300


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(2, 5), st.floats(80, 340)), min_size=1, max_size=15))
@example([(3.75, 180.0), (4.3125, 168.5)])  # two runs that contradict each other settle slowly
def test_no_other_line_is_more_probable_nearby(told):
    [*_, line] = lines(
        [float(at) for at in range(len(told) + 1)],
        [*([(*one, 60.0)] for one in told), ()],
        within_s=YEAR_S,
    )

    def loss(c0, slope):
        off = [(spm - c0 - slope * (mps - 3)) / (4.685 * 3.6) for mps, spm in told]
        lost = sum(1 - max(1 - each**2, 0) ** 3 for each in off) * 4.685**2 / 6
        return lost + ((c0 - 165) / 8) ** 2 / 2 + ((slope - 9) / 3) ** 2 / 2

    here = loss(line.c0_spm, line.slope_spm_per_mps)
    assert here <= loss(165, 9) + 1e-3
    for c0, slope in ((0.5, 0), (-0.5, 0), (0, 0.3), (0, -0.3)):
        assert here <= loss(line.c0_spm + c0, line.slope_spm_per_mps + slope) + 1e-3


# --- balance


def test_balance_is_against_the_runners_own_median_of_five_runs_or_more():
    pcts = [52.0, 52.4, 51.8, 90.0, 52.2, 54.5]
    runs = [run(day, ground_contact_balance_pct=pct) for day, pct in enumerate(pcts)]
    assert last(runs[:5]).balance_shift_points is None
    assert last(runs).balance_shift_points == pytest.approx(54.5 - 52.2)
    silent = [*runs[:3], run(3.5), *runs[3:]]
    assert last(silent).balance_shift_points == pytest.approx(54.5 - 52.2)
    assert last([*runs, run(9)]).balance_shift_points is None
    later = run(500, ground_contact_balance_pct=52.0)
    assert last([*runs, later]).balance_shift_points is None


# --- longest and hardest


MONTHS = """
  what was run: date, clock, km    | the one judged | longest before
  ---------------------------------+----------------+----------------
  03-01 07 10                      | 03-31 07 12    | 10
  03-01 07 10                      | 04-01 07 12    | .
  03-01 23 10                      | 03-31 06 12    | 10
  03-05 07 10, 03-06 07 18         | 03-10 07 12    | 18
  03-10 06 10                      | 03-10 18 12    | 10
  03-10 18 10                      | 03-10 06 12    | .
  03-20 07 30                      | 03-10 07 12    | .
  03-05 07 .                       | 03-10 07 12    | .
  03-05 07 ., 03-06 07 8           | 03-10 07 12    | 8
"""


def dated(told) -> ComparedRun:
    on, clock, km = told.split()
    start_at = datetime.fromisoformat(f"2026-{on}T{clock}:00+00:00")
    way = None if km == "." else float(km)
    metres = None if way is None else way * 1000
    return ComparedRun(
        id=told, on=start_at.date(), start_at=start_at, distance_m=metres, calf_km=way
    )


@pytest.mark.parametrize("line", MONTHS.strip().splitlines()[2:])
def test_the_longest_and_hardest_of_the_month_before(line):
    before, judged, longest = (cell.strip() for cell in line.split("|"))
    runs = [dated(each) for each in before.split(", ")]
    seen = standings([*runs, dated(judged)])[judged]
    expected = None if longest == "." else float(longest)
    assert seen.hardest_before_calf_km == expected
    assert seen.longest_before_m == (None if expected is None else expected * 1000)


def test_days_are_the_local_ones_over_the_date_line_too():
    # Auckland on the 31st is Honolulu on the 30th: what started later has the earlier date.
    auckland = run(0, on=date(2026, 3, 1), distance_m=9000.0)
    honolulu = run(30.9, on=date(2026, 3, 31), distance_m=5000.0)
    assert last([auckland, honolulu]).longest_before_m == 9000.0
    assert last([auckland, replace(honolulu, on=date(2026, 4, 1))]).longest_before_m is None


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(histories)
def test_every_window_is_as_a_naive_search_has_it(runs):
    for name, seen in standings(runs).items():
        [judged] = [each for each in runs if each.id == name]
        before = [each for each in runs if each.start_at < judged.start_at]
        month = [each for each in before if (judged.on - each.on).days <= 30]
        metres = [each.distance_m for each in month if each.distance_m is not None]
        assert seen.longest_before_m == max(metres, default=None)
        year = [
            each.ground_contact_balance_pct
            for each in before
            if judged.start_at - each.start_at <= timedelta(days=365)
            and each.ground_contact_balance_pct is not None
        ]
        balance = judged.ground_contact_balance_pct
        if balance is None or len(year) < 5:
            assert seen.balance_shift_points is None
        else:
            assert seen.balance_shift_points == pytest.approx(balance - median(year))
