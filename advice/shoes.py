"""What may be said of shoes: context, never a verdict on a pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advice import words
from advice.recommendation import Item, Verdict
from pipeline.shoes import SHOES
from pipeline.wardrobe import same
from pipeline.worn import pooled, spread_nrs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from advice.day import Day
    from advice.limits import Limits
    from pipeline.wardrobe import Pair
    from pipeline.worn import Estimate, PairWear, Wear


@dataclass(frozen=True, slots=True)
class NewPair:
    """A pair that other shoes have made way for in the last two weeks."""

    name: str
    since: date
    runs: int
    """In it since then, as far as is known."""
    is_back: bool
    """It had been worn before."""


def shoes(day: Day, verdict: Verdict) -> tuple[Item, ...]:
    """A pair that is new, and the pair of the last run, where the calves are sore."""
    answer = day.answer
    if answer is None or verdict >= Verdict.PHYSICIAN or day.is_left_to_others:
        return ()
    if answer.worst < day.limits["episode_starts_nrs"]:
        return ()
    return (*_new_pair(day), *_last_pair(day))


def new_pair(day: Day) -> NewPair | None:
    """The latest pair that came new in the last two weeks, where runs are known from before.

    Told of by date it counts from that date, even before the first run in it. A first pair ever
    told of counts, too: what was worn before it, nobody knows.
    """
    wear, told, days = day.wear, day.pair_told, day.limits["new_pair_days"]
    put_on = {pair.name: pair.since for pair in wear.pairs.values()}
    if told and _is_yet_to_be_run_in(told, wear) and wear.comes_new(told.name, told.from_date):
        put_on[told.name] = told.from_date
    lately = {
        name: since
        for name, since in put_on.items()
        if (day.on - since).days <= days and wear.first_on and since > wear.first_on
    }
    if not lately:
        return None
    name = max(lately, key=lambda each: lately[each])
    since = lately[name]
    runs = day.runs_within((day.on - since).days)
    in_it = sum(run.worn is not None and same(run.worn.name) == same(name) for run in runs)
    pair = wear.pairs.get(same(name))
    return NewPair(name, since, in_it, is_back=pair is not None and pair.first_on < since)


def _is_yet_to_be_run_in(told: Pair, wear: Wear) -> bool:
    """The runner told of it, and no run since then is known."""
    return wear.last_on is None or told.from_date > wear.last_on


def estimates(wear: Wear, limits: Limits) -> dict[str, Estimate]:
    """Soreness on the mornings after runs, by `same(name)`: pairs with enough mornings only."""
    told = {key: pair.after for key, pair in wear.pairs.items()}
    within = spread_nrs(
        told.values(),
        usual_nrs=limits["shoe_within_nrs"],
        usual_mornings=limits["shoe_within_mornings"],
    )
    if within is None:
        return {}
    found = pooled(
        told,
        spread_nrs=within,
        between_nrs=limits["shoe_between_nrs"],
        independent_share=limits["shoe_independent_share"],
    )
    enough = limits["shoe_mornings"]
    return {key: each for key, each in found.items() if each.mornings >= enough}


def _new_pair(day: Day) -> Iterator[Item]:
    """A change of pair, as context."""
    found = new_pair(day)
    if found is None:
        return
    when = words.day_seen_from(found.since, day.on)
    if not found.runs:
        came = f"You told us that you wear {found.name} since {when}."
    elif found.is_back:
        came = f"{found.name} is back after weeks without a run in it: the first was {when}."
    else:
        came = f"The first run in {found.name} that we know of was {when}."
    yield Item(
        name="new_pair",
        says=f"{came} If that pair is a change for you, the calves may have noticed; whether they "
        "did, nobody can say from a few runs.",
        source=day.limits.limit("new_pair_days").source,
    )


def _last_pair(day: Day) -> Iterator[Item]:
    """The pair of the last run: how far it was run in, what it is, and the mornings after."""
    pair = day.wear.last_pair
    if pair is None or not day.training.runs(day.on):
        return
    far = "" if pair.distance_m is None else f"{words.distance(pair.distance_m, day.units)} in "
    says = [f"Your last run was in {pair.name}: {far}{words.count(pair.runs, 'run')} so far."]
    source = "Your own runs and answers"
    if pair.kind == "minimal":
        says.append(
            f"In a minimal pair a running step asks about {SHOES['minimal'] - 1:.0%} more of the "
            "calves, as we reckon it."
        )
        source += "; Sinclair 2015, Ryan 2014 (EVIDENCE 5.1, 5.2)"
    says += _mornings_after(day, pair)
    yield Item(name="pair", says=" ".join(says), source=source)


def _mornings_after(day: Day, pair: PairWear) -> Iterator[str]:
    """Soreness after runs in this pair, beside the runner's other pairs."""
    others = day.wear.after_others(pair.name)
    enough = day.limits["shoe_mornings"]
    if others.count < enough:
        return
    known = estimates(day.wear, day.limits).get(same(pair.name))
    if known is None:
        yield (
            f"You answered on {words.count(pair.after.count, 'morning')} after a run in it, too "
            "few to say how sore the calves are then."
        )
        return
    low, high = known.interval_80
    yield (
        f"On the mornings after runs in it the calves were at about {known.mean_nrs:.1f} of 10 "
        f"(80% sure of {low:.1f} to {high:.1f}, from {known.mornings} mornings), after runs in "
        f"other pairs at {others.mean_nrs:.1f} ({others.count} mornings). Hard runs are often run "
        "in the same pair, so this is no verdict on it."
    )
