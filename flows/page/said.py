"""Numbers of runs as a page says them: with their unit, in the runner's own."""

from datetime import date

from advice import words
from pipeline.activity import NumberFrom
from pipeline.moments import Range
from pipeline.row import ActivityRow

FEET_A_METRE = 1 / 0.3048

ORIGINS: dict[NumberFrom, str] = {
    "device": "the watch's own total",
    "records": "added up from its records",
    "positions": "measured along its positions",
    "altitude": "from its altitudes",
}
VERDICTS = {
    "as_planned": "Run as planned",
    "easy": "Run easy",
    "rest": "Rest",
    "physician": "See somebody",
    "urgent": "Get help",
}
SPORTS = {"running": "Run", "walking": "Walk", "hiking": "Hike", "cycling": "Ride"}
SHORT_MONTHS = tuple(each[:3] for each in words.MONTHS)


def day_of_year(on: date) -> str:
    """`Sunday 22 November 2026`."""
    return f"{words.day(on)} {on.year}"


def short_day(on: date) -> str:
    """`Sun 22 Nov`."""
    return f"{words.WEEKDAYS[on.weekday()][:3]} {on.day} {SHORT_MONTHS[on.month - 1]}"


def short_day_of_year(on: date) -> str:
    """`Sun 22 Nov 2026`."""
    return f"{short_day(on)} {on.year}"


def how_long_ago(on: date | None, today: date) -> str:
    """`today`, `yesterday`, `5 days ago`; `never` where there is none."""
    if on is None:
        return "never"
    days = (today - on).days
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")


def clock(seconds: float) -> str:
    """`5:42` or `1:02:09`."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def pace_s(speed_mps: float, units: words.Units) -> float:
    """Seconds for a kilometre, or a mile."""
    return words.METRES[units] / speed_mps


def pace(distance_m: float | None, timer_s: float, units: words.Units) -> str | None:
    """`5:42 min/km`; None where there is no distance or no time."""
    if not distance_m or not timer_s:
        return None
    return f"{clock(pace_s(distance_m / timer_s, units))} min/{units}"


def height(metres: float, units: words.Units) -> str:
    """`84 m`, or `276 ft` where distances are told in miles."""
    return f"{metres:.0f} m" if units == "km" else f"{metres * FEET_A_METRE:.0f} ft"


def sport(row: ActivityRow) -> str:
    """`Run`, `Trail run`, `Ride`, as a heading."""
    base = SPORTS.get(row.sport, row.sport.replace("_", " ").capitalize())
    if row.sub_sport in {None, "generic"}:
        return base
    return f"{str(row.sub_sport).replace('_', ' ').capitalize()} {base.lower()}"


def spread(found: Range | None, digits: int = 0) -> str | None:
    """`158 (150 to 164)`: the mean, and between what it lay."""
    if found is None:
        return None
    mean, least, most = (f"{each:.{digits}f}" for each in (found.mean, found.least, found.most))
    return f"{mean} ({least} to {most})"
