"""Calf load by week, up to a year, and above the bars the slow average of 28 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from advice import words
from advice.charts.chart import (
    WIDTH_PX,
    Chart,
    Scale,
    Value,
    amount,
    drawn,
    hatching,
    monday_of,
    nice_ticks,
    polyline,
    short_month,
    stretches,
    text_width,
)
from advice.charts.days import WEEK_DAYS, ChartDay, days_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

WEEKS_MOST, WEEKS_LEAST = 52, 8
YEARS_FROM_WEEKS = 104
"""From here on months would crowd each other."""
AVERAGE_DAYS = 28
TITLE = "Calf load by week"

LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 62.0, 556.0, 40.0, 230.0
HEIGHT_PX = 264


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday; the one under way ends before today."""

    monday: date
    calf_km: float | None
    """What is known of it; None where nothing is."""
    unknown_days: int
    chronic_calf_km: float | None
    """The 28-day average of a day as last known in it, times seven."""


def season_load(
    days: Iterable[ChartDay], *, on: date, weeks_most: int = WEEKS_MOST
) -> Chart | None:
    """Draw the weeks before a morning, at most so many; None where nothing was run in them.

    It begins with the first week of which anything is known, and never shows less than eight. A
    week of which not every day is known is hatched above what is known of it.
    """
    first = monday_of(on) - timedelta(weeks=weeks_most - 1)
    told = days_to(days, on - timedelta(days=1), (on - first).days)
    weeks = _weeks(told, first)
    known = [place for place, week in enumerate(weeks) if week.calf_km is not None]
    if not any(week.calf_km for week in weeks):
        return None
    weeks = weeks[min(known[0], max(len(weeks) - WEEKS_LEAST, 0)) :]
    highest = max(
        number for week in weeks for number in (week.calf_km, week.chronic_calf_km) if number
    )
    ticks = nice_ticks(0.0, max(highest, 1.0), steps=4)
    y = Scale(ticks, 0.0, ticks[-1], BOTTOM_PX, TOP_PX)
    slot = (RIGHT_PX - LEFT_PX) / len(weeks)
    gap = min(slot * 0.2, 6.0)
    summary, top = _summary(weeks), _highest(weeks)
    return drawn(
        "season_load",
        title=TITLE,
        says=_says(summary, words.day_far_off(top.monday, on) if top else None),
        height_px=HEIGHT_PX,
        values=[summary, *map(_value, weeks)],
        left=LEFT_PX,
        right=RIGHT_PX,
        bottom=BOTTOM_PX,
        ticks=[(amount(tick), y(tick)) for tick in ticks],
        months=list(_months(weeks, slot)),
        bars=[
            (
                LEFT_PX + place * slot + gap / 2,
                y(week.calf_km),
                slot - gap,
                BOTTOM_PX - y(week.calf_km),
                "pale" if place == len(weeks) - 1 else "bar",
            )
            for place, week in enumerate(weeks)
            if week.calf_km
        ],
        unknown=[
            hatching(
                LEFT_PX + place * slot + gap / 2,
                TOP_PX,
                LEFT_PX + (place + 1) * slot - gap / 2,
                y(week.calf_km or 0.0) - 2,
            )
            for place, week in enumerate(weeks)
            if week.unknown_days
        ],
        average=_average(weeks, slot, y),
        has_average=any(week.chronic_calf_km is not None for week in weeks),
    )


def _weeks(told: Sequence[ChartDay], first: date) -> list[Week]:
    """Every week up to the one under way, of which on a Monday no day has gone by."""
    weeks = []
    for at in range(0, len(told) + 1, WEEK_DAYS):
        days = told[at : at + WEEK_DAYS]
        loads = [day.calf_km for day in days if day.calf_km is not None]
        averages = [day.chronic_calf_km for day in days if day.chronic_calf_km is not None]
        weeks.append(
            Week(
                monday=first + timedelta(days=at),
                calf_km=sum(loads) if loads else None,
                unknown_days=len(days) - len(loads),
                chronic_calf_km=averages[-1] * WEEK_DAYS if averages else None,
            )
        )
    return weeks


def _average(weeks: Sequence[Week], slot: float, y: Scale) -> str:
    """A line through the ends of the weeks that have an average; a gap is not bridged."""
    parts = []
    for first, last in stretches([week.chronic_calf_km is not None for week in weeks]):
        points = [
            (LEFT_PX + (place + 0.5) * slot, y(weeks[place].chronic_calf_km or 0.0))
            for place in range(first, last + 1)
        ]
        parts.append(polyline(points))
    return "".join(parts)


def _months(weeks: Sequence[Week], slot: float) -> Iterator[tuple[str, float]]:
    """The months that begin, or the years of a long time, each where its first Monday is."""
    by_years = len(weeks) > YEARS_FROM_WEEKS
    free_from = 0.0
    for place, week in enumerate(weeks):
        monday, x = week.monday, LEFT_PX + place * slot
        label = str(monday.year) if by_years else short_month(monday)
        begins = monday.day <= WEEK_DAYS and (monday.month == 1 or not by_years)
        if begins and x >= free_from and x + text_width(label) <= WIDTH_PX:
            free_from = x + text_width(label) + 8
            yield label, x


def _summary(weeks: Sequence[Week]) -> dict[str, Value]:
    ended = weeks[:-1]
    top = _highest(weeks)
    last = ended[-1] if ended else None
    averages = [week.chronic_calf_km for week in weeks[-2:] if week.chronic_calf_km is not None]
    return {
        "what": "summary",
        "weeks": len(weeks),
        "average_days": AVERAGE_DAYS,
        "last_week_calf_km": _rounded(last.calf_km if last else None),
        "last_week_unknown_days": last.unknown_days if last else None,
        "a_week_by_28_day_average_calf_km": _rounded(averages[-1] if averages else None),
        "highest_week_calf_km": _rounded(top.calf_km if top else None),
        "highest_week_from": top.monday.isoformat() if top else None,
        "weeks_not_wholly_known": sum(week.unknown_days > 0 for week in weeks),
    }


def _highest(weeks: Sequence[Week]) -> Week | None:
    """The week with most load of those that have ended, of equal ones the latest."""
    known = [week for week in weeks[:-1] if week.calf_km is not None]
    return max(known, key=lambda week: (week.calf_km or 0.0, week.monday), default=None)


def _value(week: Week) -> dict[str, Value]:
    return {
        "what": "week",
        "from": week.monday.isoformat(),
        "calf_km": _rounded(week.calf_km),
        "unknown_days": week.unknown_days,
        "a_week_by_28_day_average_calf_km": _rounded(week.chronic_calf_km),
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _says(summary: dict[str, Value], top_from: str | None) -> str:
    last, top = summary["last_week_calf_km"], summary["highest_week_calf_km"]
    average, partly = summary["a_week_by_28_day_average_calf_km"], summary["weeks_not_wholly_known"]
    at_least = "at least " if summary["last_week_unknown_days"] else ""
    parts = ["Last week's calf load is not known"]
    if last is not None:
        parts = [f"Last week, Monday to Sunday: {at_least}{words.calf_load(float(last))}"]
    if average is not None:
        parts.append(f"by the average of {AVERAGE_DAYS} days {float(average):.1f} a week")
    sentences = ["; ".join(parts)]
    if top is not None and top_from is not None:
        sentences.append(f"Highest of {summary['weeks']} weeks: {top} in that of {top_from}")
    if partly:
        sentences.append(f"{words.count(int(partly), 'week')} not wholly known")
    return ". ".join(sentences) + "."
