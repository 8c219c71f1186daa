"""The subject of a letter: enough to act on, short enough for a phone, and silent on request."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from advice import words
from advice.limits import default_limits
from advice.recommendation import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from advice.letter_facts import LetterFacts
    from advice.recommendation import Because, Recommendation
    from pipeline.checkin import CheckIn

SUBJECT_CHARACTERS = 70
"""A phone shows about as many; a subject may be longer only by what must not be cut."""
CALF = {"left": "left calf", "right": "right calf", "both": "both calves"}
SIDES = {"left": ("left",), "right": ("right",), "both": ("left", "right")}

BRIEFLY = {
    "red_flag_now": "{what}",
    "red_flag_same_day": "{what}",
    "flag_within_days": "{what}",
    "flag_not_cleared": "{what}. Seen? Tell us",
    "limping_third_morning": "a limp over {days} mornings",
    "no_fall": "{calf} {nrs} on day {day}, not fading",
    "rising": "{calf} {nrs} on day {day}, rising",
    "beyond_seven_days": "{calf} {nrs}, {day} days on",
    "six_for_three_mornings": "{calf} {nrs}, for {severe_days} days or more",
    "rested_not_settled": "{calf} {nrs}, after {rested} days of rest",
    "three_episodes": "{calf} {nrs}, sore {episodes} times in {episodes_window_days} days",
    "referred_again": "{calf} {nrs}, after you had been seen",
    "referral_stands": "{calf}. Seen? Tell us",
    "significant_pain": "{calf} {nrs}, {nth}",
    "too_much_pain_in_run": "your last run hurt {during}",
    "three_rises": "{calf} {nrs}, {nth}, still rising",
    "limping": "limping this morning",
    "sore_four_or_five": "{calf} {nrs}, {nth}",
    "held_back": "until you tell us that you may run",
    "ladder_rest_day": "a day without a run after each run",
    "forecast_says_rest": "{nrs:g} or more likely tomorrow, {probability:.0%}",
    "rest_holds": "your last answer asked for it",
    "return_ladder": "step {step} of {steps} of the way back",
    "ladder_not_open": "the way back opens on a quiet morning",
    "limped_yesterday": "limping yesterday",
    "sore_three": "{calf} {nrs}, {nth}",
    "pain_in_run": "your last run hurt {during}",
    "above_pre_run": "{calf} {nrs}, sorer than before your run",
    "one_sided": "{calf} the sorer one, for {mornings} mornings",
    "after_a_spike": "{distance} {when}, a long step up",
    "after_a_calf_load_spike": "{calf_load} {when}, a long step up",
    "after_clearance": "you may run again, gently",
    "cleared_still_sore": "{calf} {nrs}, and seen",
    "painkiller": "a painkiller this morning",
    "no_answer": "no answer yet",
    "no_run_in_window": "no run known in {days} days",
    "only_spikes_in_window": "no run to go by",
    "forecast_says_easy": "{nrs:g} or more likely tomorrow, {probability:.0%}",
    # What the watch shows of rest days is for the letter: it stops no run.
    "no_rest_day": "nothing you told us stops a run",
    "nothing_stands_out": "nothing you told us stops a run",
}
"""Each rule as half a line; of a long one the last clauses are left out."""

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def subject(answer: Recommendation, facts: LetterFacts) -> str:
    """The subject: what to do, the ceiling, and what decided."""
    said = _neutral(answer, facts) if facts.neutral else _plain(answer, facts)
    # A header is one line, whatever a sentence holds.
    return " ".join(f"{'Test: ' if facts.test else ''}{said}".split())


def _neutral(answer: Recommendation, facts: LetterFacts) -> str:
    if answer.verdict is Verdict.URGENT:
        return "calfwise: please read your letter now"
    what = "a correction of your letter" if facts.correction else "your letter"
    return f"calfwise: {what} for {words.day(answer.on)}"


def _plain(answer: Recommendation, facts: LetterFacts) -> str:
    start = words.headline(answer.verdict, answer.urgency)
    if facts.correction:
        start = f"Correction: {start}"
    # An answer about soreness takes back neither a referral nor somebody's word.
    is_open = answer.verdict < Verdict.PHYSICIAN and answer.because[0].rule != "held_back"
    if answer.provisional and is_open:
        return f"{start} until you answer: how are your calves?"
    if answer.verdict < Verdict.REST and answer.ceiling and answer.ceiling.distance_m is not None:
        start = f"{start}, {words.most(answer.ceiling.distance_m, facts.units)}"
    room = SUBJECT_CHARACTERS - len(start) - len(": ")
    return f"{start}: {_fitting(_briefly(answer.because[0], answer.on, facts), room)}"


def _briefly(reason: Because, on: date, facts: LetterFacts) -> str:
    """The deciding reason as half a line, or the first clause of its sentence."""
    calf = str(reason.values.get("calf"))
    told = {**reason.values, "calf": CALF.get(calf, ""), "nth": nth_sore_morning(facts, calf, on)}
    template = BRIEFLY.get(reason.rule)
    if template is None:
        return words.first_clause(reason.says, at_most_characters=SUBJECT_CHARACTERS)
    return ", ".join(clause for clause in template.format(**told).split(", ") if clause)


def _fitting(brief: str, room: int) -> str:
    """As many of its clauses as there is room for; the first one stays whatever its length."""
    ends = [found.start() for found in re.finditer(r"[,;.] ", brief)] + [len(brief)]
    return next((brief[:end] for end in reversed(ends) if end <= room), brief[: ends[0]])


def nth_sore_morning(facts: LetterFacts, calf: str, on: date) -> str:
    """`third sore morning`; where it may be a later one `3 sore mornings in a row`; or nothing.

    Args:
        facts: with the answers.
        calf: left, right or both.
        on: today.
    """
    mornings, is_first_known = sore_mornings(facts.mornings, SIDES.get(calf, ()), on)
    if is_first_known:
        return f"{_ordinal(mornings)} sore morning"
    return f"{mornings} sore mornings in a row" if mornings > 1 else ""


def sore_mornings(mornings: Sequence[CheckIn], sides: Sequence[str], on: date) -> tuple[int, bool]:
    """How many answered mornings in a row, up to today, all these sides have been sore.

    Returns:
        Their number, and whether the morning before the first of them was told not to be sore.
    """
    sore_nrs = default_limits()["episode_starts_nrs"]
    count, expected = 0, on
    for each in reversed(mornings):
        if each.on != expected or not sides:
            return count, False
        if min(getattr(each, side) for side in sides) < sore_nrs:
            return count, count > 0
        count, expected = count + 1, expected - timedelta(days=1)
    return count, False


def _ordinal(number: int) -> str:
    if number <= len(ORDINALS):
        return ORDINALS[number - 1]
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number}{ending or 'th'}"
