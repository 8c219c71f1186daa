"""A year of mornings, a column a week: how sore the worse side was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from advice import words
from advice.charts.chart import WIDTH_PX, Chart, Value, drawn, monday_of, short_month, text_width
from advice.charts.days import ChartDay, days_to, sorest_told, sorest_values
from advice.charts.mornings import tint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

WEEKS = 53
SORE_FROM_NRS = 4
TITLE = "A year of mornings"

LEFT_PX, TOP_PX, SLOT_PX, GAP_PX = 48.0, 32.0, 9.6, 1.6
ROW_PX = 20.0
KEY_Y_PX = TOP_PX + 7 * ROW_PX + 30
HEIGHT_PX = KEY_Y_PX + 12
KEY_BOX_PX, KEY_ROOM_PX = 20.0, 10.0
TINTS = ("0", "1, 2", "3, 4", "5, 6", "7, 8", "9, 10")


@dataclass(frozen=True, slots=True)
class Cell:
    """One answered morning, or one that was not (`tint` None)."""

    x: float
    y: float
    tint: int | None
    is_today: bool


def soreness_calendar(days: Iterable[ChartDay], *, on: date) -> Chart | None:
    """Draw 53 weeks up to today, from the first answer on; None without any."""
    first = monday_of(on) - timedelta(weeks=WEEKS - 1)
    told = days_to(days, on, (on - first).days + 1)
    begins = next((place for place, day in enumerate(told) if day.sore is not None), None)
    if begins is None:
        return None
    summary = _summary(told[begins:])
    return drawn(
        "soreness_calendar",
        title=TITLE,
        says=_says(summary, told[begins:]),
        height_px=HEIGHT_PX,
        values=[summary, *(_value(day) for day in told[begins:])],
        cell=(SLOT_PX - GAP_PX, ROW_PX - GAP_PX),
        weekdays=[(words.WEEKDAYS[row][:3], TOP_PX + row * ROW_PX + 16) for row in range(0, 7, 2)],
        months=list(_months(told)),
        cells=[
            Cell(
                x=LEFT_PX + place // 7 * SLOT_PX,
                y=TOP_PX + place % 7 * ROW_PX,
                tint=None if day.worse is None else tint(day.worse),
                is_today=day.on == on,
            )
            for place, day in enumerate(told)
            if place >= begins
        ],
        key=list(_key()),
        key_y=KEY_Y_PX,
    )


def _months(told: Sequence[ChartDay]) -> Iterator[tuple[str, float]]:
    """Every other month, where its first Monday is, as far as there is room."""
    free_from = LEFT_PX
    for place in range(0, len(told), 7):
        monday, x = told[place].on, LEFT_PX + place // 7 * SLOT_PX
        label = short_month(monday)
        if monday.day <= 7 and x >= free_from and x + text_width(label) <= WIDTH_PX:  # noqa: PLR2004 - the month's first week
            free_from = x + text_width(label) + 14
            yield label, x


def _key() -> Iterator[tuple[int, str, float]]:
    """What each tint means, in one row."""
    x = 0.0
    for place, says in enumerate(TINTS):
        yield place, says, x
        x += KEY_BOX_PX + 6 + text_width(says) + KEY_ROOM_PX


def _summary(told: Sequence[ChartDay]) -> dict[str, Value]:
    worse = [day.worse for day in told if day.worse is not None]
    return {
        "what": "summary",
        "from": told[0].on.isoformat(),
        "mornings": len(told),
        "answered": len(worse),
        "sore_from": SORE_FROM_NRS,
        "at_4_or_more": sum(nrs >= SORE_FROM_NRS for nrs in worse),
        **sorest_values(told),
    }


def _value(day: ChartDay) -> dict[str, Value]:
    return {"what": "morning", "on": day.on.isoformat(), "worse": day.worse}


def _says(summary: dict[str, Value], told: Sequence[ChartDay]) -> str:
    return (
        f"{summary['answered']} of the last {summary['mornings']} mornings were answered, "
        f"{summary['at_4_or_more']} of them with {SORE_FROM_NRS} or more on the worse side. "
        f"Highest: {sorest_told(told)}."
    )
