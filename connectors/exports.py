"""What Strava's bulk export tells beside its files: effort, gear, name and sport of each.

An export is a folder, or a zip of it, with the list `activities.csv` and the recordings it names
(`activities/123.fit.gz`). The list speaks the runner's language, some versions of it lack columns,
and headers that Strava forgot to translate read `translation missing: en-GB…`. So each column is
found by a name we know and by its place:

- The column of files is the one whose cells look like files; of several the one so headed.
- Where the order is Strava's, it is the same in every language. It is Strava's for certain where
  the columns that stand there twice are twice at exactly their distances: elapsed time, distance,
  relative effort and commute come before the file as they are shown, and after it in raw units.
  The effort lies between the two latter.

What cannot be found for certain is not told: an effort that was guessed is worse than none.
"""

from __future__ import annotations

import csv
import io
import re
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from connectors.errors import UnreadableFileError
from connectors.sports import sport_of
from pipeline.activity import ExportLine
from pipeline.store.paths import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIST_NAME = "activities.csv"

GARMINS_FOLDER = "DI_CONNECT"
"""In Garmin's account export, beside folders of shop, support and aviation."""

LARGEST_BYTES, MOST_LINES, MOST_COLUMNS = 20_000_000, 100_000, 500
"""More than anybody's life: a line is about half a kilobyte in a hundred columns."""

LONGEST_TEXT = 200
"""Letters that are kept of the name of a run, or of shoes."""

LONGEST_FILE = 300

EFFORT_LEAST, EFFORT_MOST = 1.0, 10.0
"""Strava's scale, from easy to max effort. 0 is not on it: nobody told."""

NAME, TYPE, ELAPSED, DISTANCE = 2, 3, 5, 6
"""Places from the start of the list."""

RAW_ELAPSED, RAW_DISTANCE, RAW_RELATIVE_EFFORT, EFFORT, RAW_COMMUTE = 3, 5, 25, 31, 38
"""Places after the file; the same in public headers of 2020 to 2026, of up to 103 columns, in
English, German and French, with and without `Max Heart Rate` and `Activity Private Note`."""

KNOWN = {
    "rpe": {"perceived exertion", "gefühlte anstrengung", "effort ressenti", "ervaren inspanning"},
    "gear": {"activity gear", "aktivitätsausrüstung", "matériel utilisé pour l'activité"},
    "name": {"activity name", "name der aktivität", "nom de l'activité", "naam activiteit"},
    "type": {"activity type", "aktivitätsart", "type d'activité", "activiteitstype"},
}
"""Headers of public exports, lower-cased. `Gear` and `Bike` further on hold numbers."""

FILE_HEADS = {
    *("filename", "dateiname", "nom du fichier", "bestandsnaam"),
    *("nombre de archivo", "nome file", "nome do arquivo"),
}
"""Asked only where several columns look like files."""

OLDEST = [
    *("id", "date", "name", "type", "description"),
    *("elapsed time", "distance", "commute", "gear", "filename"),
]
"""The whole header until the summer of 2019."""

_FILE = re.compile(r"(?i)[^\\:*?\"<>|\x00-\x1f]+/[^/\\:*?\"<>|\x00-\x1f]+\.(fit|gpx|tcx)(\.gz)?")
_BEFORE_HEADER = re.compile(r"(?i)(?:[ \t,;]*[\r\n]|\"?sep=[,;\t]\"?[ \t,;]*[\r\n])*+")
"""Blank lines, and what spreadsheets write to tell themselves how the columns are parted."""
_UNTRANSLATED = re.compile(r"(?i)translation missing: [^\"<>\s]*\.(\w+)")
_BLANKS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_RECORDING = re.compile(r"(?i)\.(fit|gpx|tcx|zip|gz)$")
_GARMINS_FOLDER = re.compile(rf"(?i)(^|[/!])(?={GARMINS_FOLDER}/)")
_GARMINS_UPLOADS = re.compile(r"(?i)(^|[/!])(DI-Connect-[^/!]*|UploadedFiles_[^/!]*\.zip)[/!]")


@dataclass(frozen=True, slots=True)
class ExportList:
    """What an export tells of its files, and how many of its rows could not be understood."""

    lines: tuple[ExportLine, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a row stands what; None where that is not certain."""

    file: int
    rpe: int | None = None
    gear: int | None = None
    name: int | None = None
    type: int | None = None


def is_list(name: str) -> bool:
    """Whether a file, or a member of an archive, is named like the list of an export."""
    return PurePosixPath(name.rpartition("!")[2]).name.lower() == LIST_NAME


def is_garmins(path: str) -> bool:
    """Whether a path lies in Garmin's account export, or in one of the zips taken out of it."""
    return bool(_GARMINS_FOLDER.search(path) or _GARMINS_UPLOADS.search(path))


def start_of_garmins(name: str) -> str | None:
    """What all names of Garmin's account export begin with, told by one within its folder."""
    found = _GARMINS_FOLDER.search(name)
    return None if found is None else name[: found.end()]


def is_recording(name: str) -> bool:
    """Whether a file's name says that it was meant to be read: a recording, or an archive."""
    return _RECORDING.search(name) is not None


def beside(list_name: str, file: str) -> str:
    """The path of a file that a list names: `a.zip!x/activities.csv` → `a.zip!x/activities/1.fit`.

    `list_name` may be spelled in any case; nothing but its length matters.
    """
    return list_name[: -len(LIST_NAME)] + file


def read_list(content: bytes) -> ExportList | None:
    """Read the list of an export.

    Args:
        content: the whole of `activities.csv`, in any language and encoding.

    Returns:
        None where it is some other table: it names no files.

    Raises:
        UnreadableFileError: it is larger than any list.
    """
    if len(content) > LARGEST_BYTES:
        raise UnreadableFileError("too_large", "The list of the export is absurdly long.")
    with _cells_of_any_length():
        table = _Table(_text_of(content))
        columns = _columns(table)
        if columns is None:
            return ExportList((), table.left_out) if table.left_out else None
        told: dict[str, ExportLine] = {}
        for row in table.rows():
            if (line := _line(row, columns)) is not None:
                path = folded(line.file)
                told[path] = _agreed(told.get(path, line), line)
        return ExportList(tuple(told.values()), table.left_out)


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    """Let `csv` read cells as long as the list; its own limit, for the whole process, is 131,072.

    A description may be long, or hold a picture.
    """
    before = csv.field_size_limit(LARGEST_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(before)


class _Table:
    """The rows of a list that fit its header; parsed again for each question, to stay small."""

    def __init__(self, text: str) -> None:
        found = _BEFORE_HEADER.match(text)
        self._text = text[found.end() :] if found else text
        first, _, _ = self._text.partition("\n")
        self._delimiter = max(",;\t", key=first.count)
        self.header = next(self._parsed(), [])
        self.left_out = 0

    def rows(self) -> Iterator[list[str]]:
        """The rows below the header; one with another number of cells cannot be trusted."""
        self.left_out = 0
        rows = self._parsed()
        next(rows, None)
        for number, row in enumerate(rows):
            if number >= MOST_LINES:
                self.left_out += 1
                return
            if len(row) == len(self.header):
                yield row
            elif any(row):
                self.left_out += 1

    def _parsed(self) -> Iterator[list[str]]:
        """Every row of the text; where its format breaks, the last one fits no header."""
        rows = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter)
        try:
            yield from rows
        except csv.Error:
            yield ["damaged"]


def _columns(table: _Table) -> _Columns | None:
    """Where everything stands; None where it is not certain which column names files."""
    if len(table.header) > MOST_COLUMNS:
        return None
    filled, files = [0] * len(table.header), [0] * len(table.header)
    for row in table.rows():
        for at, cell in enumerate(row):
            if cell:
                filled[at] += 1
                files[at] += "/" in cell and "." in cell and _file(cell) is not None
    found = [at for at, count in enumerate(files) if 2 * count > filled[at]]
    heads = [_head(each) for each in table.header]
    if len(found) > 1:
        # A run may be named like a file, and be run every day.
        named = [at for at in found if heads[at] in FILE_HEADS]
        found = named or [at for at in found if _places(table, heads, at)]
    if len(found) != 1:
        return None
    [file] = found
    placed = _places(table, heads, file)
    return _Columns(file, **{key: _certain(table, heads, key, placed.get(key)) for key in KNOWN})


def _certain(table: _Table, heads: Sequence[str], key: str, placed: int | None) -> int | None:
    """The column that the names and the place agree on, or that only one of them knows.

    Several that tell the same of every run are as good as one.
    """
    named = [at for at, head in enumerate(heads) if head in KNOWN[key]]
    found = sorted({*named, *([] if placed is None else [placed])})
    if not found:
        return None
    first, *others = found
    agree = not others or all(row[at] == row[first] for row in table.rows() for at in others)
    return first if agree else None


def _places(table: _Table, heads: Sequence[str], file: int) -> dict[str, int]:
    """The columns that Strava's order gives away, whatever they are called."""
    if list(heads) == OLDEST:
        return {"name": NAME, "type": TYPE, "gear": file - 1}

    def is_twice(shown: int, raw: int) -> bool:
        return file + raw < len(heads) and heads[shown] == heads[file + raw] != ""

    if file <= DISTANCE or not (
        is_twice(ELAPSED, RAW_ELAPSED) and is_twice(DISTANCE, RAW_DISTANCE)
    ):
        return {}
    places = {"name": NAME, "type": TYPE, "gear": file - 1}
    effort = file + EFFORT
    is_between = any(
        is_twice(shown, RAW_RELATIVE_EFFORT) and is_twice(shown + 1, RAW_COMMUTE)
        for shown in range(DISTANCE + 1, file - 1)
    )
    if is_between and all(not row[effort] or _is_on_scale(row[effort]) for row in table.rows()):
        places["rpe"] = effort
    return places


def _line(row: Sequence[str], columns: _Columns) -> ExportLine | None:
    """What one row tells; None where it names no file."""
    file = _file(row[columns.file])
    if file is None:
        return None
    told = {
        each.name: row[at].strip()
        for each in fields(columns)
        if (at := getattr(columns, each.name)) is not None
    }
    sport, sub_sport = sport_of(told.get("type"))
    return ExportLine(
        file=file,
        rpe=_effort(told.get("rpe", "")),
        gear=_tidy(told.get("gear", "")),
        name=_tidy(told.get("name", "")),
        sport=None if sport == "unknown" else sport,
        sub_sport=sub_sport,
    )


def _agreed(one: ExportLine, other: ExportLine) -> ExportLine:
    """What two rows say of one file: a triathlon is one file and three activities."""
    both = {
        each.name: getattr(one, each.name)
        for each in fields(ExportLine)
        if getattr(one, each.name) == getattr(other, each.name)
    }
    return ExportLine(**both | {"file": one.file})


def _file(cell: str) -> str | None:
    """The path in a cell, without `.gz`; None where there is none, or one that leads elsewhere."""
    path = cell.strip()
    if len(path) > LONGEST_FILE or not _FILE.fullmatch(path):
        return None
    if path.startswith("/") or ".." in path.split("/"):
        return None
    return re.sub(r"(?i)\.gz$", "", path)


def _effort(cell: str) -> float | None:
    """An effort on the scale; None for 0, and for whatever is not one."""
    if not _is_on_scale(cell):
        return None
    effort = float(cell.replace(",", "."))
    return effort if effort >= EFFORT_LEAST else None


def _is_on_scale(cell: str) -> bool:
    """Whether a cell holds a number from 0 to 10."""
    try:
        return 0 <= float(cell.replace(",", ".")) <= EFFORT_MOST
    except ValueError:
        return False


def _tidy(cell: str) -> str | None:
    return _BLANKS.sub(" ", cell).strip()[:LONGEST_TEXT] or None


def _head(cell: str) -> str:
    """A header in lower case; of an untranslated one its key, which is English."""
    if untranslated := _UNTRANSLATED.search(cell):
        cell = untranslated[1]
    return (
        _BLANKS.sub(" ", cell.replace("_", " ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
        .strip()
        .lower()
    )


def _text_of(content: bytes) -> str:
    """The text: UTF-8 unless its first bytes say otherwise, or it cannot be."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(content) - 3:  # cut off within a letter
            return content[: error.start].decode("utf-8-sig")
        return content.decode("cp1252", errors="replace")
