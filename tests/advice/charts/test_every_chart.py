"""What holds of every chart, whatever the facts."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advice.charts.cadence import CadenceRun, OwnLine, cadence
from advice.charts.days import ChartDay
from advice.charts.forecast_against_came import Forecasted, forecast_against_came
from advice.charts.load import load
from advice.charts.mornings import mornings
from advice.charts.season_load import season_load
from advice.charts.shoes_mornings import PairMornings, shoes_mornings
from advice.charts.soreness_calendar import soreness_calendar
from tests.advice.charts.drawings import SVG, Drawing, shown, untold_numbers

TODAY = date(2026, 11, 25)
NRS = st.integers(0, 10)
SMALL = settings(max_examples=25, deadline=None)

TYPED = st.text(max_size=60) | st.sampled_from(
    ["<>&\"'", "]]>", "<script>", "\x00\x1b", "{{ 7*7 }}"]
)


@st.composite
def some_days(draw):
    """Days until about today, of which each is drawn from a few kinds."""
    none = st.none()
    kinds = st.builds(
        ChartDay,
        on=st.just(TODAY),
        calf_km=none | st.just(0.0) | st.floats(0, 300),
        chronic_calf_km=none | st.floats(0, 60),
        sore=none | st.tuples(NRS, NRS),
        verdict=st.sampled_from([None, "as_planned", "easy", "rest", "physician", "urgent"]),
    )
    drawn = draw(st.lists(kinds, max_size=6))
    places = draw(st.lists(st.integers(0, len(drawn) - 1), max_size=80)) if drawn else []
    last = TODAY + timedelta(days=draw(st.integers(-3, 3)))
    return [
        replace(drawn[place], on=last - timedelta(days=back)) for back, place in enumerate(places)
    ]


def lawful(chart):
    """One SVG that can be inlined on any page beside others, and words that say what it draws."""
    if chart is None:
        return
    drawing = Drawing(chart)
    assert drawing.strayed() == []
    assert drawing.root.get("role") == "img"
    assert drawing.root.get("viewBox") == f"0 0 {chart.width_px} {chart.height_px}"
    assert drawing.root.findtext(SVG + "title") == chart.title
    assert drawing.root.findtext(SVG + "desc") == chart.says
    for each in drawing.root.iter():
        assert not {"style", "id"} & each.attrib.keys()
        assert not [name for name in each.attrib if name.startswith("on")]
        assert each.tag not in {SVG + "style", SVG + "script"}
    assert all(float(each.get("font-size", "20")) >= 20 for each in drawing.all("text"))
    assert "nan" not in chart.svg.lower().replace("nanc", "")
    assert len(chart.says) < 400
    assert len(re.findall(r"[.] [A-Z]|[.]$", chart.says)) <= 3
    assert untold_numbers(chart) == set()
    assert chart.values[0]["what"] == "summary"


@SMALL
@given(some_days())
def test_charts_of_days(days):
    lawful(load(days, on=TODAY))
    lawful(mornings(days, on=TODAY))
    lawful(season_load(days, on=TODAY))
    lawful(soreness_calendar(days, on=TODAY))


@SMALL
@given(
    st.lists(st.tuples(st.floats(0, 12), st.floats(40, 350)), max_size=8),
    st.none() | st.builds(OwnLine, st.floats(120, 220), st.floats(-5, 30), st.floats(3.6, 12), NRS),
    st.sampled_from(["km", "mi"]),
)
def test_cadence(runs, line, units):
    told = [CadenceRun(TODAY - timedelta(days=9 - place), *run) for place, run in enumerate(runs)]
    lawful(cadence(told, line, units=units))


@SMALL
@given(st.lists(st.tuples(st.floats(0, 10), NRS, NRS, st.none() | NRS), max_size=40))
def test_forecasts(mornings_told):
    lawful(
        forecast_against_came(
            [
                Forecasted(
                    TODAY + timedelta(days=place), mean, min(one, other), max(one, other), came
                )
                for place, (mean, one, other, came) in enumerate(mornings_told)
            ]
        )
    )


@SMALL
@given(
    st.lists(
        st.tuples(TYPED, st.integers(0, 999), st.lists(st.floats(0, 10), min_size=3, max_size=3)),
        max_size=10,
    )
)
def test_shoes_with_any_names(pairs):
    lawful(
        shoes_mornings(
            [
                PairMornings(name, count, low=low, mean=mean, high=high)
                for name, count, levels in pairs
                for low, mean, high in [sorted(levels)]
            ]
        )
    )


@pytest.mark.parametrize("name", ["<b>&\"'", "a" * 300, "WWWWWWWW" * 20, "", "\x00"])
def test_a_shoes_name_is_only_ever_text(name):
    chart = shown(shoes_mornings([PairMornings(name, 3, 1.0, 0.0, 2.0)]))
    lawful(chart)
    assert "<b>" not in chart.svg


def test_the_same_facts_give_the_same_drawing():
    days = [
        ChartDay(on=TODAY - timedelta(days=back), calf_km=back % 9, sore=(back % 5, 1))
        for back in range(60)
    ]
    assert load(days, on=TODAY) == load(list(reversed(days)), on=TODAY)
