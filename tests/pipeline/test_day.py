"""Which days are known: those of which a missing run means rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.day import (
    DayActivity,
    SourceSpan,
    dates_between,
    known_dates,
    seconds_shared,
    walks_beside_runs,
)
from tests.pipeline.plain_days import on

offsets = st.integers(-40, 40)


@given(offsets, offsets)
def test_dates_between_are_all_of_them(one, other):
    first, last = on(min(one, other)), on(max(one, other))
    dates = list(dates_between(first, last))
    assert (dates[0], dates[-1]) == (first, last)
    assert len(set(dates)) == len(dates) == (last - first).days + 1


KNOWN = """
  spans (first-last, complete before) | known
  3-5                                 | 3 4 5
  3-5 8                               | 3 4 5 6 7
  3-5 6                               | 3 4 5
  3-5 2                               | 3 4 5
  1-2 , 4-4                           | 1 2 4
  1-4 , 3-5                           | 1 2 3 4 5
"""


@pytest.mark.parametrize("row", KNOWN.strip().splitlines()[1:])
def test_a_day_is_known_between_two_activities_or_before_a_complete_scan(row):
    told, known = row.split("|")
    spans = []
    for each in told.split(","):
        days, *complete = each.split()
        first, last = map(int, days.split("-"))
        before = on(int(complete[0])) if complete else None
        spans.append(SourceSpan(first=on(first), last=on(last), complete_before=before))
    assert known_dates(spans) == {on(int(day)) for day in known.split()}


@st.composite
def spans(draw):
    first, last = sorted((draw(offsets), draw(offsets)))
    complete_before = draw(st.none() | offsets.map(on))
    return SourceSpan(first=on(first), last=on(last), complete_before=complete_before)


def is_known(day, span):
    """What DESIGN.md says, asked of one day and one source."""
    follows_complete = span.complete_before is not None and span.last < day < span.complete_before
    return span.first <= day <= span.last or follows_complete


@given(st.lists(spans(), max_size=4))
def test_a_day_is_known_exactly_where_one_source_says_so(sources):
    known = known_dates(sources)
    assert known == {
        day for day in map(on, range(-45, 46)) if any(is_known(day, s) for s in sources)
    }
    first = min((source.first for source in sources), default=on(99))
    assert all(first <= day for day in known)  # nothing is known before the first activity


@given(st.lists(spans(), min_size=1, max_size=3), spans())
def test_another_source_or_a_later_scan_makes_no_day_unknown(sources, another):
    assert known_dates(sources) <= known_dates([*sources, another])
    scanned = SourceSpan(
        first=another.first, last=another.last, complete_before=another.last + timedelta(days=9)
    )
    incomplete = SourceSpan(first=another.first, last=another.last)
    assert known_dates([incomplete]) <= known_dates([scanned])


# --- a walk while a run is under way


def lasting(first_min, last_min, *, walk=False, name=None):
    """From one minute of the day to another, with a calf load of a tenth a minute."""
    start_at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=first_min)
    minutes = last_min - first_min
    return DayActivity(
        id=name or f"{first_min}-{last_min}",
        on=on(0),
        start_at=start_at,
        end_at=start_at + timedelta(minutes=minutes),
        counted=not walk,
        walk=walk,
        distance_m=1000.0,
        timer_s=minutes * 60,
        steps=None,
        calf_km=minutes / 10,
        calf_km_strain=None,
        trimp=None,
        rpe=None,
    )


SHARED = """
  walk  | runs               | minutes shared
  0-60  | 10-40              | 30
  0-60  | 50-90              | 10
  20-60 | 0-30               | 10
  20-60 | 0-90               | 40
  20-60 | 0-20, 60-80        | 0
  0-60  | 10-20, 15-40       | 30
  20-60 | 0-50, 5-10, 10-15  | 30
  0-60  |                    | 0
"""


@pytest.mark.parametrize("line", SHARED.strip().splitlines()[1:])
def test_the_minutes_that_a_walk_shares_with_runs_count_once(line):
    walked, ran, minutes = (cell.strip() for cell in line.split("|"))
    walk = lasting(*map(int, walked.split("-")), walk=True)
    runs = [lasting(*map(int, each.split("-"))) for each in ran.split(", ") if each]
    assert list(seconds_shared([walk], runs)) == [60 * int(minutes)]
    ordered = sorted([walk, *runs], key=lambda each: each.start_at)
    left = {each.id: each.calf_km for each in walks_beside_runs(ordered)}
    assert left.pop(walk.id) == pytest.approx((walk.timer_s / 60 - int(minutes)) / 10)
    assert left == {run.id: run.calf_km for run in runs}


def test_a_walk_beside_a_walk_and_one_of_no_length_stay_what_they_are():
    walks = [lasting(0, 60, walk=True), lasting(10, 10, walk=True), lasting(20, 90, walk=True)]
    assert walks_beside_runs(walks) == walks
    assert walks_beside_runs([lasting(5, 15), lasting(10, 10, walk=True)])[1].calf_km == 0


stretches = st.tuples(st.integers(0, 300), st.integers(0, 90)).map(
    lambda at: (at[0], at[0] + at[1])
)


@given(stretches, st.lists(stretches, max_size=6))
def test_shared_minutes_are_those_counted_one_by_one(walked, ran):
    walk = lasting(*walked, walk=True)
    runs = sorted((lasting(*each) for each in ran), key=lambda each: each.start_at)
    minutes = {at for first, last in ran for at in range(first, last)} & set(range(*walked))
    assert list(seconds_shared([walk], runs)) == [60 * len(minutes)]
