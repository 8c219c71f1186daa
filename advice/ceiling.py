"""Today's ceiling: at most this far, never a target (EVIDENCE 9.11, 9.12)."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from statistics import median
from typing import TYPE_CHECKING

from advice import ladder, words
from advice.recommendation import Because, Ceiling, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from advice.day import Day
    from advice.training import Window
    from pipeline.checkin import CheckIn

SOURCE = "Frandsen 2025, BJSM 59:1203; calf load in the same way is our extension (EVIDENCE 4.6)"


@dataclass(frozen=True, slots=True)
class WeeklyRise:
    """Median soreness of two weeks, the second clearly sorer."""

    of: str
    """What is compared, for the middle of a sentence."""
    last_week_nrs: float
    this_week_nrs: float


MEDIANS: tuple[tuple[Callable[[CheckIn], int], str], ...] = (
    (attrgetter("worst"), "of your mornings"),
    (attrgetter("left"), "of your left calf"),
    (attrgetter("right"), "of your right calf"),
)


def ceiling(day: Day, verdict: Verdict, rise: WeeklyRise | None) -> Ceiling | None:
    """At most this far and this much calf load; None when running is not allowed."""
    if verdict >= Verdict.REST:
        return None
    easy = verdict is Verdict.EASY
    lowered = day.limits["weekly_factor"] if rise else 1.0
    distance_m = _most(day, day.training.distance_m, lowered, easy=easy)
    calf_km = _most(day, day.training.calf_km, lowered, easy=easy)
    return Ceiling(
        distance_m=None if distance_m is None else round(distance_m, 1),
        calf_km=None if calf_km is None else round(calf_km, 3),
        surface="flat" if easy else "any",
    )


def ceiling_reasons(
    day: Day, today: Ceiling | None, rise: WeeklyRise | None
) -> tuple[Because, ...]:
    """How the ceiling came about, where there is one."""
    window, limits = day.training.distance_m, day.limits
    longest, usual = window.longest(day.on), day.usual(window)
    if today is None or today.distance_m is None or longest is None or usual is None:
        return ()
    most = words.most(today.distance_m, day.units)
    if _goes_by_usual(day, longest, usual, easy=today.surface == "flat"):
        by = f"{_share(day):.0%} of your usual run of {words.distance(usual, day.units)}"
        by = f"{by}{_as_on_a_step(day)}"
    else:
        by = (
            f"{_factor(day):.0%} of your longest run of the last {limits['window_days']:g} days, "
            f"{words.distance(longest, day.units)}"
        )
        by = f"{by}{_with_care(day)}"
    reasons = [
        Because(
            rule="ceiling",
            says=f"Today {most}: {by}{', lowered' if rise else ''}.",
            values={"distance_m": today.distance_m, "longest_m": longest, "usual_m": usual},
            source=SOURCE,
        )
    ]
    if rise:
        reasons.append(
            Because(
                rule="weekly_rise",
                says=f"The median {rise.of} is {rise.this_week_nrs:g} of 10 this week, "
                f"after {rise.last_week_nrs:g} last week: today's ceiling is "
                f"{1 - limits['weekly_factor']:.0%} lower.",
                values={
                    "last_week_nrs": rise.last_week_nrs,
                    "this_week_nrs": rise.this_week_nrs,
                },
                source="Week against week; the numbers are our design (EVIDENCE 1.3 item 6, 9.12)",
            )
        )
    return tuple(reasons)


def weekly_rise(day: Day) -> WeeklyRise | None:
    """Whether this week's median soreness is clearly above last week's (9.12).

    The worse side of each morning is compared, and each side with itself; any rise counts (9.1).
    """
    for soreness, of in MEDIANS:
        last_week, this_week = (_median(day, soreness, weeks_back) for weeks_back in (1, 0))
        if last_week is None or this_week is None or this_week < day.limits["weekly_nrs"]:
            continue
        if this_week >= last_week + day.limits["weekly_rise_nrs"]:
            return WeeklyRise(of, last_week, this_week)
    return None


def _median(day: Day, soreness: Callable[[CheckIn], int], weeks_back: int) -> float | None:
    """The median soreness of one week's answers, if there are enough of them."""
    days = int(day.limits["week_days"])
    within = range(weeks_back * days, (weeks_back + 1) * days)
    told = [soreness(each) for each in day.course.recent if (day.on - each.on).days in within]
    return median(told) if len(told) >= day.limits["weekly_answers"] else None


def _most(day: Day, window: Window, lowered: float, *, easy: bool) -> float | None:
    """Today's most by one measure; None where there is no run to go by."""
    longest, usual = window.longest(day.on), day.usual(window)
    if longest is None or usual is None:
        return None
    by_usual = _goes_by_usual(day, longest, usual, easy=easy)
    most = _share(day) * usual if by_usual else longest * _factor(day)
    return most * lowered


def _goes_by_usual(day: Day, longest: float, usual: float, *, easy: bool) -> bool:
    """An easy day's most is a share of the usual run, unless the longest allows even less."""
    return easy and _share(day) * usual < longest * _factor(day)


def _share(day: Day) -> float:
    """The share of the usual run that an easy day allows; on the way back, its step's part."""
    easy_share = day.limits["easy_share"]
    on_step = day.course.ladder
    return easy_share * ladder.share(on_step, day.limits) if on_step else easy_share


def _as_on_a_step(day: Day) -> str:
    """The step of the way back that a ceiling goes by, for the end of a sentence."""
    on_step = day.course.ladder
    if on_step is None:
        return ""
    return f", for step {max(1, on_step.step)} of {ladder.steps(day.limits)}"


def _factor(day: Day) -> float:
    """1.10, or 1.00 where the window is not complete or the runner's calves want more care."""
    few = day.training.runs(day.on) < day.limits["enough_runs"]
    unsure = few or day.training.unknown_days(day.on) > 0 or _with_care(day)
    return day.limits["longest_factor_unsure" if unsure else "longest_factor"]


def _with_care(day: Day) -> str:
    """What was told of the runner that takes the ten percent, for the end of a sentence (9.16).

    Only the year of birth is known: the age is the one reached in the year of the day.
    """
    if day.risk.previous_calf_strain:
        return ", and not beyond it after an earlier calf strain"
    born, age = day.risk.birth_year, day.limits["cautious_age_years"]
    if born is not None and day.on.year - born >= age:
        return f", and not beyond it from the age of {age:g} on"
    return ""
