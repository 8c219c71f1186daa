"""Which days are known: those of which a missing run means rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.day import SourceSpan, dates_between, known_dates
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
