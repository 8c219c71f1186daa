"""The charts of the pages: the numbers they need, gathered, and handed to who draws them."""

from collections.abc import Sequence
from datetime import date, timedelta

from advice.charts.chart import Chart
from advice.charts.season_load import season_load
from advice.charts.soreness_calendar import soreness_calendar
from flows.charts import chart_day, letter_charts
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


def load_by_week(rows: Sequence[DayRow], today: date) -> Chart | None:
    """The weeks, from Monday to Sunday, that hold these days; None where nothing was run."""
    days = (today - rows[0].on).days if rows else 0
    return season_load(map(chart_day, rows), on=today, weeks_most=days // WEEK_DAYS + 2)


def calendar(rows: Sequence[DayRow], today: date) -> Chart | None:
    """Soreness, a square a morning; None where nothing was told."""
    return soreness_calendar(map(chart_day, rows), on=today)


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
