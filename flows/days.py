"""Days: derived from what the store holds, only where something changed; and one morning's advice.

What follows from facts is derived in the transaction that says so, so that a kill leaves either
the old days with their mark of being stale, or the new ones.
"""

from dataclasses import replace
from datetime import date, datetime

from advice.limits import default_limits
from advice.recommend import recommend, recommend_days
from advice.recommendation import Recommendation
from connectors.versions import READER_VERSION
from flows.sections import AthleteSettings
from pipeline.day import DayRow, known_dates
from pipeline.history import Past, RiskFactors, told_of
from pipeline.store.athletes import EVER
from pipeline.store.records import Store, Transaction
from pipeline.versions import METRICS_VERSION, Versions


def past_of(
    transaction: Transaction, athlete: str, last: date, *, answers_as_of: datetime | None = None
) -> Past:
    """Read what days up to a last date follow from; of answers those told by an instant."""
    activities = tuple(transaction.day_activities(athlete))
    mornings = tuple(transaction.mornings(athlete, as_of=answers_as_of))
    return Past(
        activities=activities,
        mornings=mornings,
        told=told_of(mornings, activities),
        known=known_dates(transaction.spans(athlete)) | {each.on for each in activities},
        last=last,
        pairs=transaction.wardrobe(athlete).pairs,
    )


def versions() -> str:
    """What the derived days depend on beside the facts."""
    return f"metrics {METRICS_VERSION} rules {default_limits().rules_version}"


def code_versions() -> Versions:
    """What a day is derived with now."""
    rules = default_limits().rules_version
    return Versions(reader=READER_VERSION, metrics=METRICS_VERSION, rules=rules)


def derive_days(store: Store, athlete: str) -> int:
    """Bring what counts, days and verdicts up to date; nothing happens when they are.

    Returns:
        How many dates are new, gone or different.
    """
    with store.reading() as transaction:
        if not is_stale(transaction, athlete):
            return 0
    with store.writing() as transaction:
        known_as = transaction.versions(athlete)
        if known_as not in {None, versions()}:
            transaction.keep_before(athlete, "runs", "days")
        is_older = known_as != versions()
        if is_older or transaction.are_runs_stale(athlete):
            _settle_runs(transaction, athlete)
        stale_from = EVER if is_older else transaction.stale_from(athlete)
        changed = 0 if stale_from is None else _derive(transaction, athlete, stale_from)
        transaction.mark_fresh(athlete, versions())
        transaction.label_days(athlete, code_versions())
        return changed


def rows_between(
    store: Store, athlete: str, since: date | None, until: date | None
) -> list[tuple[DayRow, str | None]]:
    """The days of the table, each with its verdict; dates beyond what is stored are worked out."""
    with store.reading() as transaction:
        stored = transaction.days(athlete, since, until)
        first = since or (stored[0][0].on if stored else None)
        last = until or (stored[-1][0].on if stored else None)
        if first is None or last is None or first > last:
            return []
        if len(stored) == (last - first).days + 1:
            return stored
        past = past_of(transaction, athlete, last)
    rows = rows_of(past, first)
    verdicts = _verdicts(past, [row.on for row in rows])
    return [(row, verdicts.get(row.on)) for row in rows]


def advise(
    store: Store,
    athlete: str,
    on: date,
    wanted: AthleteSettings,
    *,
    answers_as_of: datetime | None = None,
) -> tuple[Recommendation, Past]:
    """The recommendation of one day and what it follows from; by what was told by an instant."""
    derive_days(store, athlete)
    return advise_as_stored(store, athlete, on, wanted, answers_as_of=answers_as_of)


def advise_as_stored(
    store: Store,
    athlete: str,
    on: date,
    wanted: AthleteSettings,
    *,
    answers_as_of: datetime | None = None,
) -> tuple[Recommendation, Past]:
    """The same by what is stored now; writes nothing, for whoever may only look.

    What the settings tell of the runner changes the ceiling and no verdict, so that the days of
    the table need not know it.
    """
    with store.reading() as transaction:
        past = past_of(transaction, athlete, on, answers_as_of=answers_as_of)
    risk = RiskFactors(
        previous_calf_strain=wanted.previous_calf_strain, birth_year=wanted.birth_year
    )
    past = replace(past, risk=risk)
    return recommend(past.history(), on, units=wanted.units), past


def is_stale(transaction: Transaction, athlete: str) -> bool:
    """Whether something was told or came in from which nothing has been derived yet."""
    return (
        transaction.are_runs_stale(athlete)
        or transaction.stale_from(athlete) is not None
        or (transaction.has_athlete(athlete) and transaction.versions(athlete) != versions())
    )


def _settle_runs(transaction: Transaction, athlete: str) -> None:
    """Say which runs count, and how each of them stands among the others."""
    from pipeline.compared import standings  # noqa: PLC0415
    from pipeline.duplicates import near_copies  # noqa: PLC0415 - NumPy, seldom

    found = near_copies(transaction.copies(athlete))
    transaction.set_copies(athlete, found.copy_of, found.short)
    transaction.set_standings(athlete, standings(transaction.compared_runs(athlete)))
    transaction.mark_runs_fresh(athlete)


def _derive(transaction: Transaction, athlete: str, stale_from: date) -> int:
    """Sum up all days; judge again those from the first on that something changed."""
    past = past_of(transaction, athlete, date.max)
    first, latest = past.first, past.latest
    if first is None or latest is None:
        return transaction.replace_days(athlete, [])
    past = replace(past, last=latest)
    rows = rows_of(past, first)
    stored = {day.on: (day, verdict) for day, verdict in transaction.days(athlete)}
    verdicts = {on: verdict for on, (_, verdict) in stored.items()}
    # A later file can make earlier days known: then they, too, are judged again.
    moved = (row.on for row in rows if row.on not in stored or stored[row.on][0] != row)
    judged_from = min(moved, default=stale_from)
    judged_from = min(judged_from, stale_from)
    verdicts |= _verdicts(past, [row.on for row in rows if row.on >= judged_from])
    return transaction.replace_days(athlete, [(row, verdicts.get(row.on)) for row in rows])


def rows_of(past: Past, first: date) -> list[DayRow]:
    """The days from a first date up to the past's last."""
    from pipeline.series import daily_series  # noqa: PLC0415 - NumPy: most mornings nothing is derived

    return daily_series([past], since=first).rows(0, first)


def _verdicts(past: Past, dates: list[date]) -> dict[date, str]:
    """The verdict of each date; none before anything at all was known."""
    known_from = past.first
    asked = [on for on in dates if known_from is not None and on >= known_from]
    answers = recommend_days(past.history(), asked)
    return {answer.on: answer.verdict.word for answer in answers}
