"""How the virtual runner's calves feel in the morning, and what they answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from flows.simulate.noise import between
from flows.simulate.truth import Kind, TrueRun
from pipeline.checkin import CheckIn, Did

COLUMNS = (
    "date",
    "left",
    "right",
    "during",
    "rpe",
    "sleep_h",
    "flags",
    "did",
    "where",
    "painkiller",
    "cleared",
    "note",
)

_FADES_OVER_DAYS = 1.5
"""Runners' soreness peaks at once and fades with this time constant (EVIDENCE.md section 3)."""
_STRAIN_PER_HOUR: dict[Kind, float] = {
    "easy": 1.0,
    "paused": 1.0,
    "treadmill": 1.0,
    "walk_run": 0.5,
    "long": 1.4,
    "hilly": 2.4,
    "intervals": 2.8,
}
_RIGHT_SHARE = 0.7
"""The left calf is the weaker one."""
_EVERYDAY_MAX = 3

# The last fourteen mornings are written by hand, so that the demo tells the same story for every
# seed: six quiet ones through the hard week, then its price, more on the left, settling since.
_STORY_LEFT = (1, 1, 0, 1, 1, 1, 4, 6, 6, 5, 4, 4, 3, 3)
_STORY_RIGHT = (0, 1, 0, 1, 1, 0, 2, 3, 3, 2, 2, 2, 1, 1)
STORY_DAYS = len(_STORY_LEFT)

_RPE: dict[Kind, int] = {
    "easy": 3,
    "paused": 3,
    "treadmill": 3,
    "walk_run": 2,
    "long": 5,
    "hilly": 7,
    "intervals": 8,
}


def answer(
    random: np.random.Generator, on: date, *, today: date, runs: Sequence[TrueRun]
) -> CheckIn:
    """What the runner answers on one morning, knowing only the runs before it."""
    left, right = _soreness(random, on, today=today, runs=runs)
    yesterday = [run for run in runs if run.on == on - timedelta(days=1)]
    kind = yesterday[-1].kind if yesterday else None
    sleep_h = round(2 * between(random, 6.0, 8.6)) / 2
    return CheckIn(
        on=on,
        left=left,
        right=right,
        during=None if kind is None else max(0, left - 1),
        rpe=None if kind is None else _RPE[kind],
        sleep_h=sleep_h,
        flags=frozenset(),
        did=_did(ran=kind is not None, sore=left > _EVERYDAY_MAX, sleep_h=sleep_h),
        where=frozenset({"upper_calf"}) if left >= _EVERYDAY_MAX else frozenset(),
    )


def checkins_csv(check_ins: Iterable[CheckIn]) -> str:
    """The answers as `calfwise checkin import` reads them: a header, lists joined by `;`.

    Asked and answered with none of the flags is the word `none`; an empty cell is: not asked.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for each in check_ins:
        table.writerow(
            (
                each.on.isoformat(),
                each.left,
                each.right,
                each.during,
                each.rpe,
                each.sleep_h,
                "none" if each.flags == frozenset() else ";".join(sorted(each.flags or ())),
                ";".join(sorted(each.did)),
                ";".join(sorted(each.where)),
                "yes" if each.painkiller else "",
                each.cleared,
                each.note,
            )
        )
    return text.getvalue()


def _soreness(
    random: np.random.Generator, on: date, *, today: date, runs: Sequence[TrueRun]
) -> tuple[int, int]:
    """Left and right calf, 0 to 10."""
    days_ago = (today - on).days
    if days_ago < STORY_DAYS:
        return _STORY_LEFT[-1 - days_ago], _STORY_RIGHT[-1 - days_ago]
    return _everyday(random, on, runs)


def _everyday(random: np.random.Generator, on: date, runs: Sequence[TrueRun]) -> tuple[int, int]:
    """What the runs of the last days leave behind, and some noise."""
    strain = sum(
        _STRAIN_PER_HOUR[run.kind]
        * (run.truth.timer_s / 3600)
        * round(float(np.exp(-(on - run.on).days / _FADES_OVER_DAYS)), 9)
        for run in runs
        if run.on < on
    )
    left, right = (
        round(strain * share + 0.4 * float(random.standard_normal()))
        for share in (1.0, _RIGHT_SHARE)
    )
    return min(max(left, 0), _EVERYDAY_MAX), min(max(right, 0), _EVERYDAY_MAX)


def _did(*, ran: bool, sore: bool, sleep_h: float) -> frozenset[Did]:
    did: set[Did] = {"protein"}
    if sleep_h >= 7:  # noqa: PLR2004 - seven hours is what the runner calls enough
        did.add("slept_enough")
    if not ran:
        did.add("easy_walk" if sore else "rested")
    return frozenset(did)
