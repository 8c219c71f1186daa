"""Exports as vendors give them: Strava's list beside files, Garmin's zips, folders of others."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from flows.simulate import phone_gpx, watch_fit
from tests.connectors.exports_made import (
    Told,
    garmin_export,
    packed,
    strava_export,
    strava_list,
    unpacked,
)
from tests.flows.installation import SETTINGS, TODAY, run_on
from tests.flows.test_intake import counts

pytestmark = pytest.mark.slow  # each takes whole exports in, some twice

FIT, GPX = "activities/11.fit.gz", "activities/12.gpx"
MINUTES = 2


def watched(back, *, rpe=None):
    true = run_on(TODAY - timedelta(days=back), seed=back, minutes=MINUTES)
    return watch_fit(replace(true, activity=replace(true.activity, rpe=rpe)))


def phoned(back, *, sport="running"):
    """A phone's file; without a sport where that is empty, as Strava wrote them for years."""
    content = phone_gpx(run_on(TODAY - timedelta(days=back), seed=back, minutes=MINUTES))
    named = b"" if not sport else f"<type>{sport}</type>".encode()
    return re.sub(rb"<type>[^<]*</type>", named, content)


TOLD = (
    Told(FIT, rpe="7.0", gear="Blue pair", name="Hills"),
    Told(GPX, rpe="3.0", gear="Old pair", name="Home"),
)


@pytest.fixture(scope="module")
def files():
    return {FIT: watched(3), GPX: phoned(5)}


def export(files, *told, language="german"):
    return strava_export(strava_list(list(told or TOLD), language), files)


def zipped(path, content):
    path.write_bytes(packed(content))
    return path


def noted(home):
    """Effort, its source, shoes and name of each run, the earliest first."""
    keys = ("rpe", "rpe_from", "shoes", "name")
    return [tuple(each[key] for key in keys) for each in home.json("runs")]


BOTH = [(3.0, "export", "Old pair", "Home"), (7.0, "export", "Blue pair", "Hills")]
NOTHING = [(None, None, None, None)] * 2


# --- Strava


@pytest.mark.parametrize("language", ["english", "french", "unheard of"])
def test_a_strava_export_gives_effort_shoes_and_names(calfwise, tmp_path, files, language):
    place = zipped(tmp_path / "export.zip", export(files, language=language))
    report = calfwise.json("backfill", place)
    assert counts(report) == {"found": 7, "new": 7, "read": 2, "refused": 5}
    assert {each["reason"] for each in report["refused_files"]} == {"not_an_activity"}
    assert noted(calfwise) == BOTH
    days = {day["on"]: day["srpe_au"] for day in calfwise.json("days")}
    [_, run] = calfwise.json("runs")
    assert days[run["local_date"]] == pytest.approx(7 * run["timer_s"] / 60)


def test_unpacked_it_is_the_same(calfwise, tmp_path, files):
    folder = unpacked(tmp_path / "export", export(files))
    assert calfwise.run("backfill", folder).code == 0
    assert noted(calfwise) == BOTH
    assert counts(calfwise.json("backfill", folder)) == {"found": 7, "unchanged": 7}


def test_files_that_somebody_unpacked_one_by_one(calfwise, tmp_path, files):
    folder = unpacked(tmp_path / "export", {"deep/activities.csv": export(files)["activities.csv"]})
    bare = {f"deep/{name.removesuffix('.gz')}": content for name, content in files.items()}
    calfwise.json("backfill", unpacked(folder, bare))
    assert noted(calfwise) == BOTH


def test_the_list_may_come_after_its_files(calfwise, tmp_path, files):
    backwards = dict(reversed(export(files).items()))
    assert calfwise.run("backfill", zipped(tmp_path / "a.zip", backwards)).code == 0
    assert noted(calfwise) == BOTH


def test_an_export_in_a_zip_of_a_folder(calfwise, tmp_path, files):
    inner = {f"export_1/{name}": content for name, content in export(files).items()}
    assert calfwise.run("backfill", zipped(tmp_path / "a.zip", inner)).code == 0
    assert noted(calfwise) == BOTH


def test_what_a_report_shows_of_an_export(calfwise, tmp_path, files):
    broken = {**files, "activities/13.fit.gz": b"not a FIT file"}
    told = calfwise.run("backfill", zipped(tmp_path / "a.zip", export(broken)))
    assert told.code == 4
    assert "told of 2 files" in told.out
    assert "5 of the refused are no activities" in told.out
    shown = [line for line in told.out.splitlines() if line.startswith("  refused: ")]
    assert len(shown) == 1
    assert "activities/13.fit.gz" in shown[0]


def test_a_damaged_list_is_one_line_and_the_files_are_read(calfwise, tmp_path, files):
    content = export(files)
    content["activities.csv"] = content["activities.csv"][:-30]
    report = calfwise.json("backfill", zipped(tmp_path / "a.zip", content), code=4)
    wrong = [each for each in report["refused_files"] if each["reason"] != "not_an_activity"]
    assert [each["file"] for each in wrong] == ["a.zip!activities.csv"]
    assert report["read"] == 2
    assert noted(calfwise) == [NOTHING[0], BOTH[1]], "the line that was cut off tells nothing"


def test_a_later_list_of_known_files_changes_what_is_told(calfwise, tmp_path, files):
    folder = unpacked(tmp_path / "export", export(files))
    calfwise.json("backfill", folder)
    changed = export(files, Told(FIT, rpe="4.0", gear="New pair", name="Hills"), TOLD[1])
    unpacked(folder, {"activities.csv": changed["activities.csv"]})
    report = calfwise.json("backfill", folder)
    assert counts(report) == {"found": 7, "new": 1, "refused": 1, "unchanged": 6}
    assert report["days_changed"] > 0
    assert noted(calfwise) == [BOTH[0], (4.0, "export", "New pair", "Hills")]


def test_a_later_export_of_the_same_bytes_holds(calfwise, tmp_path, files):
    calfwise.json("backfill", zipped(tmp_path / "one.zip", export(files)))
    later = export(files, Told(FIT, rpe="", gear="New pair", name="Hills"), TOLD[1])
    calfwise.json("backfill", zipped(tmp_path / "two.zip", later))
    assert noted(calfwise) == [BOTH[0], (7.0, "export", "New pair", "Hills")]
    stored = calfwise.tables()
    calfwise.json("backfill", tmp_path / "one.zip")
    assert calfwise.tables() == stored, "nothing new was told"


def test_files_known_from_the_watch_before_the_export(calfwise, tmp_path, files):
    watch = {"2026/A.FIT": files[FIT], "b.gpx": files[GPX]}
    calfwise.json("backfill", unpacked(tmp_path / "watch", watch))
    assert noted(calfwise) == NOTHING
    assert {day["srpe_au"] for day in calfwise.json("days")} == {None, 0}
    report = calfwise.json("backfill", zipped(tmp_path / "a.zip", export(files)))
    assert (report["unchanged"], report["runs_added"]) == (2, 0)
    assert report["days_changed"] == 2
    assert noted(calfwise) == BOTH


def test_the_answer_goes_before_the_file_and_the_file_before_the_export(calfwise, tmp_path):
    content = {
        "activities/1.fit.gz": watched(8),
        "activities/2.fit.gz": watched(6, rpe=5.0),
        "activities/3.fit.gz": watched(1, rpe=5.0),
    }
    told = [Told(name, rpe="8") for name in content]
    calfwise.json("backfill", zipped(tmp_path / "a.zip", export(content, *told)))
    calfwise.run("checkin", "--left", "1", "--right", "1", "--rpe", "2")
    assert [each[:2] for each in noted(calfwise)] == [
        (8.0, "export"), (5.0, "file"), (2.0, "checkin"),
    ]  # fmt: skip
    srpe = {day["on"]: day["srpe_au"] for day in calfwise.json("days")}
    for run in calfwise.json("runs"):
        assert srpe[run["local_date"]] == pytest.approx(run["rpe"] * run["timer_s"] / 60)


def test_what_was_told_outlives_the_export_and_a_new_derivation(calfwise, tmp_path, files):
    place = zipped(tmp_path / "a.zip", export(files))
    calfwise.json("backfill", place)
    place.unlink()
    (calfwise.home / "calfwise.toml").write_text(SETTINGS + "hr_rest = 50\nhr_max = 190\n")
    calfwise.json("sync")
    assert noted(calfwise) == BOTH


def test_what_an_export_tells_of_a_copy_is_told_of_the_run(calfwise, tmp_path):
    """The shoes are those of the run, before any date; name and effort of the copy are shown."""
    (tmp_path / "watch.fit").write_bytes(watched(5))
    calfwise.json("backfill", tmp_path / "watch.fit")
    calfwise.json("shoes", "add", "Everyday", "--from", TODAY - timedelta(days=90))
    calfwise.json("shoes", "add", "old PAIR", "--from", TODAY, "--kind", "minimal")
    [(before, day)] = zip(calfwise.json("runs"), calfwise.json("days"), strict=True)
    assert before["shoes"] == "Everyday"
    calfwise.json("backfill", zipped(tmp_path / "a.zip", export({GPX: phoned(5)})))
    runs = {each["counted"]: each for each in calfwise.json("runs")}
    assert (runs[True]["id"], runs[True]["shoes"]) == (before["id"], "Old pair")
    [copy] = runs[True]["copies"]
    told = {"name": "Home", "rpe": 3.0}
    assert {key: copy["tells"].get(key) for key in told} == told
    assert (runs[True]["name"], runs[True]["rpe"]) == (None, None)
    worn = {each["name"]: each["runs"] for each in calfwise.json("shoes", "list")}
    assert worn == {"Everyday": 0, "old PAIR": 1}
    # Minimal shoes ask more of the calves, and the day is reckoned with them as well.
    assert runs[True]["calf_km"] > before["calf_km"]
    [now] = calfwise.json("days")
    assert now["calf_km"] == pytest.approx(runs[True]["calf_km"])
    assert now["calf_km"] > day["calf_km"]
    calfwise.json("runs", "drop", copy["id"])
    assert {each["shoes"] for each in calfwise.json("runs") if each["counted"]} == {"Everyday"}


def test_the_runs_own_shoes_go_before_those_of_a_copy(calfwise, tmp_path):
    files = {FIT: watched(5), GPX: phoned(5)}
    calfwise.json("backfill", zipped(tmp_path / "a.zip", export(files)))
    assert [each["shoes"] for each in calfwise.json("runs") if each["counted"]] == ["Blue pair"]


def test_the_gear_of_a_ride_is_no_pair_of_shoes(calfwise, tmp_path):
    content = {GPX: phoned(5, sport="cycling")}
    calfwise.json("backfill", zipped(tmp_path / "a.zip", export(content, *TOLD)))
    assert noted(calfwise) == [(3.0, "export", None, "Home")]


@pytest.mark.parametrize("backwards", [False, True], ids=["list first", "list last"])
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Ride", ("cycling", False, "sport_told")),
        ("Trail Run", ("running", True, "sport_told")),
        ("Fietsrit", ("running", True, "sport_inferred")),
    ],
)
def test_the_sport_of_a_file_that_names_none(calfwise, tmp_path, backwards, kind, expected):
    content = export({GPX: phoned(5, sport="")}, replace(TOLD[1], type=kind), language="english")
    content = dict(reversed(content.items())) if backwards else content
    calfwise.json("backfill", zipped(tmp_path / "a.zip", content))
    [run] = calfwise.json("runs")
    [found] = [each["code"] for each in run["findings"] if each["code"].startswith("sport_")]
    assert (run["sport"], run["counted"], found) == expected
    stored = calfwise.tables()
    for more in ("hr_rest = 50\nhr_max = 190\n", ""):  # whatever is derived again says the same
        (calfwise.home / "calfwise.toml").write_text(SETTINGS + more)
        calfwise.json("sync")
    assert calfwise.tables()["activity"] == stored["activity"]


def test_a_file_that_names_its_sport_keeps_it(calfwise, tmp_path):
    content = export({FIT: watched(3)}, replace(TOLD[0], type="Ride"), language="english")
    calfwise.json("backfill", zipped(tmp_path / "a.zip", content))
    [run] = calfwise.json("runs")
    assert (run["sport"], run["counted"]) == ("running", True)


def test_a_file_of_several_activities_is_not_told_of(calfwise, tmp_path):
    one, other = phoned(5), phoned(4)
    track = other[other.index(b"<trk>") : other.index(b"</gpx>")]
    content = export({GPX: one.replace(b"</gpx>", track + b"</gpx>")})
    calfwise.json("backfill", zipped(tmp_path / "a.zip", content))
    assert noted(calfwise) == NOTHING


def test_two_lists_of_the_same_bytes_tell_each_of_its_own_files(calfwise, tmp_path, files):
    folder = unpacked(tmp_path / "all" / "unpacked", export(files))
    zipped(folder.parent / "a.zip", export(files))
    report = calfwise.json("backfill", folder.parent)
    # What is empty is refused unread, so nobody can say that it is the same.
    assert counts(report) == {"found": 14, "new": 14, "read": 2, "refused": 7, "duplicates": 5}
    assert noted(calfwise) == BOTH


def test_runs_shows_shoes_and_where_an_effort_comes_from(calfwise, tmp_path, files):
    calfwise.json("backfill", zipped(tmp_path / "a.zip", export(files)))
    shown = calfwise.run("runs").out
    for word in ("rpe from", "shoes", "Blue pair", "export"):
        assert word in shown


def test_explain_of_a_list_and_of_an_effort(calfwise, tmp_path):
    place = unpacked(tmp_path, export({FIT.removesuffix(".gz"): watched(3, rpe=6.0)}))
    document = calfwise.json("explain", place / "activities.csv")
    assert (document["status"], document["reason"]) == ("refused", "not_an_activity")
    [run] = calfwise.json("explain", place / FIT.removesuffix(".gz"))["activities"]
    assert (run["rpe"], run["rpe_from"], run["shoes"], run["name"]) == (6.0, "file", None, None)
    assert "6 of 10" in calfwise.run("explain", place / FIT.removesuffix(".gz")).out


def test_nothing_of_an_effort_is_printed_by_a_backfill(calfwise, tmp_path, files):
    secret = [Told(FIT, rpe="9.25", gear="Secret pair", name="Secret"), TOLD[1]]
    content = export(files, *secret)
    content["activities.csv"] = content["activities.csv"][:-30]
    told = calfwise.run("backfill", zipped(tmp_path / "a.zip", content))
    assert not {"9.25", "Secret"} & set(re.findall(r"[\w.]+", told.out + told.err))


# --- Garmin


@pytest.mark.parametrize("is_zipped", [True, False])
def test_a_garmin_account_export(calfwise, tmp_path, is_zipped):
    content = garmin_export({"me_5.fit": watched(3), "me_6.fit": watched(4)})
    place = (
        zipped(tmp_path / "garmin.zip", content)
        if is_zipped
        else unpacked(tmp_path / "garmin", content)
    )
    told = calfwise.json("backfill", place)
    assert counts(told) == {"found": 14, "new": 14, "read": 2, "refused": 9, "duplicates": 3}
    assert {each["reason"] for each in told["refused_files"]} == {"not_an_activity"}
    shown = calfwise.run("backfill", place).out
    assert "refused: " not in shown


def test_the_uploads_of_garmins_export_alone(calfwise, tmp_path):
    content = garmin_export({"me_5.fit": watched(3)})
    [(name, uploads), *_] = [each for each in content.items() if each[0].endswith(".zip")]
    for folder in ("DI-Connect-Uploaded-Files", "DI-Connect-Fitness-Uploaded-Files"):
        unpacked(tmp_path / "a" / folder, {name.rpartition("/")[2]: uploads})
    report = calfwise.json("backfill", tmp_path / "a")
    assert report["read"] == 1
    assert {each["reason"] for each in report["refused_files"]} == {"not_an_activity"}
    assert counts(calfwise.json("backfill", tmp_path / "a")) == {"found": 14, "unchanged": 14}


def test_what_is_no_recording_outside_of_an_export_is_told(calfwise, tmp_path):
    diary = {"letter.txt": b"Dear diary", "notes/letter.txt": b"Dear diary"}
    report = calfwise.json("backfill", unpacked(tmp_path / "a", diary), code=4)
    assert counts(report) == {"found": 2, "new": 2, "refused": 1, "duplicates": 1}
    assert [each["reason"] for each in report["refused_files"]] == ["unknown_format"]


# --- Coros, Suunto, Polar, and Garmin Connect's single files


@pytest.mark.parametrize(
    "layout",
    [
        lambda fit, gpx: {"COROS/2026/Run20260301.FIT": fit, "COROS/2026/03/Run.GPX": gpx},
        lambda fit, gpx: {"suunto-2026-03-01.fit.gz": packed({"a.fit": fit}), "b.gpx": gpx},
        lambda fit, gpx: {"1.zip": packed({"1_A.fit": fit}), "2.ZIP": packed({"t.gpx": gpx})},
        lambda fit, gpx: {"a.zip": packed({"1.zip": packed({"1.fit": fit}), "deep/2.GPX": gpx})},
        lambda fit, gpx: {"Polar Flow/Me_2026-03-01.GPX": gpx, "Polar Flow/x/no suffix": fit},
    ],
    ids=["Coros", "Suunto", "Garmin Connect", "zips in a zip", "Polar"],
)  # fmt: skip
def test_folders_of_single_files(calfwise, tmp_path, files, layout):
    folder = unpacked(tmp_path / "runs", layout(files[FIT], files[GPX]))
    assert counts(calfwise.json("backfill", folder)) == {"found": 2, "new": 2, "read": 2}
    assert {run["format"] for run in calfwise.json("runs")} == {"fit", "gpx"}
    assert noted(calfwise) == NOTHING
