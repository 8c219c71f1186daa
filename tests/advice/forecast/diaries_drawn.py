"""Diaries as pictures: a character a day, a digit is an answer, X is ten, a dot is none."""

from datetime import date

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from advice.forecast.diaries import Diaries, Entries, Scale

ONE_TO_FIVE, ZERO_TO_TEN = Scale(1, 5), Scale(0, 10)
FIRST_DAY = date(2026, 1, 1)


def soreness(*pictures):
    """Shape (athletes, days); shorter pictures end in NaN."""
    days = max(map(len, pictures))
    answers = {".": np.nan, "X": 10.0, **{str(digit): float(digit) for digit in range(10)}}
    return np.array([[answers[day] for day in each.ljust(days, ".")] for each in pictures])


def diaries(*pictures, scale=ONE_TO_FIVE, load=None):
    return of_array(soreness(*pictures), scale, load)


def of_array(answers, scale=ONE_TO_FIVE, load=None):
    count = len(answers)
    return Diaries(
        athletes=tuple(f"a{index:03d}" for index in range(count)),
        starts=(FIRST_DAY,) * count,
        scale=scale,
        soreness=answers,
        load=load,
    )


def entries(*pictures, scale=ONE_TO_FIVE):
    """The same, an entry an answer."""
    answers = soreness(*pictures)
    athlete, day = np.nonzero(~np.isnan(answers))
    return Entries(
        athletes=tuple(f"a{index:03d}" for index in range(len(pictures))),
        scale=scale,
        athlete=athlete,
        day=day + FIRST_DAY.toordinal(),
        soreness=answers[athlete, day],
    )


@st.composite
def any_diaries(draw):
    """A few diaries with gaps, with or without loads."""
    scale = draw(st.sampled_from([ONE_TO_FIVE, ZERO_TO_TEN]))
    shape = (draw(st.integers(1, 3)), draw(st.integers(2, 30)))
    answer = st.sampled_from([np.nan, *scale.values])
    told = draw(arrays(np.float64, shape, elements=answer))
    some = st.sampled_from([np.nan, 0.0, 90.0, 450.0, 2000.0])
    load = draw(st.none() | arrays(np.float64, shape, elements=some))
    return of_array(told, scale, load)
