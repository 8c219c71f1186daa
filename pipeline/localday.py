"""The one function that decides on which day, and in which time zone, a run belongs.

A run belongs to the local date on which it started, in the zone of the place: from the file's own
local time where that can be believed, else from its position, else from the runner's setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from tzfpy import get_tz

ZoneFrom = Literal["file", "position", "athlete"]

OFFSET_STEP_S = 15 * 60
"""Every zone on earth differs from UTC by a multiple of this."""
OFFSET_MIN_S = -12 * 3600
OFFSET_MAX_S = 14 * 3600


@dataclass(frozen=True, slots=True)
class LocalDay:
    """Where in time a run started."""

    on: date
    timezone: str
    """IANA name, or +-HH:MM where the file tells only its offset."""
    timezone_from: ZoneFrom


def local_day(
    start_at: datetime,
    *,
    utc_offset_s: int | None,
    position_deg: tuple[float, float] | None,
    athlete_timezone: str,
) -> LocalDay:
    """Decide the local day of an activity.

    The file's offset is believed when it is a multiple of 15 minutes between -12 and +14 h and
    the position does not contradict it: real files are off by up to 27 years, and a watch that
    travelled without its phone still shows home.

    Args:
        start_at: aware, UTC.
        utc_offset_s: local minus UTC as the file has it; None where it has none.
        position_deg: latitude and longitude of the first known position.
        athlete_timezone: IANA name of the runner's setting.
    """
    there = zone_at(*position_deg) if position_deg else None
    if utc_offset_s is not None and is_plausible_offset(utc_offset_s):
        fixed = timezone(timedelta(seconds=utc_offset_s))
        if there is None or start_at.astimezone(ZoneInfo(there)).utcoffset() == fixed.utcoffset(
            None
        ):
            return LocalDay(start_at.astimezone(fixed).date(), _offset_name(utc_offset_s), "file")
    name, source = (there, "position") if there else (athlete_timezone, "athlete")
    return LocalDay(
        start_at.astimezone(ZoneInfo(name)).date(),
        name,
        source,  # type: ignore[arg-type] # a literal in a tuple
    )


def is_plausible_offset(utc_offset_s: int) -> bool:
    """Whether an offset can be one of the world's: whole quarters of an hour, -12 to +14 h."""
    return OFFSET_MIN_S <= utc_offset_s <= OFFSET_MAX_S and utc_offset_s % OFFSET_STEP_S == 0


@lru_cache(maxsize=4096)
def zone_at(latitude_deg: float, longitude_deg: float) -> str | None:
    """IANA zone of a place, looked up offline.

    None at sea, where the look-up knows no more than the longitude; where the name is unknown here;
    and for what is no place on earth.
    """
    if not (abs(latitude_deg) <= 90 and abs(longitude_deg) <= 180):  # noqa: PLR2004 - nor is NaN
        return None
    name = get_tz(longitude_deg, latitude_deg)
    return name if is_zone(name) and not name.startswith("Etc/") else None


def is_zone(name: str) -> bool:
    """Whether this machine knows a zone; places may be newer than its tables."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _offset_name(utc_offset_s: int) -> str:
    sign = "-" if utc_offset_s < 0 else "+"
    hours, minutes = divmod(abs(utc_offset_s) // 60, 60)
    return f"{sign}{hours:02}:{minutes:02}"
