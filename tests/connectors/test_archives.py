"""Archives: what is in them, what is refused, and that one bad member stops no other."""

from __future__ import annotations

import gzip
import io
import os
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from connectors import archives
from connectors.archives import MOST_REFUSALS, Member, members, members_of_file
from connectors.errors import SourceUnavailableError, StillChangingError
from connectors.limits import ArchiveLimits
from pipeline.store.paths import LONGEST_PATH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

LIMITS = ArchiveLimits()
SMALL = ArchiveLimits(member_bytes=1_000, inner_archive_bytes=5_000, total_bytes=3_000)

RANDOM = os.urandom(3_000)
BACKSLASH = "\\"


def packed(files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def seen(found: Iterable[Member]) -> dict[str, bytes | str | None]:
    """Name → content, or the reason why there is none."""
    return {each.name: each.refusal.reason if each.refusal else each.content for each in found}


def test_a_plain_file_is_its_own_member(tmp_path):
    path = tmp_path / "run.fit"
    path.write_bytes(b"a run")
    assert seen(members("run.fit", b"a run", LIMITS)) == {"run.fit": b"a run"}
    assert seen(members_of_file(path, "in/run.fit", LIMITS)) == {"in/run.fit": b"a run"}


def test_an_archive_is_known_by_its_first_bytes_not_by_its_name():
    assert seen(members("run.fit", gzip.compress(b"a run"), LIMITS)) == {"run.fit": b"a run"}
    assert seen(members("a.fit", packed({"b": b"a run"}), LIMITS)) == {"a.fit!b": b"a run"}
    assert seen(members("a.zip", b"a run", LIMITS)) == {"a.zip": b"a run"}


def test_archives_may_lie_in_archives_two_deep():
    inner = packed({"deep/b.fit": b"b"})
    outer = packed({"inner.zip": inner, "c.fit.gz": gzip.compress(b"c")})
    assert seen(members("a.zip", outer, LIMITS)) == {
        "a.zip!inner.zip!deep/b.fit": b"b",
        "a.zip!c.fit.gz": b"c",
    }
    assert seen(members("z.zip", packed({"a.zip": outer, "d": b"d"}), LIMITS)) == {
        "z.zip!a.zip!inner.zip": "hostile",
        "z.zip!a.zip!c.fit.gz": "hostile",
        "z.zip!d": b"d",
    }


def test_folders_and_hidden_files_are_passed_over():
    files = {"a/": b"", "a/b.fit": b"b", ".DS_Store": b"x", "a/._b": b"x", "__MACOSX/b": b"x"}
    assert seen(members("a.zip", packed(files), LIMITS)) == {"a.zip!a/b.fit": b"b"}


@pytest.mark.parametrize(
    "content", [b"", gzip.compress(b"")], ids=["an empty file", "nothing packed"]
)
def test_an_empty_file_is_said_to_be_empty(content):
    assert seen(members("run.fit", content, LIMITS)) == {"run.fit": "empty"}


def test_an_empty_archive_holds_nothing():
    assert seen(members("a.zip", packed({}), LIMITS)) == {}
    assert seen(members("a.zip", packed({"b": b""}), LIMITS)) == {"a.zip!b": "empty"}


@pytest.mark.parametrize("name", ["../b", "a/../../b", "/etc/b", "..\\b", "C:\\b", "C:/b"])
def test_a_name_that_leads_outside_is_hostile(name):
    files = {name: b"x", "good": b"run"}
    assert seen(members("a.zip", packed(files), LIMITS)) == {
        f"a.zip!{name.replace(BACKSLASH, '/')}": "hostile",
        "a.zip!good": b"run",
    }


@pytest.mark.parametrize(
    "name", ["x" * 60_000, "\x01" * 300, "ü" * 398, "\N{RUNNER}" * 300], ids=ascii
)
def test_a_name_no_store_takes_is_cut_and_refused_alone(name):
    files = {f"{name}1": b"run", f"{name}2": b"more", "good": b"run"}
    found = seen(members("a.zip", packed(files), LIMITS))
    assert list(found.values()) == ["hostile", "hostile", b"run"]
    assert len(found) == 3, "what was cut off still tells them apart"
    assert max(len(each.encode()) for each in found) <= LONGEST_PATH_BYTES


def test_the_longest_name_is_read():
    name = "x" * (LONGEST_PATH_BYTES - len("a.zip!"))
    assert seen(members("a.zip", packed({name: b"run"}), LIMITS)) == {f"a.zip!{name}": b"run"}


def test_backslashes_part_folders_too():
    files = {f"export{BACKSLASH}": b"", f"export{BACKSLASH}a{BACKSLASH}1.gpx": b"run"}
    assert seen(members("a.zip", packed(files), LIMITS)) == {"a.zip!export/a/1.gpx": b"run"}


def test_a_member_over_its_limit_is_refused_alone():
    files = {"big": RANDOM, "good": b"run"}
    assert seen(members("a.zip", packed(files), SMALL)) == {
        "a.zip!big": "too_large",
        "a.zip!good": b"run",
    }
    assert seen(members("b.gz", gzip.compress(RANDOM), SMALL)) == {"b.gz": "too_large"}
    assert seen(members("b", RANDOM, SMALL)) == {"b": "too_large"}


def test_an_archive_in_an_archive_may_be_larger_than_a_file():
    inner = packed({f"{n}": RANDOM[:900] for n in range(3)})
    assert len(inner) > SMALL.member_bytes
    limits = ArchiveLimits(member_bytes=1_000, inner_archive_bytes=5_000)
    found = seen(members("a.zip", packed({"inner.zip": inner}), limits))
    assert len(found) == 3


@pytest.mark.slow
def test_many_small_members_make_a_bomb_too(monkeypatch):
    """Each is below what matters, all together are 1,000 times the archive."""
    monkeypatch.setattr(archives, "WHOLE_RATIO_MATTERS_FROM_BYTES", 1_000_000)
    content = packed({f"{n}": bytes(900_000) for n in range(100)})
    found = seen(members("a.zip", content, LIMITS))
    assert found["a.zip"] == "too_large"
    assert len(found) < 40


def test_when_the_whole_is_too_much_the_rest_is_not_read():
    files = {f"{n}": RANDOM[:900] for n in range(9)}
    found = seen(members("a.zip", packed(files), SMALL))
    assert list(found.values()).count("too_large") == 2
    assert len(found) == 5
    assert found["a.zip"] == "too_large"


def test_an_archive_of_too_many_members_is_refused_whole():
    files = {f"{n}": b"x" for n in range(5)}
    limits = ArchiveLimits(members=4)
    assert seen(members("a.zip", packed(files), limits)) == {"a.zip": "too_large"}
    outer = packed({"few.zip": packed({"0": b"x"}), "many.zip": packed(files), "good": b"run"})
    assert seen(members("a.zip", outer, limits)) == {
        "a.zip!few.zip!0": b"x",
        "a.zip!many.zip": "too_large",
        "a.zip!good": b"run",
    }


def test_an_archive_that_is_mostly_refused_is_not_read_to_its_end():
    files = {f"../{n}": b"x" for n in range(MOST_REFUSALS + 5)}
    found = seen(members("a.zip", packed(files), LIMITS))
    assert len(found) == MOST_REFUSALS + 1
    assert found["a.zip"] == "hostile"


def test_a_bomb_is_refused_at_once_and_the_good_file_beside_it_read():
    zeros = bytes(120_000_000)
    bomb = packed({"bomb": zeros, "good": b"run"})
    squeezed = gzip.compress(zeros, 1)
    began = time.process_time()
    assert seen(members("a.zip", bomb, LIMITS)) == {"a.zip!bomb": "hostile", "a.zip!good": b"run"}
    assert seen(members("b.gz", squeezed, LIMITS))["b.gz"] in ("hostile", "too_large")
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("said_bytes", "found"),
    [
        (10, "damaged"),  # the rest would be lost in silence but for the check sum
        (1_201, b"run" * 400),  # all there, as the check sum says
        (900_000, b"run" * 400),
        (0xFFFFFFF0, "hostile"),
    ],
)
def test_a_size_that_lies_is_not_believed(said_bytes, found):
    content = packed({"b": b"run" * 400, "good": b"run"})
    lying = content.replace((1_200).to_bytes(4, "little"), said_bytes.to_bytes(4, "little"))
    assert seen(members("a.zip", lying, LIMITS)) == {"a.zip!b": found, "a.zip!good": b"run"}


def test_a_locked_member_is_refused_alone():
    content = bytearray(packed({"b": b"run", "good": b"run"}))
    for start in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[start] |= 1
    assert seen(members("a.zip", bytes(content), LIMITS)) == {
        "a.zip!b": "encrypted",
        "a.zip!good": b"run",
    }


def test_an_unknown_way_of_packing_is_refused_alone():
    content = bytearray(packed({"b": b"run", "good": b"run"}))
    for start in (content.index(b"PK\x03\x04") + 8, content.index(b"PK\x01\x02") + 10):
        content[start] = 97
    found = seen(members("a.zip", bytes(content), LIMITS))
    assert found == {"a.zip!b": "unknown_format", "a.zip!good": b"run"}


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_way_of_packing_without_bound_is_not_unpacked(how):
    """`zipfile` unpacks these in one go: a few KB become gigabytes of memory."""
    content = packed({"b": b"run"}, how)
    assert seen(members("a.zip", content, LIMITS)) == {"a.zip!b": "unknown_format"}


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_member_is_refused_alone(how):
    content = bytearray(packed({"b": RANDOM, "good": b"run"}, how))
    content[200:260] = bytes(60)
    assert seen(members("a.zip", bytes(content), LIMITS)) == {
        "a.zip!b": "damaged",
        "a.zip!good": b"run",
    }


def test_a_truncated_archive_is_refused():
    whole = packed({"b": RANDOM})
    for end in (4, 30, 1_000, len(whole) - 30, len(whole) - 1):
        assert seen(members("a.zip", whole[:end], LIMITS)) == {"a.zip": "damaged"}, end
    squeezed = gzip.compress(RANDOM)
    for end in (4, 12, 1_000, len(squeezed) - 1):
        assert seen(members("b.gz", squeezed[:end], LIMITS)) == {"b.gz": "damaged"}, end


def test_no_damage_anywhere_raises(tmp_path):
    whole = packed({"b": b"run" * 20, "c.gz": gzip.compress(b"run" * 20)})
    path = tmp_path / "a.zip"
    for position in range(len(whole)):
        for value in (0, 0xFF):
            content = whole[:position] + bytes([value]) + whole[position + 1 :]
            from_bytes = seen(members("a.zip", content, LIMITS))
            if value:
                path.write_bytes(content)
                assert seen(members_of_file(path, "a.zip", LIMITS)) == from_bytes


def test_ten_gigabytes_are_refused_without_being_read(tmp_path):
    path = tmp_path / "huge.fit"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    began = time.process_time()
    assert seen(members_of_file(path, "huge.fit", LIMITS)) == {"huge.fit": "too_large"}
    assert time.process_time() - began < 1


def test_a_gzip_file_of_several_parts_is_one_file():
    parts = b"".join(gzip.compress(each) for each in (b"a ", b"", b"run"))
    assert seen(members("b.gz", parts, LIMITS)) == {"b.gz": b"a run"}
    assert seen(members("b.gz", parts + bytes(100_000), LIMITS)) == {"b.gz": b"a run"}
    assert seen(members("b.gz", parts + b"garbage", LIMITS)) == {"b.gz": "damaged"}
    assert seen(members("b.gz", gzip.compress(b"") * 10_001, LIMITS)) == {"b.gz": "hostile"}


@pytest.mark.parametrize("size", [1, 3, 65_535, 65_536, 65_537, 3_000_000])
def test_gzip_of_any_size_is_unpacked(size):
    content = os.urandom(size // 2) + bytes(size - size // 2)
    for level in (0, 9):
        packed_content = gzip.compress(content, level)
        assert seen(members("b.gz", packed_content, LIMITS)) == {"b.gz": content}


def test_names_are_told_without_anything_unseen():
    files = {"a\x1b[2J\nb.fit": b"run", "l\u202eauf.fit": b"more", "Läufe ❤.fit": b"most"}
    assert seen(members("a.zip", packed(files), LIMITS)) == {
        "a.zip!a\\x1b[2J\\nb.fit": b"run",
        "a.zip!l\\u202eauf.fit": b"more",
        "a.zip!Läufe ❤.fit": b"most",
    }


def test_a_file_that_changed_since_it_was_listed_is_still_being_written(tmp_path):
    path = tmp_path / "run.fit"
    path.write_bytes(b"a run")
    stat = path.stat()
    listed = (stat.st_size, stat.st_mtime_ns)
    assert len(list(members_of_file(path, "run.fit", LIMITS, listed=listed))) == 1
    for before in ((4, stat.st_mtime_ns), (5, stat.st_mtime_ns - 1)):
        with pytest.raises(StillChangingError, match="being written"):
            list(members_of_file(path, "run.fit", LIMITS, listed=before))


def test_an_archive_that_changes_while_it_is_read_is_still_being_written(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(packed({"a": b"run", "b": b"run"}))
    found = members_of_file(path, "a.zip", LIMITS)
    assert next(found).name == "a.zip!a"
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(StillChangingError):
        next(found)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "run.fit")
    found = seen(members_of_file(tmp_path / "run.fit", "run.fit", LIMITS))
    assert found == {"run.fit": "unknown_format"}


def test_a_file_that_is_gone_is_worth_another_try(tmp_path):
    with pytest.raises(SourceUnavailableError, match="cannot be read"):
        list(members_of_file(tmp_path / "gone", "run.fit", LIMITS))
