"""What became different: counts, medians, the largest change, verdicts, corrected days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.changes import (
    Changes,
    DaySaid,
    Row,
    Table,
    compare,
    corrected,
    unit_of,
    verdict_changes,
)

DAY = date(2026, 8, 3)
WORDS = ("on", "sport")


def table(**rows):
    """Rows of date, sport and calf load, by id."""
    return Table(("on", "sport", "calf_km"), rows)


def rows_of(this):
    return [(key, this.row(key)) for key in this.rows]


def compared(before, after):
    return compare(before, rows_of(after), words=WORDS, on="on")


def test_counts_median_and_the_largest_of_one_metric():
    before = table(
        a=("d1", "running", 5.0), b=("d2", "running", 6.0), c=("d3", "running", 7.0),
        d=("d4", "running", None), e=("d5", "running", 3.0), f=("d6", "running", 4.0),
    )  # fmt: skip
    after = table(
        a=("d1", "running", 5.5), b=("d2", "running", 4.0), c=("d3", "running", 7.25),
        d=("d4", "running", 1.0), e=("d5", "running", None), f=("d6", "running", 4.0),
    )  # fmt: skip
    found = compared(before, after)
    calf = found.metrics["calf_km"]
    assert (found.compared, found.changed, found.new, found.gone) == (6, 5, 0, 0)
    assert (calf.changed, calf.new, calf.gone) == (3, 1, 1)
    assert calf.median == 0.25
    assert calf.largest is not None
    assert (calf.largest.key, calf.largest.on, calf.largest.change) == ("b", "d2", -2.0)


def test_words_are_counted_and_the_first_is_named():
    before = table(a=("d1", "running", 1.0), b=("d2", "running", 2.0))
    after = table(a=("d1", "walking", 1.0), b=("d2", "cycling", 2.0))
    found = compared(before, after)
    assert found.categories["sport"].changed == 2
    assert found.categories["sport"].first == ("a", "running", "walking")
    assert found.categories["on"].changed == 0
    assert found.metrics["calf_km"].rows == 0


def test_rows_that_came_or_went_are_no_changes_of_numbers():
    before, after = table(a=("d1", "running", 1.0)), table(b=("d2", "running", 9.0))
    found = compared(before, after)
    assert (found.compared, found.changed, found.new, found.gone) == (0, 0, 1, 1)
    assert found.metrics["calf_km"].rows == 0
    assert not found.is_empty, "a run is gone"


def test_a_column_that_was_not_there_before_is_new():
    """As after an upgrade that found a half-told report."""
    now: Row = {"on": "d1", "sport": "running", "calf_km": 1.0, "work_kj": 500.0}
    found = compare(table(a=("d1", "running", 1.0)), [("a", now)], words=WORDS, on="on")
    assert (found.metrics["work_kj"].new, found.changed) == (1, 1)


@pytest.mark.parametrize(
    ("was", "now", "differs"),
    [
        (1.0, 1.0 + 1e-12, False),
        (1.0, 1.0 + 1e-6, True),
        (0.0, 0, False),
        (0.0, None, True),
        (None, None, False),
        (-1e12, -1e12 - 1, False),
    ],
)
def test_numbers_added_up_in_another_order_are_the_same(was, now, differs):
    found = compared(table(a=("d1", "running", was)), table(a=("d1", "running", now)))
    assert bool(found.changed) == differs


numbers = st.none() | st.floats(0, 1e6)
tables = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(st.just("d1"), st.sampled_from(("running", "walking")), numbers),
).map(lambda rows: table(**rows))


@given(tables)
def test_nothing_differs_from_itself(this):
    assert compared(this, this).is_empty


@pytest.mark.slow
@given(tables, tables)
def test_there_and_back_are_the_same_changes_with_the_other_sign(one, other):
    there, back = compared(one, other), compared(other, one)
    assert (there.changed, there.new, there.gone) == (back.changed, back.gone, back.new)
    to, fro = there.metrics["calf_km"], back.metrics["calf_km"]
    assert (to.new, to.gone, sorted(to.changes)) == (
        fro.gone, fro.new, sorted(-change for change in fro.changes),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("calf_km_strain", "calf-km"),
        ("hardest_before_calf_km", "calf-km"),
        ("longest_30d_m", "m"),
        ("ground_contact_time_ms", "ms"),
        ("timer_s", "s"),
        ("speed_mean_mps", "m/s"),
        ("cadence_line_slope_spm_per_mps", "steps/min per m/s"),
        ("cadence_residual_sd_spm", "steps/min"),
        ("steps", "steps"),
        ("srpe_au", "AU"),
        ("monotony", None),
        ("acwr", None),
        ("cadence_coverage", None),
    ],
)
def test_units_are_told_by_names(metric, unit):
    assert unit_of(metric) == unit


def test_verdicts_by_date():
    def days(**verdicts):
        return Table(
            ("verdict",), {f"2026-08-0{key[1]}": (word,) for key, word in verdicts.items()}
        )

    before, after = days(d1="easy", d2="rest", d3=None), days(d4="rest", d3="easy", d2="easy")
    found = verdict_changes(before, rows_of(after))
    assert [(each.on, each.was, each.now) for each in found] == [
        ("2026-08-02", "rest", "easy"),
        ("2026-08-03", None, "easy"),
    ]


def test_changes_are_empty_where_both_tables_are():
    same = compared(table(), table())
    gone = compared(table(a=("d1", "running", 1.0)), table())
    assert Changes(runs=same, days=same, verdicts=()).is_empty
    assert not Changes(runs=gone, days=same, verdicts=()).is_empty


# --- corrected days


def said(runs=None, distance_m=None, calf_km=None, verdict: str | None = "easy"):
    return DaySaid(
        known=runs is not None, runs=runs, distance_m=distance_m, calf_km=calf_km, verdict=verdict
    )


ONE = said(1, 8200.0, 8.4)
REST = said(0, 0.0, 0.0)
UNKNOWN = said()


@pytest.mark.parametrize(
    ("was", "now", "is_corrected"),
    [
        (ONE, ONE, False),
        (ONE, said(2, 14_100.0, 14.9), True),
        (ONE, said(1, 8300.0, 8.5), True),
        (ONE, said(1, 8200.0 + 1e-7, 8.4), False),
        (ONE, said(1, None, None), True),
        (REST, ONE, True),
        (ONE, UNKNOWN, True),
        (REST, said(0, 0.0, 1.5), True),
        (UNKNOWN, ONE, False),
        (UNKNOWN, REST, False),
        (UNKNOWN, said(verdict="rest"), True),
        (ONE, said(1, 8200.0, 8.4, verdict="rest"), True),
        (said(verdict=None), said(verdict="rest"), False),
    ],
)
def test_a_day_is_corrected_where_what_was_said_of_it_does_not_hold(was, now, is_corrected):
    beside = {DAY - timedelta(days=1): ONE}
    found = corrected({DAY: was, **beside}, {DAY: now, **beside})
    assert [each.on for each in found] == [DAY] * is_corrected
    assert [(each.was, each.now) for each in found] == [(was, now)] * is_corrected


def test_before_any_file_nothing_was_said_that_a_file_could_correct():
    """Answers came first, then ten years of history."""
    before = {DAY + timedelta(days=n): UNKNOWN for n in range(9)}
    after = dict.fromkeys(before, said(1, 5000.0, 5.0, verdict="rest"))
    assert corrected(before, after) == []


def test_new_days_are_not_corrected_and_days_that_went_are():
    tomorrow = DAY + timedelta(days=1)
    assert corrected({DAY: ONE}, {DAY: ONE, tomorrow: ONE}) == []
    [gone] = corrected({DAY: ONE, tomorrow: ONE}, {DAY: ONE})
    assert (gone.on, gone.now) == (tomorrow, DaySaid())


def test_where_everything_was_derived_again_only_runs_correct_a_day():
    before = {DAY: ONE, DAY + timedelta(days=1): REST}
    after = {DAY: said(1, 8300.0, 9.9, verdict="rest"), DAY + timedelta(days=1): ONE}
    assert [each.on for each in corrected(before, after, only_runs=True)] == [
        DAY + timedelta(days=1)
    ]
