"""The flows as Prefect runs them: the same tables, nothing told to anybody, nothing left behind."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from tests.flows.installation import (
    SETTINGS,
    TODAY,
    Installation,
    Outcome,
    children_of_ours,
    clean_environment,
    write_runs,
)

pytestmark = [
    pytest.mark.flow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

NOTE = "a burning spot below the knee"
ANSWER = ("checkin", "--left", "7", "--right", "1", "--note", NOTE)
LATER = TODAY + timedelta(days=1)

AUDIT = """\
import json, os, sys

def note(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo"):
        told = arguments[0] if event.endswith("info") else arguments[1]
        with open(os.environ["CALFWISE_AUDIT"], "a") as file:
            file.write(json.dumps([event, repr(told)]) + "\\n")

sys.addaudithook(note)
"""
SEVERAL_FLOWS = """\
import sqlite3
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path

from flows import settings
from flows.cli import main
from flows.engine import prefect_ready

home, later = sys.argv[1:]
code = main(["--home", home, "sync", "--json"])
with prefect_ready(settings.load(Path(home))):
    from flows.backfill import backfill_flow
    from flows.morning import morning_flow

    new = [morning_flow(home, "me", date.fromisoformat(later)) for _ in range(2)]
    try:
        backfill_flow(home, "me", [home + "/gone"])
    except Exception as error:
        told = type(error).__name__
with sqlite3.connect(home + "/calfwise.sqlite") as spoilt:
    spoilt.execute("UPDATE activity SET calf_km = calf_km * 1.2345678901")
with redirect_stdout(StringIO()) as again, redirect_stderr(StringIO()):
    code += main(["--home", home, "reprocess", "--json"])
Path(home, "reprocess.json").write_text(again.getvalue())
print(code, new, told, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder that marks every process of these tests, with few runs and the audit in it."""
    folder = tmp_path_factory.mktemp("prefect")
    write_runs(folder / "files", 3, minutes=3)
    (folder / "audit").mkdir()
    (folder / "audit" / "sitecustomize.py").write_text(AUDIT)
    return folder


@pytest.fixture(scope="module")
def environment(place):
    return {
        "CALFWISE_TEST": str(place),
        "CALFWISE_AUDIT": str(place / "audit.log"),
        "PYTHONPATH": str(place / "audit"),
    }


def installed(place, name):
    settings = SETTINGS + f'sources = [{{ url = "{place / "files"}", complete = true }}]\n'
    return Installation(place / name, settings)


@pytest.fixture(scope="module")
def by_prefect(place, environment):
    """An installation after a backfill and a sync by Prefect, two mornings and a failure."""
    home = installed(place, "by prefect")
    home.run(*ANSWER)
    backfill = home.process("backfill", place / "files", "--json", env=environment)
    assert backfill.code == 0, backfill.err
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL_FLOWS, str(home.home), LATER.isoformat()],
        capture_output=True,
        text=True,
        check=False,
        env={**clean_environment(), **environment},
        timeout=300,
    )
    sync = Outcome(done.returncode, done.stdout, done.stderr)
    assert sync.code == 0, sync.err
    return home, backfill, sync


def test_the_same_tables_as_by_the_plain_engine(place, by_prefect):
    home, backfill, sync = by_prefect
    plain = installed(place, "plainly")
    plain.run(*ANSWER)
    reports = [plain.json("backfill", place / "files"), plain.json("sync")]
    plain.run("letter", "--on", LATER, "--send")
    assert home.tables() == plain.tables()
    for told, expected in zip((backfill.json, sync.json), reports, strict=True):
        differs = {"seconds", "letter"}
        assert {key for key in told if told[key] != expected[key]} <= differs


def test_what_is_said_meanwhile(by_prefect):
    _, backfill, sync = by_prefect
    assert backfill.err.splitlines() == [
        "Starting Prefect (about 20 s, this once; --engine plain goes without) ...",
        "reading files: 5 ...",
    ]
    starting, ended = sync.err.splitlines()
    assert starting.startswith("Starting Prefect (about 8 s")
    assert ended == "0 [True, False] SourceUnavailableError", "errors are as without Prefect"


def test_prefect_keeps_no_health_data(by_prefect):
    home, *_ = by_prefect
    kept = b"".join(
        path.read_bytes() for path in (home.home / "prefect").rglob("*") if path.is_file()
    )
    assert b"backfill me" in kept, "the flow runs are there"
    assert b"nightly me" in kept
    assert NOTE.encode() not in kept
    [*rows] = home.json("runs")
    for row in rows:
        for key in ("distance_m", "calf_km", "steps", "cadence_mean_spm", "heart_rate_mean_bpm"):
            if isinstance(row[key], float) and not row[key].is_integer():
                assert str(row[key]).encode() not in kept, key
                assert struct.pack(">d", row[key]) not in kept, key
    changes = json.loads((home.home / "reprocess.json").read_text())["changes"]
    calf = changes["runs"]["metrics"]["calf_km"]
    assert calf["changed"] == 4, "the flow gave back what it must not have told"
    for number in (calf["median"], calf["largest"]["was"], calf["largest"]["change"]):
        assert str(number).encode() not in kept
        assert struct.pack(">d", number) not in kept
    for told in home.json("advise")["because"]:
        assert told["says"].encode() not in kept


@pytest.mark.usefixtures("by_prefect")
def test_nothing_reaches_outside_this_machine(place):
    lines = (place / "audit.log").read_text().splitlines()
    events = {tuple(json.loads(line)) for line in lines}
    assert {event for event, _ in events} >= {"socket.connect", "socket.bind"}
    outside = [each for each in events if not is_of_this_machine(each[1])]
    assert not outside


def is_of_this_machine(address):
    here = ("('127.0.0.1'", "('localhost'", "('::1'", "'127.0.0.1'", "b'127.0.0.1'", "'localhost'")
    return address.startswith(here) or address in ("'::1'", "b'localhost'") or is_a_path(address)


def is_a_path(address):
    """A socket of the file system, such as asyncio's and multiprocessing's own."""
    return address.startswith(("'/", "b'/", "'\\x00", "b'\\x00")) or address == "''"


@pytest.mark.usefixtures("by_prefect")
def test_nothing_is_left_running(place):
    left_alone(place)


def left_alone(place):
    until = time.monotonic() + 60
    while left := children_of_ours(str(place)):
        assert time.monotonic() < until, left
        time.sleep(0.1)


def test_an_interrupt_in_a_flow(place, by_prefect, environment):
    """Ctrl-C reaches the whole group; the server must not die of it before the flow does."""
    home, *_ = by_prefect
    folder = write_runs(place / "more", 12, minutes=4, last=TODAY - timedelta(days=40))
    process = home.start("backfill", folder, env=environment, start_new_session=True)
    assert "Starting" in process.stderr.readline()
    assert "reading" in process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, ""), err
    assert err.splitlines()[-1].startswith("Interrupted")
    assert "calfwise: unexpected" not in err
    left_alone(place)


def test_a_kill_leaves_no_server(place, by_prefect, environment):
    home, *_ = by_prefect
    process = home.start("sync", env=environment)
    assert "Starting" in process.stderr.readline()
    time.sleep(3)
    process.kill()
    process.communicate(timeout=60)
    left_alone(place)


def test_a_busy_runner_is_said_before_prefect_starts(by_prefect):
    from flows.work import leased  # noqa: PLC0415
    from pipeline.store.records import Store  # noqa: PLC0415

    home, *_ = by_prefect
    store = Store(f"sqlite:///{home.home / 'calfwise.sqlite'}")
    with leased(store, "me"):
        outcome = home.run("sync", engine="prefect")
    store.close()
    assert (outcome.code, outcome.out) == (75, "")
    assert "Starting" not in outcome.err
