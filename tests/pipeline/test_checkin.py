"""An answer off its scale is asked again, and the error never repeats it."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.checkin import CLEARANCES, DIDS, FLAGS, WHERES, CheckIn, CheckInError

DAY = date(2026, 8, 10)


def checkin(**others):
    return CheckIn(**{"on": DAY, "left": 2, "right": 3, **others})


def test_the_worse_calf_is_the_worst():
    assert checkin().worst == 3
    assert checkin(left=7).worst == 7


@pytest.mark.parametrize("name", ["left", "right", "during", "rpe"])
def test_scales_run_from_0_to_10(name):
    for fine in (0, 10):
        assert getattr(checkin(**{name: fine}), name) == fine
    for wrong in (-1, 11, 3.5, True, "4"):
        with pytest.raises(CheckInError, match=f"^{name} must be a whole number"):
            checkin(**{name: wrong})


def test_calves_must_be_told_and_effort_may_be():
    assert checkin(during=None, rpe=None).rpe is None
    with pytest.raises(CheckInError, match="left"):
        checkin(left=None)


def test_a_night_has_at_most_a_day():
    assert checkin(sleep_h=0).sleep_h == 0
    assert checkin(sleep_h=24).sleep_h == 24
    for wrong in (-0.5, 24.5, float("nan")):
        with pytest.raises(CheckInError, match="sleep_h"):
            checkin(sleep_h=wrong)


@pytest.mark.parametrize(("name", "ours"), [("flags", FLAGS), ("did", DIDS), ("where", WHERES)])
def test_words_are_ours_and_a_wrong_one_is_not_repeated(name, ours):
    assert getattr(checkin(**{name: frozenset(ours)}), name) == set(ours)
    with pytest.raises(CheckInError) as raised:
        checkin(**{name: frozenset({ours[0], "something private"})})
    assert str(raised.value).startswith(f"{name} must be among {ours[0]}")
    assert "private" not in str(raised.value)


def test_not_asked_is_not_none_of_these():
    assert checkin().flags is None
    assert checkin(flags=frozenset()).flags == frozenset()


def test_somebody_cleared_or_did_not():
    for word in CLEARANCES:
        assert checkin(cleared=word).cleared == word
    with pytest.raises(CheckInError, match="cleared must be one of"):
        checkin(cleared="perhaps")
