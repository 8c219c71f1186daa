"""Which shoes were worn when."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.wardrobe import Pair, Wardrobe, Worn

SPRING, SUMMER = date(2026, 3, 1), date(2026, 6, 1)
DAY = timedelta(days=1)

OLD, BARE = (
    Pair(name="Old", from_date=SPRING),
    Pair(name="Bare", from_date=SUMMER, kind="minimal"),
)


@pytest.mark.parametrize("pairs", [(OLD, BARE), (BARE, OLD)])
def test_a_pair_is_worn_until_the_next(pairs):
    wardrobe = Wardrobe(pairs)
    worn = [wardrobe.on(on) for on in (SPRING - DAY, SPRING, SUMMER - DAY, SUMMER, date.max)]
    assert worn == [None, OLD, OLD, BARE, BARE]


@pytest.mark.parametrize(
    ("on", "gear", "worn"),
    [
        (SPRING, None, Worn("Old")),
        (SUMMER, None, Worn("Bare", "minimal")),
        (SPRING, "bare ", Worn("bare ", "minimal")),
        (SUMMER, "Racing", Worn("Racing")),
        (SPRING - DAY, None, None),
    ],
)
def test_what_an_export_says_goes_before_the_date(on, gear, worn):
    assert Wardrobe([OLD, BARE]).worn(on, gear=gear) == worn


def test_a_kind_is_of_the_pair_whenever_it_is_worn():
    again = Pair(name="BARE", from_date=SUMMER + 9 * DAY)
    assert Wardrobe([BARE, again]).worn(SUMMER + 10 * DAY, gear=None) == Worn("BARE", "minimal")


@given(st.lists(st.integers(0, 400), unique=True), st.integers(-10, 410), st.integers())
def test_the_pair_of_a_date_is_the_last_one_begun(begun, asked, seed):
    pairs = [Pair(name=str(day), from_date=SPRING + day * DAY) for day in begun]
    Random(seed).shuffle(pairs)
    found = Wardrobe(pairs).on(SPRING + asked * DAY)
    last = max((day for day in begun if day <= asked), default=None)
    assert (found.name if found else None) == (None if last is None else str(last))
