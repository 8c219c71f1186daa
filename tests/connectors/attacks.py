"""Files that somebody made to do harm, written as they would be: by the byte, where need be."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import socket
import struct
import subprocess
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from tests.connectors.made import fit_run

SLIP_TO = "/tmp/slip.fit"  # noqa: S108 - where an attack wants to write
TEN_GB = 10_000_000_000
GPX_HEAD = b'<?xml version="1.0"?>\n'

Reasons = set[str]


@dataclass(frozen=True)
class Entry:
    """A member of a zip file as its directory tells of it, true or not."""

    name: str
    packed: bytes
    size: int
    method: int = zipfile.ZIP_DEFLATED
    check_sum: int = 0


def squeezed_zeros(hundreds_of_mb: int) -> bytes:
    """A deflate stream of so many times 100 MB of zeros, made by repeating its middle."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(100_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece * hundreds_of_mb + packer.flush()


def zip_of(*entries: Entry, shared: bool = False) -> bytes:
    """A zip file; with `shared`, every entry of the directory means the same first bytes."""
    content, directory, size = [], [], 0
    for each in entries:
        name = each.name.encode()
        sizes = struct.pack("<III", each.check_sum, len(each.packed), each.size)
        head = struct.pack("<HHHHH", 20, 0x800, each.method, 0, 0x21) + sizes
        offset = 0 if shared else size
        if offset == size:
            content += [b"PK\3\4" + head + struct.pack("<HH", len(name), 0) + name, each.packed]
            size += 30 + len(name) + len(each.packed)
        where = struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, offset)
        directory.append(b"PK\1\2\x14\0" + head + where + name)
    listed = b"".join(directory)
    return b"".join(content) + listed + end_of_zip(len(entries), len(listed), size)


def end_of_zip(count: int, directory_bytes: int, directory_at: int) -> bytes:
    count = min(count, 0xFFFF)
    return b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, directory_bytes, directory_at, 0)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def nested_zips(levels: int, each: int) -> bytes:
    content = zipped({"0.dll": bytes(1_000_000)})
    for _ in range(levels):
        content = zipped({f"lib {n}.zip": content for n in range(each)})
    return content


def xml_attacks(outside: Path, port: int) -> dict[str, tuple[bytes, Reasons]]:
    """Expat's classics; `outside` is a pipe, so whoever opens it waits for ever."""
    spaces = b" ".join(b'xmlns:n%d="u%d"' % (n, n) for n in range(50_000))
    laughs = b'<!ENTITY l0 "ha">' + b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    quadratic = b'<!ENTITY a "' + b"a" * 100_000 + b'">'
    file = b'<!ENTITY a SYSTEM "file://' + os.fsencode(outside) + b'">'
    http = b'<!ENTITY a SYSTEM "http://127.0.0.1:%d/a">' % port
    parameter = b'<!ENTITY %% a SYSTEM "http://127.0.0.1:%d/a"> %%a;' % port

    def with_entities(root: bytes, entities: bytes, inside: bytes) -> tuple[bytes, Reasons]:
        head = GPX_HEAD + b"<!DOCTYPE %s [%s]>" % (root, entities)
        return head + b"<%s>%s</%s>" % (root, inside, root), {"hostile"}

    return {
        "deep.gpx": (GPX_HEAD + b"<gpx>" + b"<a>" * 200_000, {"hostile"}),
        "deep.tcx": (
            GPX_HEAD + b"<TrainingCenterDatabase>" + b"<a>" * 200_000 + b"</a>" * 200_000,
            {"hostile"},
        ),
        "spaces.gpx": (GPX_HEAD + b"<gpx %s></gpx>" % spaces, {"hostile"}),
        "laughs.gpx": with_entities(b"gpx", laughs, b"&l9;"),
        "laughs.tcx": with_entities(b"TrainingCenterDatabase", laughs, b"&l9;"),
        "quadratic.gpx": with_entities(b"gpx", quadratic, b"&a;" * 20_000),
        "file.gpx": with_entities(b"gpx", file, b"&a;"),
        "http.gpx": with_entities(b"gpx", http, b"&a;"),
        "parameter.gpx": with_entities(b"gpx", parameter, b""),
        "dtd.gpx": (
            GPX_HEAD + b'<!DOCTYPE gpx SYSTEM "http://127.0.0.1:%d/a"><gpx/>' % port,
            {"hostile"},
        ),
    }


def archive_attacks() -> dict[str, tuple[bytes, Reasons]]:
    """The name of each, with every reason that its refusals may have."""
    zeros = squeezed_zeros(100)
    kernel = squeezed_zeros(1)
    megabyte = gzip.compress(bytes(1_000_000), 9)[10:-8]
    whole = fit_run()
    return {
        "flat.zip": (zip_of(Entry("0.fit", zeros, 0xFFFFFFF0)), {"hostile"}),
        "lying.zip": (zip_of(Entry("0.fit", zeros, 2_000_000)), {"damaged"}),
        "overlapping.zip": (
            zip_of(*(Entry(f"{n}.fit", kernel, 100_000_000) for n in range(60_000)), shared=True),
            {"hostile"},
        ),
        "small-overlapping.zip": (
            zip_of(*(Entry(f"{n}.fit", megabyte, 1_000_000) for n in range(60_000)), shared=True),
            {"hostile", "damaged"},
        ),
        "nested.zip": (nested_zips(4, 6), {"hostile"}),
        "bzip2.zip": (
            zip_of(Entry("0.fit", bz2.compress(bytes(20_000_000)), 1_000, zipfile.ZIP_BZIP2)),
            {"unknown_format"},
        ),
        "zeros.fit.gz": (gzip.compress(b"")[:10] + zeros + bytes(8), {"too_large"}),
        "parts.fit.gz": (gzip.compress(b"") * 200_000, {"hostile"}),
        "slip.zip": (
            zipped({"../" * 20 + "tmp/slip.fit": whole, SLIP_TO: whole}),
            {"hostile"},
        ),
        "deeper.zip": (
            zipped({"2.zip": zipped({"3.zip": zipped({"a.fit": whole})})}),
            {"hostile"},
        ),
        "tiny.zip": (
            zip_of(*(Entry(f"{n}.fit", b"\3\0", 0) for n in range(200_000))),
            {"too_large"},
        ),
        "names.zip": (
            zip_of(*(Entry(f"../{n}", b"\3\0", 0) for n in range(90_000))),
            {"hostile"},
        ),
        "far.zip": (far_directory(), {"damaged"}),
    }


def far_directory() -> bytes:
    """A directory that says that it lies beyond what any file can hold."""
    far = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, 46, 2**64 - 100)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, 4, 1)
    return b"PK\3\4" + b"PK\6\6" + far + locator + end_of_zip(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)


def fit_attacks() -> dict[str, tuple[bytes, Reasons]]:
    whole = fit_run()
    claims = whole[:4] + struct.pack("<I", 4_000_000_000) + whole[8:12]
    return {"claims.fit": (claims + bytes(2), {"truncated", "damaged", "not_an_activity"})}


def sparse_attacks(folder: Path) -> dict[str, Reasons]:
    """Files of ten gigabytes that take no room; what is said at their ends differs."""
    directory_gb = end_of_zip(1, 0xFFFFFF00, 1_000)
    parts: dict[str, tuple[bytes, bytes, Reasons]] = {
        "sparse.fit": (b"", b"", {"too_large"}),
        "sparse.zip": (b"", b"", {"too_large"}),
        "sparse-started.zip": (b"PK\3\4", b"", {"damaged"}),
        "sparse-directory.zip": (b"PK\3\4", directory_gb, {"too_large"}),
        "sparse-end.fit.gz": (gzip.compress(b"not a run"), b"", {"unknown_format"}),
        "sparse-middle.fit.gz": (gzip.compress(b"")[:10], b"", {"damaged"}),
    }
    for name, (start, end, _) in parts.items():
        with (folder / name).open("wb") as file:
            file.write(start)
            file.truncate(TEN_GB - len(end))
            file.seek(0, os.SEEK_END)
            file.write(end)
    return {name: reasons for name, (_, _, reasons) in parts.items()}


def odd_things(folder: Path, outside: Path) -> dict[str, Reasons]:
    """What is no file, leads elsewhere, or has a name that a terminal would obey."""
    os.mkfifo(folder / "pipe.fit")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(folder)  # a socket's address has 108 letters at most
        try:
            listener.bind("socket.fit")
        finally:
            os.chdir(here)
    (folder / "zero.fit").symlink_to("/dev/zero")
    (folder / "pipe-link.fit").symlink_to(folder / "pipe.fit")
    (folder / "circle.fit").symlink_to("circle.fit")
    (folder / "folder").symlink_to(folder)
    (folder / "out.fit").symlink_to(outside)
    for name in (b"a\x1b[2J\nb.fit", b"l\xe4uf.fit", "a\u202eb.fit".encode()):
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:  # noqa: PTH123 - no UTF-8
            file.write(name)
    return {
        "out.fit": {"hostile"},
        "a\\x1b[2J\\nb.fit": {"unknown_format"},
        "l\\xe4uf.fit": {"unknown_format"},
        "a\\u202eb.fit": {"unknown_format"},
    }


def deep_folders(folder: Path, depth: int) -> None:
    """Folders in each other, deeper than any path that a system opens."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(depth):
            os.mkdir("d")  # noqa: PTH102 - by its short name
            os.chdir("d")
    finally:
        os.chdir(here)


def remove_deep_folders(folder: Path) -> None:
    """What neither pytest nor shutil can: they call themselves for every level."""
    subprocess.run(["rm", "-rf", str(folder)], check=True)
