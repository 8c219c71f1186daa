"""What can be seen in how runs follow each other: the way back, calf load, days without rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice import words
from advice.ladder import steps
from advice.signs import days_ago

if TYPE_CHECKING:
    from advice.day import Day
    from advice.ladder import Ladder
    from advice.limits import Limits
    from advice.signs import Facts

BEFORE_RUNNING = "Before it: walking, raises of each calf and jumps on both legs, all without pain."

# The way back after a sudden sharp pain (9.14).


def ladder_rest_day(day: Day) -> Facts | None:
    """A run too short a time ago for whoever is on the way back.

    Not on the morning on which the steps open, nor before: nobody is banned by a stable 2, and a
    sorer morning must not be freer than the one that opens them.
    """
    last, ladder = day.training.last, _may_run(day)
    if ladder is None or last is None or ladder.opened_on is None or ladder.opened_on >= day.on:
        return None
    if (day.on - last.on).days > day.limits["ladder_rest_days"]:
        return None
    return {"when": days_ago((day.on - last.on).days), "rest": _rest(day.limits)}


def return_ladder(day: Day) -> Facts | None:
    """On one of the steps."""
    ladder = _may_run(day)
    if ladder is None or not ladder.step:
        return None
    return {
        "step": ladder.step,
        "steps": steps(day.limits),
        "what": _what(ladder.step, day),
        "before": _before_the_first(ladder),
        "rest": _rest(day.limits),
        "mornings": int(day.limits["ladder_quiet_mornings"]),
        "quiet_nrs": int(day.limits["ladder_quiet_nrs"]),
        "then": "open the next step" if ladder.step < steps(day.limits) else "end it",
    }


def ladder_not_open(day: Day) -> Facts | None:
    """Running is allowed again, and no morning was quiet yet."""
    ladder = _may_run(day)
    if ladder is None or ladder.allowed_on is None or ladder.step:
        return None
    return {
        "when": days_ago((day.on - ladder.allowed_on).days),
        "quiet_nrs": int(day.limits["ladder_quiet_nrs"]),
        "what": _what(1, day),
        "before": _before_the_first(ladder),
    }


def _may_run(day: Day) -> Ladder | None:
    """The ladder of somebody who may run again."""
    ladder = day.course.ladder
    return ladder if ladder and ladder.allowed_on else None


def _what(step: int, day: Day) -> str:
    """A step in words; minutes bound it where no usual run gives a distance."""
    limits = day.limits
    minutes = limits["ladder_minutes"]
    run, walk = (words.count(int(n), "minute") for n in (step, limits["ladder_walk_minutes"]))
    what = f"run {run}, walk {walk}, and so on"
    if step == steps(limits):
        what = "easy running without walking breaks"
    if day.usual(day.training.distance_m) is not None:
        return what
    return f"{what}, for at most {minutes:g} minutes in all"


def _before_the_first(ladder: Ladder) -> str:
    """What comes before the first step, for the end of a sentence."""
    return f" {BEFORE_RUNNING}" if ladder.step <= 1 else ""


def _rest(limits: Limits) -> str:
    """How long no run follows a run."""
    return words.count(int(limits["ladder_rest_days"]), "day")


# Calf load, the window, the week (4.6, 9.11).


def after_a_calf_load_spike(day: Day) -> Facts | None:
    """One of the two days after a run with far more calf load than those before it."""
    spike = day.training.calf_km.recent_spike(day.on)
    if spike is None:
        return None
    return {
        "calf_load": words.calf_load(spike.amount),
        "calf_km": spike.amount,
        "percent": round(100 * (day.limits["longest_factor"] - 1)),
        "days": int(day.limits["spike_easy_days"]),
        "when": days_ago((day.on - spike.on).days),
    }


def only_spikes_in_window(day: Day) -> Facts | None:
    """Every run of 30 days with a distance is a recent spike: none is left to go by."""
    only_spikes = day.training.distance_m.only_spikes(day.on)
    return {"days": int(day.limits["window_days"])} if only_spikes else None


def no_rest_day(day: Day) -> Facts | None:
    """A run on each of the last days."""
    days = int(day.limits["routine_days"])
    dates = day.training.ran_within(day.on, days)
    return {"days": days} if len(set(dates)) == days else None
