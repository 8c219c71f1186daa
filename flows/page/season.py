"""The season: load, cadence line, soreness, shoes, and what the forecast was worth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from advice import words
from advice.charts.chart import Chart
from advice.charts.forecast_against_came import Forecasted, forecast_against_came
from advice.charts.shoes_mornings import PairMornings, shoes_mornings
from advice.forecast.outlook import Outlook
from advice.limits import default_limits
from flows.days import past_of, rows_of
from flows.page import pictures, said
from flows.page.look_site import Looking, Runner
from flows.page.site import Site
from flows.shoes import Json, listing
from pipeline.day import DayRow
from pipeline.history import History
from pipeline.load import REFERENCE_MPS

Span = Literal["12", "52", "all"]
SPANS: dict[Span, tuple[str, int | None]] = {
    "12": ("12 weeks", 12),
    "52": ("52 weeks", 52),
    "all": ("All years", None),
}
USUAL_SPAN: Span = "52"
WEEK = timedelta(days=7)
CALENDAR_WEEKS_MAX = 53
FORECAST_WEEKS = 12
LATEST_RUNS = 50
"""Among so many the newest is looked for that has a cadence line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """One pair of shoes as a row of the table."""

    name: str
    worn: str
    runs: int
    distance: str
    calf_load: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """What every span of the season is cut from, worked out once."""

    rows: tuple[DayRow, ...]
    forecasts: tuple[Forecasted, ...]
    shoes: tuple[Json, ...]
    cadence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """The page, ready to be shown."""

    spans: tuple[tuple[str, str, bool], ...]
    """Value of the switch, its label, and whether it is this one."""
    sums: tuple[tuple[str, str], ...]
    load: Chart | None
    calendar: Chart | None
    calendar_is_cut: bool
    cadence: Chart | None
    cadence_line: str | None
    forecast: Chart | None
    forecast_says: str
    shoes: Chart | None
    pairs: tuple[PairLine, ...]


def season_of(looking: Looking, runner: Runner, span: Span) -> Season:
    """By what is stored now; nothing is written."""
    site = looking.site
    years = looking.remembered("years", runner, lambda: years_of(site, runner))
    _, weeks = SPANS[span]
    rows = years.rows
    if weeks is not None:
        monday = runner.today - timedelta(days=runner.today.weekday())
        rows = tuple(row for row in rows if row.on > monday - weeks * WEEK)
    in_calendar = rows[-CALENDAR_WEEKS_MAX * 7 :]
    return Season(
        spans=tuple((value, label, value == span) for value, (label, _) in SPANS.items()),
        sums=sums_of(rows, runner.today, runner.units),
        load=pictures.load_by_week(rows, runner.today),
        calendar=pictures.calendar(in_calendar, runner.today),
        calendar_is_cut=len(in_calendar) < len(rows),
        cadence=pictures.cadence_of(pictures.of_today(looking, runner)),
        cadence_line=years.cadence,
        forecast=forecast_against_came(years.forecasts),
        forecast_says=_forecast_says(years.forecasts),
        shoes=shoes_mornings(_known_after(years.shoes)),
        pairs=tuple(_pair(each, runner.units) for each in years.shoes),
    )


def years_of(site: Site, runner: Runner) -> Years:
    """Every day up to today, the forecasts of the last weeks, and the shoes."""
    athlete, today = runner.athlete, runner.today
    with site.store.reading() as transaction:
        past = past_of(transaction, athlete, today)
        latest = transaction.activities_newest_first(athlete, skip=0, at_most=LATEST_RUNS)
    # What the sources tell of days after today, by a clock that is ahead, is not looked at.
    rows = tuple(rows_of(past, past.first)) if past.first and past.first <= today else ()
    history = past.history()
    lines = (
        (each.standing, each.row.local_date)
        for each in latest
        if each.standing.cadence_line_c0_spm is not None and each.standing.cadence_line_runs
    )
    standing, on = next(lines, (None, None))
    cadence = None
    if standing is not None and on is not None:
        slope = standing.cadence_line_slope_spm_per_mps or 0.0
        cadence = (
            f"Your line before the run of {words.day_far_off(on, today)}: "
            f"{standing.cadence_line_c0_spm:.0f} steps/min at "
            f"{said.pace(REFERENCE_MPS, 1.0, runner.units)}, and {slope:.1f} more "
            f"for each m/s faster; from {words.count(standing.cadence_line_runs or 0, 'run')}."
        )
    return Years(
        rows=rows,
        forecasts=tuple(_forecasts(history, rows, today)),
        shoes=tuple(listing(history)),
        cadence=cadence,
    )


def _forecasts(history: History, rows: Sequence[DayRow], today: date) -> list[Forecasted]:
    """What each of the last mornings was expected to be, as the morning before would have said.

    From what is stored now, walking forward: no forecast sees its own morning or a later one.
    """
    if not history.mornings:
        return []
    outlook = Outlook(replace(history, data_through=None), default_limits(), today)
    came = {
        row.on: max(row.soreness_left, row.soreness_right)
        for row in rows
        if row.soreness_left is not None and row.soreness_right is not None
    }
    made = []
    first = max(today - FORECAST_WEEKS * WEEK, history.mornings[0].on + timedelta(days=1))
    for back in reversed(range((today - first).days + 1)):
        on = today - timedelta(days=back)
        expected = outlook.on(on - timedelta(days=1))
        if expected is None or expected.soreness_mean is None or expected.interval_80 is None:
            continue
        low, high = expected.interval_80
        made.append(
            Forecasted(on=on, mean=expected.soreness_mean, low=low, high=high, came=came.get(on))
        )
    return made


def _forecast_says(mornings: Sequence[Forecasted]) -> str:
    """How often what came lay where it was expected."""
    if not mornings:
        least = int(default_limits()["forecast_answers"])
        return f"Too early for a forecast: it takes {least} answered mornings."
    pairs = [(each, each.came) for each in mornings if each.came is not None]
    if not pairs:
        return "None of these mornings was answered, so nobody can say what came."
    inside = sum(each.low <= came <= each.high for each, came in pairs)
    return (
        f"Over {FORECAST_WEEKS} weeks {inside} of {words.count(len(pairs), 'answered morning')} "
        "came inside the range that was expected the morning before. At least 80% should."
    )


def sums_of(rows: Sequence[DayRow], today: date, units: words.Units) -> tuple[tuple[str, str], ...]:
    """What the days add up to, and of how many nobody can say anything.

    Of a day that goes on nobody can know that it holds no run: today is never counted as unknown.
    """
    if not rows:
        return ()
    unknown = sum(not row.known for row in rows if row.on < today)
    unmeasured = any(row.known and row.distance_m is None for row in rows)
    runs = sum(row.runs or 0 for row in rows)
    answered = sum(row.soreness_left is not None for row in rows)
    metres = sum(row.distance_m or 0.0 for row in rows)
    calf_km = sum(row.calf_km or 0.0 for row in rows)
    least = "at least " if unknown else ""
    sums = [
        ("Runs", f"{least}{runs:,}"),
        ("Distance", f"{'at least ' if unmeasured else least}{_distance(metres, units)}"),
        ("Calf load", f"{'at least ' if unmeasured else least}{_calf_load(calf_km)}"),
        ("Mornings answered", f"{answered:,} of {len(rows):,}"),
    ]
    if unknown:
        sums.append(("Not known", words.count(unknown, "day")))
    return tuple(sums)


def _distance(metres: float, units: words.Units) -> str:
    """As `words.distance`, with thousands apart, as the counts beside it have them."""
    return f"{metres / words.METRES[units]:,.1f} {units}"


def _calf_load(calf_km: float) -> str:
    """As `words.calf_load`, with thousands apart."""
    return f"{calf_km:,.1f} calf-km"


def _known_after(shoes: Sequence[Json]) -> list[PairMornings]:
    return [
        PairMornings(
            name=each["name"],
            mornings=each["mornings_after"],
            mean=each["soreness_after_mean"],
            low=each["soreness_after_80"][0],
            high=each["soreness_after_80"][1],
        )
        for each in shoes
        if each["soreness_after_mean"] is not None
    ]


def _pair(shoes: Json, units: words.Units) -> PairLine:
    mean, interval = shoes["soreness_after_mean"], shoes["soreness_after_80"]
    after = "nobody can say yet"
    if mean is not None:
        low, high = interval
        mornings = words.count(shoes["mornings_after"], "morning")
        after = f"{mean:.1f} (80% sure: {low:.1f} to {high:.1f}), {mornings}"
    distance_m, calf_km = shoes["distance_m"], shoes["calf_km"]
    return PairLine(
        name=shoes["name"],
        worn=_worn(shoes),
        runs=shoes["runs"],
        distance="not known" if distance_m is None else _distance(distance_m, units),
        calf_load="not known" if calf_km is None else _calf_load(calf_km),
        after=after,
    )


def _worn(shoes: Json) -> str:
    first, last = shoes["first_run"], shoes["last_run"]
    if first is None or last is None:
        return "not run in yet"
    begins, ends = (said.day_of_year(date.fromisoformat(each)) for each in (first, last))
    return f"{begins.partition(' ')[2]} to {ends.partition(' ')[2]}"
