"""What a chart is, and what all are drawn with: scales, ticks, dates, text, the template."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from advice import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from jinja2 import Environment

Value = int | float | str | None

WIDTH_PX = 560
"""As wide as a letter's column; a phone shows it at 320, so text is drawn at 20 and more."""
TEXT_PX = 20
NARROW, BROAD = frozenset(" !'()*,-./:;I[]fijlrt|"), frozenset("%@CDGHMNOQUWmw")
NARROW_EM, COMMON_EM, BROAD_EM = 0.43, 0.66, 0.93
"""Of the text's size: hardly a letter or digit of these kinds is broader in the bundled font."""

_NOT_FOR_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One picture and the same in words."""

    name: str
    """load, cadence, mornings, ...; file names and Content-IDs are made of it."""
    title: str
    """Not drawn: it stands above the picture."""
    says: str
    """What can be seen, with its numbers, in up to three sentences; every one is in `values`."""
    svg: str
    """One complete `<svg>` without style attributes and ids, to inline or to make a PNG of."""
    width_px: int
    height_px: int
    values: list[dict[str, Value]]
    """The numbers drawn, ready for JSON; `what` says of what, and the first is the summary."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight way from values to pixels, and the values it is labelled at."""

    ticks: tuple[float, ...]
    low: float
    high: float
    at_low_px: float
    at_high_px: float

    def __call__(self, value: float) -> float:
        """Where a value lies."""
        share = (value - self.low) / (self.high - self.low)
        return self.at_low_px + share * (self.at_high_px - self.at_low_px)


def scale(values: Iterable[float], *, at_low_px: float, at_high_px: float, steps: int = 3) -> Scale:
    """A scale that covers all values and begins and ends on a tick."""
    told = list(values)
    ticks = nice_ticks(min(told), max(told), steps=steps)
    return Scale(ticks, ticks[0], ticks[-1], at_low_px, at_high_px)


def nice_ticks(low: float, high: float, *, steps: int = 3) -> tuple[float, ...]:
    """Ticks 1, 2 or 5 times a power of ten apart, from `low` or below to `high` or above.

    As close as they can be with at most so many steps between them; two ticks at the least.
    """
    at_least = max((high - low) / steps, 1e-9)
    power = 10.0 ** math.floor(math.log10(at_least))
    for each in (1, 2, 5, 10, 20, 50):
        step = each * power
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first <= steps and step >= at_least * (1 - 1e-9):
            break
    return tuple(round(number * step, 9) for number in range(first, max(last, first + 1) + 1))


def monday_of(on: date) -> date:
    """The first day of the week."""
    return on - timedelta(days=on.weekday())


def short_date(on: date) -> str:
    """`5 Oct`."""
    return f"{on.day} {short_month(on)}"


def short_month(on: date) -> str:
    """`Oct`."""
    return words.MONTHS[on.month - 1][:3]


def text_width(text: str, size_px: float = TEXT_PX) -> float:
    """About how broad a line of text is, rather more than less."""
    ems = (
        NARROW_EM if each in NARROW else BROAD_EM if each in BROAD else COMMON_EM for each in text
    )
    return size_px * sum(ems)


def printable(text: str) -> str:
    """Without the characters that XML cannot hold, not even escaped."""
    return _NOT_FOR_XML.sub("", text)


def stretches(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The first and the last index of each unbroken stretch of True."""
    first = None
    for index, is_set in enumerate([*flags, False]):
        if is_set and first is None:
            first = index
        elif not is_set and first is not None:
            yield first, index - 1
            first = None


def hatching(left: float, top: float, right: float, bottom: float, *, apart_px: float = 9.0) -> str:
    """Slanting lines within a rectangle, as the `d` of one path: nobody can say.

    Lines and not a pattern, because a pattern needs an id, and ids of two charts may clash.
    """
    height = bottom - top
    lines = []
    start = left - height + apart_px / 2
    while start < right:
        x1, x2 = max(start, left), min(start + height, right)
        if x2 > x1:
            y1, y2 = bottom - (x1 - start), bottom - (x2 - start)
            lines.append(f"M{px(x1)} {px(y1)}L{px(x2)} {px(y2)}")
        start += apart_px
    return "".join(lines)


def polyline(points: Iterable[tuple[float, float]]) -> str:
    """The `d` of a path through some points."""
    told = [f"{px(x)} {px(y)}" for x, y in points]
    return "M" + "L".join(told) if told else ""


def px(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{round(value, 1) + 0.0:g}"


def amount(value: float) -> str:
    """A tick's number: `0`, `2.5`, `20`."""
    return f"{value:g}"


def drawn(
    name: str,
    *,
    title: str,
    says: str,
    height_px: float,
    values: list[dict[str, Value]],
    **parts: object,
) -> Chart:
    """Fill in a chart's template.

    Args:
        name: of the chart, and of its template.
        title: what it shows.
        says: what can be seen in it.
        height_px: of the picture.
        values: the numbers drawn.
        **parts: what the template places.
    """
    template = _environment().get_template(f"{name}.svg.jinja")
    height = math.ceil(height_px)
    svg = template.render(
        name=name, title=title, says=says, width=WIDTH_PX, height=height, **parts
    ).strip()
    return Chart(
        name=name,
        title=title,
        says=says,
        svg=svg,
        width_px=WIDTH_PX,
        height_px=height,
        values=values,
    )


@cache
def _environment() -> Environment:
    """Templates, compiled once: that takes longer than drawing many charts."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - costs start-up

    environment = Environment(
        loader=PackageLoader("advice", "templates/charts"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["px"] = px
    return environment
