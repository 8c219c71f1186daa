"""A calendar of eight weeks of mornings: soreness of the worse side, and what was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advice import words
from advice.charts.chart import Chart, Value, drawn, monday_of, short_date, text_width
from advice.charts.days import ChartDay, days_to, sorest_told, sorest_values, today_told
from advice.recommendation import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

WEEKS = 8
TITLE = "Your mornings"
LEVELS = ("0 or 1", "2 or 3", "4 or more")

LEFT_PX, TOP_PX = 84.0, 36.0
CELL_PX, ROW_PX, GAP_PX = 68.0, 46.0, 5.0
KEY_ROW_PX, WIDTH_PX = 28.0, 560.0
DARK_FROM = 7
"""From this soreness on the tint is so dark that the number on it is light."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One morning in its place."""

    x: float
    y: float
    nrs: int | None
    tint: int
    """0 to 5."""
    is_dark: bool
    dots: int
    """How strict the verdict was: none for as planned, 4 for urgent."""
    is_today: bool


@dataclass(frozen=True, slots=True)
class Key:
    """One entry below the calendar: so many dots, or a broken frame, and what they mean."""

    x: float
    y: float
    dots: int
    says: str


def tint(nrs: int) -> int:
    """0 for no soreness, then one of five, two numbers each."""
    return (nrs + 1) // 2


def mornings(days: Iterable[ChartDay], *, on: date) -> Chart | None:
    """Draw the weeks from Monday to Sunday, the last one up to today; None without any answer.

    Today has its answer and no verdict: that stands above it, in the letter.
    """
    first = monday_of(on).toordinal() - 7 * (WEEKS - 1)
    told = days_to(days, on, on.toordinal() - first + 1)
    answered = [day for day in told if day.sore is not None]
    if not answered:
        return None
    cells = [_cell(place, day, is_today=day.on == on) for place, day in enumerate(told)]
    key = list(_key(cells))
    bottom = TOP_PX + WEEKS * (ROW_PX + GAP_PX)
    summary = _summary(told)
    return drawn(
        "mornings",
        title=TITLE,
        says=_says(summary, told),
        height_px=max([bottom, *(entry.y + 10 for entry in key)]),
        values=[summary, *map(_value, told)],
        cell=(CELL_PX - GAP_PX, ROW_PX),
        weekdays=[
            (day[:3], LEFT_PX + place * CELL_PX + (CELL_PX - GAP_PX) / 2)
            for place, day in enumerate(words.WEEKDAYS)
        ],
        weeks=[
            (short_date(told[7 * week].on), TOP_PX + week * (ROW_PX + GAP_PX) + ROW_PX / 2 + 7)
            for week in range(WEEKS)
        ],
        cells=cells,
        key=key,
    )


def _cell(place: int, day: ChartDay, *, is_today: bool) -> Cell:
    week, weekday = divmod(place, 7)
    nrs = day.worse
    return Cell(
        x=LEFT_PX + weekday * CELL_PX,
        y=TOP_PX + week * (ROW_PX + GAP_PX),
        nrs=nrs,
        tint=tint(nrs or 0),
        is_dark=(nrs or 0) >= DARK_FROM,
        dots=0 if is_today or day.verdict is None else _strictness(day.verdict),
        is_today=is_today,
    )


def _strictness(verdict: str) -> int:
    return Verdict[verdict.upper()].value


def _key(cells: Sequence[Cell]) -> Iterator[Key]:
    """What the marks mean, of those that are there, in as many rows as it takes."""
    used = sorted({cell.dots for cell in cells} - {0})
    entries = [(dots, words.BRIEFLY[Verdict(dots)], 9.0 * dots + 6) for dots in used]
    if any(cell.nrs is None for cell in cells):
        entries.append((0, "not told", 30.0))
    x, y = 0.0, TOP_PX + WEEKS * (ROW_PX + GAP_PX) + 24
    for dots, says, mark_px in entries:
        width = mark_px + text_width(says)
        if x and x + width > WIDTH_PX:
            x, y = 0.0, y + KEY_ROW_PX
        yield Key(x, y, dots, says)
        x += width + 6


def _summary(told: Sequence[ChartDay]) -> dict[str, Value]:
    worse = [day.worse for day in told if day.worse is not None]
    today = told[-1]
    return {
        "what": "summary",
        "weeks": WEEKS,
        "from": told[0].on.isoformat(),
        "levels": ", ".join(LEVELS),
        "mornings": len(told),
        "answered": len(worse),
        "at_0_or_1": sum(nrs <= 1 for nrs in worse),
        "at_2_or_3": sum(2 <= nrs <= 3 for nrs in worse),  # noqa: PLR2004 - as its name says
        "at_4_or_more": sum(nrs >= 4 for nrs in worse),  # noqa: PLR2004 - as its name says
        **sorest_values(told),
        "today_left": today.sore[0] if today.sore else None,
        "today_right": today.sore[1] if today.sore else None,
    }


def _value(day: ChartDay) -> dict[str, Value]:
    left, right = day.sore or (None, None)
    return {
        "what": "morning",
        "on": day.on.isoformat(),
        "left": left,
        "right": right,
        "verdict": day.verdict,
    }


def _says(summary: dict[str, Value], told: Sequence[ChartDay]) -> str:
    return (
        f"{summary['answered']} of {summary['mornings']} mornings since {words.day(told[0].on)} "
        "answered, by the worse side: "
        f"{summary['at_0_or_1']} at 0 or 1, {summary['at_2_or_3']} at 2 or 3, "
        f"{summary['at_4_or_more']} at 4 or more. "
        f"Highest: {sorest_told(told)}; {today_told(told[-1])}."
    )
