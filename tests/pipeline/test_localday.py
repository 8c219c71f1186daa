"""On which day a run belongs, in which zone, and who said so."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tzfpy import timezonenames

from pipeline import localday
from pipeline.localday import is_plausible_offset, is_zone, local_day, zone_at

PLACES = {
    "zurich": (47.37, 8.54),
    "nyc": (40.7, -74.0),
    "apia": (-13.83, -171.76),
    "hawaii": (21.3, -157.85),
    "line": (1.87, -157.4),
    "nepal": (27.7, 85.3),
    "chatham": (-43.9, -176.5),
    "howe": (-31.55, 159.08),
    "rock": (47.56, -52.71),
    "aysen": (-45.57, -72.07),
    "south": (-90.0, 0.0),
}
"""Far and near of the date line, of whole hours, of DST by half an hour, and a zone of 2025."""
NOWHERE = {
    "ocean": (30.0, -40.0),
    "north": (90.0, 0.0),
    "nan": (math.nan, math.nan),
    "beyond": (91.0, 8.0),
    "round": (47.37, 368.54),
    "endless": (0.0, math.inf),
}
ZURICH = PLACES["zurich"]

PICTURE = """
  start, UTC       | file    | place   | setting       | day        | zone               | from
  2026-08-03 05:12 | +2      | zurich  | UTC           | 2026-08-03 | +02:00             | file
  2026-08-02 22:30 | +2      | -       | UTC           | 2026-08-03 | +02:00             | file
  2026-08-02 22:30 | -       | zurich  | US/Eastern    | 2026-08-03 | Europe/Zurich      | position
  2026-08-02 22:30 | -       | -       | US/Eastern    | 2026-08-02 | US/Eastern         | athlete
  2026-08-02 22:30 | -4      | zurich  | US/Eastern    | 2026-08-03 | Europe/Zurich      | position
  2026-01-02 22:30 | +2      | zurich  | UTC           | 2026-01-02 | Europe/Zurich      | position
  2026-01-02 22:30 | +1      | zurich  | UTC           | 2026-01-02 | +01:00             | file
  2026-08-02 22:30 | +2.1    | -       | Asia/Tokyo    | 2026-08-03 | Asia/Tokyo         | athlete
  2026-08-02 22:30 | +236000 | zurich  | Asia/Tokyo    | 2026-08-03 | Europe/Zurich      | position
  2026-08-02 11:30 | -       | apia    | UTC           | 2026-08-03 | Pacific/Apia       | position
  2026-08-02 09:30 | -       | hawaii  | Pacific/Apia  | 2026-08-01 | Pacific/Honolulu   | position
  2026-08-02 09:30 | -       | ocean   | Asia/Tokyo    | 2026-08-02 | Asia/Tokyo         | athlete
  2026-03-29 00:59 | -       | -       | Europe/Zurich | 2026-03-29 | Europe/Zurich      | athlete
  2026-03-28 22:59 | -       | -       | Europe/Zurich | 2026-03-28 | Europe/Zurich      | athlete
  2026-03-29 22:01 | -       | -       | Europe/Zurich | 2026-03-30 | Europe/Zurich      | athlete
  2026-10-25 22:59 | -       | -       | Europe/Zurich | 2026-10-25 | Europe/Zurich      | athlete
  2026-10-25 23:00 | -       | -       | Europe/Zurich | 2026-10-26 | Europe/Zurich      | athlete
  2026-08-02 18:20 | +5.75   | -       | UTC           | 2026-08-03 | +05:45             | file
  2026-08-02 02:20 | -3.5    | -       | UTC           | 2026-08-01 | -03:30             | file
  2026-08-02 22:00 | +2      | zurich  | UTC           | 2026-08-03 | +02:00             | file
  2026-08-02 21:59 | +2      | zurich  | UTC           | 2026-08-02 | +02:00             | file
  2026-08-02 21:59 | -       | zurich  | UTC           | 2026-08-02 | Europe/Zurich      | position
  2026-08-03 03:30 | +2      | nyc     | Europe/Zurich | 2026-08-02 | America/New_York   | position
  2026-08-02 09:59 | -       | line    | UTC           | 2026-08-02 | Pacific/Kiritimati | position
  2026-08-02 10:00 | -       | line    | UTC           | 2026-08-03 | Pacific/Kiritimati | position
  2026-08-02 10:00 | -10     | line    | UTC           | 2026-08-03 | Pacific/Kiritimati | position
  2026-08-02 10:00 | -10     | hawaii  | UTC           | 2026-08-02 | -10:00             | file
  2011-12-30 09:59 | -       | apia    | UTC           | 2011-12-29 | Pacific/Apia       | position
  2011-12-30 10:00 | -       | apia    | UTC           | 2011-12-31 | Pacific/Apia       | position
  2026-08-02 18:15 | +5.75   | nepal   | UTC           | 2026-08-03 | +05:45             | file
  2026-08-02 18:14 | +5.5    | nepal   | UTC           | 2026-08-02 | Asia/Kathmandu     | position
  2026-08-02 11:15 | +12.75  | chatham | UTC           | 2026-08-03 | +12:45             | file
  2026-01-02 10:15 | +12.75  | chatham | UTC           | 2026-01-03 | Pacific/Chatham    | position
  2026-08-02 22:30 | +2      | ocean   | Asia/Tokyo    | 2026-08-03 | +02:00             | file
  2026-08-02 22:30 | -       | north   | Asia/Tokyo    | 2026-08-03 | Asia/Tokyo         | athlete
  2026-08-02 11:59 | -       | south   | UTC           | 2026-08-02 | Antarctica/McMurdo | position
  2026-08-02 22:30 | +2      | nan     | Asia/Tokyo    | 2026-08-03 | +02:00             | file
  2026-08-02 22:30 | -       | nan     | Asia/Tokyo    | 2026-08-03 | Asia/Tokyo         | athlete
"""


@pytest.mark.parametrize("row", PICTURE.strip().splitlines()[1:])
def test_a_run_belongs_to_the_day_it_started_on_there(row):
    start, told, place, setting, on, zone, told_by = (cell.strip() for cell in row.split("|"))
    day = local_day(
        datetime.fromisoformat(start).replace(tzinfo=UTC),
        utc_offset_s=None if told == "-" else round(float(told) * 3600),
        position_deg=(PLACES | NOWHERE).get(place),
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


def test_a_place_has_a_zone_whose_name_is_known_here():
    assert zone_at(*ZURICH) == "Europe/Zurich"
    assert zone_at(-16.8, 179.99) == zone_at(-16.8, -179.95) == "Pacific/Fiji"
    assert zone_at(*PLACES["aysen"]) == "America/Coyhaique"
    assert available_timezones().issuperset(timezonenames())


@pytest.mark.parametrize("place", NOWHERE)
def test_the_sea_and_what_is_no_place_have_none(place):
    assert zone_at(*NOWHERE[place]) is None


def test_what_is_no_place_is_not_looked_up(monkeypatch):
    def refuse(*place):
        raise AssertionError(place)

    monkeypatch.setattr(localday, "get_tz", refuse)
    for nowhere in (math.nan, math.inf, -math.inf, 180.01):
        assert zone_at(1.25, nowhere) is zone_at(nowhere, 1.25) is None


@pytest.mark.parametrize("name", ["", "Europe/Atlantis", "Europe", "../etc/passwd", "+02:00"])
def test_a_name_is_no_zone(name):
    assert not is_zone(name)
    assert is_zone("Europe/Zurich")


# Any zone, any instant.

zones = st.sampled_from(sorted(available_timezones()))
DAY = timedelta(days=1)


def at(second):
    return datetime.fromtimestamp(second, UTC)


instants = st.integers(1_104_537_600, 4_102_444_799).map(at)  # 2005 to 2099


@st.composite
def moments(draw):
    """A zone and an instant in it, as often as not within a day of its clock being changed."""
    zone, start = ZoneInfo(draw(zones)), draw(instants)
    later = start + timedelta(days=draw(st.sampled_from([0, 200])))
    if start.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
        while later - start > timedelta(seconds=1):
            middle = start + (later - start) // 2
            same = middle.astimezone(zone).utcoffset() == start.astimezone(zone).utcoffset()
            start, later = (middle, later) if same else (start, middle)
        start += timedelta(seconds=draw(st.integers(-90_000, 90_000)))
    return zone.key, start.replace(microsecond=0)


def offset_s(start, zone):
    return int(start.astimezone(ZoneInfo(zone)).utcoffset().total_seconds())


def day_of(start, zone, **others):
    plain = {"utc_offset_s": None, "position_deg": None, "athlete_timezone": zone}
    return local_day(start, **{**plain, **others})


@given(moments())
def test_the_day_is_the_calendar_on_the_wall(moment):
    zone, start = moment
    day = day_of(start, zone)
    wall_s = start.timestamp() + offset_s(start, zone)
    assert day.on == date(1970, 1, 1) + timedelta(days=wall_s // 86_400)
    assert abs((day.on - start.date()).days) <= 1


@given(moments())
def test_the_true_offset_of_a_place_is_always_one_of_the_worlds(moment):
    zone, start = moment
    told = day_of(start, "UTC", utc_offset_s=offset_s(start, zone))
    assert told.timezone_from == "file"
    assert told.on == day_of(start, zone).on


@given(moments())
def test_a_day_later_is_the_next_date_unless_the_clock_was_changed(moment):
    """24 hours and the change of the offset lie between the two walls: at most 2 days."""
    zone, start = moment
    dates = (day_of(start + DAY, zone).on - day_of(start, zone).on).days
    changed_s = offset_s(start + DAY, zone) - offset_s(start, zone)
    if changed_s == 0:
        assert dates == 1
    else:
        assert 0 <= (1 + changed_s // 86_400) <= dates <= 1 + -(-changed_s // 86_400) <= 2


def test_a_day_begins_at_midnight_to_the_second():
    midnight = datetime(2026, 8, 2, 22, tzinfo=UTC)
    for told in ({"utc_offset_s": 7200}, {"position_deg": ZURICH}, {}):
        assert day_of(midnight, "Europe/Zurich", **told).on == date(2026, 8, 3)
        before = midnight - timedelta(seconds=1)
        assert day_of(before, "Europe/Zurich", **told).on == date(2026, 8, 2)


def test_a_day_of_25_hours_and_one_of_23():
    zone = "Europe/Zurich"
    autumn = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    assert day_of(autumn, zone).on == day_of(autumn + DAY, zone).on == date(2026, 10, 25)
    spring = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
    assert day_of(spring, zone).on == date(2026, 3, 28)
    assert day_of(spring + DAY, zone).on == date(2026, 3, 30)


def test_the_hour_that_comes_twice_is_of_one_day():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    again = first + timedelta(hours=1)
    walls = {each.astimezone(ZoneInfo("Europe/Zurich")).time() for each in (first, again)}
    assert len(walls) == 1
    assert day_of(first, "Europe/Zurich") == day_of(again, "Europe/Zurich")


def test_a_wall_can_go_back_to_yesterday():
    """Newfoundland changed its clocks a minute after midnight, until 2011."""
    minute_past = datetime(2006, 10, 29, 2, 30, 59, tzinfo=UTC)
    assert day_of(minute_past, "America/St_Johns").on == date(2006, 10, 29)
    assert day_of(minute_past + timedelta(seconds=2), "America/St_Johns").on == date(2006, 10, 28)


@given(st.integers(-3 * 86_400, 3 * 86_400))
def test_samoa_had_no_30_december_2011(seconds):
    start = datetime(2011, 12, 30, 10, tzinfo=UTC) + timedelta(seconds=seconds)
    assert day_of(start, "Pacific/Apia").on != date(2011, 12, 30)


@given(instants, st.integers(-20 * 3600, 20 * 3600), zones)
def test_an_offset_without_a_place_is_believed_exactly_where_plausible(start, told_s, zone):
    day = day_of(start, zone, utc_offset_s=told_s)
    assert (day.timezone_from == "file") == is_plausible_offset(told_s)
    if day.timezone_from == "file":
        there = timezone(timedelta(seconds=told_s))
        assert day.on == start.astimezone(there).date()
        sign = -1 if day.timezone[0] == "-" else 1
        hours, minutes = map(int, day.timezone[1:].split(":"))
        assert sign * (hours * 3600 + minutes * 60) == told_s
    else:
        assert day == day_of(start, zone)


@given(instants, st.sampled_from(sorted(PLACES)), st.integers(-60, 60), st.data())
def test_a_place_is_never_overruled(start, place, quarters, data):
    zone = zone_at(*PLACES[place])
    told_s = data.draw(st.sampled_from([quarters * 900, offset_s(start, zone)]))
    day = day_of(start, "UTC", utc_offset_s=told_s, position_deg=PLACES[place])
    assert day.on == day_of(start, zone).on
    contradicted = told_s != offset_s(start, zone)
    assert day.timezone_from == ("position" if contradicted else "file")
    assert (day.timezone == zone) == contradicted
