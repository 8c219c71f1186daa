"""What comes into the store from files: once, whole, and again when something changed."""

import os
import shutil
import zipfile
from datetime import timedelta

import pytest

from connectors import archives
from connectors.versions import READER_VERSION
from flows.simulate import phone_gpx, watch_fit
from pipeline.store import raw
from pipeline.store.lease import renew
from tests.flows.installation import SETTINGS, TODAY, Installation, run_on, write_runs

pytestmark = pytest.mark.slow  # together: each takes less, but they are many

HR = SETTINGS + "hr_rest = 50\nhr_max = 190\nsex = 'female'\n"


def counts(report):
    names = ("found", "new", "read", "salvaged", "refused", "duplicates", "unchanged")
    numbers = {name: report[name] for name in names}
    assert numbers["found"] == numbers["new"] + numbers["unchanged"]
    parts = ("read", "salvaged", "refused", "duplicates")
    assert numbers["new"] == sum(numbers[name] for name in parts)
    assert len(report["refused_files"]) == numbers["refused"]
    return {name: number for name, number in numbers.items() if number}


def set_settings(home, text):
    (home.home / "calfwise.toml").write_text(text)


def a_run(folder, name, *, back=3, seed=3, minutes=2):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(watch_fit(run_on(TODAY - timedelta(days=back), seed=seed, minutes=minutes)))
    return path


def touched(path):
    """A later modification time, as if somebody had copied the file here again."""
    then = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(then, then))
    return path


def pack(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"deep/{name}.fit", content)
    return path


def fit(seed):
    day = TODAY - timedelta(days=2 + 2 * seed)
    return watch_fit(run_on(day, seed=seed, minutes=2))


# --- nothing changes


@pytest.mark.parametrize("command", ["backfill", "sync"])
def test_the_same_folder_twice_changes_nothing(calfwise, runs_folder, command):
    asked = (
        ("backfill", runs_folder) if command == "backfill" else ("sync", "--source", runs_folder)
    )
    first = calfwise.json(*asked)
    assert counts(first) == {"found": 6, "new": 6, "read": 5, "duplicates": 1}
    assert (first["runs_added"], first["days_changed"]) == (4, 7)
    stored = calfwise.tables()
    second = calfwise.json(*asked)
    assert counts(second) == {"found": 6, "unchanged": 6}
    assert (second["runs_added"], second["days_changed"]) == (0, 0)
    assert calfwise.tables() == stored


def test_another_way_of_writing_the_same_place(calfwise, runs_folder):
    calfwise.json("backfill", runs_folder)
    stored = calfwise.tables()
    for url in (runs_folder.as_uri(), f"{runs_folder}/", runs_folder / ".." / runs_folder.name):
        assert counts(calfwise.json("backfill", url)) == {"found": 6, "unchanged": 6}
    assert calfwise.tables() == stored


def test_the_same_bytes_from_another_place_are_unchanged(calfwise, runs_folder, tmp_path):
    calfwise.json("backfill", runs_folder)
    elsewhere = shutil.copytree(runs_folder, tmp_path / "elsewhere")
    report = calfwise.json("backfill", elsewhere)
    assert counts(report) == {"found": 6, "unchanged": 6}
    assert report["days_changed"] == 0
    assert len(calfwise.json("runs")) == 5


def test_two_halves_end_as_one_whole(calfwise, tmp_path):
    """The days are derived from what is stored, however it came in."""
    folder = write_runs(tmp_path / "files", 5, minutes=2)
    late = tmp_path / "late"
    late.mkdir()
    moved = [path.rename(late / path.name) for path in [folder / "01.fit", folder / "03.fit"]]
    calfwise.json("backfill", folder)
    for path in moved:
        path.rename(folder / path.name)
    calfwise.json("backfill", folder)
    at_once = Installation(tmp_path / "at once")
    at_once.json("backfill", folder)
    for name in ("activity", "day", "raw_file", "athlete"):
        assert calfwise.tables()[name] == at_once.tables()[name]


def test_a_file_with_an_exclamation_mark(calfwise, tmp_path):
    folder = tmp_path / "files!"
    a_run(folder, "a proud run!.fit")
    (folder / "bad!.fit").write_bytes(b"this is no FIT file")
    assert counts(calfwise.json("backfill", folder, code=4)) == {
        "found": 2, "new": 2, "read": 1, "refused": 1,
    }  # fmt: skip
    assert counts(calfwise.json("backfill", folder)) == {"found": 2, "unchanged": 2}


# --- something changes


def test_a_file_that_was_touched_is_looked_at_and_unchanged(calfwise, tmp_path):
    path = a_run(tmp_path / "files", "run.fit")
    calfwise.json("backfill", path.parent)
    touched(path)
    for _ in range(2):
        assert counts(calfwise.json("backfill", path.parent)) == {"found": 1, "unchanged": 1}
    [seen] = calfwise.tables()["seen_file"]
    assert seen["modified_ns"] == str(path.stat().st_mtime_ns), "not looked into a third time"


def test_a_file_that_changed_on_disk_is_read(calfwise, tmp_path):
    path = a_run(tmp_path / "files", "run.fit", back=3)
    calfwise.json("backfill", path.parent)
    touched(a_run(tmp_path / "files", "run.fit", back=5, seed=8))
    report = calfwise.json("backfill", path.parent)
    assert counts(report) == {"found": 1, "new": 1, "read": 1}
    assert report["runs_added"] == 1
    assert len(calfwise.json("runs")) == 2, "what was read is a fact and stays"


def test_changed_settings_derive_again_from_what_was_kept(calfwise, tmp_path):
    folder = write_runs(tmp_path / "files", 3, minutes=2)
    calfwise.json("backfill", folder)
    assert all(each["trimp"] is None for each in calfwise.json("runs"))
    before = calfwise.tables()
    shutil.rmtree(folder)
    set_settings(calfwise, HR)
    report = calfwise.json("sync")
    assert counts(report) == {}
    assert report["days_changed"] == 3
    assert [each["trimp"] is not None for each in calfwise.json("runs") if each["counted"]] == [
        True, True, True,
    ]  # fmt: skip
    set_settings(calfwise, SETTINGS)
    calfwise.json("sync")
    after = calfwise.tables()
    for name in ("activity", "day", "raw_file", "seen_file"):
        assert after[name] == before[name], "there and back again"


def test_dates_asked_for_do_not_touch_what_is_derived_again(calfwise, tmp_path):
    folder = write_runs(tmp_path / "files", 3, minutes=2)
    calfwise.json("backfill", folder)
    ids = [each["id"] for each in calfwise.json("runs")]
    set_settings(calfwise, HR)
    calfwise.json("backfill", folder, "--since", TODAY - timedelta(days=2))
    assert [each["id"] for each in calfwise.json("runs")] == ids


def test_a_kept_file_that_is_gone_keeps_its_numbers(calfwise, tmp_path):
    path = a_run(tmp_path / "files", "run.fit")
    calfwise.json("backfill", path)
    [before] = calfwise.json("runs")
    kept = raw.path_of(calfwise.home / "raw" / "me", before["sha256"])
    for became, spoil, changed in (
        ("spoilt", lambda: kept.write_bytes(b"spoilt"), HR),
        ("gone", kept.unlink, SETTINGS),
    ):
        spoil()
        set_settings(calfwise, changed)
        for is_said in (True, False):
            outcome = calfwise.run("sync")
            assert outcome.code == 0
            assert (f"kept copy of run.fit is {became}" in outcome.err) == is_said
            assert calfwise.json("runs") == [before]
    # The same bytes once more are read, and kept again.
    set_settings(calfwise, HR)
    report = calfwise.json("backfill", path.rename(tmp_path / "again.fit"))
    assert counts(report) == {"found": 1, "new": 1, "read": 1}
    assert kept.exists()
    assert calfwise.json("runs")[0]["trimp"] is not None
    assert "run.fit" not in calfwise.run("sync").err


SPOIL = {
    "cut off": lambda kept: kept.write_bytes(kept.read_bytes()[:-9]),
    "other bytes": lambda kept: kept.write_bytes(kept.read_bytes()[::-1]),
    "gone": lambda kept: kept.unlink(),
}


@pytest.mark.parametrize("spoil", SPOIL.values(), ids=SPOIL)
@pytest.mark.parametrize("is_noticed", [True, False])
def test_a_lost_copy_is_mended_where_the_source_has_the_bytes(
    calfwise, tmp_path, spoil, is_noticed
):
    path = a_run(tmp_path / "files", "run.fit")
    zipped = pack(tmp_path / "files" / "a.zip", other=fit(4))
    calfwise.json("backfill", tmp_path / "files")
    before = calfwise.tables()
    places = [
        raw.path_of(calfwise.home / "raw" / "me", each["sha256"]) for each in calfwise.json("runs")
    ]
    true = [place.read_bytes() for place in places]
    for place in places:
        spoil(place)
    if is_noticed:
        assert len(calfwise.json("reprocess")["kept_copies_gone"]) == 2
    else:
        for each in (path, zipped):
            touched(each)
    assert calfwise.run("backfill", tmp_path / "files").code == 0
    assert [place.read_bytes() for place in places] == true
    assert calfwise.tables()["raw_file"] == before["raw_file"]
    assert calfwise.json("reprocess")["kept_copies_gone"] == []
    assert calfwise.json("backfill", tmp_path / "files")["unchanged"] == 2


def test_a_gone_copy_is_said_once_where_an_export_tells_its_sport(calfwise, tmp_path):
    content = phone_gpx(run_on(TODAY - timedelta(days=3), seed=3, minutes=2))
    content = content.replace(b"<type>running</type>", b"")
    assert b"<type>" not in content
    folder = tmp_path / "export"
    write(folder / "activities" / "1.gpx", content)
    calfwise.json("backfill", folder)
    [before] = calfwise.json("runs")
    raw.path_of(calfwise.home / "raw" / "me", before["sha256"]).unlink()
    write(
        folder / "activities.csv",
        b"Activity ID,Activity Name,Activity Type,Filename\n1,Out,Ride,activities/1.gpx\n",
    )
    assert calfwise.run("backfill", folder).err.count("1.gpx is gone") == 1
    assert "gone" not in calfwise.run("sync").err
    assert [each["sport"] for each in calfwise.json("runs")] == ["running"]
    # The folder has the bytes still: they are read once more, kept, and derived as a ride.
    assert calfwise.json("backfill", folder)["read"] == 1
    assert [each["sport"] for each in calfwise.json("runs")] == ["cycling"]
    assert counts(calfwise.json("backfill", folder)) == {"found": 2, "unchanged": 2}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def two_tracks():
    early, late = (run_on(TODAY - timedelta(days=n), seed=n, minutes=2) for n in (9, 2))
    first, second = phone_gpx(early).decode(), phone_gpx(late).decode()
    track = second[second.index("<trk>") : second.index("</gpx>")]
    return first.replace("</gpx>", track + "</gpx>")


ONE_ACTIVITY = "[limits]\nfile_activities = 1\n"


def no_more_than_one(settings):
    return settings.replace("[limits]\n", ONE_ACTIVITY)


def test_a_kept_file_that_is_refused_by_now_loses_its_numbers_and_is_said_once(calfwise, tmp_path):
    (tmp_path / "two.gpx").write_text(two_tracks())
    calfwise.json("backfill", tmp_path / "two.gpx")
    before = calfwise.tables()
    set_settings(calfwise, no_more_than_one(HR))
    outcome = calfwise.run("sync", "--json")
    assert outcome.code == 4
    assert "two.gpx can be read no more; its numbers were taken out" in outcome.err
    assert counts(outcome.json) == {"found": 1, "new": 1, "refused": 1}
    [refused] = outcome.json["refused_files"]
    assert refused["file"] == "two.gpx"
    after = calfwise.tables()
    assert after["activity"] == []
    assert [each["known"] for each in after["day"]] == [0] * len(after["day"])
    for name in ("raw_file", "seen_file"):
        assert [(each["status"], each["reason"]) for each in after[name]] == [
            ("refused", refused["reason"])
        ]
    quiet = calfwise.run("sync", "--json")
    assert (quiet.code, counts(quiet.json)) == (0, {})
    assert "two.gpx" not in quiet.err
    assert "files" not in quiet.err, "there is nothing to read"
    assert calfwise.tables() == after
    assert counts(calfwise.json("backfill", tmp_path / "two.gpx")) == {"found": 1, "unchanged": 1}
    # Its bytes are still kept: whatever reads them again brings everything back.
    set_settings(calfwise, SETTINGS)
    calfwise.json("sync")
    for name in ("activity", "raw_file", "seen_file"):
        assert calfwise.tables()[name] == before[name]


def test_a_kept_file_refused_over_a_limit_is_taken_in_again_with_another_one(calfwise, tmp_path):
    path = tmp_path / "two.gpx"
    path.write_text(two_tracks())
    calfwise.json("backfill", path)
    set_settings(calfwise, no_more_than_one(HR))
    calfwise.json("sync", code=4)
    set_settings(calfwise, HR)
    report = calfwise.json("backfill", path.rename(tmp_path / "again.gpx"))
    assert counts(report) == {"found": 1, "new": 1, "read": 1}
    assert len(calfwise.json("runs")) == 2
    assert {each["status"] for each in calfwise.tables()["seen_file"]} == {"read"}


def test_a_kept_file_that_was_touched_and_is_refused_counts_once(calfwise, tmp_path):
    path = tmp_path / "two.gpx"
    path.write_text(two_tracks())
    calfwise.json("backfill", path)
    touched(path)
    set_settings(calfwise, no_more_than_one(HR))
    report = calfwise.json("backfill", path, code=4)
    assert counts(report) == {"found": 1, "new": 1, "refused": 1}
    assert calfwise.tables()["activity"] == []
    assert counts(calfwise.json("backfill", path)) == {"found": 1, "unchanged": 1}


# --- archives


def test_members_of_an_archive_are_named_by_their_path(calfwise, tmp_path):
    archive = pack(tmp_path / "a.zip", b=fit(1), same=fit(1), bad=b"no FIT")
    report = calfwise.json("backfill", tmp_path / "a.zip", code=4)
    assert counts(report) == {"found": 3, "new": 3, "read": 1, "duplicates": 1, "refused": 1}
    assert report["refused_files"][0]["file"] == "a.zip!deep/bad.fit"
    assert [each["file"] for each in calfwise.json("runs")] == ["a.zip!deep/b.fit"]
    assert counts(calfwise.json("backfill", archive)) == {"found": 3, "unchanged": 3}


def test_an_archive_that_changed(calfwise, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    pack(folder / "a.zip", one=fit(1), two=fit(2))
    calfwise.json("backfill", folder)
    touched(pack(folder / "a.zip", one=fit(1), three=fit(3), four=fit(4)))
    report = calfwise.json("backfill", folder)
    assert counts(report) == {"found": 3, "new": 2, "read": 2, "unchanged": 1}
    again = calfwise.run("backfill", folder, "--json")
    assert counts(again.json) == {"found": 3, "unchanged": 3}
    assert again.err == "", "it is not looked into once more"
    assert len(calfwise.json("runs")) == 4


def test_an_archive_that_was_damaged_and_was_mended(calfwise, tmp_path):
    archive = pack(tmp_path / "a.zip", one=fit(1), two=fit(2))
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    assert counts(calfwise.json("backfill", archive, code=4)) == {
        "found": 1, "new": 1, "refused": 1,
    }  # fmt: skip
    archive.write_bytes(whole)
    touched(archive)
    assert counts(calfwise.json("backfill", archive)) == {"found": 2, "new": 2, "read": 2}
    again = calfwise.run("backfill", archive, "--json")
    assert counts(again.json) == {"found": 2, "unchanged": 2}
    assert again.err == ""


# --- dates asked for


def test_only_dates_asked_for_come_in_and_the_others_later(calfwise, tmp_path):
    folder = write_runs(tmp_path / "files", 4, minutes=2)
    day = TODAY - timedelta(days=3)
    window = ("--since", day, "--until", day)
    report = calfwise.json("backfill", folder, *window)
    assert counts(report) == {"found": 1, "new": 1, "read": 1}
    assert report["outside"] == 5
    assert [each["local_date"] for each in calfwise.json("runs")] == [day.isoformat()]
    assert counts(calfwise.json("backfill", folder, *window)) == {"found": 1, "unchanged": 1}
    rest = calfwise.json("backfill", folder)
    assert counts(rest) == {"found": 6, "new": 5, "read": 4, "duplicates": 1, "unchanged": 1}
    whole = Installation(tmp_path / "whole")
    whole.json("backfill", folder)
    for name in ("activity", "day", "seen_file"):
        assert calfwise.tables()[name] == whole.tables()[name]


def test_a_file_of_several_days_comes_in_whole(calfwise, tmp_path):
    """Of two tracks in one file one lies within the dates: the other must not get lost."""
    (tmp_path / "two.gpx").write_text(two_tracks())
    calfwise.json("backfill", tmp_path / "two.gpx", "--since", TODAY - timedelta(days=3))
    calfwise.json("backfill", tmp_path / "two.gpx")
    assert len(calfwise.json("runs")) == 2


# --- refused files


def test_a_refused_file_is_tried_again_by_a_newer_reader(calfwise, tmp_path):
    folder = tmp_path / "files"
    path = a_run(folder, "run.fit")
    (folder / "bad.fit").write_bytes(b"this is no FIT file")
    calfwise.json("backfill", folder, code=4)
    assert counts(calfwise.json("backfill", folder)) == {"found": 2, "unchanged": 2}
    calfwise.change(
        "UPDATE seen_file SET reader_version = ? WHERE path = 'bad.fit'", READER_VERSION - 1
    )
    report = calfwise.json("backfill", folder, code=4)
    assert counts(report) == {"found": 2, "new": 1, "refused": 1, "unchanged": 1}
    # What an older reader refused may be read by this one.
    calfwise.change("DELETE FROM raw_file")
    calfwise.change("DELETE FROM activity")
    calfwise.change(
        "UPDATE seen_file SET reader_version = ?, status = 'refused', reason = 'damaged'"
        " WHERE path = ?",
        READER_VERSION - 1,
        path.name,
    )
    assert counts(calfwise.json("backfill", folder)) == {
        "found": 2, "new": 1, "read": 1, "unchanged": 1,
    }  # fmt: skip
    assert len(calfwise.json("runs")) == 1


def test_a_file_that_could_not_be_opened_is_tried_again(calfwise, tmp_path, monkeypatch):
    path = a_run(tmp_path / "files", "run.fit")

    def refuses(_place):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as denied:  # root may open everything, so modes show nothing
        denied.setattr(archives, "_opened", refuses)
        for _ in range(2):
            report = calfwise.json("backfill", path.parent, code=4)
            assert report["refused_files"][0]["reason"] == "unavailable"
    assert counts(calfwise.json("backfill", path.parent)) == {"found": 1, "new": 1, "read": 1}


def test_the_same_refused_bytes_twice(calfwise, tmp_path):
    for name in ("a.fit", "b.fit"):
        (tmp_path / name).write_bytes(b"this is no FIT file")
    report = calfwise.json("backfill", tmp_path / "a.fit", tmp_path / "b.fit", code=4)
    assert counts(report) == {"found": 2, "new": 2, "refused": 1, "duplicates": 1}


def test_a_link_that_leads_outside_is_refused_unread(calfwise, tmp_path):
    secret = tmp_path / "secret.fit"
    secret.write_bytes(fit(1))
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "link.fit").symlink_to(secret)
    [refused] = calfwise.json("backfill", folder, code=4)["refused_files"]
    assert (refused["file"], refused["reason"]) == ("link.fit", "hostile")


# --- days that are known


def test_a_complete_source_makes_the_days_after_it_known(tmp_path):
    folder = tmp_path / "files"
    a_run(folder, "run.fit", back=5)
    for complete, known in (("true", 4), ("false", 0)):
        home = Installation(
            tmp_path / complete,
            SETTINGS + f'sources = [{{ url = "{folder}", complete = {complete} }}]\n',
        )
        home.json("sync")
        home.run("checkin", "--left", "0", "--right", "0")
        told = {each["on"]: each["known"] for each in home.json("days")}
        after = [(TODAY - timedelta(days=n)).isoformat() for n in range(1, 5)]
        assert [told[on] for on in after].count(True) == known
        assert told[TODAY.isoformat()] is False, "it has not ended"


# --- the lease


@pytest.fixture
def renewals(monkeypatch):
    """Every time the lease is renewed; as if much time passed between any two looks at it."""
    renewed = []

    def renew_and_note(*given):
        renewed.append(given)
        renew(*given)

    monkeypatch.setattr("flows.intake.HOLD_ON_EVERY", timedelta(0))
    monkeypatch.setattr("flows.intake.renew", renew_and_note)
    return renewed


def test_the_lease_is_held_on_to_while_nothing_is_written(calfwise, tmp_path, renewals):
    path = a_run(tmp_path / "files", "run.fit")
    report = calfwise.json("backfill", path, "--since", TODAY)
    assert report["outside"] == 1
    assert renewals


@pytest.mark.parametrize("lost", [False, True])
def test_the_lease_is_held_on_to_while_an_answer_is_waited_for(
    calfwise, tmp_path, renewals, monkeypatch, lost
):
    path = a_run(tmp_path / "files", "run.fit")

    def slow(_jobs, *_args, meanwhile, **_kwargs):
        if lost:
            calfwise.change("UPDATE lease SET fence = fence + 1")
        meanwhile()
        return iter(())

    monkeypatch.setattr("flows.intake.answers", slow)
    outcome = calfwise.run("backfill", path)
    assert renewals
    assert (outcome.code == 0) == (not lost)


# --- workers


@pytest.mark.slow
def test_processes_that_read_give_what_one_gives(tmp_path):
    folder = write_runs(tmp_path / "files", 9, minutes=2)
    (folder / "bad.fit").write_bytes(b"this is no FIT file")
    homes = [Installation(tmp_path / name) for name in ("one", "two")]
    for home, workers in zip(homes, (1, 3), strict=True):
        done = home.process("--engine", "plain", "backfill", folder, "--workers", workers)
        assert done.code == 4, done.err
    assert homes[0].tables() == homes[1].tables()
