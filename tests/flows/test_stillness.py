"""Half-written files wait until they are still; whole ones are read at once."""

import os
import sqlite3
from datetime import timedelta

import pytest

from flows.simulate import watch_fit
from tests.flows.installation import TODAY, Installation, run_on

pytestmark = pytest.mark.slow

SETTINGS = '[athletes.me]\ntimezone = "UTC"\n'
"""With files still after five seconds, as it is by default."""


@pytest.fixture
def calfwise(tmp_path):
    return Installation(tmp_path / "home", SETTINGS)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


@pytest.fixture
def waits(monkeypatch):
    """How long was waited for, in seconds; nobody really waits."""
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


def whole_fit(back=3):
    return watch_fit(run_on(TODAY - timedelta(days=back), seed=back, minutes=2))


def made_old(path):
    then = path.stat().st_mtime - 60
    os.utime(path, (then, then))


def meanwhile(monkeypatch, act):
    """While the command waits, somebody does this."""
    monkeypatch.setattr("time.sleep", lambda _: act())


def some(report, *names):
    return {name: report[name] for name in names if report[name]}


def taken(report):
    return some(
        report, "found", "read", "salvaged", "refused", "duplicates", "unchanged", "waiting"
    )


@pytest.mark.parametrize("command", [("backfill",), ("sync", "--source")])
def test_a_file_that_grows_waits_for_the_next_time(calfwise, folder, monkeypatch, command):
    content, path = whole_fit(), folder / "run.fit"
    path.write_bytes(content[: len(content) // 2])
    meanwhile(monkeypatch, lambda: path.write_bytes(content))
    outcome = calfwise.run(*command, folder, "--json")
    assert outcome.code == 0
    assert taken(outcome.json) == {"waiting": 1}
    assert "Still being written: 1 of the files; the same command takes them" in outcome.err
    assert calfwise.tables()["seen_file"] == []
    assert taken(calfwise.json(*command, folder)) == {"found": 1, "read": 1}


@pytest.mark.parametrize("half", [b"", b"this is no FIT file", None])
def test_a_bad_file_that_stays_as_it_is_is_refused(calfwise, folder, waits, half):
    (folder / "run.fit").write_bytes(whole_fit()[:50] if half is None else half)
    report = calfwise.json("backfill", folder, code=4)
    assert taken(report) == {"found": 1, "refused": 1}
    assert 0 < waits[0] <= 5


def test_half_a_file_that_stays_so_is_salvaged(calfwise, folder, waits):
    (folder / "run.fit").write_bytes(whole_fit()[:-500])
    assert taken(calfwise.json("backfill", folder)) == {"found": 1, "salvaged": 1}
    assert len(waits) == 1
    assert taken(calfwise.json("backfill", folder)) == {"found": 1, "unchanged": 1}


def test_nobody_waits_for_good_files_old_files_or_a_file_that_was_asked_for(
    calfwise, folder, tmp_path, waits
):
    (folder / "run.fit").write_bytes(whole_fit())
    old, named = folder / "old.fit", tmp_path / "named.fit"
    old.write_bytes(b"this is no FIT file")
    made_old(old)
    named.write_bytes(b"this is none either")
    report = calfwise.json("backfill", folder, named, code=4)
    assert taken(report) == {"found": 3, "read": 1, "refused": 2}
    assert sum(waits) == 0


def test_the_same_bad_bytes_twice(calfwise, folder, monkeypatch):
    for name in ("a.fit", "b.fit"):
        (folder / name).write_bytes(b"this is no FIT file")
    meanwhile(monkeypatch, lambda: None)
    report = calfwise.json("backfill", folder, code=4)
    assert taken(report) == {"found": 2, "refused": 1, "duplicates": 1}


def test_the_same_bad_bytes_as_a_file_that_grew(calfwise, folder, monkeypatch):
    for name in ("a.fit", "b.fit"):
        (folder / name).write_bytes(b"this is no FIT file")
    meanwhile(monkeypatch, lambda: (folder / "a.fit").write_bytes(whole_fit()))
    assert taken(calfwise.json("backfill", folder)) == {"waiting": 2}
    meanwhile(monkeypatch, lambda: None)
    report = calfwise.json("backfill", folder, code=4)
    assert taken(report) == {"found": 2, "read": 1, "refused": 1}


def test_a_file_that_vanished_meanwhile_leaves_nothing(calfwise, folder, monkeypatch):
    path = folder / "run.fit"
    path.write_bytes(b"")
    meanwhile(monkeypatch, path.unlink)
    assert taken(calfwise.json("backfill", folder)) == {"waiting": 1}
    assert taken(calfwise.json("backfill", folder)) == {}


def test_days_are_not_known_while_a_file_is_being_written(tmp_path, folder, monkeypatch):
    places = f'sources = [{{ url = "{folder}", complete = true }}]\n'
    calfwise = Installation(tmp_path / "home", SETTINGS + places)
    (folder / "run.fit").write_bytes(whole_fit(back=5))
    late = folder / "late.fit"
    late.write_bytes(b"")
    meanwhile(monkeypatch, lambda: late.write_bytes(b"more"))
    calfwise.json("sync")
    assert [each["scanned_on"] for each in scans(calfwise)] == [None]
    late.write_bytes(whole_fit(back=2))
    calfwise.json("sync")
    assert [each["scanned_on"] for each in scans(calfwise)] == [TODAY.isoformat()]


def scans(calfwise):
    connection = sqlite3.connect(calfwise.home / "calfwise.sqlite")
    connection.row_factory = sqlite3.Row
    try:
        return list(connection.execute("SELECT scanned_on FROM source"))
    finally:
        connection.close()
