"""How sore the mornings after runs were, by pair of shoes. It tells what came, never why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advice import words
from advice.charts.chart import Chart, Scale, Value, amount, drawn, printable, text_width
from pipeline.checkin import NRS_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE = "Mornings after runs, by shoes"

LEFT_PX, RIGHT_PX, TOP_PX, ROW_PX = 12.0, 536.0, 44.0, 62.0
PAIRS_MOST = 8
TOLD_MOST, NAME_CHARACTERS = 3, 36


@dataclass(frozen=True, slots=True)
class PairMornings:
    """The answered mornings after runs in one pair, of the worse side."""

    name: str
    mornings: int
    mean: float
    low: float
    high: float
    """Eight of ten mornings lay between the two."""


@dataclass(frozen=True, slots=True)
class Row:
    """One pair in its place."""

    says: str
    y: float
    low: float
    mean: float
    high: float


def shoes_mornings(pairs: Sequence[PairMornings]) -> Chart | None:
    """Draw up to eight pairs, in their order; None where there is none."""
    shown = [each for each in pairs if each.mornings][:PAIRS_MOST]
    if not shown:
        return None
    bottom = TOP_PX + len(shown) * ROW_PX
    x = Scale((0.0, 5.0, 10.0), 0.0, float(NRS_MAX), LEFT_PX, RIGHT_PX)
    return drawn(
        "shoes_mornings",
        title=TITLE,
        says=_says(shown),
        height_px=bottom + 32,
        values=[_summary(shown), *map(_value, shown)],
        top=TOP_PX,
        bottom=bottom,
        ticks=[(amount(tick), x(tick)) for tick in x.ticks],
        rows=[
            Row(
                _label(each),
                TOP_PX + (place + 0.65) * ROW_PX,
                x(each.low),
                x(each.mean),
                x(each.high),
            )
            for place, each in enumerate(shown)
        ],
    )


def _label(each: PairMornings) -> str:
    """Its name, cut to the room there is, with its mean and how many mornings that is of."""
    numbers = f": {each.mean:.1f} after {words.count(each.mornings, 'run')}"
    name = _name(each)
    while name and text_width(f"{name}…{numbers}") > RIGHT_PX - LEFT_PX:
        name = name[:-1]
    return f"{name}{numbers}" if name == _name(each) else f"{name.rstrip()}…{numbers}"


def _name(each: PairMornings) -> str:
    return " ".join(printable(each.name).split())


def _summary(shown: Sequence[PairMornings]) -> dict[str, Value]:
    return {
        "what": "summary",
        "pairs": len(shown),
        "pairs_beyond": max(len(shown) - TOLD_MOST, 0),
        "range_percent": 80,
    }


def _value(each: PairMornings) -> dict[str, Value]:
    return {
        "what": "pair",
        "name": _name(each),
        "mornings": each.mornings,
        "mean": round(each.mean, 1),
        "low": round(each.low, 1),
        "high": round(each.high, 1),
    }


def _says(shown: Sequence[PairMornings]) -> str:
    """The first pairs by name; it does not say that shoes are the reason."""
    told = [
        f"{_short(_name(each))} {each.mean:.1f} ({each.low:.1f} to {each.high:.1f}, "
        f"{words.count(each.mornings, 'run')})"
        for each in shown[:TOLD_MOST]
    ]
    beyond = len(shown) - TOLD_MOST
    more = f"; and {words.count(beyond, 'pair')} more" if beyond > 0 else ""
    return (
        "Mean soreness of the worse side on the morning after a run, with the range of 80% of "
        f"the mornings: {'; '.join(told)}{more}. It tells what came, not why."
    )


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 1].rstrip()}…"
