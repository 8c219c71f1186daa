"""The virtual runner: its truth adds up, its files tell it, its season keeps its promises."""

import io
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from zoneinfo import ZoneInfo

import fitparse
import gpxpy
import numpy as np
import pytest

from flows.answers import from_csv
from flows.simulate import (
    PHONE,
    WATCH,
    holes,
    phone_gpx,
    place_in,
    season,
    simulate_run,
    truncated,
    watch_fit,
)
from flows.simulate.course import METRES_PER_DEGREE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        # fitparse calls datetime.utcfromtimestamp, deprecated in 3.12; no release since 2020.
        "ignore:datetime.datetime.utcfromtimestamp:DeprecationWarning"
    ),
]

START = datetime(2026, 8, 3, 5, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
KINDS = ("easy", "long", "intervals", "hilly", "treadmill", "walk_run", "paused")

every_kind = pytest.mark.parametrize("kind", KINDS)


def simulated(kind="easy", *, minutes=20, seed=1, **others):
    return simulate_run(kind, start_at=START, minutes=minutes, seed=seed, **others)


def fit_messages(content, name):
    return [m.get_values() for m in fitparse.FitFile(io.BytesIO(content)).get_messages(name)]


def gpx_points(content):
    [track] = gpxpy.parse(content.decode()).tracks
    return [segment.points for segment in track.segments]


def extension(point, name):
    """A value of Garmin's TrackPointExtension, None where there is none."""
    for each in point.extensions:
        for child in each:
            if child.tag.endswith(f"TrackPointExtension/v1}}{name}"):
                return int(child.text)
    return None


# --- one true run


@every_kind
def test_the_truth_is_the_sum_of_its_seconds(kind):
    run = simulated(kind, minutes=45)
    records, truth = run.activity.records, run.truth
    lasting_s = np.minimum(np.diff(records.at_s), 1.0)  # a pause adds nothing
    assert truth.steps == pytest.approx((records.cadence_spm[:-1] / 60 * lasting_s).sum())
    assert truth.distance_m == pytest.approx((records.speed_mps[:-1] * lasting_s).sum())
    assert truth.timer_s == 45 * 60
    paused_s = sum(pause.duration_s for pause in run.activity.pauses)
    assert truth.elapsed_s == truth.timer_s + paused_s == records.at_s[-1] - records.at_s[0]
    assert truth.moving_s == (records.speed_mps[:-1] > 0.5).sum()


@every_kind
def test_feet_are_plausible(kind):
    run = simulated(kind, minutes=45)
    speed, cadence = run.activity.records.speed_mps, run.activity.records.cadence_spm
    running = speed > 2.3
    assert 145 < run.truth.cadence_median_spm < 185
    assert 140 < cadence[running].min() <= cadence.max() < 200
    assert (cadence[speed == 0] == 0).all()


def test_cadence_follows_speed_and_varies_from_run_to_run():
    means = []
    for seed in range(30):
        run = simulated(seed=seed, minutes=10)
        mean_mps = run.truth.distance_m / run.truth.moving_s
        means.append(run.truth.cadence_mean_spm - 9.0 * (mean_mps - 3.0))
    assert np.mean(means) == pytest.approx(166, abs=2)
    assert np.std(means) == pytest.approx(3.6, abs=1.2)


@every_kind
def test_only_the_paused_run_pauses(kind):
    pauses = simulated(kind).activity.pauses
    assert len(pauses) == (2 if kind == "paused" else 0)
    assert all(40 <= pause.duration_s <= 150 for pause in pauses)


def test_no_record_falls_into_a_pause():
    run = simulated("paused")
    for pause in run.activity.pauses:
        at_s = run.activity.records.at_s
        assert not ((at_s > pause.start_s) & (at_s <= pause.end_s)).any()


def test_positions_are_as_far_apart_as_the_feet_went():
    for timezone in ("Europe/Zurich", "America/New_York"):
        run = simulated(place=place_in(timezone))
        records = run.activity.records
        shrink = np.cos(np.radians(records.latitude_deg[0]))
        north = np.diff(records.latitude_deg) * METRES_PER_DEGREE
        east = np.diff(records.longitude_deg) * METRES_PER_DEGREE * shrink
        assert np.hypot(north, east).sum() == pytest.approx(run.truth.distance_m, rel=0.005)


def test_hills_are_hills_and_the_treadmill_has_none():
    assert simulated("hilly").truth.ascent_m > 5 * simulated("easy").truth.ascent_m
    indoors = simulated("treadmill").activity.records
    assert np.isnan(indoors.latitude_deg).all()
    assert np.isnan(indoors.altitude_m).all()


def test_laps_are_kilometres_and_add_up():
    run = simulated("paused", minutes=30)
    laps = run.activity.laps
    assert all(lap.distance_m == pytest.approx(1000, abs=4) for lap in laps[:-1])
    assert sum(lap.distance_m for lap in laps) == pytest.approx(run.truth.distance_m)
    assert sum(lap.elapsed_s for lap in laps) == run.truth.elapsed_s
    assert sum(lap.timer_s for lap in laps) == run.truth.timer_s


@pytest.mark.parametrize(
    ("timezone", "latitude_deg", "longitude_deg"),
    [
        ("Europe/Zurich", 47.38, 8.53),
        ("America/New_York", 40.71, -74.01),
        ("America/Argentina/Buenos_Aires", -34.6, -58.45),
    ],
)
def test_a_time_zone_has_its_city(timezone, latitude_deg, longitude_deg):
    place = place_in(timezone)
    assert place.latitude_deg == pytest.approx(latitude_deg, abs=0.01)
    assert place.longitude_deg == pytest.approx(longitude_deg, abs=0.01)


def test_a_time_zone_without_a_city_is_refused():
    with pytest.raises(ValueError, match="no place"):
        place_in("UTC")


# --- what the recorders make of it


@every_kind
def test_the_watch_is_nearly_right(kind):
    run = simulated(kind, minutes=8)
    content = watch_fit(run)
    [session] = fit_messages(content, "session")
    assert session["total_timer_time"] == run.truth.timer_s
    assert session["total_elapsed_time"] == run.truth.elapsed_s
    assert session["total_strides"] * 2 == pytest.approx(run.truth.steps, rel=0.003)
    assert session["total_distance"] == pytest.approx(run.truth.distance_m, rel=0.08)
    assert session["sub_sport"] == ("treadmill" if kind == "treadmill" else "generic")
    rows = fit_messages(content, "record")
    assert len(rows) == len(run.activity.records)
    strides = np.array([row["cadence"] + row["fractional_cadence"] for row in rows])
    assert strides * 2 == pytest.approx(run.activity.records.cadence_spm, abs=0.5)


def test_the_watch_knows_the_clock_on_the_wall():
    [summary] = fit_messages(watch_fit(simulated()), "activity")
    assert summary["local_timestamp"] - summary["timestamp"] == timedelta(hours=2)


def test_the_phone_is_nearly_right():
    run = simulated("paused")
    segments = gpx_points(phone_gpx(run, cadence="strides", heart_rate=True))
    assert len(segments) == 3
    points = [point for segment in segments for point in segment]
    true = run.activity.records
    assert [point.time.timestamp() for point in points] == true.at_s.tolist()
    north_m = (
        np.array([point.latitude for point in points]) - true.latitude_deg
    ) * METRES_PER_DEGREE
    assert 1 < north_m.std() < 6
    assert [extension(point, "cad") for point in points] == np.rint(true.cadence_spm / 2).tolist()
    assert [extension(point, "hr") for point in points] == np.rint(true.heart_rate_bpm).tolist()


def test_gpx_may_count_steps_or_nothing():
    run = simulated(minutes=3)
    [[*in_steps]] = gpx_points(phone_gpx(run, cadence="steps"))
    [[*in_nothing]] = gpx_points(phone_gpx(run))
    assert extension(in_steps[60], "cad") > 140
    assert in_nothing[60].extensions == []


def test_a_phone_may_start_late():
    run = simulated()
    [[first, *_]] = gpx_points(phone_gpx(run, started_late_s=90))
    assert first.time == START + timedelta(seconds=90)


def test_a_phone_has_no_treadmill():
    with pytest.raises(ValueError, match="treadmill"):
        phone_gpx(simulated("treadmill"))


def test_a_device_may_leave_out_positions_records_distance_and_climb():
    run = simulated(minutes=6)
    poor = replace(
        WATCH,
        counts_distance=False,
        counts_climb=False,
        unplaced=((60, 120),),
        unrecorded=((200, 250),),
    )
    rows = fit_messages(watch_fit(run, poor), "record")
    seconds = np.array([(row["timestamp"] - START.replace(tzinfo=None)).seconds for row in rows])
    assert seconds.tolist() == [*range(200), *range(250, 361)]
    placed = np.array([row["position_lat"] is not None for row in rows])
    assert seconds[~placed].tolist() == [*range(60, 120)]
    assert not any("distance" in row or "speed" in row for row in rows)
    [session] = fit_messages(watch_fit(run, poor), "session")
    assert not {"total_distance", "total_ascent", "total_descent"} & session.keys()
    points = gpx_points(phone_gpx(run, replace(PHONE, unplaced=poor.unplaced)))[0]
    assert len(points) == 361 - 60


def test_a_device_is_as_wrong_as_it_is_told_to_be():
    run = simulated(minutes=40)
    exact = replace(WATCH, distance_scale_sd=0.0, position_sd_m=0.0, altitude_sd_m=0.0)
    rows = fit_messages(watch_fit(run, exact), "record")
    assert rows[-1]["distance"] == pytest.approx(run.truth.distance_m, abs=0.01)
    heights = [row["enhanced_altitude"] for row in rows]
    assert heights == pytest.approx(run.activity.records.altitude_m, abs=0.11)
    wide = replace(PHONE, position_sd_m=9.0, position_lasting_s=5.0)
    points = gpx_points(phone_gpx(run, wide))[0]
    north = np.array([point.latitude for point in points]) - run.activity.records.latitude_deg
    assert (north * METRES_PER_DEGREE).std() == pytest.approx(9, rel=0.15)


@every_kind
def test_holes_lie_in_the_run_one_after_another(kind):
    run = simulated(kind)
    ends = [0.0, *(at for hole in holes(run, 4) for at in hole), run.truth.elapsed_s]
    assert ends == sorted(ends)
    assert all(30 <= last - first <= 180 for first, last in holes(run, 4))


def test_a_shifted_copy_differs_in_its_clock_only():
    run = simulated("paused", minutes=5)
    right = fit_messages(watch_fit(run), "record")
    wrong = fit_messages(watch_fit(run.shifted(hours=-2)), "record")
    for before, after in zip(right, wrong, strict=True):
        assert before.pop("timestamp") - after.pop("timestamp") == timedelta(hours=2)
        assert before == after


def test_a_truncated_file_is_a_beginning():
    content = watch_fit(simulated(minutes=3))
    assert truncated(content, 0.7) == content[: int(0.7 * len(content))]
    with pytest.raises(fitparse.FitParseError):
        fit_messages(truncated(content, 0.7), "record")


# --- a season


@pytest.fixture(scope="module")
def one():
    return season(TODAY, seed=7)


@pytest.fixture(scope="module")
def folder(one, tmp_path_factory):
    path = tmp_path_factory.mktemp("season")
    one.write(path)
    return path


def test_about_sixty_runs_until_yesterday(one):
    days = [recorded.run.on for recorded in one.runs]
    assert 55 <= len(days) <= 65
    assert days == sorted(set(days))
    assert days[0] >= TODAY - timedelta(weeks=16)
    assert days[-1] == TODAY - timedelta(days=1)


def test_runs_start_between_half_past_six_and_seven_in_the_evening(one):
    for recorded in one.runs:
        local = recorded.run.local_start
        assert local.tzinfo == ZoneInfo("Europe/Zurich")
        assert 6.5 <= local.hour + local.minute / 60 < 19


def test_the_clock_on_the_wall_changes_at_the_end_of_summer_time(one):
    offsets = [recorded.run.activity.utc_offset_s for recorded in one.runs]
    assert Counter(pairwise(offsets))[(7200, 3600)] == 1
    assert set(offsets) == {3600, 7200}


@pytest.mark.parametrize("seed", [0, 7])
def test_what_recorded_the_runs(seed):
    runs = season(TODAY, seed).runs
    late_s = [each.phone.started_late_s for each in runs if each.watch_kept and each.phone]
    assert len(late_s) == 6
    assert all(0 < late <= 120 for late in late_s)
    assert sum(each.watch_kept is None for each in runs) == 7
    [broken] = [each for each in runs if each.watch_kept not in {None, 1.0}]
    assert broken.phone is None
    [indoors] = [each for each in runs if each.run.kind == "treadmill"]
    assert indoors.phone is None
    phones = [each.phone for each in runs if each.phone]
    assert {phone.counting for phone in phones} == {"strides", "steps", None}


def test_one_week_is_far_harder_than_any_other(one):
    def between(first, last):
        """The runs of so many days before today."""
        runs = [recorded.run for recorded in one.runs]
        return [run for run in runs if first <= (TODAY - run.on).days <= last]

    def steps(runs):
        return sum(run.truth.steps for run in runs)

    hard = between(8, 14)
    kinds = Counter(run.kind for run in hard)
    assert (kinds["intervals"], kinds["hilly"]) == (2, 1)
    assert all(steps(hard) > 1.6 * steps(between(day, day + 6)) for day in range(15, 16 * 7, 7))


@pytest.mark.parametrize("seed", [0, 7, 42])
def test_calves_are_sore_after_the_hard_week_and_settling(seed):
    mornings = season(TODAY, seed).check_ins
    left = {(TODAY - each.on).days: each.left for each in mornings}
    right = {(TODAY - each.on).days: each.right for each in mornings}
    assert max(left[day] for day in left if day > 7) <= 3
    assert max(left[day] for day in range(8)) == 6
    assert all(left[day] > right[day] for day in range(8))
    assert left[0] == 3


def test_a_morning_a_day_with_a_few_missed(one):
    days = [each.on for each in one.check_ins]
    assert days == sorted(set(days))
    assert days[-1] == TODAY
    assert (days[-1] - days[0]).days + 1 - len(days) <= 5
    ran = {recorded.run.on for recorded in one.runs}
    for each in one.check_ins:
        after_a_run = each.on - timedelta(days=1) in ran
        assert (each.during is not None) == (each.rpe is not None) == after_a_run
        assert each.flags == frozenset()


def test_the_folder_holds_every_recording(one, folder):
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    expected = {path for each in one.runs for path, _ in each.files()}
    assert names == expected | {"checkins.csv"}
    assert sum(name.endswith(".fit") for name in names) == 53
    assert sum(name.endswith(".gpx") for name in names) == 13


def test_files_are_named_by_local_start_and_kind(one):
    first = one.runs[0]
    assert first.name == f"{first.run.local_start:%Y-%m-%d-%H%M}-easy"
    assert [path for path, _ in first.files()] == [f"watch/{first.name}.fit"]


def test_the_answers_come_back_from_the_csv(one, folder):
    assert tuple(from_csv(folder / "checkins.csv", TODAY)) == one.check_ins


def test_a_season_has_at_least_four_weeks():
    with pytest.raises(ValueError, match="at least 4"):
        season(TODAY, seed=1, weeks=3)
    short = season(TODAY, seed=1, weeks=4, timezone="Asia/Tokyo")
    assert {recorded.run.timezone for recorded in short.runs} == {"Asia/Tokyo"}
    assert sum(recorded.run.kind == "treadmill" for recorded in short.runs) == 1


# --- the same seed, the same bytes

DIGEST = """
from datetime import date
from hashlib import sha256
from flows.simulate import season
from flows.simulate.mornings import checkins_csv
made = season(date(2026, 11, 22), seed=7, weeks=4)
content = [data for each in made.runs for _, data in each.files()]
print(sha256(b"".join(content) + checkins_csv(made.check_ins).encode()).hexdigest())
"""


def test_another_process_with_other_hashes_writes_the_same_bytes():
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": zone},
            check=True,
            capture_output=True,
        ).stdout
        for hash_seed, zone in (("1", "UTC"), ("2", "America/New_York"))
    }
    assert len(digests) == 1


def test_another_seed_is_another_run():
    def digest(seed):
        return sha256(watch_fit(simulated(seed=seed, minutes=2))).digest()

    assert digest(1) == digest(1)
    assert digest(1) != digest(2)
