"""Records are columns of one length; what a file does not give is missing."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.activity import Pause, Records
from tests.pipeline.pictures import column, records


def test_columns_that_are_not_given_are_missing():
    told = records(speed_mps="3 3 3")
    assert len(told) == 3
    assert np.isnan(told.heart_rate_bpm).all()


def test_columns_have_one_length_and_our_names():
    with pytest.raises(ValueError, match="differ in length"):
        records(speed_mps="3 3 3", heart_rate_bpm="150 150")
    with pytest.raises(TypeError, match="not a record column: pulse"):
        Records.from_columns({"at_s": column("0"), "pulse": column("150")})


def test_some_of_the_records_and_other_columns():
    told = records(speed_mps="1 2 3", heart_rate_bpm="100 110 120")
    assert told.select(told.speed_mps > 1).heart_rate_bpm.tolist() == [110, 120]
    assert told.select(np.array([2, 0])).speed_mps.tolist() == [3, 1]
    other = told.replace(speed_mps=column("4 5 6"))
    assert other.speed_mps.tolist() == [4, 5, 6]
    assert other.heart_rate_bpm is told.heart_rate_bpm


def test_a_pause_lasts():
    assert Pause(10.0, 25.0).duration_s == 15
