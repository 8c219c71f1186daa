"""Sources: what is found in a folder, what is passed over, and what a wrong address is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.errors import BadSourceError, SourceUnavailableError
from connectors.sources import DEEPEST, OnDisk, open_source, scan
from pipeline.store.paths import LONGEST_PATH_BYTES


def write(place, content=b"run"):
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


def found(folder) -> list[OnDisk]:
    return scan(open_source(str(folder)))


def paths(folder) -> list[str]:
    return [each.path for each in found(folder)]


def test_files_are_listed_in_a_fixed_order_by_their_place(tmp_path):
    for name in ("b.fit", "2026/03/a.fit", "2025.zip", "2026/z.gpx"):
        write(tmp_path / name)
    assert paths(tmp_path) == ["2025.zip", "2026/03/a.fit", "2026/z.gpx", "b.fit"]


def test_a_file_is_described_without_being_read(tmp_path):
    place = write(tmp_path / "a.fit", b"12345")
    (only,) = found(tmp_path)
    assert only == OnDisk(
        source_url=tmp_path.as_uri(),
        path="a.fit",
        place=place,
        bytes=5,
        modified_ns=place.stat().st_mtime_ns,
        refusal=None,
    )


def test_hidden_files_and_what_systems_leave_are_passed_over(tmp_path):
    for name in (".DS_Store", ".git/a.fit", "Thumbs.db", "__MACOSX/a.fit", "desktop.ini", "a.fit"):
        write(tmp_path / name)
    assert paths(tmp_path) == ["a.fit"]


def test_an_empty_folder_holds_nothing(tmp_path):
    assert found(tmp_path) == []


def test_a_single_file_is_a_source(tmp_path):
    place = write(tmp_path / "a.fit")
    source = open_source(str(place))
    assert source.url == place.as_uri()
    assert [each.path for each in scan(source)] == ["a.fit"]


def test_a_hidden_file_asked_for_by_name_is_read(tmp_path):
    assert paths(write(tmp_path / ".a.fit")) == [".a.fit"]


def test_every_way_of_writing_a_place_is_one_address(tmp_path, monkeypatch):
    folder = tmp_path / "my runs"
    write(folder / "a.fit")
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    spellings = [
        str(folder),
        f"{folder}/",
        "my runs",
        "./my runs/../my runs",
        "~/my runs",
        folder.as_uri(),
        f"file://localhost{folder.as_uri().removeprefix('file://')}",
        str(tmp_path / "link"),
    ]
    assert {open_source(each).url for each in spellings} == {folder.as_uri()}


def test_a_link_inside_is_followed_and_one_that_leads_out_is_marked(tmp_path):
    folder = tmp_path / "runs"
    inside = write(folder / "deep" / "a.fit")
    outside = write(tmp_path / "passwd")
    (folder / "in.fit").symlink_to(inside)
    (folder / "out.fit").symlink_to(outside)
    (folder / "out2.fit").symlink_to("../passwd")
    (folder / "nowhere.fit").symlink_to(tmp_path / "gone")
    (folder / "circle.fit").symlink_to(folder / "circle.fit")
    (folder / "folder").symlink_to(folder)
    assert {each.path: each.refusal is None for each in found(folder)} == {
        "deep/a.fit": True,
        "in.fit": True,
        "out.fit": False,
        "out2.fit": False,
    }


def test_what_is_no_file_is_passed_over(tmp_path):
    os.mkfifo(tmp_path / "pipe.fit")
    write(tmp_path / "a.fit")
    assert paths(tmp_path) == ["a.fit"]


def test_a_name_that_is_no_utf_8_can_be_stored_and_opened(tmp_path):
    place = os.fsencode(tmp_path) + b"/l\xe4uf.fit"
    try:
        with open(place, "wb") as file:  # noqa: PTH123 - a name no Path should be made of
            file.write(b"run")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    (only,) = found(tmp_path)
    assert only.path == "l\\xe4uf.fit"
    assert only.path.encode()
    assert only.place.read_bytes() == b"run"


def test_names_are_told_without_anything_unseen(tmp_path):
    place = write(tmp_path / "a\x1b[2J\nb.fit")
    write(tmp_path / "Läufe ❤" / "c\u202e.fit")
    first, second = found(tmp_path)
    assert (first.path, second.path) == ("Läufe ❤/c\\u202e.fit", "a\\x1b[2J\\nb.fit")
    assert second.place == place


def test_folders_absurdly_deep_in_each_other_are_one_refusal(tmp_path):
    deepest = tmp_path.joinpath(*["d"] * (DEEPEST + 2))
    write(deepest / "lost.fit")
    write(deepest.parents[1] / "a.fit")
    assert {each.path: each.refusal and each.refusal.reason for each in found(tmp_path)} == {
        f"{'d/' * DEEPEST}a.fit": None,
        f"{'d/' * DEEPEST}d": "hostile",
    }


def test_a_path_that_no_system_opens_is_one_refusal(tmp_path, monkeypatch):
    name = "d" * 250
    monkeypatch.chdir(tmp_path)
    for _ in range(17):  # 4,250 letters
        Path(name).mkdir()
        monkeypatch.chdir(name)
    write(tmp_path / "a.fit")
    (fine, deep) = found(tmp_path)
    assert (fine.path, fine.refusal) == ("a.fit", None)
    assert deep.refusal is not None
    assert deep.path.startswith(name)


@pytest.mark.parametrize(("letter", "count"), [("d", 7), ("ü", 3), ("\x01", 1)])
def test_a_path_no_store_takes_is_cut_and_refused_alone(letter, count, tmp_path):
    folder = tmp_path.joinpath(*[letter * 100] * count)
    for name in ("1", "2"):
        write(folder / (letter * 101 + name))
    write(folder / (letter * 101) / "a.fit")
    write(tmp_path / "good.fit")
    seen = {each.path: each.refusal.reason if each.refusal else None for each in found(tmp_path)}
    assert seen.pop("good.fit") is None
    assert list(seen.values()) == ["hostile"] * 3, "what was cut off still tells them apart"
    assert max(len(each.encode()) for each in seen) <= LONGEST_PATH_BYTES


def test_an_address_no_store_takes_must_be_mended_by_a_person(tmp_path):
    place = write(tmp_path.joinpath(*["ü" * 100] * 2) / "a.fit")  # each ü is six letters of it
    with pytest.raises(BadSourceError, match="too long"):
        open_source(str(place))
    assert len(found(place.parents[1])) == 1


def test_a_link_is_read_where_it_leads_to(tmp_path):
    place = write(tmp_path / "deep" / "a.fit")
    (tmp_path / "link.fit").symlink_to(place)
    assert [each.place for each in found(tmp_path)] == [place, place]


@pytest.mark.parametrize("address", ["nowhere", "file:///nowhere/at/all", "~nobody-of-that-name/x"])
def test_a_place_that_is_not_there_is_unavailable(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceUnavailableError, match="no such file or folder"):
        open_source(address)


def test_an_address_that_cannot_be_a_path_is_unavailable():
    for address in ("a\0b", "//[half/an/address"):
        with pytest.raises(SourceUnavailableError):
            open_source(address)


def test_a_folder_that_vanished_meanwhile_is_unavailable(tmp_path):
    source = open_source(str(write(tmp_path / "runs" / "a.fit").parent))
    (tmp_path / "runs" / "a.fit").unlink()
    (tmp_path / "runs").rmdir()
    with pytest.raises(SourceUnavailableError, match="No such file"):
        scan(source)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("https://example.org/runs", "https: sources are folders"),
        ("garmin://me", "garmin: sources are folders"),
        ("file://runs/2026", "three slashes"),
    ],
)
def test_an_address_of_another_kind_must_be_mended_by_a_person(address, says):
    with pytest.raises(BadSourceError, match=says):
        open_source(address)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_named(tmp_path):
    locked = write(tmp_path / "locked" / "a.fit").parent
    locked.chmod(0)
    try:
        with pytest.raises(SourceUnavailableError, match="may not be read"):
            open_source(str(locked))
        with pytest.raises(SourceUnavailableError, match="locked: Permission denied"):
            scan(open_source(str(tmp_path)))
    finally:
        locked.chmod(0o700)
