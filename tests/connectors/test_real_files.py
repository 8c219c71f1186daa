"""The real files: each is answered, and every run is as a second reading by other means sees it."""

from __future__ import annotations

import pytest

from connectors.formats import FileReading, read_file
from pipeline.athlete import Athlete
from tests.connectors.by_eye import Seen, see_fit, see_xml
from tests.connectors.real_files import HERE, NOT_RUN, WATCH, names
from tests.connectors.soundness import check_sound

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not HERE, reason=NOT_RUN),
]

RUNNER = Athlete(timezone="Europe/Berlin", hr_rest_bpm=50, hr_max_bpm=185, sex="male")
NOT_AFTER_S = 1_900_000_000.0

FORMATS = {"fit": 95, "gpx": 45, "tcx": 9}
"""How many there are; the manifest counts the same."""

SLOW_FIT_BYTES, SLOW_XML_BYTES = 120_000, 2_000_000
"""The second reading goes by fitdecode, half a megabyte a second."""

NOT_AN_ACTIVITY = {
    "fit/fit/Settings.fit": "settings",
    "fit/fit/TestEncode.fit": "its one record has no time",
    "fit/heartandsole/testcourse.fit": "a course",
    "fit/python-fitparse/DeveloperData.fit": "its three records have no time",
    "fit/python-fitparse/MonitoringFile.fit": "a day's monitoring",
    "fit/python-fitparse/Settings.fit": "settings",
    "fit/python-fitparse/Settings2.fit": "settings",
    "fit/python-fitparse/WeightScaleMultiUser.fit": "weights",
    "fit/python-fitparse/WeightScaleSingleUser.fit": "weights",
    "fit/python-fitparse/WorkoutCustomTargetValues.fit": "a planned workout",
    "fit/python-fitparse/WorkoutIndividualSteps.fit": "a planned workout",
    "fit/python-fitparse/WorkoutRepeatGreaterThanStep.fit": "a planned workout",
    "fit/python-fitparse/WorkoutRepeatSteps.fit": "a planned workout",
    "fit/scikit-sports/2015-11-27-18-54-57.fit": "a ride's summary without a record",
    "gpx/gpxpy/custom_schema_locations.gpx": "waypoints and routes",
    "gpx/gpxpy/default_schema_locations.gpx": "waypoints and routes",
    "gpx/gpxpy/gpx1.1_with_extensions.gpx": "waypoints and routes",
    "gpx/gpxpy/gpx1.1_with_extensions_without_namespaces.gpx": "waypoints and routes",
    "gpx/gpxpy/gpx_with_garmin_extension.gpx": "waypoints and routes",
    "gpx/gpxpy/route.gpx": "a route",
    "gpx/gpxpy/track-with-extremes.gpx": "a track without times",
    "gpx/gpxpy/track-with-small-floats.gpx": "a track without times",
    "gpx/gpxpy/track_with_dilution_errors.gpx": "a track without times",
    "gpx/gpxpy/unicode.gpx": "waypoints",
    "gpx/gpxpy/unicode2.gpx": "waypoints",
    "gpx/gpxpy/unicode_with_bom.gpx": "waypoints",
    "gpx/gpxpy/unicode_with_bom_noencoding.gpx": "waypoints",
    "gpx/heartandsole/testcourse.gpx": "a route",
    "gpx/strava_py/empty-trkseg.gpx": "a track without points",
    "tcx/heartandsole/testcourse.tcx": "a course",
}
OTHERWISE_REFUSED = {
    "gpx/gpxpy/Mojstrovka.gpx": "no_possible_time",  # every point is dated 1901
}
SALVAGED = {
    "fit/python-fitparse/activity-activity-filecrc.fit": "crc_mismatch",
    "fit/python-fitparse/activity-filecrc.fit": "crc_mismatch",
    "fit/python-fitparse/activity-settings-corruptheader.fit": "damaged",  # in the second file
    "fit/python-fitparse/activity-settings-nodata.fit": "truncated",  # in the second file
    "fit/python-fitparse/activity-unexpected-eof.fit": "truncated",
    "fit/python-fitparse/nick.fit": "truncated",
    "fit/python-fitparse/strava-android-app-201.10-b1218918.fit": "damaged",
}
"""All that is wrong with a real file; every other one is read."""

STEPS_TOLERANCE, MEAN_TOLERANCE, DISTANCE_TOLERANCE = 0.02, 0.01, 0.02
DURATION_TOLERANCE_S = 2.0

NO_STEPS = "cadence is 0 throughout, and nothing tells whether the runner moved"
PAUSED = "it paused without a word; the other reading counts pauses, and the way that GPS wandered"
CUT = "cut after five minutes: the totals are of the whole run, and ours are of what is left"
DROPS_OUT = "the foot pod is lost in a quarter of the run: 0, or less than half of the steps"
BY_TURNS = "walks and runs by turns: the edges of a walk are walking here, as speed lags the feet"
DIFFERS: dict[tuple[str, str], str] = {
    ("gpx/heartandsole/testdata.gpx", "duration"): PAUSED,
    ("gpx/heartandsole/testdata.gpx", "distance"): PAUSED,
    ("tcx/sweatpy/3173437224.tcx", "cadence"): DROPS_OUT,
    ("fit/fit/activity_multisport.fit", "steps"): NO_STEPS,
    ("fit/heartandsole/B47I2852.FIT", "steps"): NO_STEPS,
    ("fit/sweatpy/6471559601_ACTIVITY.fit", "steps"): NO_STEPS,
    ("fit/python-fitparse/activity-large-fenxi2-multisport.fit", "cadence"): BY_TURNS,
    ("fit/python-fitparse/strava-android-app-201.10-b1218918.fit", "duration"): CUT,
    ("fit/python-fitparse/strava-android-app-201.10-b1218918.fit", "distance"): CUT,
}
"""File and number in which the two readings may differ, and why."""


def as_parameter(name: str):
    limit = SLOW_FIT_BYTES if name.lower().endswith(".fit") else SLOW_XML_BYTES
    slow = HERE and (WATCH / name).stat().st_size > limit
    return pytest.param(name, marks=pytest.mark.slow if slow else (), id=name)


EVERY_FILE = names(*FORMATS)


def test_all_of_them_are_here():
    assert {suffix: len(names(suffix)) for suffix in FORMATS} == FORMATS
    assert {*NOT_AN_ACTIVITY, *OTHERWISE_REFUSED, *SALVAGED} <= {*EVERY_FILE}


@pytest.mark.parametrize("name", [as_parameter(each) for each in EVERY_FILE])
def test_a_real_file_is_answered_and_its_runs_are_as_another_reading_sees_them(name):
    content = (WATCH / name).read_bytes()
    reading = read_file(name, content, RUNNER, not_after_s=NOT_AFTER_S)
    check_sound(reading)
    assert (reading.status, reading.reason) == expected(name)
    if any(row.sport == "running" for row in reading.rows):
        seen = see_fit(content) if reading.format == "fit" else see_xml(content)
        check_runs(name, reading, seen)


def expected(name: str) -> tuple[str, str | None]:
    if name in NOT_AN_ACTIVITY:
        return "refused", "not_an_activity"
    if name in OTHERWISE_REFUSED:
        return "refused", OTHERWISE_REFUSED[name]
    if name in SALVAGED:
        return "salvaged", SALVAGED[name]
    return "read", None


def check_runs(name: str, reading: FileReading, seen: list[Seen]) -> None:
    assert len(reading.rows) == len(seen)
    wrong = []
    for row, other in zip(reading.rows, seen, strict=True):
        if row.sport != "running":
            continue
        steps, mean_spm = other.steps_and_mean()
        told = {
            "duration": (row.timer_s, other.duration_s, DURATION_TOLERANCE_S),
            "distance": (
                row.distance_m,
                other.distance_m,
                _share(other.distance_m, DISTANCE_TOLERANCE),
            ),
            "steps": (row.steps, steps, _share(steps, STEPS_TOLERANCE)),
            "cadence": (row.cadence_mean_spm, mean_spm, _share(mean_spm, MEAN_TOLERANCE)),
        }
        for what, (ours, theirs, tolerance) in told.items():
            if (name, what) not in DIFFERS and not _agree(ours, theirs, tolerance):
                wrong.append(f"{what}: {ours} here, {theirs} there")
    assert wrong == []


def _share(value: float | None, tolerance: float) -> float:
    return abs(value or 0.0) * tolerance + 0.5


def _agree(ours: float | None, theirs: float | None, tolerance: float) -> bool:
    if ours is None or theirs is None:
        return ours == theirs
    return abs(ours - theirs) <= tolerance
