"""The recommendation of a day, complete: verdict, reasons, ceiling, care, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice.care import care
from advice.ceiling import ceiling, ceiling_reasons, weekly_rise
from advice.day import follow
from advice.form import form
from advice.limits import default_limits
from advice.missing import missing
from advice.recommendation import Recommendation, Verdict
from advice.rules import judge
from advice.shoes import shoes
from advice.yesterday import ran_on_a_rest_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from advice.day import Day
    from advice.limits import Limits
    from advice.rule import Fired
    from advice.words import Units
    from pipeline.history import History


REASONS_BESIDE = {
    Verdict.URGENT: Verdict.PHYSICIAN,
    Verdict.PHYSICIAN: Verdict.REST,
    Verdict.REST: Verdict.REST,
}
"""The least strict rules that may be said beside a verdict: "at most easy" contradicts a rest."""


def recommend(
    history: History, on: date, limits: Limits | None = None, *, units: Units = "km"
) -> Recommendation:
    """What calfwise says on one morning.

    It sees the answers up to and including `on` and the runs whose local date is before it.
    """
    return next(recommend_days(history, (on,), limits, units=units))


def recommend_days(
    history: History,
    dates: Iterable[date],
    limits: Limits | None = None,
    *,
    units: Units = "km",
) -> Iterator[Recommendation]:
    """What calfwise says on each of these mornings, walking once through the history.

    Raises:
        ValueError: the dates do not ascend.
    """
    before: Recommendation | None = None
    for day in follow(history, dates, limits or default_limits(), units):
        before = _recommendation(day, history.data_through, before)
        yield before


def _recommendation(
    day: Day, data_through: datetime | None, before: Recommendation | None
) -> Recommendation:
    """One day's verdict with all that belongs to it; `before` is the one made before it."""
    fired = judge(day)
    verdict = fired[0].rule.verdict
    rise = weekly_rise(day)
    most = ceiling(day, verdict, rise)
    reasons = tuple(each.rule.because(each.facts) for each in _said(fired, verdict))
    return Recommendation(
        on=day.on,
        verdict=verdict,
        provisional=day.answer is None,
        urgency=fired[0].rule.urgency,
        because=(
            *reasons,
            *ran_on_a_rest_day(day, verdict, before),
            *ceiling_reasons(day, most, rise),
        ),
        ceiling=most,
        care=care(day, verdict),
        form=form(day, verdict),
        shoes=shoes(day, verdict),
        missing=missing(day, verdict),
        forecast=None if verdict is Verdict.URGENT else day.forecast,
        rules_version=day.limits.rules_version,
        data_through=data_through,
    )


def _said(fired: tuple[Fired, ...], verdict: Verdict) -> tuple[Fired, ...]:
    """The reasons to say: beside a rest or a referral nothing that sounds like a run."""
    least = REASONS_BESIDE.get(verdict, Verdict.AS_PLANNED)
    return tuple(each for each in fired if each.rule.verdict >= least)
