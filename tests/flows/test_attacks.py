"""A folder full of attacks: each is one refusal, and the good files beside them are read."""

import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from flows.simulate import phone_gpx, watch_fit
from tests.connectors import attacks
from tests.flows.installation import TODAY, Installation, clean_environment, run_on

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SETTINGS = '[limits]\nstill_s = 0\n{more}\n[athletes.me]\ntimezone = "UTC"\n'
PATIENCE_S = 120
"""For everything together, however busy the machine is; it takes a tenth of that."""


def good_files(folder):
    folder.mkdir(exist_ok=True)
    for name, back, written in (("aa.fit", 3, watch_fit), ("zz.gpx", 5, phone_gpx)):
        run = run_on(TODAY - timedelta(days=back), seed=back, minutes=2)
        (folder / name).write_bytes(written(run))


def backfill(home, folder, *, program="flows", patience_s=PATIENCE_S):
    """The real command, ended by force where it hangs; its document, and what it said."""
    asked = ["--home", str(home.home), "--engine", "plain", "backfill", str(folder), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", program, *asked],
        env={**clean_environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=patience_s,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    return json.loads(done.stdout), done.stdout + done.stderr


def reasons_by_file(report):
    """Which reasons were given for each file on disk, or for its members."""
    found: dict[str, set[str]] = {}
    for each in report["refused_files"]:
        found.setdefault(each["file"].partition("!")[0], set()).add(each["reason"])
    return found


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "files"
    good_files(folder)
    yield folder
    attacks.remove_deep_folders(folder)


def test_a_folder_of_attacks(tmp_path, folder):
    secret = tmp_path / "secret"
    os.mkfifo(secret)
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = attacks.xml_attacks(secret, server.getsockname()[1])
        made |= attacks.archive_attacks() | attacks.fit_attacks()
        for name, (content, _) in made.items():
            (folder / name).write_bytes(content)
        expected = {name: reasons for name, (_, reasons) in made.items()}
        expected |= attacks.sparse_attacks(folder)
        outside = tmp_path / "outside.fit"
        outside.write_bytes((folder / "aa.fit").read_bytes())
        expected |= attacks.odd_things(folder, outside)
        attacks.deep_folders(folder, 5_000)
        report, said = backfill(Installation(tmp_path / "home", SETTINGS.format(more="")), folder)
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    found = reasons_by_file(report)
    deep = found.pop("/".join("d" * 65))
    assert deep == {"hostile"}
    assert found.keys() == expected.keys()
    assert [name for name in found if not found[name] <= expected[name]] == []
    assert (report["read"], report["salvaged"]) == (2, 0)
    assert "\x1b" not in said
    assert not Path(attacks.SLIP_TO).exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path, folder):
    locked = folder / "locked.fit"
    locked.write_bytes(b"x")
    locked.chmod(0)
    report, _ = backfill(Installation(tmp_path / "home"), folder)
    assert reasons_by_file(report) == {"locked.fit": {"unavailable"}}
    assert report["read"] == 2


def test_a_parser_that_takes_its_process_down(tmp_path, folder):
    expected = {
        "exit": {"crashed"},
        "kill": {"crashed"},
        "segfault": {"crashed"},
        "allocate": {"too_large"},
        "allocate-in-numpy": {"too_large"},
        "loop": {"took_too_long"},
        "loop-in-c": {"took_too_long"},
        "sleep": {"took_too_long"},
    }
    for act in expected:
        (folder / f"{act}.fit").write_bytes(b"DO " + act.encode())
    home = Installation(
        tmp_path / "home", SETTINGS.format(more="worker_mb = 400\ncpu_s = 1\nwall_s = 4")
    )
    report, _ = backfill(home, folder, program="tests.flows.with_hostile_parser")
    assert reasons_by_file(report) == {f"{act}.fit": why for act, why in expected.items()}
    assert report["read"] == 2


@pytest.mark.parametrize("act", ["kill", "sleep"])
def test_explain_outlives_the_parser_too(tmp_path, act):
    path = tmp_path / "run.fit"
    path.write_bytes(b"DO " + act.encode())
    home = Installation(tmp_path / "home", SETTINGS.format(more="wall_s = 2"))
    command = [sys.executable, "-m", "tests.flows.with_hostile_parser"]
    done = subprocess.run(
        [*command, "--home", str(home.home), "explain", str(path), "--json"],
        env={**clean_environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert json.loads(done.stdout)["reason"] == {"kill": "crashed", "sleep": "took_too_long"}[act]


def test_a_pipe_that_is_asked_for_by_name(tmp_path):
    os.mkfifo(tmp_path / "run.fit")
    report, _ = backfill(Installation(tmp_path / "home"), tmp_path / "run.fit")
    assert reasons_by_file(report) == {"run.fit": {"unknown_format"}}
