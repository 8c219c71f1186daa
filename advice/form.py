"""What may be said of form: one thing, against the runner's own cadence at the same speed.

Never a number to aim for, never another foot strike or other shoes, and never a cause (EVIDENCE 6).
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from advice import words
from advice.course import SIDES
from advice.recommendation import Item, Verdict
from advice.shoes import new_pair

if TYPE_CHECKING:
    from advice.day import Day
    from advice.limits import Limits
    from pipeline.standing import OwnCadence


def form(day: Day, verdict: Verdict) -> tuple[Item, ...]:
    """Cadence, where it was low several times, something hurts, and a run is allowed.

    Low is more than two standard deviations below the runner's own line at the speeds of the run
    (pipeline/cadence_line.py), which takes in how well the line is known.
    """
    if verdict > Verdict.EASY or not _is_the_time(day):
        return ()
    limits = day.limits
    told = [each for run in day.runs_within(limits["form_window_days"]) if (each := run.cadence)]
    drawn = [each for each in told if _is_comparable(each, limits)]
    low = [each for each in drawn if _deviations(each) < -limits["form_residual_sd"]]
    return (_cadence(day, low, len(drawn)),) if len(low) >= limits["form_runs"] else ()


def _is_the_time(day: Day) -> bool:
    """Something hurts, not much, as far as is known today; and nothing else is being changed."""
    answer, limits = day.answer, day.limits
    if answer is None or answer.painkiller or answer.worst >= limits["sore_rest_nrs"]:
        return False
    episodes = [episode for side in SIDES if (episode := day.course.side(side).episode)]
    limped_on = day.course.limped_on
    if limped_on and (day.on - limped_on).days <= limits["limping_days"]:
        return False
    if day.is_left_to_others or any(episode.seen for episode in episodes):
        return False
    hurts = bool(episodes) or answer.worst >= limits["episode_starts_nrs"]
    return hurts and new_pair(day) is None


def _is_comparable(cadence: OwnCadence, limits: Limits) -> bool:
    """A line of enough runs, and no sensor that counts something else."""
    is_drawn = cadence.line_runs >= limits["form_line_runs"]
    return is_drawn and abs(_deviations(cadence)) <= limits["form_strange_sd"]


def _deviations(cadence: OwnCadence) -> float:
    """How far off the line, in standard deviations."""
    return cadence.residual_spm / cadence.sd_spm


def _cadence(day: Day, low: list[OwnCadence], drawn: int) -> Item:
    """How far below, on average over the runs in which it was low."""
    limits = day.limits
    below_spm = -fmean(each.residual_spm for each in low)
    fewest, most = limits["form_weeks_low"], limits["form_weeks_high"]
    return Item(
        name="cadence",
        says=f"In {len(low)} of {words.count(drawn, 'run')} of the last "
        f"{limits['form_window_days']:g} days your cadence was below your own usual at the same "
        f"speed, by {below_spm:.1f} steps a minute on average. Trying up to "
        f"{limits['form_cadence_share']:.0%} more on easy runs, for {fewest:g} to {most:g} weeks "
        "and with nothing else changed, lowers the peak stress of a step on the tendon in "
        "laboratory studies; whether it prevents soreness is unknown.",
        source=limits.limit("form_cadence_share").source,
    )
