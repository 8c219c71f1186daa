"""Eight weeks of calf load by day, and above it how sore each calf was in the morning."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from advice import words
from advice.charts.chart import (
    Chart,
    Scale,
    Value,
    amount,
    drawn,
    hatching,
    nice_ticks,
    polyline,
    short_date,
    stretches,
    text_width,
)
from advice.charts.days import (
    SIDES,
    WEEK_DAYS,
    ChartDay,
    Side,
    days_to,
    sorest_told,
    sorest_values,
    today_told,
)
from pipeline.checkin import NRS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

WEEKS = 8
DAYS = 7 * WEEKS
MONTH_DAYS = 28
TITLE = "Calf load and soreness, 8 weeks"

# Whole pixels, also of every day and every level of soreness: equal marks then are equal bytes,
# which halves the PNG.
SLOT_PX = 9
LEFT_PX = 48
RIGHT_PX = LEFT_PX + SLOT_PX * DAYS
SORE_TOP_PX, SORE_BOTTOM_PX = 46, 156
LOAD_TOP_PX, LOAD_BOTTOM_PX = 222, 342
HEIGHT_PX = 376
MARK_ROOM_PX, LABEL_GAP_PX = 8, 24


@dataclass(frozen=True, slots=True)
class Bar:
    """The load of one day."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    """`now` in the last seven days, which the number beside the bars sums up."""


@dataclass(frozen=True, slots=True)
class SideLine:
    """The mornings of one calf."""

    side: Side
    label: str
    """With this morning's answer."""
    label_x: float
    """Where it ends."""
    label_width: float
    """With the mark before it."""
    points: tuple[tuple[float, float], ...]
    d: str
    """Through the points of successive mornings only."""


def load(days: Iterable[ChartDay], *, on: date) -> Chart | None:
    """Draw 56 days up to a morning; None where nothing was run or answered in them.

    Of the last day the soreness is looked at and not the load: it is morning.
    """
    told = days_to(days, on, DAYS)
    before, today = told[:-1], told[-1]
    loads = [day.calf_km for day in before if day.calf_km is not None]
    if not any(loads) and all(day.sore is None for day in told):
        return None
    sore_scale = Scale((0.0, 5.0, 10.0), 0.0, float(NRS_MAX), SORE_BOTTOM_PX, SORE_TOP_PX)
    ticks = nice_ticks(0.0, max([*loads, 1.0]))
    load_scale = Scale(ticks, 0.0, ticks[-1], LOAD_BOTTOM_PX, LOAD_TOP_PX)
    summary = _summary(told)
    unknown = stretches([day.calf_km is None for day in before])
    return drawn(
        "load",
        title=TITLE,
        says=_says(summary, told),
        height_px=HEIGHT_PX,
        values=[summary, *map(_value, before), _value(ChartDay(on=on, sore=today.sore))],
        left=LEFT_PX,
        right=RIGHT_PX,
        sore_ticks=[(amount(tick), sore_scale(tick)) for tick in sore_scale.ticks],
        sore=(SORE_TOP_PX, SORE_BOTTOM_PX),
        loads=(LOAD_TOP_PX, LOAD_BOTTOM_PX),
        load_ticks=[(amount(tick), load_scale(tick)) for tick in load_scale.ticks],
        mondays=[_slot(place) for place, day in enumerate(told) if day.on.weekday() == 0],
        dates=list(_date_labels(told)),
        unknown=[_unknown(first, last) for first, last in unknown],
        bars=[
            _bar(place, day.calf_km, load_scale) for place, day in enumerate(before) if day.calf_km
        ],
        sides=_sides(told, sore_scale),
        week=_week_label(summary),
    )


def _slot(place: float) -> float:
    """Where a day begins; its middle is half a place on."""
    return LEFT_PX + place * SLOT_PX


def _bar(place: int, calf_km: float, load_scale: Scale) -> Bar:
    top = round(2 * load_scale(calf_km)) / 2
    kind = "now" if place >= DAYS - 1 - WEEK_DAYS else "bar"
    return Bar(_slot(place) + 1, top, SLOT_PX - 2, LOAD_BOTTOM_PX - top, kind)


def _unknown(first: int, last: int) -> tuple[str, float | None]:
    """Hatching over some days, and where it says so in words if there is room."""
    left, right = _slot(first), _slot(last + 1)
    is_broad = right - left > text_width("not known")
    hatched = hatching(left, LOAD_TOP_PX, right, LOAD_BOTTOM_PX)
    return hatched, (left + right) / 2 if is_broad else None


def _date_labels(told: Sequence[ChartDay]) -> Iterator[tuple[str, float, str]]:
    """Every other Monday, and today; none that would run into another one."""
    mondays = [place for place, day in enumerate(told) if day.on.weekday() == 0]
    for place in mondays[::2]:
        label, x = short_date(told[place].on), _slot(place)
        if x + text_width(label) < RIGHT_PX - text_width("today"):
            yield label, x, "start"
    yield "today", RIGHT_PX, "end"


def _sides(told: Sequence[ChartDay], sore_scale: Scale) -> list[SideLine]:
    """Both calves; none of them where nothing was answered."""
    answered = {place: day.sore for place, day in enumerate(told) if day.sore is not None}
    if not answered:
        return []
    today = told[-1].sore
    labels = [f"{side} {today[index]}" if today else side for index, side in enumerate(SIDES)]
    widths = [text_width(label) + MARK_ROOM_PX for label in labels]
    ends = (RIGHT_PX - widths[1] - LABEL_GAP_PX, float(RIGHT_PX))
    sides = []
    for index, side in enumerate(SIDES):
        points = {
            place: (_slot(place + 0.5), sore_scale(sore[index])) for place, sore in answered.items()
        }
        sides.append(
            SideLine(
                side,
                labels[index],
                ends[index],
                widths[index],
                tuple(points.values()),
                _through(points),
            )
        )
    return sides


def _through(points: dict[int, tuple[float, float]]) -> str:
    """A line through the points of successive places; a gap is not bridged."""
    runs: list[list[tuple[float, float]]] = [[point] for point in list(points.values())[:1]]
    for (before, _), (place, point) in pairwise(points.items()):
        if place - before == 1:
            runs[-1].append(point)
        else:
            runs.append([point])
    return "".join(polyline(run) for run in runs if len(run) > 1)


def _week_label(summary: dict[str, Value]) -> tuple[str, str] | None:
    """What stands above the bars: the sum of the dark ones, the last seven days."""
    total = summary["calf_km_last_7_days"]
    if total is None:
        return None
    return "at least " if summary["unknown_of_last_7_days"] else "", f"{float(total):.1f}"


def _sum(days: Sequence[ChartDay]) -> tuple[float | None, int]:
    """What is known of the load of some days, and of how many nobody can say."""
    loads = [day.calf_km for day in days if day.calf_km is not None]
    return (sum(loads) if loads else None), len(days) - len(loads)


def _summary(told: Sequence[ChartDay]) -> dict[str, Value]:
    """The numbers of the words; sums are of the days before the last."""
    before, today = told[:-1], told[-1]
    week, week_unknown = _sum(before[-WEEK_DAYS:])
    month, month_unknown = _sum(before[-MONTH_DAYS:])
    a_week = None if month is None else round(month * WEEK_DAYS / MONTH_DAYS, 1)
    return {
        "what": "summary",
        "weeks": WEEKS,
        "week_days": WEEK_DAYS,
        "month_days": MONTH_DAYS,
        "days": len(before),
        "days_unknown": _sum(before)[1],
        "calf_km_last_7_days": None if week is None else round(week, 1),
        "unknown_of_last_7_days": week_unknown,
        "calf_km_a_week_of_last_28_days": a_week,
        "unknown_of_last_28_days": month_unknown,
        "mornings": len(told),
        "mornings_answered": sum(day.sore is not None for day in told),
        **sorest_values(told),
        "today_left": today.sore[0] if today.sore else None,
        "today_right": today.sore[1] if today.sore else None,
    }


def _value(day: ChartDay) -> dict[str, Value]:
    left, right = day.sore or (None, None)
    return {
        "what": "day",
        "on": day.on.isoformat(),
        "calf_km": None if day.calf_km is None else round(day.calf_km, 1),
        "left": left,
        "right": right,
    }


def _says(summary: dict[str, Value], told: Sequence[ChartDay]) -> str:
    highest = f"Highest soreness of {WEEKS} weeks: {sorest_told(told)}; {today_told(told[-1])}."
    return " ".join([_load_told(summary), highest, *_gaps_told(summary)])


def _load_told(summary: dict[str, Value]) -> str:
    """The last seven days beside a week of the last 28, as a part of it where days are unknown."""
    week, month = summary["calf_km_last_7_days"], summary["calf_km_a_week_of_last_28_days"]
    if week is None or month is None:
        told = "Calf load of the last 7 days is not known"
        return f"{told}." if month is None else f"{told}; of the last 28 at least {month} a week."
    at_least = "at least " if summary["unknown_of_last_7_days"] else ""
    a_week = "at least " if summary["unknown_of_last_28_days"] else ""
    return (
        f"Last 7 days: {at_least}{words.calf_load(float(week))}; "
        f"the last 28 days: {a_week}{float(month):.1f} a week."
    )


def _gaps_told(summary: dict[str, Value]) -> Iterator[str]:
    """What is missing; nothing where nothing is."""
    gaps = []
    if unknown := summary["days_unknown"]:
        gaps.append(f"for {unknown} of {summary['days']} days nobody can say what was run")
    if summary["mornings_answered"] != summary["mornings"]:
        gaps.append(f"{summary['mornings_answered']} of {summary['mornings']} mornings answered")
    if gaps:
        told = "; ".join(gaps)
        yield f"{told[0].upper()}{told[1:]}."
