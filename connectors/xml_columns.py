"""How XML becomes columns: the first point by its elements, the thousands like it by its form.

A file is written by a program. Point after point has the same tags in the same order with the same
blanks between them, and only the values differ:

    <trkpt lat="48.1" lon="11.5"><ele>500</ele><time>2026-03-01T08:00:00Z</time></trkpt>

So expat reads a point element by element, as any XML, and notes where in the bytes each value
stood. All other bytes of the point are its form, and with gaps in place of the values they make a
regular expression, which reads every further point of this form at the speed of C. What does not
match (a pulse is missing, a value is no number, the segment ends) goes to expat again, and a form
that comes often enough is learned too.

Why this is the same as reading all of it by expat. A form is tried only where expat has just ended
a point, so never inside a comment. The bytes that match are those that expat has accepted before,
but for the values and other texts, and these have no letters that mean anything to XML. The
matched points are balanced elements, so the file without them is as well formed as the file with
them: expat is shown the rest, and finds every fault, and the guard every attack, as before.

Namespaces are not resolved: every exporter invents its own prefixes, and files with undeclared
ones exist. A name is its local part.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol
from xml.parsers import expat

from connectors.limits import USUAL
from connectors.reading import POSITION, TIME, number
from connectors.xml_forms import LONGEST_FORM_BYTES, Form, Value, form_of
from connectors.xml_guard import (
    CHUNK_BYTES,
    Damage,
    Guard,
    damage_of,
    encoding_of,
    length_before_xml,
    line_ends,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.limits import FormatLimits
    from connectors.reading import Track

LONGEST_TEXT = 1024
"""Letters of one element that are looked at; no value is longer."""

MOST_FORMS = 16
POINTS_PER_FORM = 16
"""Learning a form takes about as long as reading this many points by expat."""

MOST_MISSES = 256
"""In a row; a form that is of no use any more is forgotten."""

MOST_NAMES = 1024

BYTE_IS_LETTER = {"utf-8", "iso-8859-1"}
"""Encodings in which what means anything to XML is one byte; in UTF-16 it is two."""


class Visitor(Protocol):
    """Who knows the format: which element is a point, where its values go, what is around it."""

    @property
    def point(self) -> str:
        """Name of the element that is a point."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """Attribute of the point → column."""

    @property
    def around(self) -> frozenset[str]:
        """Names of the elements outside of points that matter."""

    @property
    def track(self) -> Track | None:
        """Where points belong now; None where they are not wanted."""

    def column_of(self, parent: str, name: str) -> str | None:
        """The column (or TIME) of an element inside a point, by local names."""

    def start(self, path: list[str], attributes: dict[str, str]) -> None:
        """Told that an element of `around` begins; `path` are local names, root first."""

    def end(self, path: list[str], text: str) -> None:
        """Told that an element of `around` ends; `text` stood in it after its last child."""


def walk(content: bytes, visitor: Visitor, *, limits: FormatLimits = USUAL) -> Damage | None:
    """Read every point up to the end of the file, or to where it is damaged.

    Args:
        content: the file.
        visitor: is told of the elements around the points; its tracks get the points.
        limits: what is an attack.

    Returns:
        None where the file is complete.

    Raises:
        UnreadableFileError: `hostile`, by the limits or for a DOCTYPE.
    """
    begin = length_before_xml(content)
    walker = _Walker(content[begin:], visitor, Guard(limits))
    # In UTF-16 each letter has a zero beside it.
    walker.skipped_lines = line_ends(content[:begin].replace(b"\0", b""), 0, begin)
    try:
        walker.run()
    except expat.ExpatError as error:
        return damage_of(error, walker.skipped_lines)
    return None


class _Walker:
    """Shows the file to expat, all but the points that are read by their form."""

    def __init__(self, content: bytes, visitor: Visitor, guard: Guard) -> None:
        self.skipped_lines = 0
        """Lines that expat was not shown."""
        self._skipped_bytes = 0
        self._content = content
        self._view = memoryview(content)
        self._guard = guard
        self._visitor = visitor
        self._forms: list[Form] = []
        self._learned = 0
        self._unlike = POINTS_PER_FORM  # points since a form was learned; the first is at once
        encoding = encoding_of(content)
        self._learns = encoding in BYTE_IS_LETTER
        self._parser = expat.ParserCreate(encoding)
        self._parser.buffer_text = True
        self._parser.ordered_attributes = True
        self._elements = _Elements(self._parser, visitor, guard)
        self._parser.StartDoctypeDeclHandler = guard.doctype
        self._parser.StartElementHandler = self._elements.start
        self._parser.EndElementHandler = self._elements.end
        self._parser.CharacterDataHandler = self._elements.letters

    def run(self) -> None:
        """Go through the file, from the end of one point to the next."""
        name = re.escape(self._visitor.point.encode())
        point_end = re.compile(rb"</(?:[^<>:/\s]*+:)?" + name + rb"[ \t\r\n]*+>")
        begin, least = 0, 0
        while begin < len(self._content):
            found = point_end.search(self._content, begin + least)
            end = found.end() if found else len(self._content)
            self._show(begin, end)
            if found and found.start() == self._elements.point_end + self._skipped_bytes:
                begin, least = self._by_form(end), 0
            else:
                # It only looked like one, as in a comment. Expat looks through an unfinished
                # comment from its start each time, so each time it gets twice as much of it.
                begin, least = end, 2 * (end - begin)
        self._parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords

    def _show(self, begin: int, end: int) -> None:
        for at in range(begin, end, CHUNK_BYTES):
            upto = min(at + CHUNK_BYTES, end)
            self._parser.Parse(self._view[at:upto])
            looked_at = self._parser.CurrentByteIndex + self._skipped_bytes
            self._guard.check_unfinished(upto - looked_at)

    def _by_form(self, begin: int) -> int:
        """Read the points that follow one at `begin`, as far as their forms are known.

        Returns:
            where the bytes begin that expat has to see.
        """
        track = self._visitor.track
        if track is None or not self._learns:
            return begin
        self._learn(begin)
        at = self._by_some_form(begin, track)
        self._skipped_bytes += at - begin
        self.skipped_lines += line_ends(self._content, begin, at)
        return at

    def _by_some_form(self, at: int, track: Track) -> int:
        depth, before = len(self._elements.path), -1
        while at > before:
            before = at
            for form in tuple(self._forms):
                # What is one level deeper than where it was learned could be too deep.
                if form.depth == depth and form.is_at(self._content, at):
                    at, form.misses = form.take(self._content, at, track), 0
                    break
                form.misses += 1
                if form.misses > MOST_MISSES:
                    self._forms.remove(form)
        return at

    def _learn(self, end: int) -> None:
        """Learn the form of the point that ends here, if that is worth its while."""
        self._unlike += 1
        begin = self._elements.point_begin + self._skipped_bytes
        if (
            self._unlike <= POINTS_PER_FORM
            or self._learned == MOST_FORMS
            or end - begin > LONGEST_FORM_BYTES
            or POINTS_PER_FORM * (end - begin) > len(self._content) - end
        ):
            return
        self._unlike = 0
        written, point = self._elements.written, self._content[begin:end]
        if written is None or any(each.is_at(point, 0) for each in self._forms):
            return
        depth = len(self._elements.path)
        form = form_of(point, written, self._visitor.attributes, depth)
        if form:
            self._learned += 1
            self._forms.append(form)


class _Elements:
    """What expat calls: keeps the path, guards it, and gathers the values of one point."""

    def __init__(self, parser: expat.XMLParserType, visitor: Visitor, guard: Guard) -> None:
        self.path: list[str] = []
        self.point_begin = -1
        self.point_end = -1
        """By expat's count: where the last point's two tags begin."""
        self.written: list[Value] | None = None
        """The values of the last point; None where its form tells less than its elements do."""
        self._parser = parser
        self._visitor = visitor
        self._point = visitor.point
        self._around = visitor.around
        self._guard = guard
        self._columns: dict[tuple[str, str], str | None] = {}
        self._track: Track | None = None  # of the point that is open
        self._time: str | None = None
        self._values: dict[str, float] = {}
        self._text = ""

    def start(self, name: str, flat: list[str]) -> None:
        local = name.rpartition(":")[2]
        self.path.append(local)
        self._text = ""
        self._guard.check_depth(len(self.path))
        attributes: dict[str, str] = {}
        if flat:
            attributes = dict(zip(flat[::2], flat[1::2], strict=True))
            self._guard.check_attributes(attributes.items())
        if local == self._point:
            self._begin_point(attributes)
        elif self._track is None and local in self._around:
            self._visitor.start(self.path, attributes)

    def end(self, _: str) -> None:
        text, self._text = self._text, ""
        path = self.path
        if self._track is None:
            if path[-1] in self._around:
                self._visitor.end(path, text)
        elif path[-1] == self._point:
            self._track.add(self._time, self._values)
            self._track = None
            self.point_end = self._parser.CurrentByteIndex
        else:
            self._note(self._track, self._column_of(path[-2], path[-1]), text)
        path.pop()

    def letters(self, text: str) -> None:
        if len(self._text) < LONGEST_TEXT:
            self._text += text

    def _begin_point(self, attributes: dict[str, str]) -> None:
        is_inside_another = self._track is not None
        self._track = self._visitor.track
        self._time = None
        columns = self._visitor.attributes
        self._values = {
            columns[key]: number(text) for key, text in attributes.items() if key in columns
        }
        self.point_begin = self._parser.CurrentByteIndex
        self.written = None if is_inside_another else []

    def _column_of(self, parent: str, name: str) -> str | None:
        key = parent, name
        if key not in self._columns:
            if len(self._columns) == MOST_NAMES:
                self._columns.clear()
            self._columns[key] = self._visitor.column_of(parent, name)
        return self._columns[key]

    def _note(self, track: Track, column: str | None, text: str) -> None:
        """Keep a value of the open point; of several the first that is one."""
        if column is None:
            return
        if column == TIME:
            is_first = not self._time
            self._time = self._time or text
        elif column in POSITION:
            is_first = column not in self._values
            self._values.setdefault(column, number(text))  # nonsense too: it will be counted
        else:
            value = track.value(text)
            is_first = value is not None and column not in self._values
            if value is not None:
                self._values.setdefault(column, value)
        if is_first and self.written is not None:
            end = self._parser.CurrentByteIndex - self.point_begin
            self.written.append(Value(column, text, end))
        elif text.strip():
            self.written = None
