"""What the charts of the season show, read from their drawings."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from advice.charts.days import ChartDay
from advice.charts.forecast_against_came import Forecasted, forecast_against_came
from advice.charts.season_load import season_load
from advice.charts.shoes_mornings import PairMornings, shoes_mornings
from advice.charts.soreness_calendar import soreness_calendar
from tests.advice.charts.drawings import Drawing, shown, strokes

TODAY = date(2026, 11, 25)
MONDAY = date(2026, 11, 23)


def loads(*weeks, chronic=None):
    """Weeks before this one, each by its daily load, the last one last; None is not known."""
    first = MONDAY - timedelta(weeks=len(weeks))
    return [
        ChartDay(on=first + timedelta(days=7 * week + day), calf_km=load, chronic_calf_km=chronic)
        for week, load in enumerate(weeks)
        for day in range(7)
    ]


def test_season_bars_are_weekly_sums():
    drawing = Drawing(season_load(loads(2.0, 4.0), on=MONDAY))
    one, two = drawing.heights("chart-week")
    assert two == pytest.approx(2 * one, abs=0.2)
    assert drawing.chart.says == (
        "Last week, Monday to Sunday: 28.0 calf-km. Highest of 8 weeks: 28.0 in that of "
        "Monday 16 November. 5 weeks not wholly known."
    )


def test_season_an_unknown_day_makes_a_week_at_least():
    told = loads(*[3.0] * 8)
    drawing = Drawing(season_load(told[:-1], on=MONDAY))
    assert drawing.chart.says.startswith("Last week, Monday to Sunday: at least 18.0 calf-km")
    assert len(drawing.all("path", "chart-unknown-edge")) == 1


def test_season_the_week_under_way_is_paler_and_ends_before_today():
    told = [
        *loads(*[3.0] * 8),
        *(ChartDay(on=MONDAY + timedelta(days=n), calf_km=5) for n in range(4)),
    ]
    drawing = Drawing(season_load(told, on=TODAY))
    assert len(drawing.all("rect", "chart-pale")) == 1
    assert drawing.chart.values[-1] == {
        "what": "week", "from": "2026-11-23", "calf_km": 10, "unknown_days": 0,
        "a_week_by_28_day_average_calf_km": None,
    }  # fmt: skip


def test_season_the_average_is_that_of_a_week_and_gaps_are_not_bridged():
    told = [*loads(*[2.0] * 4, *[None] * 2, *[2.0] * 4, chronic=2.0)]
    gap = [replace(day, chronic_calf_km=None) if day.calf_km is None else day for day in told]
    drawing = Drawing(season_load(gap, on=MONDAY))
    assert strokes(drawing, "chart-line-edge") == [4, 4]
    assert "by the average of 28 days 14.0 a week" in drawing.chart.says


def test_season_a_season_begins_with_what_is_known():
    assert shown(season_load(loads(*[None] * 30, *[3.0] * 10), on=TODAY)).values[0]["weeks"] == 11
    assert shown(season_load(loads(*[3.0] * 80), on=TODAY)).values[0]["weeks"] == 52


def test_season_a_week_of_another_year_says_which():
    told = loads(5.0, *[3.0] * 60)
    chart = shown(season_load(told, on=MONDAY, weeks_most=1000))
    assert "Highest of 62 weeks: 35.0 in that of Monday 22 September 2025." in chart.says


def test_calendar_a_morning_of_another_year_says_which():
    told = [ChartDay(on=TODAY - timedelta(days=back), sore=(back // 365, 0)) for back in range(366)]
    assert shown(soreness_calendar(told, on=TODAY)).says.endswith(
        "Highest: left 1 on Tuesday 25 November 2025."
    )


def test_season_nothing_to_draw():
    assert season_load([], on=TODAY) is None
    assert season_load(loads(0.0, None, 0.0), on=TODAY) is None


def test_calendar_a_cell_a_morning_from_the_first_answer_on():
    told = [
        ChartDay(on=TODAY - timedelta(days=9), sore=(0, 0)),
        ChartDay(on=TODAY - timedelta(days=4), sore=(2, 9)),
    ]
    drawing = Drawing(soreness_calendar(told, on=TODAY))
    assert len(drawing.all("rect", "chart-tint-0")) == 1 + 1, "and one in the key"
    assert len(drawing.all("rect", "chart-tint-5")) == 1 + 1
    assert len(drawing.all("rect", "chart-unknown-edge")) == 8
    assert drawing.chart.says == (
        "2 of the last 10 mornings were answered, 1 of them with 4 or more on the worse side. "
        "Highest: right 9 on Saturday 21 November."
    )


def test_calendar_it_reaches_back_a_year():
    told = [ChartDay(on=TODAY - timedelta(days=back), sore=(1, 0)) for back in range(800)]
    chart = soreness_calendar(told, on=TODAY)
    assert shown(chart).values[0]["mornings"] == 52 * 7 + 3
    assert Drawing(chart).strayed() == []


def test_calendar_nothing_to_draw():
    assert soreness_calendar([ChartDay(on=TODAY, calf_km=3.0)], on=TODAY) is None


def forecast_told(*came):
    return [
        Forecasted(TODAY - timedelta(days=len(came) - place), 2.2, 1, 3, nrs)
        for place, nrs in enumerate(came)
    ]


def test_forecast_what_lay_outside_is_an_open_dot():
    drawing = Drawing(forecast_against_came(forecast_told(2, 5, None, 3)))
    assert len(drawing.all("rect", "chart-range")) == 4
    assert len(drawing.all("circle", "chart-right")) == 2 + 1, "and one in the key"
    assert len(drawing.all("circle", "chart-right-edge")) == 1
    assert drawing.chart.says == (
        "Of 4 mornings with a forecast 3 were answered, 2 of them within the 80% range. "
        "The forecast's mean was off by 1.3 on average."
    )


def test_forecast_a_range_covers_its_numbers_wholly():
    drawing = Drawing(forecast_against_came(forecast_told(1)))
    (shown,) = drawing.all("rect", "chart-range")
    (dot,) = [each for each in drawing.all("circle", "chart-right") if each.get("r") == "5"]
    low = float(shown.get("y")) + float(shown.get("height"))
    assert float(shown.get("y")) < float(dot.get("cy")) < low


def test_forecast_only_the_last_four_weeks():
    told = forecast_told(*[1] * 60)
    assert forecast_against_came(told) == forecast_against_came(told[-28:])


def test_forecast_nobody_answered():
    says = shown(forecast_against_came(forecast_told(None, None))).says
    assert says == "2 mornings with a forecast, none of them answered."
    assert forecast_against_came([]) is None


def test_shoes_a_row_a_pair():
    drawing = Drawing(
        shoes_mornings(
            [PairMornings("Blue", 12, 2.0, 1.0, 4.0), PairMornings("Red", 1, 5.0, 5.0, 5.0)]
        )
    )
    blue, red = drawing.all("rect", "chart-range")
    assert float(blue.get("width")) > float(red.get("width")) > 0
    assert "Blue: 2.0 after 12 runs" in drawing.texts()
    assert drawing.chart.says == (
        "Mean soreness of the worse side on the morning after a run, with the range of 80% of "
        "the mornings: Blue 2.0 (1.0 to 4.0, 12 runs); Red 5.0 (5.0 to 5.0, 1 run). It tells "
        "what came, not why."
    )


def test_shoes_a_pair_without_mornings_is_not_drawn():
    assert shoes_mornings([PairMornings("New", 0, 0.0, 0.0, 0.0)]) is None
    assert shoes_mornings([]) is None
