"""`runs keep`, `drop`, `restore` and `sport`: what the runner says stays said."""

from dataclasses import replace
from datetime import timedelta
from shutil import copytree

import pytest

from flows.simulate import phone_gpx, watch_fit
from flows.work import leased
from pipeline.activity import Totals
from pipeline.store.records import Store
from tests.flows.installation import TODAY, Installation, run_on

pytestmark = pytest.mark.slow  # each derives days, some read files again

DAY = TODAY - timedelta(days=3)
MINUTES = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Monday's run by watch and phone, and one of the day after."""
    folder = tmp_path_factory.mktemp("runs")
    twice = run_on(DAY, seed=1, minutes=MINUTES)
    (folder / "watch.fit").write_bytes(watch_fit(twice))
    (folder / "phone.gpx").write_bytes(phone_gpx(twice, started_late_s=20))
    later = run_on(DAY + timedelta(days=1), seed=2, minutes=MINUTES)
    (folder / "later.fit").write_bytes(watch_fit(later))
    return folder


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory, folder):
    made = Installation(tmp_path_factory.mktemp("taken_in") / "home")
    assert made.run("backfill", folder).code == 0
    return made


@pytest.fixture
def home(tmp_path, taken_in):
    copytree(taken_in.home, tmp_path / "home")
    return Installation(tmp_path / "home")


def by_file(home):
    return {each["file"]: each for each in home.json("runs")}


def id_of(home, file):
    return by_file(home)[file]["id"]


def counting(home):
    return {file for file, each in by_file(home).items() if each["counted"]}


def the_day(home):
    [day] = home.json("days", "--since", DAY, "--until", DAY)
    return day


def derived(home):
    """Everything that follows from the facts."""
    tables = home.tables()
    return tables["activity"], tables["day"]


BOTH_DAYS = {"watch.fit", "later.fit"}


def test_without_a_word_the_watch_counts(home):
    assert counting(home) == BOTH_DAYS
    assert by_file(home)["watch.fit"]["corrected"] is None


def test_keep_prefers_a_copy_and_takes_the_mark_from_the_other(home):
    watch, phone = id_of(home, "watch.fit"), id_of(home, "phone.gpx")
    done = home.json("runs", "keep", phone)
    assert (done["did"], done["counts"], done["run"]["counted"]) == ("keep", [phone], True)
    assert counting(home) == {"phone.gpx", "later.fit"}
    assert by_file(home)["watch.fit"]["duplicate_of"] == phone
    home.json("runs", "keep", watch)
    assert counting(home) == BOTH_DAYS
    rows = {row["activity_id"]: row["kept"] for row in home.tables()["correction"]}
    assert rows == {watch: 1}


def test_what_is_dropped_leaves_its_place_to_the_next_copy(home):
    watch, phone = id_of(home, "watch.fit"), id_of(home, "phone.gpx")
    done = home.json("runs", "drop", watch)
    assert done["counts"] == [phone]
    shown = by_file(home)["watch.fit"]
    assert (shown["counted"], shown["duplicate_of"]) == (False, None)
    assert shown["corrected"]["dropped"]
    assert "no, dropped" in home.run("runs").out
    done = home.json("runs", "drop", phone)
    assert (done["counts"], done["day"]["after"]["runs"]) == ([], 0)
    assert the_day(home)["known"], "somebody looked, and there was no run"


def test_a_dropped_run_stays_dropped_when_another_copy_arrives(home, tmp_path):
    watch, phone = id_of(home, "watch.fit"), id_of(home, "phone.gpx")
    home.json("runs", "drop", watch)
    home.json("runs", "drop", phone)
    before = derived(home)[1]
    late = run_on(DAY, seed=1, minutes=MINUTES)
    (tmp_path / "export.gpx").write_bytes(phone_gpx(late, heart_rate=True))
    assert home.run("backfill", tmp_path / "export.gpx").code == 0
    assert (counting(home), derived(home)[1]) == ({"later.fit"}, before)
    assert by_file(home)["export.gpx"]["duplicate_of"] == phone
    assert f"copy of {phone}" in home.run("runs").out
    home.json("runs", "restore", watch)
    assert counting(home) == BOTH_DAYS
    assert by_file(home)["export.gpx"]["duplicate_of"] == watch
    assert not by_file(home)["phone.gpx"]["counted"], "nobody took back that it was dropped"


def test_a_copy_of_a_dropped_run_can_be_kept(home, tmp_path):
    later = id_of(home, "later.fit")
    home.json("runs", "drop", later)
    again = run_on(DAY + timedelta(days=1), seed=2, minutes=MINUTES)
    (tmp_path / "export.gpx").write_bytes(phone_gpx(again))
    home.run("backfill", tmp_path / "export.gpx")
    assert counting(home) == {"watch.fit"}
    home.json("runs", "keep", id_of(home, "export.gpx"))
    assert counting(home) == {"watch.fit", "export.gpx"}


def test_a_walk_during_a_run_adds_only_what_is_its_own(calfwise, tmp_path):
    run = run_on(DAY, seed=1, minutes=10)
    until = run.activity.records.at_s <= run.activity.records.at_s[0] + 300
    first = replace(run.activity, records=run.activity.records.select(until), totals=Totals())
    (tmp_path / "watch.fit").write_bytes(watch_fit(replace(run, activity=replace(first, laps=()))))
    whole = phone_gpx(run).replace(b"<type>running", b"<type>walking")
    (tmp_path / "phone.gpx").write_bytes(whole)
    files = tmp_path / "watch.fit", tmp_path / "phone.gpx"
    assert calfwise.run("backfill", *files).code == 0
    runs = by_file(calfwise)
    assert runs["watch.fit"]["counted"]
    codes = {each["code"] for each in runs["phone.gpx"]["findings"]}
    assert "walk_overlaps_run" in codes
    [day] = calfwise.json("days", "--since", DAY, "--until", DAY)
    assert day["calf_km"] == pytest.approx(
        runs["watch.fit"]["calf_km"] + runs["phone.gpx"]["calf_km"] / 2, rel=0.02
    )


def test_restore_takes_everything_back(home):
    before = derived(home)
    watch, phone = id_of(home, "watch.fit"), id_of(home, "phone.gpx")
    for words in (("drop", watch), ("keep", phone), ("sport", watch, "walking")):
        assert home.run("runs", *words).code == 0
    assert derived(home) != before
    home.json("runs", "restore", phone)
    home.json("runs", "restore", watch)
    assert derived(home) == before
    assert home.tables()["correction"] == []


@pytest.mark.parametrize("name", ["walking", "hiking", "cycling", "Trail Run", "treadmill"])
def test_a_sport_is_derived_again_with_it(home, name):
    watch = id_of(home, "watch.fit")
    home.json("runs", "drop", id_of(home, "phone.gpx"))
    before = the_day(home)
    done = home.json("runs", "sport", watch, name)["run"]
    assert "sport_corrected" in {each["code"] for each in done["findings"]}
    if name in {"Trail Run", "treadmill"}:
        assert (done["sport"], done["sub_sport"]) == ("running", name.split()[0].lower())
        assert done["cadence_mean_spm"] > 100
        assert the_day(home)["runs"] == 1
    else:
        assert (done["sport"], done["counted"]) == (name, False)
        assert (done["cadence_mean_spm"], the_day(home)["runs"]) == (None, 0)
    if name == "cycling":
        assert (done["calf_km"], the_day(home)["calf_km"]) == (None, 0)
    else:
        assert the_day(home)["calf_km"] == pytest.approx(before["calf_km"], rel=0.2)


def test_a_later_sync_undoes_nothing(home, folder):
    home.run("runs", "sport", id_of(home, "later.fit"), "hiking")
    home.run("runs", "keep", id_of(home, "phone.gpx"))
    before = derived(home)
    report = home.json("backfill", folder)
    assert (report["unchanged"], report["days_changed"]) == (3, 0)
    assert derived(home) == before
    # As after another version of the code: every file is read again.
    home.change("UPDATE raw_file SET derived_with = 'older'")
    home.change("UPDATE athlete SET versions = 'older'")
    home.json("backfill", folder)
    assert derived(home) == before


def test_what_the_runner_says_goes_before_the_file_where_that_is_gone(home):
    later = id_of(home, "later.fit")
    for kept in (home.home / "raw").rglob("*"):
        if kept.is_file():
            kept.unlink()
    outcome = home.run("runs", "sport", later, "cycling")
    assert "gone" in outcome.out
    assert not by_file(home)["later.fit"]["counted"]
    home.run("runs", "restore", later)
    assert by_file(home)["later.fit"]["counted"]


def test_a_run_that_was_a_ride_is_no_run_on_the_phone_either(home):
    home.json("runs", "sport", id_of(home, "watch.fit"), "cycling")
    assert counting(home) == {"later.fit"}
    assert by_file(home)["phone.gpx"]["duplicate_of"] == id_of(home, "watch.fit")


def test_people_are_told_what_changed(home):
    told = home.run("runs", "drop", id_of(home, "later.fit"))
    on = (DAY + timedelta(days=1)).isoformat()
    assert told.out.startswith(f"Dropped: {id_of(home, 'later.fit')}, running, ")
    assert f"{on}: 1 run, " in told.out
    assert "-> no run" in told.out
    told = home.run("runs", "keep", id_of(home, "phone.gpx"))
    assert "its copies do not" in told.out
    told = home.run("runs", "sport", id_of(home, "phone.gpx"), "hiking")
    assert "only runs count" in told.out
    assert "hiking (you)" in home.run("runs").out


def test_the_beginning_of_an_id_is_enough(home):
    watch = id_of(home, "watch.fit")
    assert home.json("runs", "drop", watch[:6])["run"]["id"] == watch


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("drop", "nothing"), "calfwise runs"),
        (("drop", ""), "no such activity"),
        (("sport", "nothing", "running"), "no such activity"),
        (("sport", "nothing", "dancing"), "running"),
        (("sport", "nothing", "9"), "no such sport"),
        (("sport", "nothing"), "NAME"),
        (("forget", "nothing"), "forget"),
    ],
)
def test_what_makes_no_sense_changes_nothing(home, words, told):
    before = home.tables()
    outcome = home.run("runs", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
    assert home.tables() == before


def test_options_of_the_listing_do_not_go_with_a_correction(home):
    outcome = home.run("runs", "--csv", "drop", id_of(home, "watch.fit"))
    assert outcome.code == 2
    assert counting(home) == BOTH_DAYS


def test_a_sync_at_work_is_not_disturbed(home):
    store = Store(f"sqlite:///{home.home / 'calfwise.sqlite'}")
    with leased(store, "me"):
        assert home.run("runs", "drop", id_of(home, "watch.fit")).code == 75
    store.close()
    assert counting(home) == BOTH_DAYS


def test_what_only_a_copy_tells_is_shown_and_enters_no_sum(home):
    before = the_day(home)
    home.json("runs", "keep", id_of(home, "phone.gpx"))
    runs = by_file(home)
    [copy] = runs["phone.gpx"]["copies"]
    watch = runs["watch.fit"]
    assert (copy["id"], copy["file"]) == (watch["id"], "watch.fit")
    for key in ("heart_rate_mean_bpm", "cadence_mean_spm", "steps"):
        assert runs["phone.gpx"][key] is None
        assert copy["tells"][key] == watch[key]
    assert "distance_m" not in copy["tells"], "the one that counts tells it"
    assert (before["steps"], the_day(home)["steps"]) == (watch["steps"], None)
    assert not {"id", "sha256", "file", "duplicate_of", "steps_from"} & copy["tells"].keys()
    assert "1 tells heart rate, cadence" in home.run("runs").out


# --- what was told of a run is told of every recording of it


def after(home, *words):
    """The verdict of the morning after, the effort of the day, and what was told of each file."""
    assert home.run(*words).code == 0
    on = DAY + timedelta(days=1)
    return (
        home.json("advise", "--on", on)["verdict"],
        the_day(home)["srpe_au"] is not None,
        {file: each["rpe"] for file, each in by_file(home).items() if each["rpe"] is not None},
    )


def told(run_id):
    """Much pain and some effort of a run, none of it in the morning."""
    on = DAY + timedelta(days=1)
    answer = ("--left", 0, "--right", 0, "--during", 5, "--rpe", 6, "--run", run_id)
    return ("checkin", "--on", on, *answer)


@pytest.mark.parametrize("named", ["watch.fit", "phone.gpx"])
def test_pain_stays_told_whichever_recording_counts(home, named):
    watch, phone = id_of(home, "watch.fit"), id_of(home, "phone.gpx")
    assert after(home, *told(id_of(home, named))) == ("easy", True, {"watch.fit": 6})
    assert after(home, "runs", "keep", phone) == ("easy", True, {"phone.gpx": 6})
    assert after(home, "runs", "restore", phone) == ("easy", True, {"watch.fit": 6})
    assert after(home, "runs", "drop", watch) == ("easy", True, {"phone.gpx": 6})
    assert after(home, "runs", "drop", phone)[2] == {}, "nothing counts of which it could speak"
    assert after(home, "runs", "restore", phone) == ("easy", True, {"phone.gpx": 6})
    assert after(home, "runs", "restore", watch) == ("easy", True, {"watch.fit": 6})


def test_a_richer_recording_that_comes_late_takes_no_pain_away(calfwise, folder, tmp_path):
    place = tmp_path / "late"
    place.mkdir()
    (place / "phone.gpx").write_bytes((folder / "phone.gpx").read_bytes())
    calfwise.json("backfill", place)
    assert after(calfwise, *told(id_of(calfwise, "phone.gpx")))[:2] == ("easy", True)
    (place / "watch.fit").write_bytes((folder / "watch.fit").read_bytes())
    assert after(calfwise, "backfill", place) == ("easy", True, {"watch.fit": 6})
    for row in calfwise.tables()["day"]:
        assert row["verdict"] == "easy"


# --- what the runner corrects, the next report does not tell


def test_what_the_runner_changed_after_an_upgrade_is_no_news(home, folder):
    for days in (0, 1, 2):
        home.run("checkin", "--on", DAY + timedelta(days=days), "--left", 1, "--right", 0)
    home.change("UPDATE day SET monotony = 9.0")
    home.change("UPDATE athlete SET versions = 'older'")
    home.json("runs", "drop", id_of(home, "watch.fit"))
    home.json("runs", "drop", id_of(home, "phone.gpx"))
    home.json("runs", "sport", id_of(home, "later.fit"), "hiking")
    report = home.json("backfill", folder)
    assert report["corrected_days"] == []
    found = report["changes"]
    assert found["runs"]["changed"] == 0
    changed = {name for name, each in found["days"]["metrics"].items() if each["changed"]}
    assert "calf_km" not in changed
    assert "runs" not in changed
    assert found["days"]["metrics"]["monotony"]["gone"] > 0, "that was not the runner"
    assert home.json("backfill", folder)["changes"] is None


def test_without_any_run_left_the_days_say_where_to_look(home):
    for each in by_file(home).values():
        home.json("runs", "drop", each["id"])
    outcome = home.run("days")
    assert (outcome.code, outcome.out) == (0, "")
    assert "calfwise runs lists" in outcome.err
    assert "backfill" not in outcome.err


def test_time_that_two_counted_runs_share_is_said(calfwise, tmp_path):
    run = run_on(DAY, seed=1, minutes=10)
    late = phone_gpx(run, started_late_s=400)
    tmp_path.joinpath("phone.gpx").write_bytes(late)
    until = run.activity.records.at_s <= run.activity.records.at_s[0] + 480
    first = run.activity.records.select(until)
    activity = replace(run.activity, records=first, totals=Totals(), laps=())
    cut = watch_fit(replace(run, activity=activity))
    tmp_path.joinpath("watch.fit").write_bytes(cut)
    assert calfwise.run("backfill", tmp_path / "watch.fit", tmp_path / "phone.gpx").code == 0
    [watch, phone] = calfwise.json("runs")
    assert watch["counted"]
    assert phone["counted"]
    assert "overlaps_counted_run" in {each["code"] for each in phone["findings"]}
