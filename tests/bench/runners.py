"""Made-up runners with years of runs and answers, as many as are asked for, all different."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from advice.forecast.diaries import Diaries
from pipeline.checkin import CheckIn
from pipeline.day import DayActivity, SourceSpan, known_dates
from pipeline.history import Past, pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advice.forecast.diaries import Floats

RUNS_A_WEEK = 4
ANSWERED = 0.85
"""Share of the mornings."""
HOLE_DAYS = 20
"""Once a year the watch is lost for so long, and nobody knows of any run."""
NRS = (0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4)


def runners(count: int, *, days: int, last: date, seed: int) -> Iterator[Past]:
    """So many runners, each with so many days, or up to a month fewer; not paired yet."""
    dice = random.Random(seed)
    for _ in range(count):
        yield _runner(dice, last - timedelta(days=days - 1 - dice.randrange(30)), last)


def paired(past: Past) -> Past:
    """The same, with what the answers tell of runs."""
    runs = [each for each in past.activities if each.counted]
    return replace(past, told=pair(past.mornings, runs))


def beside(diaries: Sequence[Diaries]) -> Diaries:
    """Diaries of one runner each as one of all of them, filled up at their end."""
    days = max(each.soreness.shape[1] for each in diaries)

    def rows(name: str) -> Floats:
        array = np.full((len(diaries), days), np.nan)
        for place, each in enumerate(diaries):
            one = getattr(each, name)
            array[place, : one.shape[1]] = one[0]
        return array

    return Diaries(
        athletes=tuple(map(str, range(len(diaries)))),
        starts=tuple(each.starts[0] for each in diaries),
        scale=diaries[0].scale,
        soreness=rows("soreness"),
        load=rows("load"),
        calf_km=rows("calf_km"),
    )


def _runner(dice: random.Random, first: date, last: date) -> Past:
    days = (last - first).days + 1
    holes = [dice.randrange(days) for _ in range(days // 365)]
    in_hole = {day for hole in holes for day in range(hole, hole + HOLE_DAYS)}
    mornings, runs = [], []
    for day in range(days):
        on = first + timedelta(days=day)
        if dice.random() < ANSWERED:
            mornings.append(_answer(dice, on))
        if day in {0, days - 1} or (day not in in_hole and dice.random() < RUNS_A_WEEK / 7):
            runs.append(_run(dice, on, f"{day:012x}"))
    return Past(
        activities=runs,
        mornings=mornings,
        told={},
        known=_known(runs),
        last=last,
    )


def _known(runs: list[DayActivity]) -> set[date]:
    """Each stretch without a hole has a source of its own."""
    spans, first = [], runs[0].on
    for run, following in pairwise(runs):
        if (following.on - run.on).days >= HOLE_DAYS:
            spans.append(SourceSpan(first=first, last=run.on))
            first = following.on
    return known_dates([*spans, SourceSpan(first=first, last=runs[-1].on)])


def _run(dice: random.Random, on: date, name: str) -> DayActivity:
    start_at = datetime(on.year, on.month, on.day, 6, dice.randrange(60), tzinfo=UTC)
    km = dice.triangular(3, 25, 8)
    timer_s = km * dice.uniform(290, 390)
    return DayActivity(
        id=name,
        on=on,
        start_at=start_at,
        end_at=start_at + timedelta(seconds=timer_s),
        counted=True,
        walk=False,
        distance_m=km * 1000,
        timer_s=timer_s,
        steps=km * dice.uniform(850, 1000),
        calf_km=km * dice.uniform(0.9, 1.2),
        calf_km_strain=km * dice.uniform(0.7, 2.0),
        trimp=km * dice.uniform(6, 10),
        rpe=None,
    )


def _answer(dice: random.Random, on: date) -> CheckIn:
    nrs = dice.choice(NRS)
    return CheckIn(
        on=on,
        left=nrs,
        right=dice.choice(NRS),
        during=min(nrs, 2),
        rpe=dice.randint(2, 7),
        flags=frozenset(),
    )
