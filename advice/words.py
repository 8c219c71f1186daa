"""Numbers, dates and verdicts the way a runner reads them, in words that help."""

from __future__ import annotations

import math
import re
import textwrap
from typing import TYPE_CHECKING, Literal

from advice.recommendation import Verdict

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

    from advice.recommendation import Ceiling, Forecast, Urgency

Units = Literal["km", "mi"]

METRES: dict[Units, float] = {"km": 1000.0, "mi": 1609.344}

# Written out, because strftime and calendar would follow the locale of the machine.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

YEAR_DAYS = 365
"""A weekday and a date this far away could be of another year."""

HEADLINES = {
    Verdict.AS_PLANNED: "Run as planned",
    Verdict.EASY: "Run easy",
    Verdict.REST: "Rest today",
    Verdict.PHYSICIAN: "See somebody within days",
    Verdict.URGENT: "Get help now",
}
SAME_DAY_HEADLINE = "Get seen today"

BRIEFLY = {
    Verdict.AS_PLANNED: "run as planned",
    Verdict.EASY: "run easy",
    Verdict.REST: "rest",
    Verdict.PHYSICIAN: "see somebody",
    Verdict.URGENT: "get help",
}
"""The verdict within a sentence."""

GUIDANCE = {
    Verdict.AS_PLANNED: "Nothing you told us stops a run.",
    Verdict.EASY: "Relaxed all the way, no strides.",
    Verdict.REST: "No run today. Tomorrow we look again.",
    Verdict.PHYSICIAN: "Leave running out until somebody has looked at it.",
    Verdict.URGENT: "Do not wait for a reply from us.",
}
"""What goes with the verdict, beside the sentence of the rule that decided."""
SAME_DAY_GUIDANCE = "Do not wait until tomorrow."


def headline(verdict: Verdict, urgency: Urgency | None = None) -> str:
    """The verdict as the first words of a letter."""
    if verdict is Verdict.URGENT and urgency == "same_day":
        return SAME_DAY_HEADLINE
    return HEADLINES[verdict]


def guidance(verdict: Verdict, urgency: Urgency | None = None) -> str:
    """What goes with the verdict, in a sentence or two."""
    if verdict is Verdict.URGENT and urgency == "same_day":
        return SAME_DAY_GUIDANCE
    return GUIDANCE[verdict]


def distance(distance_m: float, units: Units) -> str:
    """A distance that was run: `8.2 km` or `5.1 mi`."""
    return f"{distance_m / METRES[units]:.1f} {units}"


def pace(speed_mps: float, units: Units) -> str:
    """How long a kilometre or a mile takes: `5:40 min/km`."""
    return f"{clock(METRES[units] / speed_mps)} min/{units}"


def clock(seconds: float) -> str:
    """Minutes and seconds: `5:40`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def calf_load(calf_km: float) -> str:
    """Calf load, which has its own unit whatever the runner's units are: `8.4 calf-km`."""
    return f"{calf_km:.1f} calf-km"


def most(ceiling_m: float, units: Units) -> str:
    """`at most 8.2 km`, rounded down, because a ceiling that rounds up is no ceiling."""
    return f"at most {_down(ceiling_m / METRES[units]):.1f} {units}"


def ceiling(limit: Ceiling, units: Units) -> tuple[str, str]:
    """Today's ceiling and what goes with it, as two phrases without a full stop.

    ("At most 8.2 km, on the flat", "And at most 8.4 calf-km: a ceiling, not a target")
    """
    where = ", on the flat" if limit.surface == "flat" else ""
    if limit.distance_m is None:
        return f"Short{where}", "There is no distance to name today"
    load = "" if limit.calf_km is None else f"And at most {calf_load(_down(limit.calf_km))}: "
    start = most(limit.distance_m, units)
    return f"{_capital(start)}{where}", _capital(f"{load}a ceiling, not a target")


def duration(duration_s: float) -> str:
    """`52 min` or `1 h 05 min`."""
    hours, minutes = divmod(round(duration_s / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def day(on: date) -> str:
    """`Sunday 22 November`."""
    return f"{WEEKDAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]}"


def day_far_off(on: date, today: date) -> str:
    """`Sunday 22 November`, and `Monday 22 May 2017` where it is a year ago or more."""
    return day(on) if abs((today - on).days) < YEAR_DAYS else f"{day(on)} {on.year}"


def day_seen_from(on: date, today: date) -> str:
    """`this morning`, `yesterday`, or `Friday 20 November, 2 days ago`."""
    days = (today - on).days
    if days == 0:
        return "this morning"
    if days == 1:
        return "yesterday"
    return f"{day(on)}, {days} days ago"


def moment(at: datetime, zone: tzinfo) -> str:
    """`Saturday 21 November, 19:42` on the runner's clock."""
    local = at.astimezone(zone)
    return f"{day(local)}, {local:%H:%M}"


def soreness(left: int, right: int) -> str:
    """`left 3, right 1`."""
    return f"left {left}, right {right}"


def forecast(tomorrow: Forecast) -> str:
    """What may be said of tomorrow's soreness, and by how many pairs of mornings."""
    pairs = count(tomorrow.pairs, "pair")
    if tomorrow.soreness_mean is None or tomorrow.interval_80 is None or tomorrow.p_ge_4 is None:
        return f"Too early to say: {pairs} of mornings so far."
    low, high = tomorrow.interval_80
    where = f"at {low}" if low == high else f"between {low} and {high}"
    about = f"about {tomorrow.soreness_mean:.1f} of 10, at least 80% sure {where}"
    if tomorrow.model == "personal":
        likely_sore = likely(tomorrow.p_ge_4)
        return f"By {pairs} of your own mornings: {about}; 4 or more with {likely_sore}."
    return (
        f"If it goes on like your last mornings: {about}. No forecast of your own has been better "
        f"than this moving average yet, with {pairs} of mornings so far."
    )


def likely(probability: float) -> str:
    """`12%`, `below 1%`, `above 99%`: nothing is ever certain."""
    percent = round(100 * probability)
    if not 1 <= percent <= 99:  # noqa: PLR2004 - the ends of a scale of percents
        return "below 1%" if percent < 1 else "above 99%"
    return f"{percent}%"


def count(number: int, noun: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def first_clause(sentence: str, *, at_most_characters: int) -> str:
    """The start of a sentence, made to follow a colon.

    Decimal points do not end it: only a mark followed by a space does. Too long a clause loses
    what follows its last comma, and only without a comma is it broken off.
    """
    clause = re.split(r"[.:;!?](?:\s|$)", sentence.strip(), maxsplit=1)[0]
    while len(clause) > at_most_characters and ", " in clause:
        clause = clause.rpartition(", ")[0]
    if not clause[1:2].isupper():
        clause = clause[:1].lower() + clause[1:]
    return textwrap.shorten(clause, at_most_characters, placeholder=" …")


def _capital(phrase: str) -> str:
    """The first letter large, the others as they are."""
    return phrase[:1].upper() + phrase[1:]


def _down(value: float) -> float:
    """To one decimal, never up; what floating point took from 5.7 is given back first."""
    return math.floor(round(value * 10, 6)) / 10
