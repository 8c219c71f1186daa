"""What the three charts of the letter show, read from their drawings."""

from datetime import date, timedelta

import pytest

from advice.charts.cadence import CadenceRun, OwnLine, cadence
from advice.charts.days import ChartDay
from advice.charts.load import load
from advice.charts.mornings import mornings
from tests.advice.charts.drawings import Drawing, shown, strokes

TODAY = date(2026, 11, 23)


def days(picture, last=TODAY):
    """Days drawn as load/left,right: `8/2,1`; `-` is not known, not told; today is the last."""
    tokens = picture.split()
    return [
        day(last - timedelta(days=len(tokens) - 1 - place), *token.split("/"))
        for place, token in enumerate(tokens)
    ]


def day(on, calf_km, sore):
    left, _, right = sore.partition(",")
    left_right = None if sore == "-" else (int(left), int(right))
    return ChartDay(on=on, calf_km=None if calf_km == "-" else float(calf_km), sore=left_right)


def rest(count, sore="-"):
    return f"0/{sore} " * count


def run(days_ago, speed_mps, cadence_spm):
    return CadenceRun(TODAY - timedelta(days=days_ago), speed_mps, cadence_spm)


def test_load_bars_are_as_high_as_the_loads():
    drawing = Drawing(load(days(rest(53) + "10/0,0 5/0,0 -/0,0"), on=TODAY))
    one, half = drawing.heights("chart-day")
    assert one == pytest.approx(2 * half)


def test_load_rest_is_empty_and_unknown_is_hatched():
    known = Drawing(load(days(rest(54) + "9/1,1 -/-"), on=TODAY))
    unknown = Drawing(load(days(rest(50) + "-/- -/- 0/- 0/- 9/1,1 -/-"), on=TODAY))
    assert len(known.heights("chart-day")) == len(unknown.heights("chart-day")) == 1
    assert not known.all("path", "chart-unknown-edge")
    assert len(unknown.all("path", "chart-unknown-edge")) == 1
    assert "for 2 of 55 days nobody can say" in unknown.chart.says.lower()
    assert "at least" in unknown.chart.says


def test_load_a_gap_is_not_bridged():
    drawing = Drawing(load(days("0/1,0 0/2,0 0/- 0/4,0 0/- 0/3,0 0/3,0 0/2,0"), on=TODAY))
    assert strokes(drawing, "chart-left-edge") == [2, 3]
    told = [each for each in drawing.all("circle", "chart-left") if each.get("r") == "3"]
    assert len(told) == 6


def test_load_left_and_right_differ_without_colour():
    drawing = Drawing(load(days("0/5,2 0/5,2"), on=TODAY))
    assert drawing.texts("chart-left") == ["left 5"]
    assert drawing.texts("chart-right") == ["right 2"]
    assert len(drawing.all("circle", "chart-left")) == 3
    assert len(drawing.all("rect", "chart-right-edge")) == 3
    (broken,) = drawing.all("path", "chart-right-edge")
    assert broken.get("stroke-dasharray")


def test_load_of_today_the_answer_is_drawn_and_no_run():
    with_run = load(days(rest(54) + "9/1,1 30/2,2"), on=TODAY)
    without = load(days(rest(54) + "9/1,1 -/2,2"), on=TODAY)
    assert with_run == without
    assert shown(with_run).values[-1] == {
        "what": "day", "on": "2026-11-23", "calf_km": None, "left": 2, "right": 2,
    }  # fmt: skip


def test_load_the_future_is_not_drawn():
    told = days(rest(54) + "9/1,1 -/2,2")
    later = [ChartDay(on=TODAY + timedelta(days=1), calf_km=40.0, sore=(9, 9))]
    assert load([*told, *later], on=TODAY) == load(told, on=TODAY)


def test_load_words():
    told = days(rest(28) + "10/0,0 0/5,1 0/0,0 0/0,0 " * 6 + "8/1,0 0/2,1 0/2,1 -/3,1")
    assert shown(load(told, on=TODAY)).says == (
        "Last 7 days: 18.0 calf-km; the last 28 days: 17.0 a week. Highest soreness of 8 "
        "weeks: left 5 on Tuesday 17 November; today left 3, right 1. 28 of 56 mornings "
        "answered."
    )


def test_load_words_where_nothing_is_known_of_the_week():
    told = days(rest(40) + "9/1,1 " * 8 + "-/- " * 8)
    assert shown(load(told, on=TODAY)).says.startswith(
        "Calf load of the last 7 days is not known; of the last 28 at least 18.0 a week."
    )


@pytest.mark.parametrize("picture", ["", rest(56), "-/- " * 56])
def test_load_nothing_to_draw(picture):
    assert load(days(picture), on=TODAY) is None


@pytest.mark.parametrize("km", [0.1, 3, 300])
def test_load_the_axis_covers_every_load(km):
    drawing = Drawing(load(days(rest(54) + f"{km}/10,10 -/-"), on=TODAY))
    assert drawing.strayed() == []
    assert max(float(each) for each in drawing.texts() if each.replace(".", "").isdigit()) >= km


LINE = OwnLine(c0_spm=165.0, slope_spm_per_mps=8.0, sd_spm=3.7, runs=40)


def test_cadence_the_line_and_its_band_are_the_runners_own():
    drawing = Drawing(cadence([run(9, 2.8, 163), run(2, 3.2, 168)], LINE))
    (line,) = drawing.all("path", "chart-line-edge")
    (band,) = drawing.all("polygon", "chart-band")
    start, end = ([float(each) for each in point.split()] for point in line.get("d")[1:].split("L"))
    corners = [tuple(map(float, each.split(","))) for each in band.get("points").split()]
    assert start[0] == corners[0][0] == corners[3][0]
    assert start[1] == pytest.approx((corners[0][1] + corners[3][1]) / 2, abs=0.2)
    assert end[1] < start[1], "faster is more"
    assert drawing.chart.says == (
        "Newest run, Saturday 21 November: 168 steps a minute at 5:12 min/km, 1.4 above your "
        "own line and within its band of 7.4 to each side. 2 runs of 26 weeks with a cadence; "
        "the line tells what is usual for you, and is no target."
    )


def test_cadence_without_a_line_there_are_runs_alone():
    drawing = Drawing(cadence([run(9, 2.8, 163), run(2, 3.2, 168)], None, units="mi"))
    assert not drawing.all("path", "chart-line-edge")
    assert not drawing.all("polygon")
    assert "no line of your own yet" in drawing.texts()
    assert drawing.chart.says.endswith("no line of your own yet.")
    assert "8:23 min/mi" in drawing.chart.says


def test_cadence_faster_is_to_the_right_and_paces_fall():
    drawing = Drawing(cadence([run(9, 2.6, 160), run(5, 4.1, 175), run(2, 3.2, 168)], None))
    slow, fast = (float(each.get("cx")) for each in drawing.all("circle", "chart-dot"))
    assert slow < fast
    paces = [each for each in drawing.texts() if ":" in each and " " not in each]
    assert paces == ["6:00", "5:30", "5:00", "4:30"]


def label_of(drawing):
    (label,) = drawing.all("text", "chart-halo")
    return next(box for each, box in drawing.boxes() if each is label)


def covered(drawing):
    left, top, right, bottom = label_of(drawing)
    places = [
        (float(each.get("cx")), float(each.get("cy")))
        for each in drawing.all("circle", "chart-dot")
    ]
    return sum(left <= x <= right and top <= y <= bottom for x, y in places)


@pytest.mark.parametrize("mps", [2.0, 2.3, 2.6, 3.0])
@pytest.mark.parametrize("off_spm", [-6, 0, 6])
def test_cadence_the_newest_runs_label_covers_no_other(mps, off_spm):
    """Among runs along the line, also at either end of them."""
    runs = [run(40 - n, 2.0 + n / 30, LINE.at(2.0 + n / 30) + n % 3 - 1) for n in range(31)]
    drawing = Drawing(cadence([*runs, run(1, mps, LINE.at(mps) + off_spm)], LINE))
    assert covered(drawing) == 0
    assert drawing.strayed() == []


def test_cadence_the_newest_runs_label_stands_where_there_is_room():
    alone = Drawing(cadence([run(1, 3.0, 165)], None))
    (label,) = alone.all("text", "chart-halo")
    (dot,) = alone.all("circle", "chart-right")
    assert float(label.get("x")) > float(dot.get("cx"))
    assert label.get("text-anchor") == "start"


def test_cadence_outside_of_the_band_is_said():
    assert (
        "12.0 below your own line and outside its band"
        in shown(cadence([run(2, 3.0, 153)], LINE)).says
    )


def test_cadence_a_treadmill_without_speed_is_left_out():
    assert cadence([run(3, 0.0, 165)], None) is None
    assert cadence([], LINE) is None


@pytest.mark.parametrize("spm", [40, 165, 340])
@pytest.mark.parametrize("mps", [0.5, 3, 9])
def test_cadence_strange_runs_stay_in_the_picture(spm, mps):
    chart = cadence([run(3, mps, spm), run(2, 3.0, 165)], LINE)
    assert Drawing(chart).strayed() == []


def mornings_told(picture):
    return Drawing(mornings(days(picture), on=TODAY))


def test_mornings_the_number_is_that_of_the_worse_side():
    assert mornings_told("0/3,1 0/0,2 -/7,7").texts("chart-ink") == ["3", "2"]
    assert mornings_told("0/3,1 0/0,2 -/7,7").texts("chart-paper") == ["7"]


def test_mornings_an_unanswered_morning_is_no_zero():
    drawing = mornings_told("0/0,0 0/- -/1,1")
    assert len(drawing.all("rect", "chart-tint-0")) == 1
    assert len(drawing.all("rect", "chart-unknown-edge")) == 50 - 2 + 1, "and one in the key"
    assert "not told" in drawing.texts()


def test_mornings_a_week_begins_on_monday_and_today_is_framed():
    drawing = mornings_told("0/1,1 -/2,2")
    sunday, monday = drawing.all("rect", "chart-tint-1")
    assert float(sunday.get("y")) < float(monday.get("y"))
    assert float(sunday.get("x")) > float(monday.get("x"))
    (frame,) = drawing.all("rect", "chart-ink-edge")
    assert float(frame.get("x")) == pytest.approx(float(monday.get("x")) - 2)
    assert float(frame.get("y")) == pytest.approx(float(monday.get("y")) - 2)


@pytest.mark.parametrize(
    ("verdict", "dots"),
    [("as_planned", 0), ("easy", 1), ("rest", 2), ("physician", 3), ("urgent", 4)],
)
def test_mornings_dots_tell_how_strict_it_was(verdict, dots):
    yesterday = ChartDay(on=TODAY - timedelta(days=1), sore=(1, 1), verdict=verdict)
    drawing = Drawing(mornings([yesterday], on=TODAY))
    assert len(drawing.all("circle")) == 2 * dots, "on the morning and in the key"


def test_mornings_today_has_its_answer_and_no_verdict():
    today = ChartDay(on=TODAY, sore=(4, 4), verdict="rest")
    assert not Drawing(mornings([today], on=TODAY)).all("circle")


def test_mornings_words():
    assert shown(mornings(days("0/0,1 0/2,3 0/- 0/4,2 -/-"), on=TODAY)).says == (
        "3 of 50 mornings since Monday 5 October answered, by the worse side: 1 at 0 or 1, 1 at "
        "2 or 3, 1 at 4 or more. Highest: left 4 on Sunday 22 November; today not told yet."
    )
    assert "Highest: 0 on every morning answered; today left 0, right 0." in (
        shown(mornings(days("-/0,0"), on=TODAY)).says
    )


def test_mornings_nothing_to_draw():
    assert mornings(days("9/- 9/-"), on=TODAY) is None


@pytest.mark.parametrize("weekday", range(7))
def test_mornings_eight_weeks_on_any_day(weekday):
    on = TODAY + timedelta(days=weekday)
    chart = mornings([ChartDay(on=on, sore=(10, 10))], on=on)
    assert shown(chart).values[0]["mornings"] == 50 + weekday
    assert Drawing(chart).strayed() == []
