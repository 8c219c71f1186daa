"""The real runs: our distance and timer time against what the device itself says of its session.

The session is read by other means than ours (`by_eye`). Once with the device's totals, which are
taken where they are sound, and once without them, from the records alone: so well do records and
pauses tell what the device counted.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from connectors import tcx
from connectors.fit import activity as fit
from pipeline.activity import Totals
from pipeline.athlete import Athlete
from pipeline.run import row_of
from tests.connectors.by_eye import see_fit, see_xml
from tests.connectors.real_files import HERE, NOT_RUN, WATCH, names
from tests.connectors.test_real_files import NOT_AN_ACTIVITY, as_parameter

if TYPE_CHECKING:
    from pipeline.activity import Activity
    from pipeline.row import ActivityRow
    from tests.connectors.by_eye import Seen

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not HERE, reason=NOT_RUN),
]

RUNNER = Athlete(timezone="Europe/Berlin")
NOT_AFTER_S = 1_900_000_000.0

DISTANCE_SHARE, TIMER_S = 0.01, 1.0

CUT = (
    "cut after five minutes of an hour: the totals are of the whole run, and the records that are "
    "left contradict them, so ours are of those"
)
NO_DISTANCE = "the session says 0 m: without GPS and footpod the watch never knew a distance"
UNSOUND: dict[tuple[str, str], str] = {
    ("fit/python-fitparse/strava-android-app-201.10-b1218918.fit", "timer"): CUT,
    ("fit/python-fitparse/strava-android-app-201.10-b1218918.fit", "distance"): CUT,
    ("fit/fit/activity_multisport.fit", "distance"): NO_DISTANCE,
    ("fit/heartandsole/B47I2852.FIT", "distance"): NO_DISTANCE,
    ("fit/sweatpy/6471559601_ACTIVITY.fit", "distance"): NO_DISTANCE,
}
"""File and total that is not taken, and why."""

ALONE_TIMER_S = 3.0
"""From first to last record is up to a record's length less than the timer ran."""

RECORDS_ALONE: dict[tuple[str, str], str] = {
    **UNSOUND,
    ("fit/python-fitparse/2013-02-06-12-11-14.fit", "timer"): (
        "the runner stood for 52 s with the timer on, and nothing was recorded: as in a pause"
    ),
    ("fit/heartandsole/testdata.fit", "timer"): (
        "the runner stood for 19 s and for 21 s with the timer on, and nothing was recorded"
    ),
    ("tcx/heartandsole/testdata.tcx", "timer"): (
        "the same run; here nothing tells its two pauses from standing with the timer on"
    ),
    ("tcx/sweatpy/3173437224.tcx", "timer"): (
        "around its pause of six minutes the watch recorded nothing for 5 s of timer time"
    ),
}
"""File and number that its records alone do not tell, and why."""

RUNS = 31
"""Files with a run that has totals."""

TOTALLED = [
    name for name in names("fit", "tcx") if name not in NOT_AN_ACTIVITY and name != "none"
] or ["none"]


@cache
def runs_in(name: str) -> tuple[tuple[Activity, Seen], ...]:
    """Each run of a file, as we read it and as it is seen by other means."""
    content = (WATCH / name).read_bytes()
    if name.lower().endswith(".fit"):
        read, see = fit.read(content), see_fit
    else:
        read, see = tcx.read(content), see_xml
    if not any(each.sport == "running" for each in read.activities):
        return ()
    both = zip(read.activities, see(content), strict=True)
    return tuple((activity, seen) for activity, seen in both if activity.sport == "running")


def row_from(activity: Activity) -> ActivityRow:
    row = row_of(activity, RUNNER, not_after_s=NOT_AFTER_S)
    assert row is not None
    return row


def off(row: ActivityRow, seen: Seen, timer_s: float) -> dict[str, str]:
    """Where we differ from the session, and by what."""
    wrong = {}
    if seen.total_s is not None and abs(row.timer_s - seen.total_s) > timer_s:
        wrong["timer"] = f"{row.timer_s} here, {seen.total_s} there"
    if seen.total_m is not None:
        ours = row.distance_m
        if ours is None or abs(ours - seen.total_m) > DISTANCE_SHARE * seen.total_m:
            wrong["distance"] = f"{ours} here, {seen.total_m} there"
    return wrong


@pytest.mark.parametrize("name", [as_parameter(each) for each in TOTALLED])
def test_our_numbers_are_the_sessions_where_its_totals_are_sound(name: str) -> None:
    for activity, seen in runs_in(name):
        row = row_from(activity)
        wrong = off(row, seen, TIMER_S)
        assert wrong.keys() == {what for file, what in UNSOUND if file == name}, wrong
        for what, origin, total in (
            ("timer", row.timer_from, seen.total_s),
            ("distance", row.distance_from, seen.total_m),
        ):
            if total is not None:
                assert (origin == "device") == (what not in wrong)


@pytest.mark.parametrize("name", [as_parameter(each) for each in TOTALLED])
def test_records_alone_tell_what_the_device_counted(name: str) -> None:
    for activity, seen in runs_in(name):
        row = row_from(replace(activity, totals=Totals()))
        assert "device" not in (row.timer_from, row.distance_from)
        wrong = off(row, seen, ALONE_TIMER_S)
        assert wrong.keys() == {what for file, what in RECORDS_ALONE if file == name}, wrong


@pytest.mark.slow
def test_every_exception_is_of_a_run_that_is_here() -> None:
    runs = {name for name in TOTALLED if runs_in(name)}
    assert {file for file, _ in RECORDS_ALONE} <= runs
    assert len(runs) == RUNS
