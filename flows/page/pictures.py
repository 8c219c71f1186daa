"""The charts of the pages: the numbers they need, gathered, and handed to who draws them."""

from collections.abc import Sequence
from datetime import date, timedelta

from advice.charts.chart import Chart
from advice.charts.season import (
    ForecastMorning,
    LoadWeek,
    PairMornings,
    SoreMorning,
    forecast_against_came,
    season_load,
    shoes_mornings,
    soreness_calendar,
)
from flows.charts import letter_charts
from flows.page.look_site import Looking, Runner
from pipeline.checkin import NRS_MAX
from pipeline.day import DayRow
from pipeline.store.grants import MorningSaid

WEEK_DAYS = 7
SPARK_DAYS = 14
SPARK_STEP, SPARK_HIGH = 6, 22
"""Width of one morning and height of the highest bar, in the units of the picture."""
LEAST_BAR = 1.5
"""A told 0 is seen as well; what was not told is a dot."""


def of_today(looking: Looking, runner: Runner) -> tuple[Chart, ...]:
    """The three charts of the letter."""
    site, athlete, today = looking.site, runner.athlete, runner.today
    return looking.remembered(
        "charts", runner, lambda: letter_charts(site.home, site.store, athlete, today)
    )


def cadence_of(charts: Sequence[Chart]) -> Chart | None:
    """Among them, cadence against speed."""
    return next((each for each in charts if each.name == "cadence"), None)


def load_by_week(rows: Sequence[DayRow]) -> Chart:
    """The weeks, from Monday to Sunday, that hold these days."""
    weeks: dict[date, list[DayRow]] = {}
    for row in rows:
        weeks.setdefault(row.on - timedelta(days=row.on.weekday()), []).append(row)
    return season_load([_week(first, days) for first, days in weeks.items()])


def _week(first: date, days: Sequence[DayRow]) -> LoadWeek:
    """Half a sum is a wrong number: beside it stands how many days are not known."""
    loads = [day.calf_km for day in days if day.calf_km is not None]
    return LoadWeek(
        first=first,
        calf_km=sum(loads) if loads else None,
        unknown_days=sum(not day.known for day in days),
        left_max=max((d.soreness_left for d in days if d.soreness_left is not None), default=None),
        right_max=max(
            (d.soreness_right for d in days if d.soreness_right is not None), default=None
        ),
    )


def calendar(rows: Sequence[DayRow]) -> Chart:
    """Soreness, a square a morning."""
    return soreness_calendar(
        [SoreMorning(on=row.on, left=row.soreness_left, right=row.soreness_right) for row in rows]
    )


def forecasts(mornings: Sequence[ForecastMorning]) -> Chart | None:
    """What was expected and what came; None where nothing could be expected yet."""
    return forecast_against_came(mornings) if mornings else None


def shoes(pairs: Sequence[PairMornings]) -> Chart | None:
    """Soreness after each pair; None where nothing can be said of any."""
    return shoes_mornings(pairs) if pairs else None


def spark(mornings: Sequence[MorningSaid], today: date) -> str:
    """Two weeks of the worse side as one small SVG: a bar a morning, a dot where nothing was told.

    One path for all bars: a coach may look at two hundred of them on one page.
    """
    worst = {each.on: each.worst for each in mornings}
    days = [today - timedelta(days=back) for back in reversed(range(SPARK_DAYS))]
    told = [worst.get(on) for on in days]
    bars = "".join(
        f"M{place * SPARK_STEP + 3} {SPARK_HIGH}v-{max(nrs / NRS_MAX * SPARK_HIGH, LEAST_BAR):.4g}"
        for place, nrs in enumerate(told)
        if nrs is not None
    )
    dots = "".join(
        f"M{place * SPARK_STEP + 3} {SPARK_HIGH - 1}v1"
        for place, nrs in enumerate(told)
        if nrs is None
    )
    says = ", ".join("not told" if nrs is None else str(nrs) for nrs in told)
    return (
        f'<svg class="spark" viewBox="0 0 {SPARK_DAYS * SPARK_STEP} {SPARK_HIGH}" role="img"'
        f' aria-label="{SPARK_DAYS} mornings, the worse side: {says}">'
        f'<path class="told" d="{bars}"/><path class="untold" d="{dots}"/></svg>'
    )
