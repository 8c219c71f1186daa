"""Cadence against speed of the last half year's runs, and the runner's own line among them.

Nowhere a cadence to aim for: the line tells what is usual, and the band how far off runs lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advice import words
from advice.charts.chart import (
    TEXT_PX,
    Chart,
    Scale,
    Value,
    amount,
    drawn,
    polyline,
    scale,
    short_date,
    text_width,
)
from advice.limits import default_limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    Point = tuple[float, float]

WEEKS = 26
TITLE = "Cadence at your speeds, 26 weeks"
REFERENCE_MPS = 3.0
"""Where a line's c0 is told (docs/metrics.md)."""

LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 52.0, 548.0, 40.0, 268.0
HEIGHT_PX = 326
PACE_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
PACES = 6
"""At most so many are labelled."""
MARGIN_MPS, MARGIN_SPM = 0.08, 3.0
"""Kept free around the runs."""
SLOWEST_MPS = 0.5
DOT_PX, APART_PX = 5.0, 18.0
"""The radius of a run, and how far a label stands from it."""
LINE_COUNTS = 3
"""A label on the line hides as much as on so many runs."""


@dataclass(frozen=True, slots=True)
class OwnLine:
    """Cadence to expect: c0 + slope (v - 3.0), and how far off runs lie (one SD)."""

    c0_spm: float
    slope_spm_per_mps: float
    sd_spm: float
    """At the speed of the newest run, what is not known of the line included."""
    runs: int
    """How many runs it was drawn from, all before the newest."""

    def at(self, speed_mps: float) -> float:
        """Steps a minute to expect."""
        return self.c0_spm + self.slope_spm_per_mps * (speed_mps - REFERENCE_MPS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a label may stand."""

    x: float
    y: float
    """Of its baseline."""
    anchor: str
    left: float
    width: float

    def covered(self, dots: Sequence[Point], line: Sequence[Point]) -> int:
        """How many runs it would cover; the line counts as several."""
        top, bottom = self.y - TEXT_PX * 0.8 - DOT_PX, self.y + TEXT_PX * 0.25 + DOT_PX
        left, right = self.left - DOT_PX, self.left + self.width + DOT_PX
        runs = sum(left <= x <= right and top <= y <= bottom for x, y in dots)
        if not line:
            return runs
        (x1, y1), (x2, y2) = line
        ends = [y1 + (x - x1) / (x2 - x1) * (y2 - y1) for x in (left, right)]
        crosses = max(ends) >= top and min(ends) <= bottom
        return runs + LINE_COUNTS * crosses


@dataclass(frozen=True, slots=True)
class CadenceRun:
    """One run on its gentle grades."""

    on: date
    speed_mps: float
    cadence_spm: float


def cadence(
    runs: Sequence[CadenceRun], line: OwnLine | None, *, units: words.Units = "km"
) -> Chart | None:
    """Draw the runs and the line of the runs before the newest.

    The band is as broad as form is judged by (`form_residual_sd`), of the spread at the newest
    run's speed.

    Args:
        runs: oldest first; one without speed (a treadmill) is left out, and without any there is
            no chart.
        line: None where there is no line yet.
        units: of the paces.
    """
    runs = [run for run in runs if run.speed_mps >= SLOWEST_MPS]
    if not runs:
        return None
    newest = runs[-1]
    speeds = [run.speed_mps for run in runs]
    x = Scale((), min(speeds) - MARGIN_MPS, max(speeds) + MARGIN_MPS, LEFT_PX, RIGHT_PX)
    half_spm = default_limits()["form_residual_sd"] * line.sd_spm if line else 0.0
    ends = [(speed, line.at(speed)) for speed in (x.low, x.high)] if line else []
    reached = [spm + side * half_spm for _, spm in ends for side in (-1, 1)]
    cadences = [run.cadence_spm for run in runs]
    shown = [min(cadences) - MARGIN_SPM, max(cadences) + MARGIN_SPM, *reached]
    y = scale(shown, at_low_px=BOTTOM_PX, at_high_px=TOP_PX)
    summary = _summary(runs, line, half_spm, units)
    dots = [(x(run.speed_mps), y(run.cadence_spm)) for run in runs[:-1]]
    return drawn(
        "cadence",
        title=TITLE,
        says=_says(summary, newest, units),
        height_px=HEIGHT_PX,
        values=[summary, *(_value(run, units) for run in runs)],
        left=LEFT_PX,
        right=RIGHT_PX,
        bottom=BOTTOM_PX,
        ticks=[(amount(tick), y(tick)) for tick in y.ticks],
        paces=list(_pace_labels(x, units)),
        pace_unit=f"pace, min/{units}",
        band=_band(ends, half_spm, x, y),
        line=polyline((x(speed), y(spm)) for speed, spm in ends),
        dots=dots,
        newest=(x(newest.speed_mps), y(newest.cadence_spm)),
        label=_label(newest, x, y, dots, [(x(speed), y(spm)) for speed, spm in ends]),
    )


def _band(ends: Sequence[tuple[float, float]], half_spm: float, x: Scale, y: Scale) -> str:
    """The corners of the band, as the points of a polygon."""
    upper = [(x(speed), y(spm + half_spm)) for speed, spm in ends]
    lower = [(x(speed), y(spm - half_spm)) for speed, spm in reversed(ends)]
    return " ".join(f"{at:.1f},{level:.1f}" for at, level in [*upper, *lower])


def _pace_labels(x: Scale, units: words.Units) -> Iterator[tuple[str, float]]:
    """Round paces, slow ones to the left; as many as there is room for."""
    metres = words.METRES[units]
    fastest_s, slowest_s = metres / x.high, metres / x.low
    room = text_width("00:00") / 2
    for step_s in PACE_STEPS_S:
        first, last = -(-fastest_s // step_s), slowest_s // step_s
        if last - first < PACES:
            break
    free_from = LEFT_PX
    for number in range(int(last), int(first) - 1, -1):
        at = x(metres / (number * step_s))
        if free_from <= at - room and at + room <= RIGHT_PX:
            free_from = at + room
            yield words.clock(number * step_s), at


def _label(
    newest: CadenceRun, x: Scale, y: Scale, dots: Sequence[Point], line: Sequence[Point]
) -> tuple[str, float, float, str]:
    """The newest run's date and cadence, where it lies on the fewest runs and not on the line."""
    says = f"{short_date(newest.on)}: {newest.cadence_spm:.0f}"
    places = _places(x(newest.speed_mps), y(newest.cadence_spm), text_width(says))
    best = min(places, key=lambda place: place.covered(dots, line))
    return says, best.x, best.y, best.anchor


def _places(at: float, level: float, width: float) -> Iterator[Place]:
    """Where a label of some width fits: right or left of a run, above or below it."""
    highest, lowest = TOP_PX + TEXT_PX, BOTTOM_PX - 6
    beside = min(max(level + 7, highest), lowest)
    if at + APART_PX + width <= RIGHT_PX:
        yield Place(at + APART_PX, beside, "start", at + APART_PX, width)
    if at - APART_PX - width >= LEFT_PX:
        yield Place(at - APART_PX, beside, "end", at - APART_PX - width, width)
    middle = min(max(at, LEFT_PX + width / 2), RIGHT_PX - width / 2)
    for apart in (APART_PX, 2 * APART_PX):
        for baseline in (level - apart, level + apart + TEXT_PX * 0.7):
            if highest <= baseline <= lowest:
                yield Place(middle, baseline, "middle", middle - width / 2, width)


def _summary(
    runs: Sequence[CadenceRun], line: OwnLine | None, half_spm: float, units: words.Units
) -> dict[str, Value]:
    newest = runs[-1]
    off_spm = newest.cadence_spm - line.at(newest.speed_mps) if line else None
    return {
        "what": "summary",
        "weeks": WEEKS,
        "runs": len(runs),
        "newest_on": newest.on.isoformat(),
        "newest_cadence_spm": round(newest.cadence_spm),
        "newest_pace": words.pace(newest.speed_mps, units),
        "line_c0_spm": round(line.c0_spm, 1) if line else None,
        "line_slope_spm_per_mps": round(line.slope_spm_per_mps, 1) if line else None,
        "line_runs": line.runs if line else None,
        "newest_off_line_spm": None if off_spm is None else round(off_spm, 1),
        "band_spm": round(half_spm, 1) if line else None,
        "newest_within_band": None if off_spm is None else int(abs(off_spm) <= half_spm),
    }


def _value(run: CadenceRun, units: words.Units) -> dict[str, Value]:
    return {
        "what": "run",
        "on": run.on.isoformat(),
        "speed_mps": round(run.speed_mps, 2),
        "pace": words.pace(run.speed_mps, units),
        "cadence_spm": round(run.cadence_spm, 1),
    }


def _says(summary: dict[str, Value], newest: CadenceRun, units: words.Units) -> str:
    runs = words.count(int(str(summary["runs"])), "run")
    told = (
        f"Newest run, {words.day(newest.on)}: {summary['newest_cadence_spm']} steps a minute at "
        f"{words.pace(newest.speed_mps, units)}"
    )
    if summary["line_runs"] is None:
        return f"{told}. {runs} of {WEEKS} weeks with a cadence; no line of your own yet."
    return (
        f"{told}, {_off(float(str(summary['newest_off_line_spm'])))} and "
        f"{'within' if summary['newest_within_band'] else 'outside'} its band of "
        f"{summary['band_spm']} to each side. {runs} of {WEEKS} weeks with a cadence; the line "
        f"tells what is usual for you, and is no target."
    )


def _off(off_spm: float) -> str:
    if off_spm == 0:
        return "on your own line"
    return f"{abs(off_spm):.1f} {'above' if off_spm > 0 else 'below'} your own line"
