"""Refuse what only an attacker would write in XML, and say in which encoding a file is.

What is refused (CHANNELS.md, faults 6 to 8): a DOCTYPE, and with it every entity; elements nested
absurdly deep; absurdly many namespaces; and one tag or comment of absurd length, which expat would
look through again and again.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.parsers import expat

from connectors.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.limits import FormatLimits

ENDED_TOO_EARLY = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)

BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")

BEFORE_XML = {
    None: re.compile(rb"(?:\xef\xbb\xbf|[ \t\r\n](?!\0))*+"),
    "utf-16le": re.compile(rb"(?:\xff\xfe|[ \t\r\n]\0)*+"),
    "utf-16be": re.compile(rb"(?:\xfe\xff|\0[ \t\r\n])*+"),
}
"""Encoding, None for those that contain ASCII → blanks and byte order marks."""

CHUNK_BYTES = 1 << 20

# Possessive (`*+`): what was skipped is not tried again, or hostile heads would take for ever.
ROOT = re.compile(
    r"(?:\s+|<\?.*?\?>|<!--.*?-->)*+<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?([\w.-]+)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Damage:
    """Why an XML file could not be read to its end."""

    reason: Literal["truncated", "damaged"]
    says: str


class Guard:
    """Looks at what expat tells, and refuses: every method raises `hostile`."""

    def __init__(self, limits: FormatLimits) -> None:
        self._limits = limits
        self._namespaces: set[tuple[str, str]] = set()

    def doctype(self, *_: object) -> None:
        """Refuse a DOCTYPE; expat has expanded nothing yet."""
        raise UnreadableFileError("hostile", "The file has a DOCTYPE, which no watch writes.")

    def check_depth(self, depth: int) -> None:
        """Refuse an element inside too many others."""
        if depth > self._limits.depth:
            raise UnreadableFileError("hostile", "The file's elements are nested absurdly deep.")

    def check_attributes(self, attributes: Iterable[tuple[str, str]]) -> None:
        """Refuse one namespace too many; repeating a declaration is free."""
        for key, value in attributes:
            if key.startswith("xmlns"):
                self._namespaces.add((key, value))
                if len(self._namespaces) > self._limits.namespaces:
                    says = "The file declares absurdly many namespaces."
                    raise UnreadableFileError("hostile", says)

    def check_unfinished(self, waiting_bytes: int) -> None:
        """Refuse a tag that has gone on for too long."""
        if waiting_bytes > self._limits.tag_bytes:
            raise UnreadableFileError("hostile", "The file has a tag of absurd length.")


def root_name(head: bytes) -> str | None:
    """The local name of the root element, None where the bytes do not begin like XML.

    Where a DOCTYPE stands first its name is given, so that reading gets to refuse the file.

    Args:
        head: the first KiB, in UTF-8, UTF-16 or any encoding that contains ASCII.
    """
    bare = head[length_before_xml(head) :]
    found = ROOT.match(bare.decode(_utf_16(bare) or "utf-8", errors="replace"))
    return found[1] if found else None


def length_before_xml(content: bytes) -> int:
    """How many bytes stand before the first that XML allows there.

    Strava's TCX begins with blanks; others have a byte order mark after them, or two of them.
    """
    begin, before = 0, -1
    while begin > before:
        before = begin
        found = BEFORE_XML[_utf_16(content[begin : begin + 2])].match(content, begin)
        begin = found.end() if found else begin
    return begin


def line_ends(content: bytes, begin: int, end: int) -> int:
    """How many lines end there, as expat counts: by LF, by CR LF, or by a CR alone."""
    lines = content.count(b"\n", begin, end)
    returns = content.count(b"\r", begin, end)
    return lines + returns - (content.count(b"\r\n", begin, end) if returns else 0)


def encoding_of(content: bytes) -> Literal["utf-8", "iso-8859-1", "utf-16le", "utf-16be"]:
    """The encoding to read by, by expat's name.

    The file's own declaration is not asked, for it is wrong too often: a letter in Latin-1 in the
    name of a run, in a file that calls itself UTF-8, must not cost the run. All that we read is
    ASCII, which every other encoding met in such files contains.
    """
    if utf_16 := _utf_16(content):
        return utf_16
    if content.isascii():
        return "utf-8"
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(content)
    try:
        # In pieces: the whole file as letters can take four times its size.
        for begin in range(0, len(content), CHUNK_BYTES):
            decoder.decode(view[begin : begin + CHUNK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "iso-8859-1"
    return "utf-8"


def damage_of(error: expat.ExpatError, skipped_lines: int = 0) -> Damage:
    """What expat's complaint means.

    Args:
        error: as it was raised.
        skipped_lines: how many lines before it expat was not shown.
    """
    line = error.lineno + skipped_lines
    if error.code in ENDED_TOO_EARLY:
        return Damage("truncated", f"The file ends in the middle, at line {line}.")
    return Damage("damaged", f"The file is damaged at line {line}.")


def _utf_16(content: bytes) -> Literal["utf-16le", "utf-16be"] | None:
    """By its mark, or by the zero beside the first `<`."""
    if not content.startswith(BYTE_ORDER_MARKS) and b"\0" not in content[:2]:
        return None
    return "utf-16be" if content[:1] in b"\0\xfe" else "utf-16le"
