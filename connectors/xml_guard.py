"""Walk an XML file element by element, refusing what only an attacker would write.

Expat reads the bytes once and builds no tree, so memory does not grow with the file. Namespaces
are not resolved: every exporter invents its own prefixes, and files with undeclared ones exist.
A name is its local part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Protocol
from xml.parsers import expat

from connectors.errors import UnreadableFileError

DEEPEST = 64
"""Elements inside each other. GPX and TCX need about ten; 200,000 end many a reader in a crash."""

MOST_NAMESPACES = 64
"""Different declarations. Repeating one on every point is usual (TCX), inventing 65 is not."""

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

# Possessive (`*+`): what was skipped is not tried again, or hostile heads would take for ever.
ROOT = re.compile(
    r"(?:\s+|<\?.*?\?>|<!--.*?-->)*+<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?([\w.-]+)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Damage:
    """Why an XML file could not be read to its end."""

    reason: Literal["truncated", "damaged"]
    says: str


class Visitor(Protocol):
    """Who is told of every element, in the order of the file."""

    def start(self, path: list[str], attributes: dict[str, str]) -> None:
        """Told that an element begins; `path` holds local names, from the root to this one."""

    def end(self, path: list[str], text: str) -> None:
        """Told that an element ends; `text` is what stood in it after its last child."""


def root_name(head: bytes) -> str | None:
    """The local name of the root element, None where the bytes do not begin like XML.

    Where a DOCTYPE stands first its name is given, so that `walk` gets to refuse the file.

    Args:
        head: the first KiB, in UTF-8, UTF-16 or any encoding that contains ASCII.
    """
    encoding = "utf-8-sig"
    if _is_utf_16(head):
        encoding = "utf-16-be" if head[:1] in b"\0\xfe" else "utf-16-le"
    found = ROOT.match(head.decode(encoding, errors="replace").removeprefix("\ufeff"))
    return found[1] if found else None


def walk(content: bytes, visitor: Visitor) -> Damage | None:
    """Tell the visitor of every element up to the end of the file, or to where it is damaged.

    Returns:
        None where the file is complete.

    Raises:
        UnreadableFileError: `hostile`, for a DOCTYPE, nesting deeper than 64, or more than 64
            different namespace declarations (CHANNELS.md, faults 6 to 8).
    """
    content = content.lstrip(b" \t\r\n")  # Strava's TCX begins with blanks, which XML forbids
    guarded = _Guarded(visitor)
    parser = expat.ParserCreate(_encoding(content))
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = guarded.doctype
    parser.StartElementHandler = guarded.start
    parser.EndElementHandler = guarded.end
    parser.CharacterDataHandler = guarded.texts.append
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        return _damage(error)
    return None


class _Guarded:
    """Stands between expat and the visitor: keeps the path, and refuses."""

    def __init__(self, visitor: Visitor) -> None:
        self.texts: list[str] = []
        self._visitor = visitor
        self._path: list[str] = []
        self._namespaces: set[tuple[str, str]] = set()

    def doctype(self, *_: object) -> None:
        raise UnreadableFileError("hostile", "The file has a DOCTYPE, which no watch writes.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name.rpartition(":")[2])
        self.texts.clear()
        if len(self._path) > DEEPEST:
            raise UnreadableFileError("hostile", "The file's elements are nested absurdly deep.")
        for key, value in attributes.items():
            if key.startswith("xmlns"):
                self._declare(key, value)
        self._visitor.start(self._path, attributes)

    def end(self, _: str) -> None:
        self._visitor.end(self._path, "".join(self.texts))
        self.texts.clear()
        self._path.pop()

    def _declare(self, prefix: str, uri: str) -> None:
        self._namespaces.add((prefix, uri))
        if len(self._namespaces) > MOST_NAMESPACES:
            raise UnreadableFileError("hostile", "The file declares absurdly many namespaces.")


def _encoding(content: bytes) -> str | None:
    """The encoding to read by; None leaves the two halves of UTF-16 to expat.

    The file's own declaration is not asked, for it is wrong too often: a letter in Latin-1 in the
    name of a run, in a file that calls itself UTF-8, must not cost the run. All that we read is
    ASCII, which every other encoding met in such files contains.
    """
    if _is_utf_16(content):
        return None
    try:
        content.decode()
    except UnicodeDecodeError:
        return "iso-8859-1"
    return "utf-8"


def _is_utf_16(content: bytes) -> bool:
    """By its mark, or by the zero beside the first `<`."""
    return content.startswith(BYTE_ORDER_MARKS) or b"\0" in content[:2]


def _damage(error: expat.ExpatError) -> Damage:
    if error.code in ENDED_TOO_EARLY:
        return Damage("truncated", f"The file ends in the middle, at line {error.lineno}.")
    return Damage("damaged", f"The file is damaged at line {error.lineno}.")
