"""Diaries put side by side: who stands in which row, and which day in which column."""

from datetime import date

import numpy as np
import pytest

from advice.forecast.diaries import Entries
from tests.advice.forecast.diaries_drawn import ONE_TO_FIVE, ZERO_TO_TEN, entries, soreness


def told(*lines, load=False):
    """Lines of athlete, day in January 2026, soreness."""
    athletes = tuple(sorted({who for who, *_ in lines}))
    return Entries(
        athletes=athletes,
        scale=ONE_TO_FIVE,
        athlete=np.array([athletes.index(who) for who, *_ in lines], dtype=np.int64),
        day=np.array([date(2026, 1, day).toordinal() for _, day, _ in lines], dtype=np.int64),
        soreness=np.array([value for *_, value in lines], dtype=np.float64),
        load=np.array([100.0 * day for _, day, _ in lines]) if load else None,
    )


LINES = [("eva", 5, 2), ("ada", 3, 4), ("ada", 1, np.nan), ("eva", 4, 1), ("ada", 2, 5)]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1]])
def test_lines_in_any_order_make_the_same_diaries(order):
    [made] = told(*[LINES[index] for index in order], load=True).diaries()
    assert made.athletes == ("ada", "eva")
    assert made.starts == (date(2026, 1, 1), date(2026, 1, 4))
    np.testing.assert_array_equal(made.soreness, soreness(".54", "12."))
    np.testing.assert_array_equal(made.load, [[100, 200, 300], [400, 500, np.nan]])


def test_a_day_without_a_line_is_a_day_without_an_answer():
    [made] = told(("ada", 1, 3), ("ada", 4, 4)).diaries()
    np.testing.assert_array_equal(made.soreness, soreness("3..4"))
    assert made.load is None


def test_a_part_is_as_wide_as_its_own_longest_diary():
    parts = list(entries("1" * 50, "22", "333").diaries(cells=60))
    assert [part.soreness.shape for part in parts] == [(1, 50), (2, 3)]


def test_nobody_makes_no_part():
    assert list(told().diaries()) == []


def test_the_first_line_that_comes_again_is_found():
    assert told(*LINES).repeated() is None
    assert told(*LINES, ("eva", 6, 1), ("eva", 4, 1), ("ada", 1, 2)).repeated() == 6


def test_levels_and_their_edges():
    assert ONE_TO_FIVE.edges.tolist() == [1.5, 2.5, 3.5, 4.5]
    assert (ZERO_TO_TEN.levels, ZERO_TO_TEN.values[-1]) == (11, 10)
