"""Shoes: which pair is worn from when, and how far each was run in."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from advice.limits import default_limits
from advice.shoes import estimates
from flows.days import derive_days
from flows.errors import UsageError
from pipeline.history import History
from pipeline.shoes import ShoeKind
from pipeline.store.records import Store
from pipeline.wardrobe import Pair, Wardrobe, same
from pipeline.worn import wear_of

LONGEST_NAME = 100

Json = dict[str, Any]


def add(
    store: Store, athlete: str, name: str, *, from_date: date, kind: ShoeKind | None, today: date
) -> tuple[Pair | None, Pair]:
    """Note from when a pair is worn, and bring the days up to date.

    Returns:
        The pair that was worn on that date until now, or None; and the new one.

    Raises:
        UsageError: a name that is none, or a date that has not come.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"a pair has a name of 1 to {LONGEST_NAME} letters")
    if from_date > today:
        raise UsageError(f"{from_date} has not come yet; say it on the day")
    with store.writing() as transaction:
        transaction.add_athlete(athlete)
        wardrobe = transaction.wardrobe(athlete)
        before = wardrobe.on(from_date)
        known = {same(pair.name): pair.name for pair in wardrobe.pairs}
        pair = Pair(name=known.get(same(name), name), from_date=from_date, kind=kind)
        if kind is None and before is not None and before.from_date == from_date:
            # Said again for the same day: what was told of the pair then stays.
            kind = before.kind if same(before.name) == same(name) else None
            pair = Pair(name=pair.name, from_date=from_date, kind=kind)
        transaction.add_shoes(athlete, pair)
    derive_days(store, athlete)
    return before, pair


def listing(history: History) -> list[Json]:
    """Every pair, in the order they were first worn; those of exports without a date come last."""
    wardrobe = Wardrobe(history.pairs)
    limits = default_limits()
    away_days = limits["pair_away_days"]
    wear = wear_of(history.runs, history.mornings, away_days=away_days)
    known = estimates(wear, limits)
    rows: dict[str, Json] = {}
    for pair, until in _spans(wardrobe):
        row = rows.setdefault(same(pair.name), _empty(pair.name, wardrobe.kind_of(pair.name)))
        row["from"] = row["from"] or pair.from_date.isoformat()
        row["until"] = until.isoformat() if until else None
    for key, worn in wear.pairs.items():
        row = rows.setdefault(key, _empty(worn.name, worn.kind))
        row |= {name: getattr(worn, name) for name in ("runs", "distance_m", "calf_km")}
        row["first_run"], row["last_run"] = worn.first_on.isoformat(), worn.last_on.isoformat()
        row["mornings_after"] = worn.after.count
        if key in known:
            row["soreness_after_mean"] = known[key].mean_nrs
            row["soreness_after_80"] = list(known[key].interval_80)
    return list(rows.values())


def _spans(wardrobe: Wardrobe) -> Iterable[tuple[Pair, date | None]]:
    """Each pair with the last day before another one; None for what is worn now."""
    following = [*wardrobe.pairs[1:], None]
    for pair, after in zip(wardrobe.pairs, following, strict=False):
        yield pair, after.from_date - timedelta(days=1) if after else None


def _empty(name: str, kind: ShoeKind | None) -> Json:
    return {
        "name": name,
        "kind": kind,
        "from": None,
        "until": None,
        "runs": 0,
        "distance_m": 0.0,
        "calf_km": 0.0,
        "first_run": None,
        "last_run": None,
        "mornings_after": 0,
        "soreness_after_mean": None,
        "soreness_after_80": None,
    }
