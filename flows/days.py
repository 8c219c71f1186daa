"""Days: derived from what the store holds, only where something changed; and one morning's advice.

What follows from facts is derived in the transaction that says so, so that a kill leaves either
the old days with their mark of being stale, or the new ones.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from advice.limits import default_limits
from advice.recommend import recommend, recommend_days
from advice.recommendation import Recommendation
from advice.words import Units
from connectors.versions import READER_VERSION
from pipeline.checkin import CheckIn
from pipeline.day import (
    DayActivity,
    DayRow,
    dates_between,
    day_rows,
    known_dates,
)
from pipeline.history import History, Run, Told, pair, with_told
from pipeline.store.records import Store, Transaction
from pipeline.versions import METRICS_VERSION, Versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Everything of one runner that days and advice follow from, up to a last date."""

    activities: tuple[DayActivity, ...]
    mornings: tuple[CheckIn, ...]
    told: dict[str, Told]
    known: set[date]
    last: date

    @property
    def first(self) -> date | None:
        """The date of the first run or answer."""
        dates = [run.on for run in self.activities if run.counted]
        return min([*dates, *(morning.on for morning in self.mornings)], default=None)

    def history(self) -> History:
        """The same, as advice may look at it."""
        first = min((each.on for each in self.activities), default=self.last)
        runs = [
            Run(
                id=run.id,
                on=run.on,
                start_at=run.start_at,
                distance_m=run.distance_m,
                calf_km=run.calf_km,
            )
            for run in self.activities
            if run.counted
        ]
        return History(
            mornings=self.mornings,
            runs=with_told(runs, self.told),
            unknown=frozenset(on for on in dates_between(first, self.last) if on not in self.known),
            data_through=max((each.end_at for each in self.activities), default=None),
        )


def past_of(transaction: Transaction, athlete: str, last: date) -> Past:
    """Read what days up to a last date follow from."""
    activities = tuple(transaction.day_activities(athlete))
    mornings = tuple(transaction.mornings(athlete))
    told = pair(mornings, [each for each in activities if each.counted])
    return Past(
        activities=activities,
        mornings=mornings,
        told=told,
        known=known_dates(transaction.spans(athlete)) | {each.on for each in activities},
        last=last,
    )


def versions() -> str:
    """What the derived days depend on beside the facts."""
    return f"metrics {METRICS_VERSION} rules {default_limits().rules_version}"


def code_versions() -> Versions:
    """What a day is derived with now."""
    rules = default_limits().rules_version
    return Versions(reader=READER_VERSION, metrics=METRICS_VERSION, rules=rules)


def derive_days(store: Store, athlete: str) -> int:
    """Bring copies, days and verdicts up to date; nothing happens when they are.

    Returns:
        How many dates are new, gone or different.
    """
    with store.reading() as transaction:
        if not _is_stale(transaction, athlete):
            return 0
    with store.writing() as transaction:
        if transaction.versions(athlete) not in {None, versions()}:
            transaction.keep_before(athlete, "runs", "days")
        if transaction.are_copies_stale(athlete):
            _find_copies(transaction, athlete)
        stale_from = transaction.stale_from(athlete)
        if transaction.versions(athlete) != versions():
            stale_from = date.min
        changed = 0 if stale_from is None else _derive(transaction, athlete, stale_from)
        transaction.mark_fresh(athlete, versions())
        transaction.label_days(athlete, code_versions())
        return changed


def rows_between(
    store: Store, athlete: str, since: date | None, until: date | None
) -> list[tuple[DayRow, str | None]]:
    """The days of the table, each with its verdict; dates beyond what is stored are worked out."""
    with store.reading() as transaction:
        stored = transaction.days(athlete)
        first = since or (stored[0][0].on if stored else None)
        last = until or (stored[-1][0].on if stored else None)
        if first is None or last is None or first > last:
            return []
        if stored and stored[0][0].on <= first and last <= stored[-1][0].on:
            return [each for each in stored if first <= each[0].on <= last]
        past = past_of(transaction, athlete, last)
    rows = _rows(past, first)
    verdicts = verdicts_of(past, [row.on for row in rows])
    return [(row, verdicts.get(row.on)) for row in rows]


def advise(store: Store, athlete: str, on: date, units: Units) -> tuple[Recommendation, Past]:
    """The recommendation of one day, and what it follows from."""
    derive_days(store, athlete)
    with store.reading() as transaction:
        past = past_of(transaction, athlete, on)
    return recommend(past.history(), on, units=units), past


def _is_stale(transaction: Transaction, athlete: str) -> bool:
    return (
        transaction.are_copies_stale(athlete)
        or transaction.stale_from(athlete) is not None
        or (transaction.has_athlete(athlete) and transaction.versions(athlete) != versions())
    )


def _find_copies(transaction: Transaction, athlete: str) -> None:
    from pipeline.duplicates import near_copies, short_copies  # noqa: PLC0415 - NumPy, seldom

    candidates = transaction.copies(athlete)
    copy_of = near_copies(candidates)
    transaction.set_copies(athlete, copy_of, short_copies(candidates, copy_of))


def _derive(transaction: Transaction, athlete: str, stale_from: date) -> int:
    """Sum up all days; judge again those from the first on that something changed."""
    activities = transaction.day_activities(athlete)
    answered = [each.on for each in transaction.mornings(athlete)]
    dates = [each.on for each in activities if each.counted] + answered
    if not dates:
        return transaction.replace_days(athlete, [])
    past = past_of(transaction, athlete, max(dates))
    rows = _rows(past, min(dates))
    stored = {day.on: (day, verdict) for day, verdict in transaction.days(athlete)}
    verdicts = {on: verdict for on, (_, verdict) in stored.items()}
    # A later file can make earlier days known: then they, too, are judged again.
    moved = (row.on for row in rows if row.on not in stored or stored[row.on][0] != row)
    judged_from = min(moved, default=stale_from)
    judged_from = min(judged_from, stale_from)
    verdicts |= verdicts_of(past, [row.on for row in rows if row.on >= judged_from])
    return transaction.replace_days(athlete, [(row, verdicts.get(row.on)) for row in rows])


def _rows(past: Past, first: date) -> list[DayRow]:
    """The days from a first date up to the past's last; averages start with the first run."""
    start = min(first, past.first or first)
    dates = tuple(dates_between(start, past.last))
    rows = day_rows(past.activities, past.mornings, past.told, past.known, dates)
    return [row for row in rows if row.on >= first]


def verdicts_of(past: Past, dates: list[date]) -> dict[date, str]:
    """The verdict of each date; none before anything at all was known."""
    known_from = past.first
    asked = [on for on in dates if known_from is not None and on >= known_from]
    answers = recommend_days(past.history(), asked)
    return {answer.on: answer.verdict.word for answer in answers}


def the_days_before(past: Past, on: date, count: int) -> tuple[DayRow, ...]:
    """The last few days before one, oldest first."""
    before = replace(past, last=on - timedelta(days=1))
    return tuple(_rows(before, on - timedelta(days=count)))
