"""Made-up pasts of one runner, and their days worked out in the plainest way, one by one."""

from __future__ import annotations

import statistics
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from pipeline.checkin import CheckIn
from pipeline.day import DayActivity, DayRow, dates_between
from pipeline.history import Past, told_of
from pipeline.series import EQUAL_SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = date(2026, 10, 24)  # the night after has 25 hours in Europe
SUMMED = ("distance_m", "steps", "calf_km", "calf_km_strain", "trimp")


def on(offset):
    return DAY + timedelta(days=offset)


def run(day=0, name="run", **others):
    start = datetime(DAY.year, DAY.month, DAY.day, 6, tzinfo=UTC) + timedelta(days=day)
    return DayActivity(
        **{
            "id": name,
            "on": on(day),
            "start_at": start,
            "end_at": start + timedelta(hours=1),
            "counted": True,
            "walk": False,
            "distance_m": 8000.0,
            "timer_s": 3000.0,
            "steps": 8000.0,
            "calf_km": 8.0,
            "calf_km_strain": 7.0,
            "trimp": 60.0,
            "rpe": None,
            **others,
        }
    )


def walk(day=0, **others):
    plain = {"name": "walk", "calf_km": 2.0, "calf_km_strain": 0.1}
    return run(day, **{**plain, **others}, counted=False, walk=True)


def past_of(*activities, last, known, mornings=(), told=None):
    return Past(
        activities=activities,
        mornings=mornings,
        told=told_of(mornings, activities) if told is None else told,
        known=known,
        last=last,
    )


# The plainest way.


def plain_rows(past: Past, first: date) -> list[DayRow]:
    """Every day on its own, with sums and windows taken anew for each."""
    dates = list(dates_between(min(first, past.first or first), past.last))
    calf_km = [
        plain_sums(past, each)["calf_km"] if past.first and each >= past.first else None
        for each in dates
    ]
    rows = []
    for index, each in enumerate(dates):
        so_far = calf_km[: index + 1]
        answer = next((a for a in past.mornings if a.on == each), None)
        row = DayRow(
            on=each,
            known=each in past.known,
            **plain_sums(past, each),
            acute_calf_km=plain_ewma(so_far, 7),
            chronic_calf_km=plain_ewma(so_far, 28),
            monotony=plain_monotony(so_far[-7:]),
            strain=plain_strain(so_far[-7:]),
            acwr=plain_acwr(so_far),
            longest_30d_m=highest_before(past, each, "distance_m"),
            hardest_30d_calf_km=highest_before(past, each, "calf_km"),
            soreness_left=answer.left if answer else None,
            soreness_right=answer.right if answer else None,
            during=answer.during if answer else None,
        )
        rows.append(row)
    return [row for row in rows if row.on >= first]


def plain_sums(past, each):
    names = ("runs", "longest_run_m", *SUMMED, "srpe_au")
    if each not in past.known:
        return dict.fromkeys(names)
    runs = [run for run in past.activities if run.counted and run.on == each]
    walks = [walk for walk in past.activities if walk.walk and walk.on == each]
    sums = {name: plain_sum([getattr(run, name) for run in runs]) for name in SUMMED}
    for name in ("calf_km", "calf_km_strain"):
        if sums[name] is not None:
            sums[name] += sum(getattr(walk, name) or 0 for walk in walks)
    longest = [run.distance_m for run in runs if run.distance_m is not None]
    efforts = []
    for run in runs:
        told = past.told.get(run.id)
        effort = run.rpe if told is None or told.rpe is None else told.rpe
        efforts.append(None if effort is None else effort * run.timer_s / 60)
    return {
        "runs": len(runs),
        "longest_run_m": max(longest, default=None) if runs else 0.0,
        "srpe_au": plain_sum(efforts),
        **sums,
    }


def plain_sum(values):
    return None if None in values else sum(values, 0.0)


def plain_ewma(daily: Sequence[float | None], span_days: int) -> float | None:
    """Today's average: the weighted sum of all known days, the first with all that is left."""
    known = [load for load in daily if load is not None]
    weight = 2 / (span_days + 1)
    if not known:
        return None
    first, *later = known
    total = first * (1 - weight) ** len(later)
    for age, load in enumerate(reversed(later)):
        total += weight * (1 - weight) ** age * load
    return total


def plain_monotony(week: Sequence[float | None]) -> float | None:
    """Mean over deviation, by the standard library."""
    loads = [load for load in week if load is not None]
    if len(loads) < 7 or max(loads) - min(loads) <= EQUAL_SHARE * max(loads):
        return None
    return statistics.fmean(loads) / statistics.stdev(loads)


def plain_strain(week: Sequence[float | None]) -> float | None:
    """The week's load times its monotony."""
    evenness = plain_monotony(week)
    return None if evenness is None else evenness * sum(load for load in week if load is not None)


def plain_acwr(daily: Sequence[float | None]) -> float | None:
    """The mean of the last 7 over the mean of the last 28."""
    month = [load for load in daily[-28:] if load is not None]
    if len(month) < 28 or not any(month):
        return None
    return statistics.fmean(month[-7:]) / statistics.fmean(month)


def highest_before(past, each, name):
    earliest = each - timedelta(days=30)
    amounts = [
        getattr(run, name) for run in past.activities if run.counted and earliest <= run.on < each
    ]
    return max((amount for amount in amounts if amount is not None), default=None)


# Any past at all, drawn as bytes: many times faster than field by field.

BYTES_A_DAY = 6
KINDS = ("rest", "rest", "run", "run", "run and walk", "two runs", "walk", "other")


@st.composite
def pasts(draw):
    """One runner's past of up to ten weeks: often known throughout, and often with holes."""
    days = draw(st.integers(0, 70))
    drawn = draw(st.binary(min_size=days * BYTES_A_DAY, max_size=days * BYTES_A_DAY))
    holes = draw(st.sampled_from([0, 1, 9, 99]))
    activities, mornings, unknown = [], [], set()
    for day in range(days):
        kind, hole, told, *amounts = drawn[day * BYTES_A_DAY :][:BYTES_A_DAY]
        activities += _activities(day, KINDS[kind % len(KINDS)], amounts)
        if hole < holes:
            unknown.add(on(day))
        if told < 99:
            mornings.append(_morning(day, told))
    return past_of(
        *activities,
        mornings=mornings,
        known={on(day) for day in range(days)} - unknown,
        last=on(draw(st.integers(0, 75))),
    )


def _activities(day, kind, amounts):
    numbers = [
        {name: _amount(byte + place) for place, name in enumerate(SUMMED)} for byte in amounts
    ]
    runs = {"run": 1, "run and walk": 1, "two runs": 2}.get(kind, 0)
    for place in range(runs):
        effort = None if amounts[place] % 3 else float(amounts[place] % 11)
        yield run(day, f"run {day} {place}", rpe=effort, **numbers[place])
    if kind in {"walk", "run and walk"}:
        yield walk(day, **numbers[-1])
    if kind == "other":
        yield run(day, "other", counted=False, **numbers[-1])


def _amount(byte):
    """Mostly kilometres and metres; sometimes none, sometimes not told."""
    return {0: None, 1: 0.0}.get(byte % 32, byte / 7)


def _morning(day, byte):
    return CheckIn(
        on=on(day),
        left=byte % 11,
        right=byte % 7,
        during=byte % 11 if byte % 2 else None,
        rpe=byte % 11 if byte % 3 else None,
    )
