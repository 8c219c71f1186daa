"""What is refused of XML, and that what only looks dangerous is read in time that grows with it."""

from __future__ import annotations

import pytest

from connectors import gpx, tcx
from connectors.errors import UnreadableFileError
from connectors.limits import FormatLimits
from connectors.xml_columns import walk
from connectors.xml_guard import encoding_of, root_name

POINT = b'<trkpt lat="1" lon="2"><time>2026-03-01T08:00:00Z</time></trkpt>'
HEAD, TAIL = b"<gpx><trk><trkseg>", b"</trkseg></trk></gpx>"
MANY = 20_000
LONG = b"x" * (5 << 20)

HOSTILE = {
    "one deep nest": b"<gpx>" * 65 + b"</gpx>" * 65,
    "a deep nest in a point": HEAD + POINT + b"<trkpt>" + b"<a>" * 61,
    "65 namespaces": b"<gpx>" + b"".join(b'<a xmlns:n="%d"/>' % n for n in range(65)) + b"</gpx>",
    "an endless comment": HEAD + POINT + b"<!--" + LONG * 10 + b"-->" + TAIL,
    "an endless attribute": HEAD + POINT + b'<a b="' + LONG + b'"/>' + TAIL,
    "an endless instruction": HEAD + b"<?a " + LONG + b"?>" + TAIL,
    "a million attributes": b"<gpx " + b" ".join(b'a%d=""' % n for n in range(50 * MANY)) + b"/>",
    "a doctype in the middle of nothing": b"<!-- a --><!DOCTYPE gpx><gpx/>",
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_what_no_watch_writes_is_refused(attack):
    with pytest.raises(UnreadableFileError, match="hostile"):
        gpx.read(HOSTILE[attack])


HARMLESS = {
    "64 deep": b"<gpx><trk><trkseg>" + POINT + b"<a>" * 61 + b"</a>" * 61 + TAIL,
    "64 namespaces": b"<gpx>"
    + b"".join(b'<a xmlns:n="%d"/>' % n for n in range(64))
    + HEAD[5:]
    + POINT
    + TAIL,
    "one namespace often": HEAD + POINT + b'<a xmlns="u"/>' * MANY + TAIL,
    "many comments": HEAD + POINT + b"<!--</trkpt>-->" * MANY + TAIL,
    "a comment full of ends": HEAD + POINT + b"<!--" + b"</trkpt>" * MANY + b"-->" + TAIL,
    "a section full of ends": HEAD + POINT + b"<![CDATA[" + b"</trkpt>" * MANY + b"]]>" + TAIL,
    "a long text": HEAD + POINT + b"<ele>" + LONG * 4 + b"</ele>" + TAIL,
    "a long number": HEAD + b"<trkpt><ele>" + b"1" * len(LONG) + b"</ele>" + POINT[23:] + TAIL,
    "many blanks": HEAD + POINT + b" " * len(LONG) + TAIL,
    "many names": HEAD + POINT + b"".join(b"<a%d/>" % n for n in range(MANY)) + TAIL,
}


@pytest.mark.parametrize("file", HARMLESS)
def test_what_only_looks_dangerous_is_read(file):
    content = gpx.read(HARMLESS[file])
    assert content.salvaged is None
    assert sum(len(each.records) for each in content.activities) == 1


def test_limits_are_the_callers():
    class Nobody:
        point, around, track = "p", frozenset[str](), None
        attributes: dict[str, str] = {}  # noqa: RUF012

        def column_of(self, *_):
            raise AssertionError

        start = end = column_of

    assert walk(b"<a><b/></a>", Nobody(), limits=FormatLimits(depth=2)) is None
    with pytest.raises(UnreadableFileError, match="hostile"):
        walk(b"<a><b/></a>", Nobody(), limits=FormatLimits(depth=1))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"<gpx/>", "utf-8"),
        ("<gpx a='ü'/>".encode(), "utf-8"),
        ("<gpx a='ü'/>".encode("iso-8859-1"), "iso-8859-1"),
        (b"<gpx>" + b"x" * ((1 << 20) - 6) + "ü</gpx>".encode(), "utf-8"),  # across two pieces
        (b"<gpx a='" + "ü".encode()[:1], "iso-8859-1"),
        ("\ufeff<gpx/>".encode("utf-16-le"), "utf-16le"),
        ("<gpx/>".encode("utf-16-le"), "utf-16le"),
        ("<gpx/>".encode("utf-16-be"), "utf-16be"),
    ],
)
def test_the_encoding_is_told_by_the_bytes(content, encoding):
    assert encoding_of(content) == encoding
    assert root_name(content[:1024]) == "gpx"


MARK = "\ufeff"


@pytest.mark.parametrize(
    "before",
    [
        b" \r\n\t",
        b"\n" + MARK.encode(),
        MARK.encode() * 2 + b"\n",
        "\n \r\n".encode("utf-16-le"),
        "\n \r\n".encode("utf-16-be"),
        f"{MARK}\n{MARK} ".encode("utf-16-le"),
        f"{MARK}\n{MARK} ".encode("utf-16-be"),
        b" \n" + f"{MARK}".encode("utf-16-be"),
    ],
)
def test_blanks_and_marks_before_the_file_are_passed_over(before):
    encoding = "utf-8"
    if b"\xfe\xff" in before or before[:1] == b"\0":
        encoding = "utf-16-be"
    elif b"\xff\xfe" in before or before[1:2] == b"\0":
        encoding = "utf-16-le"
    content = before + (HEAD + POINT + TAIL).decode().encode(encoding)
    assert root_name(content[:1024]) == "gpx"
    read = gpx.read(content)
    assert (read.salvaged, len(read.activities[0].records)) == (None, 1)


@pytest.mark.parametrize(
    ("content", "read"),
    [
        pytest.param(b"<gpx>" + b"<trk/>" * 2001 + b"</gpx>", gpx.read, id="gpx"),
        pytest.param(
            b"<TrainingCenterDatabase>" + b"<Activity/>" * 2001 + b"</TrainingCenterDatabase>",
            tcx.read,
            id="tcx",
        ),
    ],
)
def test_absurdly_many_activities_are_refused(content, read):
    with pytest.raises(UnreadableFileError, match="hostile"):
        read(content)
