"""Everything again from the kept files, what that changed, and days that a late file corrects."""

import os
import random
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from statistics import median

import pytest

from flows import intake
from flows.jobs import answers
from flows.simulate import phone_gpx, simulate_run, watch_fit
from flows.work import leased
from pipeline.store import raw
from pipeline.store.records import Store
from pipeline.versions import METRICS_VERSION
from tests.flows.installation import SETTINGS, TODAY, Installation, run_on, write_runs
from tests.flows.test_contract import check

pytestmark = pytest.mark.slow  # together: each takes less, but they are many

NOTHING = "Nothing changed: every number and every verdict is what it was."


def ago(days):
    return TODAY - timedelta(days=days)


@pytest.fixture
def home(calfwise, runs_folder):
    """Four runs on every other day and a copy of one, and answers after each of them."""
    assert calfwise.run("backfill", runs_folder).code == 0
    for back in range(8):
        answer = ("--left", 1, "--right", 0)
        assert calfwise.run("checkin", "--on", ago(back), *answer).code == 0
    return calfwise


def a_file(folder, name, on, *, hour=6, minutes=3, seed=99):
    start = datetime.combine(on, time(hour), UTC)
    folder.mkdir(parents=True, exist_ok=True)
    true = simulate_run("easy", start_at=start, minutes=minutes, seed=seed)
    (folder / name).write_bytes(watch_fit(true))
    return folder / name


def doubled(home, since):
    """Make the stored calf load of runs wrong: deriving them again halves it."""
    home.change("UPDATE activity SET calf_km = calf_km * 2 WHERE local_date >= ?", str(since))


def metrics(document, of="runs"):
    found = document["changes"][of]["metrics"]
    return {
        name: each for name, each in found.items() if each["changed"] + each["new"] + each["gone"]
    }


# --- reprocess


def test_nothing_changed_is_one_sentence(home):
    before = home.tables()
    outcome = home.run("reprocess")
    assert (outcome.code, outcome.out.splitlines()[1:]) == (0, [NOTHING])
    assert outcome.out.startswith("5 kept files derived again, ")
    assert home.tables() == before
    document = home.json("reprocess")
    check(document, "reprocess")
    assert (document["derived_again"], document["days_changed"], metrics(document)) == (5, 0, {})
    assert document["changes"]["runs"]["compared"] == 5


def test_other_arithmetic_is_told_by_metric(home, monkeypatch):
    """A newer version that halves calf load, adds a second, and knows how to tell TRIMP."""
    is_counted = {each["id"]: each["counted"] for each in home.json("runs")}
    before = {each["id"]: each["calf_km"] for each in home.json("runs")}

    def lighter(jobs, *given, **more):
        for job, reading in answers(jobs, *given, **more):
            assert reading is not None
            rows = tuple(
                replace(row, calf_km=(row.calf_km or 0) / 2, elapsed_s=row.elapsed_s + 1, trimp=3.0)
                for row in reading.rows
            )
            yield job, replace(reading, rows=rows)

    with monkeypatch.context() as newer:
        newer.setattr(intake, "answers", lighter)
        for module in ("flows.plans", "flows.days", "pipeline.store.files"):
            newer.setattr(f"{module}.METRICS_VERSION", METRICS_VERSION + 1)
        document = home.json("reprocess")
        versions = {each["metrics_version"] for each in home.json("runs") + home.json("days")}
    check(document, "reprocess")
    assert versions == {METRICS_VERSION + 1}
    told = metrics(document)
    assert set(told) == {"calf_km", "hardest_before_calf_km", "elapsed_s", "trimp"}
    assert (told["trimp"]["new"], told["trimp"]["changed"]) == (5, 0)
    assert (told["elapsed_s"]["median"], told["elapsed_s"]["unit"]) == (1.0, "s")
    calf = told["calf_km"]
    assert (calf["changed"], calf["unit"]) == (5, "calf-km")
    assert calf["median"] == pytest.approx(-median(before.values()) / 2)
    largest = calf["largest"]
    assert largest["change"] == pytest.approx(-max(before.values()) / 2)
    assert before[largest["id"]] == largest["was"] == pytest.approx(2 * largest["now"])
    runs = {each["id"]: each["local_date"] for each in home.json("runs")}
    assert largest["on"] == runs[largest["id"]]
    assert metrics(document, "days")["calf_km"]["changed"] == sum(is_counted.values())


def test_verdicts_that_differ_are_all_named(home):
    wrong = {}
    for back in (3, 1):
        wrong[ago(back).isoformat()] = "physician"
        home.change("UPDATE day SET verdict = 'physician' WHERE on_date = ?", str(ago(back)))
    true = {each["on"]: each["verdict"] for each in home.json("days")}
    document = home.json("reprocess", "--dry-run")
    told = [(each["on"], each["was"], each["now"]) for each in document["changes"]["verdicts"]]
    assert [(on, was) for on, was, _ in told] == sorted(wrong.items())
    outcome = home.run("reprocess")
    assert "2 days with another verdict:" in outcome.out
    for on, was, now in told:
        assert now != true[on] == was
        assert f"  {on}: {was} -> {now.replace('_', ' ')}" in outcome.out


def test_a_dry_run_says_the_same_and_writes_nothing(home):
    doubled(home, ago(4))
    before = home.tables()
    files = sorted(home.home.rglob("*"))
    rehearsed = home.json("reprocess", "--dry-run")
    assert home.tables() == before
    assert sorted(home.home.rglob("*")) == files
    done = home.json("reprocess")
    check(rehearsed, "reprocess")
    assert (rehearsed.pop("dry_run"), done.pop("dry_run")) == (True, False)
    assert {key for key in done if done[key] != rehearsed[key]} == {"seconds"}
    assert metrics(done)["calf_km"]["changed"] == 2
    assert "nothing was written" in home.run("reprocess", "--dry-run").out


def test_only_files_since_a_date(home):
    doubled(home, ago(30))
    document = home.json("reprocess", "--since", ago(3))
    assert (document["derived_again"], metrics(document)["calf_km"]["changed"]) == (2, 2)
    assert {each["on"] for each in [metrics(document)["calf_km"]["largest"]]} <= {
        str(ago(3)), str(ago(1)),
    }  # fmt: skip
    assert metrics(home.json("reprocess"))["calf_km"]["changed"] == 3


def test_a_copy_that_is_gone_keeps_its_numbers_and_is_said(home):
    doubled(home, ago(30))
    gone, *_ = stored = home.json("runs")
    raw.path_of(home.home / "raw" / "me", gone["sha256"]).write_bytes(b"spoilt")
    for _ in range(2):
        outcome = home.run("reprocess", "--json")
        assert outcome.json["kept_copies_gone"] == [gone["file"]]
        assert f"The kept copy of {gone['file']} is spoilt" in outcome.err
    assert next(each for each in home.json("runs") if each["id"] == gone["id"]) == gone
    assert f"its numbers stay: {gone['file']}" in home.run("reprocess").out
    assert "gone" not in home.run("sync").err
    assert len(home.json("runs")) == len(stored)


def test_many_workers_give_the_tables_of_one(home, tmp_path):
    doubled(home, ago(30))
    with sqlite3.connect(home.home / "calfwise.sqlite") as here:
        other = Installation(tmp_path / "other")
        with sqlite3.connect(other.home / "calfwise.sqlite") as there:
            here.backup(there)
    (other.home / "raw").symlink_to(home.home / "raw")
    homes = zip((home, other), (1, 3), strict=True)
    one, many = (each.json("reprocess", "--workers", count) for each, count in homes)
    assert one["changes"] == many["changes"]
    assert home.tables() == other.tables()


def test_who_may_not(home):
    assert home.run("reprocess", "--athlete", "nobody").code == 3
    assert home.run("reprocess", "--since", "tuesday").code == 2
    store = Store(f"sqlite:///{home.home / 'calfwise.sqlite'}")
    with leased(store, "me"):
        assert [home.run("reprocess", *flag).code for flag in ((), ("--dry-run",))] == [75, 75]
    store.close()


def test_a_database_on_a_server_cannot_be_rehearsed_with(home, monkeypatch):
    monkeypatch.setattr("flows.again.is_one_file", lambda _engine: False)
    outcome = home.run("reprocess", "--dry-run")
    assert (outcome.code, outcome.out) == (2, "")
    assert "SQLite" in outcome.err
    assert home.run("reprocess").code == 0


# --- the same by itself, in a sync


def test_a_sync_that_derives_again_says_so_once(home):
    settings = SETTINGS + "hr_rest = 50\nhr_max = 190\nsex = 'female'\n"
    (home.home / "calfwise.toml").write_text(settings)
    outcome = home.run("sync")
    [told] = [line for line in outcome.out.splitlines() if "derived" in line.lower()]
    assert told.startswith("Derived 5 kept files again")
    assert "4 runs" in told or "5 runs" in told
    assert "trimp: " in told
    quiet = home.json("sync")
    check(quiet, "backfill")
    assert (quiet["changes"], quiet["derived_again"]) == (None, 0)


def test_newer_rules_are_told_by_the_next_sync_whoever_judged_the_days(home):
    """Any command judges the days anew, and none of them but a sync tells what that changed."""
    home.change("UPDATE day SET verdict = 'rest' WHERE on_date = ?", str(ago(2)))
    home.change("UPDATE athlete SET versions = 'metrics 1 rules 0'")
    home.run("advise")
    [change] = home.json("sync")["changes"]["verdicts"]
    assert (change["on"], change["was"]) == (str(ago(2)), "rest")
    assert home.json("sync")["changes"] is None


# --- late files


def test_a_late_file_says_which_day_it_corrects(home, tmp_path):
    was = {each["on"]: each for each in home.json("days")}
    a_file(tmp_path / "late", "evening.fit", ago(3), hour=17)
    a_file(tmp_path / "late", "forgotten.fit", ago(4), seed=5)
    document = home.json("backfill", tmp_path / "late")
    check(document, "backfill")
    [first, second, *others] = document["corrected_days"]
    now = {each["on"]: each for each in home.json("days")}
    assert [first["on"], second["on"]] == [str(ago(4)), str(ago(3))]
    assert [(day["was"]["runs"], day["now"]["runs"]) for day in (first, second)] == [(0, 1), (1, 2)]
    for day in others:
        assert day["was"] == day["now"] | {"verdict": day["was"]["verdict"]}, "the verdict alone"
    for day in document["corrected_days"]:
        for side, table in (("was", was), ("now", now)):
            stored = table[day["on"]]
            assert day[side] == {key: stored[key] for key in day[side]}
    assert home.json("backfill", tmp_path / "late")["corrected_days"] == []


def test_in_words(home, tmp_path):
    """An hour among runs of two minutes is a spike, which the days after it are judged by."""
    a_file(tmp_path / "late", "evening.fit", ago(3), hour=17, minutes=60)
    lines = home.run("backfill", tmp_path / "late").out.splitlines()
    [distance_m] = [each["distance_m"] for each in home.json("days") if each["runs"] == 2]
    assert lines[2:] == [
        f"{ago(3)}: 1 run, 0.3 km -> 2 runs, {distance_m / 1000:.1f} km.",
        f"{ago(2)}: verdict as planned -> easy.",
        f"{ago(1)}: verdict as planned -> easy.",
    ]


def test_history_into_an_empty_home_corrects_nothing(calfwise, tmp_path):
    calfwise.run("checkin", "--left", 2, "--right", 0)
    folder = write_runs(tmp_path / "files", 4, minutes=2)
    assert calfwise.json("backfill", folder)["corrected_days"] == []
    a_file(tmp_path / "older", "old.fit", ago(40))
    assert calfwise.json("backfill", tmp_path / "older")["corrected_days"] == []


def test_a_richer_copy_corrects_the_day(calfwise, tmp_path):
    true = run_on(ago(3), seed=3, minutes=6)
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "phone.gpx").write_bytes(phone_gpx(true, started_late_s=60))
    calfwise.json("backfill", folder)
    (folder / "watch.fit").write_bytes(watch_fit(true))
    [day] = calfwise.json("backfill", folder)["corrected_days"]
    assert (day["was"]["runs"], day["now"]["runs"]) == (1, 1)
    assert day["now"]["distance_m"] > day["was"]["distance_m"]


def test_many_corrected_days_are_counted(calfwise, tmp_path):
    a_file(tmp_path / "files", "first.fit", ago(30))
    a_file(tmp_path / "files", "last.fit", ago(1), seed=4)
    calfwise.run("backfill", tmp_path / "files")
    for back in range(5, 18):
        a_file(tmp_path / "late", f"{back}.fit", ago(back), minutes=2, seed=back)
    outcome = calfwise.run("backfill", tmp_path / "late")
    named = [line for line in outcome.out.splitlines() if "no run -> 1 run" in line]
    assert len(named) == 10
    assert "and 3 more" in outcome.out


# --- kills


class Killed(BaseException):
    """As if the process had ended here."""


def test_the_report_after_a_kill_tells_of_everything(home, monkeypatch):
    doubled(home, ago(30))
    whole = home.json("reprocess", "--dry-run")["changes"]
    real = Store.writing
    draw = random.Random(5)
    for _ in range(4):
        left = draw.randint(2, 10)

        def dying(self):
            nonlocal left
            left -= 1
            if left <= 0:
                raise Killed
            return real(self)

        with monkeypatch.context() as kill:
            kill.setattr(Store, "writing", dying)
            with pytest.raises(Killed):
                home.run("reprocess")
        home.change("DELETE FROM lease")  # whose holder, this process, would be dead
        home.run("days")  # whatever runs in between derives the days, and tells nothing
    assert home.json("reprocess")["changes"] == whole
    assert home.json("reprocess")["changes"]["runs"]["changed"] == 0


def test_a_sync_goes_on_where_a_reprocess_was_killed(home, monkeypatch):
    true = home.tables()
    doubled(home, ago(30))

    def dying(_self, *_given):
        raise Killed

    with monkeypatch.context() as kill:
        kill.setattr(intake.Intake, "_keep", dying)
        with pytest.raises(Killed):
            home.run("reprocess")
    document = home.json("sync")
    assert (document["derived_again"], document["changes"]["runs"]["changed"]) == (5, 5)
    for name in ("activity", "day", "raw_file", "before"):
        assert home.tables()[name] == true[name]


def test_a_correction_is_told_after_a_kill(home, tmp_path, monkeypatch):
    a_file(tmp_path / "late", "evening.fit", ago(3), hour=17)
    command = ("backfill", tmp_path / "late")
    with monkeypatch.context() as kill:
        kill.setattr("flows.show.report", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            home.run(*command)
    day, *_ = home.json(*command)["corrected_days"]
    assert (day["on"], day["was"]["runs"], day["now"]["runs"]) == (str(ago(3)), 1, 2)


def test_what_a_killed_rehearsal_left_is_swept(home):
    old, new = (home.home / f".rehearsal-{name}" for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, 0))
    home.run("sync")
    assert (old.exists(), new.exists()) == (False, True)
