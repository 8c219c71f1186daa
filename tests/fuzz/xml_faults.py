"""Faults that know XML, GPX and TCX: odd texts, broken markup, lying declarations, deep nesting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

# None of these may take long over a text that is spoilt already.
TAG = re.compile(r"<[^<>]*>")
TEXT = re.compile(r">([^<>]+)</")
ATTRIBUTE = re.compile(r'(?<![\w:.-])([\w:.-]{1,40})="([^"]*)"')
TIME = re.compile(r"\d{4}-\d\d-\d\dT[^<\"]*")
POINT = re.compile(r"<(trkpt|Trackpoint)\b.{0,2000}?</\1>\s?", re.DOTALL)
SEGMENT = re.compile(r"<trkseg>|<Track>")

HUGE_LETTERS = 300_000
DEEP = (10, 63, 64, 65, 70, 2000, 60_000)
MANY_NAMESPACES = (3, 63, 65, 3000)

NUMBERS = (
    *("nan", "-nan", "NaN", "inf", "-inf", "Infinity", "1e400", "-1e400", "1e308", "1e-400", "1e9"),
    *("0", "-0", "-0.0", "", " ", "  12  ", "1_000", "0x10", "1,5", "٣", "१२", "1e", "--1", "+5"),
    *("9" * 400, "0." + "1" * 5000, "90.0000001", "-180.5", "2147483648", "1e1_0", "\u00a05"),
)
TIMES = (
    *("", "0", "now", "2026-03-01", "2026-03-01T08", "2026-03-01T08:00", "20260301T080000Z"),
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999-14:00", "10000-01-01T00:00:00Z"),
    *("2026-02-30T08:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T23:59:60Z"),
    *("2026-03-01T08:00:00+25:00", "2026-03-01T08:00:00+00:00:01", "2026-03-01T08:00:00.1234567Z"),
    *("2026-3-1T8:05:00Z", "2026-W09-7T08:00:00Z", "2026-060T08:00:00Z", "2026-03-01 08:00:00"),
    *("1970-01-01T00:00:00Z", "1901-01-01T00:00:00Z", "2038-01-19T03:14:08Z", "-2026-03-01T08:00Z"),
    *("2026-03-01T08:00:00,5Z", "2026-03-01T08:00:00Z" + "0" * 3000, "2026-03-01T08:00:00 UTC"),
    *("٢٠٢٦-03-01T08:00:00Z", "2026-03-01T08:00:00z", "\n2026-03-01T08:00:00Z\n"),
)
SPORTS = ("", "running", "Running", "x" * 5000, "0", "9", "nan", "\u202erunning", "Biking")
MARKUP = (
    *("<!-- -->", "<!-- a -- b -->", "<!---", "<![CDATA[12]]>", "<![CDATA[", "]]>", "<?pi x?>"),
    *("<?xml version='1.0'?>", "<?", "&", "&amp;", "&lt;", "&#0;", "&#10;", "&#x110000;", "&nbsp;"),
    *(
        "&lol;",
        "\0",
        "\x01",
        "\ufffe",
        "\ud7ff",
        "<",
        ">",
        "</",
        "<a",
        "<a/>",
        "<1>",
        "<:>",
        "</x>",
    ),
    *("<time/>", "<trk/>", "<trkseg/>", "<Lap/>", "<Track/>", "<Activity/>", "<trkpt/>"),
    *("<!DOCTYPE gpx>", "<!ENTITY a 'b'>", "<Trackpoint/>", "<extensions/>", "\r", "\u2028"),
)
DOCTYPES = (
    "<!DOCTYPE gpx>",
    '<!DOCTYPE gpx SYSTEM "file:///etc/hostname">',
    '<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    '<!DOCTYPE gpx [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>',
)
ENCODINGS = ("UTF-16", "UTF-7", "ISO-8859-1", "US-ASCII", "cp1252", "EBCDIC-CP-US", "x", "UTF-32")
WRITTEN_AS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1")


def odd_text(random: Random, text: str) -> str:
    """Some numbers and words become what nobody measured."""
    for _ in range(random.choice((1, 1, 3, 10))):
        text = _replaced(random, text, TEXT, random.choice((*NUMBERS, *SPORTS)))
    return text


def odd_time(random: Random, text: str) -> str:
    for _ in range(random.choice((1, 1, 3, 10))):
        text = _replaced(random, text, TIME, random.choice(TIMES), group=0)
    return text


def odd_times_throughout(random: Random, text: str) -> str:
    """The same odd form in every point."""
    forms: tuple[Callable[[str], str], ...] = (
        lambda time: time.replace("Z", ""),
        lambda time: time.replace("Z", "+05:30"),
        lambda time: time.replace("-0", "-"),
        lambda time: time.replace("T", " "),
        lambda time: "0001" + time[4:],
        lambda time: "9999" + time[4:],
        lambda _: random.choice(TIMES),
    )
    form = random.choice(forms)
    return TIME.sub(lambda found: form(found[0]), text)


def odd_attribute(random: Random, text: str) -> str:
    value = random.choice((*NUMBERS, *TIMES, "x" * HUGE_LETTERS))
    return _replaced(random, text, ATTRIBUTE, value, group=2)


def double_attribute(random: Random, text: str) -> str:
    found = _found(random, text, ATTRIBUTE)
    return text if found is None else text[: found.end()] + " " + found[0] + text[found.end() :]


def lose_attribute(random: Random, text: str) -> str:
    return _replaced(random, text, ATTRIBUTE, "", group=0)


def lose_tag(random: Random, text: str) -> str:
    return _replaced(random, text, TAG, "", group=0)


def double_tag(random: Random, text: str) -> str:
    found = _found(random, text, TAG)
    return text if found is None else text[: found.end()] + found[0] + text[found.end() :]


def swap_tags(random: Random, text: str) -> str:
    found = _found(random, text, TAG)
    return text if found is None else _replaced(random, text, TAG, found[0], group=0)


def rename_tags(random: Random, text: str) -> str:
    """Another prefix, another case, or another name for one kind of element."""
    names = sorted({each[0].strip("</>").split()[0] for each in TAG.finditer(text) if each[0][2:]})
    name = random.choice(names or ["gpx"])
    other = random.choice(("x:" + name, name.upper(), "ns3:" + name, ":" + name, *names))
    return re.sub(rf"(</?){re.escape(name)}\b", lambda found: found[1] + other, text)


def insert_markup(random: Random, text: str) -> str:
    for _ in range(random.choice((1, 1, 4))):
        at = random.randrange(len(text) + 1)
        if (tag := _found(random, text, TAG)) and random.random() < 0.6:
            at = tag.end()
        text = text[:at] + random.choice(MARKUP) + text[at:]
    return text


def insert_doctype(random: Random, text: str) -> str:
    head, mark, rest = text.partition("?>")
    doctype = random.choice(DOCTYPES)
    return head + mark + doctype + rest if mark else doctype + text


def repeat_points(random: Random, text: str) -> str:
    found = _found(random, text, POINT)
    if found is None:
        return text
    return text[: found.end()] + found[0] * random.choice((1, 2, 50)) + text[found.end() :]


def swap_points(random: Random, text: str) -> str:
    found = _found(random, text, POINT)
    return text if found is None else _replaced(random, text, POINT, found[0], group=0)


def lose_points(random: Random, text: str) -> str:
    kept = random.choice((0, 0, 1, 2))
    points = iter(range(1_000_000))
    return POINT.sub(lambda found: found[0] if next(points) < kept else "", text)


def empty_segments(random: Random, text: str) -> str:
    found = _found(random, text, SEGMENT)
    if found is None:
        return text
    end = found[0].replace("<", "</")
    empty = (found[0] + end) * random.choice((1, 5, 500))
    return text[: found.start()] + empty + text[found.start() :]


def nest_deep(random: Random, text: str) -> str:
    """Elements within each other, closed again or not."""
    name, deep = random.choice(("a", "trk", "trkpt", "Lap", "extensions")), random.choice(DEEP)
    tag = _found(random, text, TAG)
    at = tag.end() if tag else 0
    inner = f"<{name}>" * deep + (f"</{name}>" * deep if random.random() < 0.7 else "")
    return text[:at] + inner + text[at:]


def redefine_namespaces(random: Random, text: str) -> str:
    count = random.choice(MANY_NAMESPACES)
    prefix = random.choice(("xmlns", "xmlns:gpxtpx", "xmlns:ns3"))
    if random.random() < 0.5:
        each = iter(range(count))
        return re.sub(
            "<trkpt|<Trackpoint",
            lambda found: f'{found[0]} {prefix}="http://x/{next(each, 0)}"',
            text,
        )
    many = "".join(f' xmlns:n{number}="http://x/{number}"' for number in range(count))
    return re.sub(r"<(\w+:)?(gpx|TrainingCenterDatabase)\b", lambda found: found[0] + many, text)


def huge_text(random: Random, text: str) -> str:
    letter = random.choice(("9", " ", "x", "&amp;", "\n"))
    return _replaced(random, text, TEXT, letter * HUGE_LETTERS)


def declare_encoding(random: Random, text: str) -> str:
    declared = f'<?xml version="1.0" encoding="{random.choice(ENCODINGS)}"?>'
    return re.sub(r"^\s*<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL).join((declared, ""))


def declare_version(random: Random, text: str) -> str:
    version = random.choice(("1.0", "1.1", "2.0", ""))
    return re.sub(r'version="[^"]*"', f'version="{version}"', text, count=random.choice((1, 2)))


FAULTS: tuple[Callable[[Random, str], str], ...] = (
    odd_text,
    odd_text,
    odd_time,
    odd_times_throughout,
    odd_attribute,
    double_attribute,
    lose_attribute,
    lose_tag,
    double_tag,
    swap_tags,
    rename_tags,
    insert_markup,
    insert_doctype,
    repeat_points,
    swap_points,
    lose_points,
    empty_segments,
    nest_deep,
    redefine_namespaces,
    huge_text,
    declare_encoding,
    declare_version,
)


def spoilt_text(random: Random, content: bytes) -> tuple[bytes, list[str]]:
    """One to four faults that know XML, and their names; one in eight in another encoding."""
    text = content.decode("utf-8", "replace")
    names = []
    for _ in range(random.choice((1, 1, 2, 4))):
        fault = random.choice(FAULTS)
        text = fault(random, text)
        names.append(fault.__name__)
    if random.random() < 1 / 8:
        encoding = random.choice(WRITTEN_AS)
        names.append(f"written as {encoding}")
        return text.encode(encoding, "replace"), names
    return text.encode("utf-8", "replace"), names


def shortened(content: bytes, most: int) -> bytes:
    """The same file with at most so many points, the first ones."""
    points = iter(range(10_000_000))
    text = content.decode("latin-1")  # every byte stays itself
    return POINT.sub(lambda found: found[0] if next(points) < most else "", text).encode("latin-1")


def _found(random: Random, text: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """The first match after a random place, else the first of all."""
    return pattern.search(text, random.randrange(len(text) + 1)) or pattern.search(text)


def _replaced(
    random: Random, text: str, pattern: re.Pattern[str], value: str, group: int = 1
) -> str:
    found = _found(random, text, pattern)
    if found is None:
        return text
    return text[: found.start(group)] + value + text[found.end(group) :]
