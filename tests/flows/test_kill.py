"""A kill at any instant loses nothing and repeats nothing."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.connectors.exports_made import Told, packed, strava_export, strava_list
from tests.flows.installation import SETTINGS, Installation, children_of_ours, write_runs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

PATIENCE_S = 60
IMPORTS = 0.4
"""Before this share of a command's time it only imports: killing it then shows nothing."""
ROUNDS = 30
"""More rounds than any machine needs until enough of the kills came before the end."""


def begin(home, command):
    """Start a command, with a mark that its workers inherit."""
    return home.start("--engine", "plain", *command, env={"CALFWISE_TEST": str(home.home)})


def undisturbed(home, command):
    """Run it to its end; says how long it took."""
    began = time.monotonic()
    process = begin(home, command)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert out
    return time.monotonic() - began


def killed(process):
    """Kill it; says whether that came before its end."""
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)
    return process.returncode == -signal.SIGKILL


def kill_sometime(home, command, lasts_s, draw):
    """Kill the command at a moment drawn; says whether it hit, and how long it lasts."""
    process = begin(home, command)
    began = time.monotonic()
    try:
        process.wait(draw.uniform(IMPORTS, 1) * lasts_s)
    except subprocess.TimeoutExpired:
        return killed(process), lasts_s
    process.communicate()
    return False, time.monotonic() - began


def kill_while_it_reads(home, command, draw, *, times, most=None):
    """Kill the command soon after it has kept some more files; says how often it hit.

    The last kill comes after `most` of them, when what follows the files is under way.
    """
    hit = 0
    for number in range(times):
        aim = kept_files(home) + draw.randint(1, 3)
        if most is not None and number == times - 1:
            aim = most
        process = begin(home, command)
        while kept_files(home) < aim and process.poll() is None:
            time.sleep(0.002)
        time.sleep(draw.uniform(0, 0.05))
        hit += killed(process)
    return hit


def kept_files(home):
    return len(list((home.home / "raw").glob("me/*/*")))


def nothing_of_it_runs(home):
    until = time.monotonic() + PATIENCE_S
    while left := children_of_ours(str(home.home)):
        assert time.monotonic() < until, left
        time.sleep(0.1)
    return True


def test_a_backfill_killed_again_and_again(tmp_path):
    folder = write_runs(tmp_path / "files", 9, minutes=2)
    (folder / "zz-same.gpx").write_bytes((folder / "copy.gpx").read_bytes())
    command = ("backfill", folder)
    whole = Installation(tmp_path / "whole")
    undisturbed(whole, command)
    draw = random.Random(7)
    hits: list[int] = []
    while sum(hits) < 10 or len(hits) < 5:
        assert len(hits) < ROUNDS, hits
        home = Installation(tmp_path / f"home {len(hits)}")
        hit = kill_while_it_reads(home, command, draw, times=4)
        assert home.run(*command).code == 0
        assert home.tables() == whole.tables()
        assert home.half_files == []
        assert nothing_of_it_runs(home)
        hits.append(hit)


def test_a_backfill_of_an_export_killed_again_and_again(tmp_path):
    """The list comes last in it, so that a kill falls between files, their effort and sport."""
    folder = write_runs(tmp_path / "files", 9, minutes=2)
    files = {f"activities/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}
    files["activities/copy.gpx"] = files["activities/copy.gpx"].replace(b"<type>", b"<type>no ")
    told = [Told(f"{name}.gz", rpe="5", gear="Blue pair", type="Run") for name in files]
    export = strava_export(strava_list(told), {f"{name}.gz": files[name] for name in files})
    place = tmp_path / "export.zip"
    place.write_bytes(packed(dict(reversed(export.items()))))
    command = ("backfill", place)
    whole = Installation(tmp_path / "whole")
    undisturbed(whole, command)
    assert len(whole.tables()["export_line"]) == len(files)
    assert {run["rpe_from"] for run in whole.json("runs")} == {"export"}
    draw = random.Random(13)
    hits: list[int] = []
    while sum(hits) < 6 or len(hits) < 3:
        assert len(hits) < ROUNDS, hits
        home = Installation(tmp_path / f"home {len(hits)}")
        hit = kill_while_it_reads(home, command, draw, times=4, most=kept_files(whole))
        assert home.run(*command).code == 0
        assert home.tables() == whole.tables()
        assert nothing_of_it_runs(home)
        hits.append(hit)


def test_a_sync_killed_leaves_one_letter(tmp_path):
    folder = write_runs(tmp_path / "files", 2, minutes=4)
    settings = SETTINGS + f'sources = [{{ url = "{folder}", complete = true }}]\n'
    whole = Installation(tmp_path / "whole", settings)
    lasts_s = undisturbed(whole, ("sync",))
    draw = random.Random(11)
    hits: list[int] = []
    while sum(hits) < 3 or len(hits) < 4:
        assert len(hits) < ROUNDS, hits
        home = Installation(tmp_path / f"home {len(hits)}", settings)
        first, lasts_s = kill_sometime(home, ("sync",), lasts_s, draw)
        second, lasts_s = kill_sometime(home, ("sync",), lasts_s, draw)
        hits.append(first + second)
        for half in home.half_files:
            os.utime(half, (0, 0))
        assert home.run("sync").code == 0
        assert home.tables() == whole.tables()
        assert [row["state"] for row in home.tables()["letter"]] == ["sent"]
        assert len(list((home.home / "outbox").iterdir())) == 2, "as mail and as page"


def test_a_reprocess_killed_again_and_again(tmp_path):
    """Every number was made wrong, so that each must come back, and be told of at the end."""
    folder = write_runs(tmp_path / "files", 9, minutes=2)
    whole = Installation(tmp_path / "whole")
    assert whole.run("backfill", folder).code == 0
    spoilt = "UPDATE activity SET calf_km = calf_km * 2, timer_s = timer_s + 1"
    true = whole.tables()
    whole.change(spoilt)
    lasts_s = undisturbed(whole, ("reprocess",))
    assert whole.tables() == true
    draw = random.Random(17)
    hits: list[int] = []
    while sum(hits) < 6 or len(hits) < 3:
        assert len(hits) < ROUNDS, hits
        home = Installation(tmp_path / f"home {len(hits)}")
        assert home.run("backfill", folder).code == 0
        home.change(spoilt)
        expected = home.json("reprocess", "--dry-run")["changes"]
        hit = 0
        for _ in range(3):
            process = begin(home, ("reprocess",))
            time.sleep(draw.uniform(IMPORTS, 1) * lasts_s)
            process.kill()
            told, _ = process.communicate(timeout=PATIENCE_S)
            if told:
                home.change(spoilt)  # there shall be something to tell of again
            hit += not told
            home.run("days")
        assert home.json("reprocess")["changes"] == expected
        assert home.tables() == true
        assert nothing_of_it_runs(home)
        hits.append(hit)


def test_what_a_kill_left_half_written_is_swept(tmp_path):
    folder = write_runs(tmp_path / "files", 1, minutes=2)
    home = Installation(tmp_path / "home")
    home.run("backfill", folder)
    home.run("letter", "--send")
    [fan, *_] = [path for path in (home.home / "raw" / "me").iterdir() if path.is_dir()]
    (fan / ".half-raw").write_bytes(b"half")
    old, new = (home.home / "outbox" / name for name in (".half-old", ".half-new"))
    old.write_bytes(b"half")
    os.utime(old, (0, 0))
    new.write_bytes(b"somebody may be writing it now")
    home.run("sync")
    assert home.half_files == [new]
