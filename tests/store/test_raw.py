"""Raw files: all of a file or nothing, whoever is killed in between."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from hashlib import sha256

import pytest

from pipeline.store import raw

WRITES_FOR_EVER = """
import sys
from hashlib import sha256
from pathlib import Path
from pipeline.store import raw
for number in range(1_000_000):
    content = number.to_bytes(8, "big") * 40_000
    raw.keep(Path(sys.argv[1]), sha256(content).hexdigest(), content)
"""

HAS_NO_ROOM = """
import resource, signal, sys
from pathlib import Path
from pipeline.store import raw
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    raw.keep(Path(sys.argv[1]), "ab" * 32, b"x" * 5000)
except OSError:
    sys.exit(17)
"""


def files_in(folder):
    return [each for each in folder.rglob("*") if each.is_file()]


def test_a_file_is_kept_under_its_digest(tmp_path):
    digest = sha256(b"run").hexdigest()
    place = raw.keep(tmp_path, digest, b"run")
    assert place == raw.path_of(tmp_path, digest) == tmp_path / digest[:2] / digest
    assert place.read_bytes() == b"run"


def test_kept_again_it_is_not_touched(tmp_path):
    digest = sha256(b"run").hexdigest()
    before = raw.keep(tmp_path, digest, b"run").stat()
    after = raw.keep(tmp_path, digest, b"run").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(files_in(tmp_path)) == 1


@pytest.mark.parametrize("spoilt", [b"ru", b"rum", b"run\0", b""])
def test_kept_again_what_was_spoilt_is_mended(tmp_path, spoilt):
    digest = sha256(b"run").hexdigest()
    place = raw.keep(tmp_path, digest, b"run")
    place.write_bytes(spoilt)
    assert raw.keep(tmp_path, digest, b"run").read_bytes() == b"run"
    assert files_in(tmp_path) == [place]


def test_kept_again_what_cannot_be_read_is_mended(tmp_path):
    digest = sha256(b"run").hexdigest()
    place = raw.keep(tmp_path, digest, b"run")
    place.unlink()
    place.symlink_to(place)
    with pytest.raises(OSError, match=r"."):
        place.read_bytes()
    assert raw.keep(tmp_path, digest, b"run").read_bytes() == b"run"
    assert files_in(tmp_path) == [place]


def test_written_anew_a_file_is_replaced_whole(tmp_path):
    place = tmp_path / "a" / "b.eml"
    raw.write_whole(place, b"old")
    raw.write_whole(place, b"new")
    assert place.read_bytes() == b"new"
    assert files_in(tmp_path) == [place]


def test_without_room_nothing_is_left(tmp_path):
    ended = subprocess.run([sys.executable, "-c", HAS_NO_ROOM, str(tmp_path)], check=False)
    assert ended.returncode == 17
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("wait_s", [0.05, 0.2])
def test_a_kill_leaves_whole_files_or_none(tmp_path, wait_s):
    process = subprocess.Popen([sys.executable, "-c", WRITES_FOR_EVER, str(tmp_path)])
    while not files_in(tmp_path):
        time.sleep(0.01)
    time.sleep(wait_s)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = [each for each in files_in(tmp_path) if not each.name.startswith(".half-")]
    assert kept
    for each in kept:
        assert sha256(each.read_bytes()).hexdigest() == each.name
