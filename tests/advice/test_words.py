"""Numbers, dates and verdicts as a runner reads them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advice import words
from advice.recommendation import Ceiling, Forecast, Verdict

SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("distance_m", "units", "read"),
    [(8_240, "km", "8.2 km"), (0, "km", "0.0 km"), (8_046.72, "mi", "5.0 mi")],
)
def test_distance(distance_m, units, read):
    assert words.distance(distance_m, units) == read


@pytest.mark.parametrize(
    ("ceiling_m", "units", "read"),
    [
        (11_099, "km", "at most 11.0 km"),
        (5_700, "km", "at most 5.7 km"),  # 5.7 x 10 is a hair below 57 in floating point
        (8_046.72, "mi", "at most 5.0 mi"),
    ],
)
def test_a_ceiling_is_rounded_down(ceiling_m, units, read):
    assert words.most(ceiling_m, units) == read


@given(st.floats(0, 100_000), st.sampled_from(["km", "mi"]))
def test_a_ceiling_never_allows_more_than_it_is(ceiling_m, units):
    number = float(words.most(ceiling_m, units).split()[2])
    assert number * words.METRES[units] <= ceiling_m + 0.01


@pytest.mark.parametrize(
    ("ceiling", "read"),
    [
        (
            Ceiling(distance_m=5_270, calf_km=5.39, surface="flat"),
            ("At most 5.2 km, on the flat", "And at most 5.3 calf-km: a ceiling, not a target"),
        ),
        (
            Ceiling(distance_m=5_270, calf_km=None, surface="any"),
            ("At most 5.2 km", "A ceiling, not a target"),
        ),
        (
            Ceiling(distance_m=None, calf_km=None, surface="flat"),
            ("Short, on the flat", "There is no distance to name today"),
        ),
    ],
)
def test_a_ceiling_says_at_most(ceiling, read):
    assert words.ceiling(ceiling, "km") == read


@pytest.mark.parametrize(
    ("duration_s", "read"),
    [(0, "0 min"), (3_149, "52 min"), (3_599, "1 h 00 min"), (3_900, "1 h 05 min")],
)
def test_duration(duration_s, read):
    assert words.duration(duration_s) == read


def test_dates():
    assert words.day(SUNDAY) == "Sunday 22 November"
    assert words.day_seen_from(SUNDAY, SUNDAY) == "this morning"
    assert words.day_seen_from(date(2026, 11, 21), SUNDAY) == "yesterday"
    assert words.day_seen_from(date(2026, 11, 20), SUNDAY) == "Friday 20 November, 2 days ago"


def test_a_moment_is_told_on_the_runners_clock():
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert words.moment(late, ZoneInfo("Europe/Berlin")) == "Sunday 22 November, 00:30"


def test_soreness_and_counts():
    assert words.soreness(3, 1) == "left 3, right 1"
    assert [words.count(number, "day") for number in (0, 1, 2)] == ["0 days", "1 day", "2 days"]


@pytest.mark.parametrize(
    ("verdict", "urgency", "headline"),
    [
        (Verdict.AS_PLANNED, None, "Run as planned"),
        (Verdict.EASY, None, "Run easy"),
        (Verdict.REST, None, "Rest today"),
        (Verdict.PHYSICIAN, "days", "See somebody within days"),
        (Verdict.URGENT, "same_day", "Get seen today"),
        (Verdict.URGENT, "now", "Get help now"),
    ],
)
def test_headlines(verdict, urgency, headline):
    assert words.headline(verdict, urgency) == headline


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("urgency", ["now", "same_day", "days", None])
def test_nothing_is_called_safe(verdict, urgency):
    said = (words.headline(verdict, urgency), words.guidance(verdict, urgency))
    assert not any("safe" in each.lower() for each in said)


@pytest.mark.parametrize(
    ("sentence", "clause"),
    [
        ("Left calf 5 of 10; from 4 on rest.", "left calf 5 of 10"),
        ("The watch shows 8.2 km. More words.", "the watch shows 8.2 km"),
        ("NRS 5", "NRS 5"),
        ("Above the morning before the run, and above 2.", "above the morning before the run"),
        ("Sore on many mornings without an end", "sore on many mornings …"),
    ],
)
def test_the_first_clause_follows_a_colon(sentence, clause):
    room = 24 if "many" in sentence else 40
    assert words.first_clause(sentence, at_most_characters=room) == clause


FIRST = Forecast(pairs=8, model="none")
EWMA = Forecast(soreness_mean=3.56, p_ge_4=0.52, interval_80=(2, 5), pairs=106, model="ewma")
PERSONAL = replace(EWMA, model="personal", p_ge_4=0.084, acts_on=0.084)


@pytest.mark.parametrize(
    ("forecast", "read"),
    [
        (FIRST, "Too early to say: 8 pairs of mornings so far."),
        (
            EWMA,
            (
                "If it goes on like your last mornings: about 3.6 of 10, at least 80% sure "
                "between 2 and 5. No forecast of your own has been better than this moving average "
                "yet, with 106 pairs of mornings so far."
            ),
        ),
        (
            PERSONAL,
            (
                "By 106 pairs of your own mornings: about 3.6 of 10, at least 80% sure between 2 "
                "and 5; "
                "4 or more with 8%."
            ),
        ),
    ],
)
def test_forecast(forecast, read):
    """The average, which has earned nothing, names no probability."""
    assert words.forecast(forecast) == read


def test_a_range_of_one_number_is_one_number():
    said = words.forecast(replace(PERSONAL, soreness_mean=0.04, interval_80=(0, 0)))
    assert "about 0.0 of 10, at least 80% sure at 0; 4 or more" in said


@pytest.mark.parametrize(
    ("on", "today", "read"),
    [
        (date(2025, 11, 24), date(2026, 11, 23), "Monday 24 November"),
        (date(2025, 11, 23), date(2026, 11, 23), "Sunday 23 November 2025"),
        (date(2017, 5, 22), date(2026, 11, 23), "Monday 22 May 2017"),
    ],
)
def test_a_day_of_another_year_says_which(on, today, read):
    assert words.day_far_off(on, today) == read


@pytest.mark.parametrize(
    ("probability", "read"),
    [(0.0, "below 1%"), (0.004, "below 1%"), (0.006, "1%"), (0.5, "50%"), (1.0, "above 99%")],
)
def test_nothing_is_ever_certain(probability, read):
    assert words.likely(probability) == read


@pytest.mark.parametrize(
    ("speed_mps", "units", "says"),
    [(3.0, "km", "5:33 min/km"), (3.0, "mi", "8:56 min/mi"), (1000 / 299.7, "km", "5:00 min/km")],
)
def test_pace(speed_mps, units, says):
    assert words.pace(speed_mps, units) == says
