"""The form of a point: what all points of one kind have in common, learned from one of them.

`xml_columns` tells when a form may be used, and why that is the same as reading by elements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.reading import TIME, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.reading import Track

NUMBER = rb"([-+.0-9eE]++)"
TIME_TO_MICROSECONDS = (
    rb"([0-9]{4}-[0-9]{1,2}+-[0-9]{1,2}+T[0-9]{1,2}+:[0-9]{1,2}+:[0-9]{1,2}+(?:\.[0-9]{1,6})?+)"
    rb"(?:(?<=\.[0-9]{6})[0-9]++)?+"  # finer than that is cut off, as by datetime
)
PLAIN_TEXT = rb"(?:[\t\n\r -%'-;=?-~\x80-\xee\xf0-\xff]++|&(?:amp|lt|gt|quot|apos);)*+"
"""Text in which XML finds no fault, in UTF-8 that is valid as in ISO-8859-1.

Of the letters outside ASCII only those are missing that begin with EF in UTF-8, for two of them
are forbidden.
"""

IS_NUMBER = re.compile(NUMBER)
IS_TIME = re.compile(TIME_TO_MICROSECONDS + rb"(?P<zone>Z|[-+][0-9]{2}:?[0-9]{2})?")
ATTRIBUTE = re.compile(
    rb"\s(?P<name>[^\s=<>]+)\s*=\s*(?P<quote>[\"'])(?P<value>(?s:.*?))(?P=quote)"
)
OTHER_TEXT = re.compile(rb"(?<=>)[^<>]*[^<>\s][^<>]*(?=</)")

LONGEST_FORM_BYTES = 4096
FIRST_WINDOW_BYTES, WIDEST_WINDOW_BYTES = 1 << 12, 1 << 17


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a point, as it is written."""

    column: str
    text: str
    end: int
    """The byte after it, counted from the first of the point."""


class Form:
    """What the points of one kind have in common, and how to read all of them that follow."""

    def __init__(
        self, pattern: bytes, columns: list[str], zone_s: float | None, depth: int
    ) -> None:
        """Keep what was learned.

        Args:
            pattern: matches one point, with a group for each column.
            columns: names, in the order of the groups.
            zone_s: local time minus UTC in seconds; None where times name no zone.
            depth: how many elements the points are in.
        """
        self.depth = depth
        self.misses = 0
        self._columns = columns
        self._zone_s = zone_s
        # Only a match of all the rest tells where the points of this form end.
        self._pattern = re.compile(rb"[ \t\r\n]*+" + pattern + rb"|((?s:.+))")

    def is_at(self, content: bytes, at: int) -> bool:
        """Whether a point of this form begins there."""
        found = self._pattern.match(content, at, at + 2 * LONGEST_FORM_BYTES)
        return found is not None and found.lastindex == len(self._columns)

    def take(self, content: bytes, at: int, track: Track) -> int:
        """Hand the track every point of this form from `at` on.

        Returns:
            where the first bytes of another form begin.
        """
        window = FIRST_WINDOW_BYTES
        while True:
            end = min(at + window, len(content))
            rows = self._pattern.findall(content, at, end)
            rest = rows.pop()[-1] if rows and rows[-1][-1] else b""
            if not rows:
                return at
            track.add_texts(self._columns, rows, self._zone_s)
            at = end - len(rest)
            window = min(2 * window, WIDEST_WINDOW_BYTES)


def form_of(
    point: bytes, values: list[Value], attributes: Mapping[str, str], depth: int
) -> Form | None:
    """The form of one point; None where it is too strange to be learned.

    Args:
        point: its bytes, from the first `<` to the last `>`.
        values: of its elements, in their order.
        attributes: attribute of the point → column.
        depth: how many elements the point is in.
    """
    if point.count(b"<") != point.count(b">") or b"<!" in point or b"<?" in point:
        return None  # not every `>` ends a tag
    every = [*_values_in_tag(point[: point.index(b">")], attributes), *values]
    pattern, at, zone_s = b"", 0, None
    for value in every:
        begin, end = value.end - len(value.text), value.end
        if point[begin:end] != value.text.encode():
            return None  # written in another way, such as CDATA
        if value.column == TIME:
            time, written = moment(value.text), IS_TIME.fullmatch(point, begin, end)
            if time is None or written is None:
                return None
            offset = time.utcoffset()
            zone_s = None if offset is None else offset.total_seconds()
            gap, end = TIME_TO_MICROSECONDS, end - len(written["zone"] or b"")  # a zone is form
        elif IS_NUMBER.fullmatch(point, begin, end):
            gap = NUMBER
        else:
            return None
        pattern += _in_common(point[at:begin]) + gap
        at = end
    if not every:
        return None
    form = Form(pattern + _in_common(point[at:]), [each.column for each in every], zone_s, depth)
    return form if form.is_at(point, 0) else None


def _values_in_tag(tag: bytes, attributes: Mapping[str, str]) -> list[Value]:
    """The values that are attributes of the point, in the order in which they are written."""
    found = []
    for each in ATTRIBUTE.finditer(tag):
        column = attributes.get(each["name"].decode(errors="replace"))
        if column:
            text = each["value"].decode(errors="replace")
            found.append(Value(column, text, each.end("value")))
    return found


def _in_common(between: bytes) -> bytes:
    """A pattern for the bytes between two values: any other text may change, the rest may not."""
    pattern, at = b"", 0
    for text in OTHER_TEXT.finditer(between):
        pattern += re.escape(between[at : text.start()]) + PLAIN_TEXT
        at = text.end()
    return pattern + re.escape(between[at:])
