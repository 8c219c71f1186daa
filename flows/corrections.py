"""What the runner corrects: which recording counts, what it really was; and what that changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from connectors.sports import NAMES, OTHERS, Sport, sport_of
from flows.comparing import by_the_runner
from flows.days import derive_days, rows_between
from flows.errors import UsageError
from flows.intake import Intake
from flows.plans import Window, misnamed
from flows.progress import bar
from flows.report import Counts
from flows.settings import Home
from flows.work import leased
from pipeline.day import DayRow
from pipeline.store.records import Correction, Store, StoredActivity, Transaction

Group = tuple[StoredActivity, ...]

SHORTEST_PREFIX = 4
"""Letters of an id that are enough where no other id begins with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """One correction and what came of it."""

    activity: StoredActivity
    """As it is now."""
    group: Group
    """Every recording of the same run, this one too, oldest first."""
    activities: Group
    """All of the runner."""
    before: DayRow
    """Its day."""
    after: DayRow
    days_changed: int

    @property
    def counts(self) -> Group:
        """Which of its recordings enter the sums."""
        return tuple(each for each in self.group if each.counted)


def sport_named(name: str) -> Sport:
    """FIT's words for a sport that the runner names.

    Raises:
        UsageError: nobody knows it; says which there are.
    """
    sport = sport_of(name)
    if sport[0] == "unknown" or name.isdigit():
        known = sorted({each for each in NAMES if not each.isdigit()} | OTHERS)
        raise UsageError(f"no such sport: {name}; say one of {', '.join(known)}")
    return sport


def keep(home: Home, store: Store, athlete: str, name: str) -> Corrected:
    """Of several recordings of one run, this one is to count; it takes the mark from another."""

    def change(transaction: Transaction, group: Group, before: Correction) -> Correction:
        for each in group:
            if each.correction is not None and each.correction.kept:
                transaction.correct(athlete, each.id, replace(each.correction, kept=False))
        return replace(before, kept=True, dropped=False)

    return _correct(home, store, athlete, name, change)


def drop(home: Home, store: Store, athlete: str, name: str) -> Corrected:
    """It is not to count at all; of its copies the richest counts then.

    Where none is left it stands for its run, so that no copy that comes later counts.
    """

    def change(_: Transaction, group: Group, before: Correction) -> Correction:
        left = [each for each in group if each.correction is None or not each.correction.dropped]
        return replace(before, kept=len(left) <= 1, dropped=True)

    return _correct(home, store, athlete, name, change)


def restore(home: Home, store: Store, athlete: str, name: str) -> Corrected:
    """Back to what the files say: no mark, no other sport; and its run counts again."""
    done = _correct(home, store, athlete, name, lambda *_: Correction())
    instead = next((each for each in done.group if each.id == done.activity.duplicate_of), None)
    if instead is None or instead.correction is None or not instead.correction.dropped:
        return done
    again = _correct(
        home, store, athlete, instead.id, lambda _, __, before: replace(before, kept=False)
    )
    [activity] = (each for each in again.activities if each.id == done.activity.id)
    return replace(
        done,
        activity=activity,
        group=again.group,
        activities=again.activities,
        after=_day(store, athlete, activity.row.local_date),
        days_changed=done.days_changed + again.days_changed,
    )


def rename(home: Home, store: Store, athlete: str, name: str, sport: Sport) -> Corrected:
    """What it really was."""
    return _correct(
        home,
        store,
        athlete,
        name,
        lambda _, __, before: replace(before, sport=sport[0], sub_sport=sport[1]),
    )


def _correct(
    home: Home,
    store: Store,
    athlete: str,
    name: str,
    change: Callable[[Transaction, Group, Correction], Correction],
) -> Corrected:
    """Note a correction, read its file again where that is needed, and bring the days up to date.

    Raises:
        UsageError: no activity, or more than one, has this id.
        BusyError: a sync is at it; nothing was changed.
    """
    with leased(store, athlete) as lease:
        derive_days(store, athlete)
        with store.reading() as transaction:
            activities = transaction.activities(athlete)
        chosen = _named(activities, name)
        before = _day(store, athlete, chosen.row.local_date)
        group = _group(activities, chosen)
        with by_the_runner(store, athlete):
            with store.writing() as transaction:
                now = change(transaction, group, chosen.correction or Correction())
                transaction.correct(athlete, chosen.id, now)
            again = misnamed(store, athlete)
            if again.again:
                intake = Intake(home, store, lease, athlete, counts=Counts(), window=Window())
                with bar("deriving again", len(again.again)) as advance:
                    intake.derive_again(again, again.again, workers=1, advance=advance)
            days_changed = derive_days(store, athlete)
    after = _day(store, athlete, chosen.row.local_date)
    with store.reading() as transaction:
        activities = transaction.activities(athlete)
        chosen = next(each for each in activities if each.id == chosen.id)
        ids = {each.id for each in (*group, *_group(activities, chosen))}
        return Corrected(
            activity=chosen,
            group=tuple(each for each in activities if each.id in ids),
            activities=tuple(activities),
            before=before,
            after=after,
            days_changed=days_changed,
        )


def _named(activities: Sequence[StoredActivity], name: str) -> StoredActivity:
    """The activity with this id, or the only one whose id begins so."""
    exactly = [each for each in activities if each.id == name]
    begin = [each for each in activities if each.id.startswith(name)]
    found = exactly or (begin if len(name) >= SHORTEST_PREFIX else [])
    match found:
        case [only]:
            return only
        case []:
            raise UsageError(f"no such activity: {name}; `calfwise runs` lists them")
        case _:
            ids = ", ".join(each.id for each in found)
            raise UsageError(f"{name} may be any of {ids}; say more of it")


def _group(activities: Sequence[StoredActivity], one: StoredActivity) -> Group:
    """All recordings of the same run: the one that counts and its copies."""
    chosen = one.duplicate_of or one.id
    return tuple(each for each in activities if chosen in {each.id, each.duplicate_of})


def _day(store: Store, athlete: str, on: date) -> DayRow:
    [(day, _)] = rows_between(store, athlete, on, on)
    return day
