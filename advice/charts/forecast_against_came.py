"""What was forecast for each morning, and what was then answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advice import words
from advice.charts.chart import Chart, Scale, Value, amount, drawn, short_date, text_width
from pipeline.checkin import NRS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

MORNINGS_MOST = 28
TITLE = "Forecast and what came"

LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 48.0, 552.0, 44.0, 214.0
HEIGHT_PX = 256
SLOT_MOST_PX = 36.0
WIDEST_RANGE_PX = 16.0


@dataclass(frozen=True, slots=True)
class Forecasted:
    """One morning: the forecast made the day before, of the worse side, and the answer."""

    on: date
    mean: float
    low: int
    high: int
    """At least 80 % sure between the two."""
    came: int | None
    """None: not answered."""


def forecast_against_came(mornings: Sequence[Forecasted]) -> Chart | None:
    """Draw the last 28 mornings that had a forecast; None where there is none.

    Args:
        mornings: oldest first.
    """
    shown = mornings[-MORNINGS_MOST:]
    if not shown:
        return None
    y = Scale((0.0, 5.0, 10.0), 0.0, float(NRS_MAX), BOTTOM_PX, TOP_PX)
    slot = min((RIGHT_PX - LEFT_PX) / len(shown), SLOT_MOST_PX)
    wide = min(slot * 0.6, WIDEST_RANGE_PX)
    half = (y(0.0) - y(1.0)) / 2
    summary = _summary(shown)
    return drawn(
        "forecast_against_came",
        title=TITLE,
        says=_says(summary),
        height_px=HEIGHT_PX,
        values=[summary, *map(_value, shown)],
        left=LEFT_PX,
        right=RIGHT_PX,
        bottom=BOTTOM_PX,
        ticks=[(amount(tick), y(tick)) for tick in y.ticks],
        # A range holds whole numbers, so it reaches half a number beyond each: 3 to 3 is drawn.
        ranges=[
            (
                _middle(place, slot) - wide / 2,
                y(each.high) - half,
                wide,
                y(each.low) - y(each.high) + 2 * half,
            )
            for place, each in enumerate(shown)
        ],
        means=[(_middle(place, slot), y(each.mean)) for place, each in enumerate(shown)],
        half_mean=wide / 2 + 1,
        came=[
            (_middle(place, slot), y(each.came), each.low <= each.came <= each.high)
            for place, each in enumerate(shown)
            if each.came is not None
        ],
        dates=list(_dates(shown, slot)),
    )


def _middle(place: int, slot: float) -> float:
    return LEFT_PX + (place + 0.5) * slot


def _dates(shown: Sequence[Forecasted], slot: float) -> Iterator[tuple[str, float]]:
    """Each date below which there is room, from the first on."""
    free_from = 0.0
    for place, each in enumerate(shown):
        label, middle = short_date(each.on), _middle(place, slot)
        half = text_width(label) / 2
        if middle - half >= free_from and middle + half <= RIGHT_PX:
            free_from = middle + half + 40
            yield label, middle


def _summary(shown: Sequence[Forecasted]) -> dict[str, Value]:
    came = [(each, each.came) for each in shown if each.came is not None]
    off = [abs(each.mean - nrs) for each, nrs in came]
    return {
        "what": "summary",
        "mornings": len(shown),
        "answered": len(came),
        "range_percent": 80,
        "within_range": sum(each.low <= nrs <= each.high for each, nrs in came),
        "mean_off": round(sum(off) / len(off), 1) if off else None,
    }


def _value(each: Forecasted) -> dict[str, Value]:
    return {
        "what": "morning",
        "on": each.on.isoformat(),
        "mean": round(each.mean, 1),
        "low": each.low,
        "high": each.high,
        "came": each.came,
    }


def _says(summary: dict[str, Value]) -> str:
    mornings = words.count(int(str(summary["mornings"])), "morning")
    if not summary["answered"]:
        return f"{mornings} with a forecast, none of them answered."
    return (
        f"Of {mornings} with a forecast {summary['answered']} were answered, "
        f"{summary['within_range']} of them within the {summary['range_percent']}% range. "
        f"The forecast's mean was off by {summary['mean_off']} on average."
    )
