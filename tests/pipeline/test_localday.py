"""On which day a run belongs, in which zone, and who said so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.localday import is_plausible_offset, is_zone, local_day, zone_at

ZURICH, APIA, HAWAII = (47.37, 8.54), (-13.83, -171.76), (21.3, -157.85)
MID_ATLANTIC = (30.0, -40.0)

PICTURE = """
  start, UTC       | file says | place  | setting          | day        | zone         | from
  2026-08-03 05:12 | +2        | zurich | UTC              | 2026-08-03 | +02:00       | file
  2026-08-02 22:30 | +2        | -      | UTC              | 2026-08-03 | +02:00       | file
  2026-08-02 22:30 | -         | zurich | America/New_York | 2026-08-03 | Europe/Zurich| position
  2026-08-02 22:30 | -         | -      | America/New_York | 2026-08-02 | America/New_York | athlete
  2026-08-02 22:30 | -4        | zurich | America/New_York | 2026-08-03 | Europe/Zurich| position
  2026-01-02 22:30 | +2        | zurich | UTC              | 2026-01-02 | Europe/Zurich| position
  2026-01-02 22:30 | +1        | zurich | UTC              | 2026-01-02 | +01:00       | file
  2026-08-02 22:30 | +2.1      | -      | Asia/Tokyo       | 2026-08-03 | Asia/Tokyo   | athlete
  2026-08-02 22:30 | +236000   | zurich | Asia/Tokyo       | 2026-08-03 | Europe/Zurich| position
  2026-08-02 11:30 | -         | apia   | UTC              | 2026-08-03 | Pacific/Apia | position
  2026-08-02 09:30 | -         | hawaii | Pacific/Apia   | 2026-08-01 | Pacific/Honolulu | position
  2026-08-02 09:30 | -         | ocean  | Asia/Tokyo       | 2026-08-02 | Asia/Tokyo   | athlete
  2026-03-29 00:59 | -         | -      | Europe/Zurich    | 2026-03-29 | Europe/Zurich| athlete
  2026-03-28 22:59 | -         | -      | Europe/Zurich    | 2026-03-28 | Europe/Zurich| athlete
  2026-03-29 22:01 | -         | -      | Europe/Zurich    | 2026-03-30 | Europe/Zurich| athlete
  2026-10-25 22:59 | -         | -      | Europe/Zurich    | 2026-10-25 | Europe/Zurich| athlete
  2026-10-25 23:00 | -         | -      | Europe/Zurich    | 2026-10-26 | Europe/Zurich| athlete
  2026-08-02 18:20 | +5.75     | -      | UTC              | 2026-08-03 | +05:45       | file
  2026-08-02 02:20 | -3.5      | -      | UTC              | 2026-08-01 | -03:30       | file
"""
PLACES = {"zurich": ZURICH, "apia": APIA, "hawaii": HAWAII, "ocean": MID_ATLANTIC, "-": None}


@pytest.mark.parametrize("row", PICTURE.strip().splitlines()[1:])
def test_a_run_belongs_to_the_day_it_started_on_there(row):
    start, told, place, setting, on, zone, told_by = (cell.strip() for cell in row.split("|"))
    day = local_day(
        datetime.fromisoformat(start).replace(tzinfo=UTC),
        utc_offset_s=None if told == "-" else round(float(told) * 3600),
        position_deg=PLACES[place],
        athlete_timezone=setting,
    )
    assert (day.on, day.timezone, day.timezone_from) == (date.fromisoformat(on), zone, told_by)


@pytest.mark.parametrize(
    ("hours", "plausible"),
    [
        (-12.25, False),
        (-12, True),
        (0, True),
        (5.75, True),
        (14, True),
        (14.25, False),
        (1.1, False),
    ],
)
def test_offsets_are_quarters_of_an_hour_that_exist(hours, plausible):
    assert is_plausible_offset(round(hours * 3600)) == plausible


def test_a_place_has_a_zone_and_the_sea_has_none():
    assert zone_at(*ZURICH) == "Europe/Zurich"
    assert zone_at(-16.8, 179.99) == zone_at(-16.8, -179.95) == "Pacific/Fiji"
    assert zone_at(*MID_ATLANTIC) is None


@pytest.mark.parametrize("name", ["", "Europe/Atlantis", "Europe", "../etc/passwd", "+02:00"])
def test_a_name_is_no_zone(name):
    assert not is_zone(name)
    assert is_zone("Europe/Zurich")


instants = st.integers(1_104_537_600, 2_114_380_800).map(
    lambda at_s: datetime.fromtimestamp(at_s, UTC)
)
zones = st.sampled_from(sorted(z for z in available_timezones() if "/" in z and "Etc" not in z))


@given(instants, zones)
def test_the_settings_day_is_the_calendar_on_the_wall(start, zone):
    day = local_day(start, utc_offset_s=None, position_deg=None, athlete_timezone=zone)
    assert day.on == start.astimezone(ZoneInfo(zone)).date()
    assert abs((day.on - start.date()).days) <= 1


@given(instants, st.integers(-20 * 3600, 20 * 3600), zones)
def test_an_offset_without_a_place_is_believed_exactly_where_plausible(start, offset_s, zone):
    day = local_day(start, utc_offset_s=offset_s, position_deg=None, athlete_timezone=zone)
    assert (day.timezone_from == "file") == is_plausible_offset(offset_s)
    if day.timezone_from == "file":
        there = timezone(timedelta(seconds=offset_s))
        assert day.on == start.astimezone(there).date()
        sign = -1 if day.timezone[0] == "-" else 1
        hours, minutes = map(int, day.timezone[1:].split(":"))
        assert sign * (hours * 3600 + minutes * 60) == offset_s


@given(instants, st.integers(-48, 56))
def test_a_place_is_never_overruled(start, quarters):
    day = local_day(start, utc_offset_s=quarters * 900, position_deg=ZURICH, athlete_timezone="UTC")
    assert day.on == start.astimezone(ZoneInfo("Europe/Zurich")).date()
