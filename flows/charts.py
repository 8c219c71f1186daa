"""The letter's charts: what they show of one morning, gathered from the store."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from advice.charts import cadence, load, mornings
from advice.charts.chart import Chart
from advice.charts.days import ChartDay
from flows.days import rows_between
from flows.settings import Home
from pipeline.day import DayRow, dates_between, known_dates
from pipeline.standing import CadenceRun
from pipeline.store.records import Store


def letter_charts(home: Home, store: Store, athlete: str, on: date) -> tuple[Chart, ...]:
    """Load, cadence and mornings as of a day's morning; those with nothing to draw are left out.

    Like advice for that day they see runs before it and answers up to it. The days must have been
    derived, as asking for advice does.
    """
    first = on - timedelta(days=load.DAYS - 1)
    days = chart_days(store, athlete, first, on)
    with store.reading() as transaction:
        runs = transaction.cadence_runs(
            athlete, on - timedelta(weeks=cadence.WEEKS), on - timedelta(days=1)
        )
    charts = (
        load.load(days, on=on),
        cadence_chart(home, athlete, runs),
        mornings.mornings(days, on=on),
    )
    return tuple(chart for chart in charts if chart is not None)


def chart_days(store: Store, athlete: str, first: date, today: date) -> list[ChartDay]:
    """Every date from the first up to today, as charts look at it; of today the answer alone.

    The table ends with the last run or answer, and adding up days beyond it takes long. Mostly
    nothing happened there, and only whether a date is known has to be looked up.
    """
    yesterday = today - timedelta(days=1)
    with store.reading() as transaction:
        stored = dict(_by_date(transaction.days(athlete, first, today)))
        missing = set(dates_between(first, yesterday)) - stored.keys()
        known = known_dates(transaction.spans(athlete)) if missing else set()
        active = transaction.active_dates(athlete, first, yesterday) if missing else set()
    if active & missing:  # walks
        stored = dict(_by_date(rows_between(store, athlete, first, today)))
    days = [
        stored.get(on) or ChartDay(on=on, calf_km=0.0 if on in known else None)
        for on in dates_between(first, today)
    ]
    return [*days[:-1], ChartDay(on=today, sore=days[-1].sore)]


def _by_date(rows: Iterable[tuple[DayRow, str | None]]) -> Iterator[tuple[date, ChartDay]]:
    for row, verdict in rows:
        yield row.on, chart_day(row, verdict)


def chart_day(row: DayRow, verdict: str | None = None) -> ChartDay:
    """A day as charts look at it."""
    sore = None
    if row.soreness_left is not None and row.soreness_right is not None:
        sore = (row.soreness_left, row.soreness_right)
    return ChartDay(
        on=row.on,
        calf_km=row.calf_km,
        chronic_calf_km=row.chronic_calf_km,
        sore=sore,
        verdict=verdict,
    )


def cadence_chart(home: Home, athlete: str, runs: Iterable[CadenceRun]) -> Chart | None:
    """Runs at their speeds, and the newest one's line: that of the runs before it."""
    from pipeline.cadence_line import run_mean  # noqa: PLC0415 - NumPy: costs start-up time

    told = list(runs)
    drawn = []
    for run in told:
        off_mps, cadence_spm = run_mean(run.cadence_by_speed)
        speed_mps = cadence.REFERENCE_MPS + off_mps
        drawn.append(cadence.CadenceRun(run.on, speed_mps, cadence_spm))
    return cadence.cadence(
        drawn, _line(told[-1]) if told else None, units=home.athlete_settings(athlete).units
    )


def _line(newest: CadenceRun) -> cadence.OwnLine | None:
    """The line that a run was compared with; None where there was none."""
    if (
        newest.c0_spm is None
        or newest.slope_spm_per_mps is None
        or newest.sd_spm is None
        or newest.line_runs is None
    ):
        return None
    return cadence.OwnLine(newest.c0_spm, newest.slope_spm_per_mps, newest.sd_spm, newest.line_runs)
