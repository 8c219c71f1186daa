"""What each pair of shoes was run in, and how the calves were on the mornings after.

Plain Python: every morning follows it, answer by answer and run by run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.checkin import NRS_MAX
from pipeline.wardrobe import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from pipeline.checkin import CheckIn
    from pipeline.history import Run
    from pipeline.shoes import ShoeKind

Z_80 = 1.2816
"""A normal distribution has 80 % within so many standard deviations."""


@dataclass(frozen=True, slots=True)
class Mornings:
    """Soreness of some mornings, the worse side of each, as whole sums."""

    count: int = 0
    total: int = 0
    squares: int = 0

    def __add__(self, other: Mornings) -> Mornings:
        """All of both."""
        return Mornings(
            self.count + other.count, self.total + other.total, self.squares + other.squares
        )

    @property
    def mean_nrs(self) -> float:
        """Their mean; there must be at least one."""
        return self.total / self.count

    @property
    def scatter(self) -> float:
        """Sum of squared distances from their mean."""
        return self.squares - self.total**2 / self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class PairWear:
    """One pair, as far as it was run in."""

    name: str
    kind: ShoeKind | None
    runs: int
    distance_m: float | None
    """None where one of its runs does not tell."""
    calf_km: float | None
    first_on: date
    last_on: date
    since: date
    """The first run in it after it had been away; of a pair that never was, the first of all."""
    after: Mornings = Mornings()
    """The mornings after its runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """All pairs so far: an immutable fold over runs and answers, oldest first."""

    away_days: float
    """A pair that was not run in for more days than this, while another one was, comes new."""
    pairs: Mapping[str, PairWear] = field(default_factory=dict)
    """By `same(name)`, in the order of their first runs."""
    first_on: date | None = None
    """The date of the first run of all."""
    last_on: date | None = None
    last: tuple[str | None, ...] = ()
    """The pairs of the runs of that date, in their order; None for one of which nobody told."""

    @property
    def last_pair(self) -> PairWear | None:
        """The pair of the last run; None where nobody told."""
        name = self.last[-1] if self.last else None
        return self.pairs[name] if name is not None else None

    def after_run(self, run: Run) -> Wear:
        """With one more run."""
        key = same(run.worn.name) if run.worn else None
        pairs = self.pairs if key is None else {**self.pairs, key: self._worn_again(key, run)}
        return replace(
            self,
            pairs=pairs,
            first_on=self.first_on or run.on,
            last_on=run.on,
            last=(*self.last, key) if run.on == self.last_on else (key,),
        )

    def after_morning(self, checkin: CheckIn) -> Wear:
        """With one more answer, which speaks of the runs of the day before.

        Where that day saw more than one pair, or a run of which nobody told the pair, nobody can
        say which of them the morning speaks of, and it enters none.
        """
        key = self.last[0] if self.last else None
        if self.last_on is None or (checkin.on - self.last_on).days != 1:
            return self
        if key is None or len(set(self.last)) > 1:
            return self
        pair, nrs = self.pairs[key], checkin.worst
        told = replace(pair, after=pair.after + Mornings(1, nrs, nrs * nrs))
        return replace(self, pairs={**self.pairs, key: told})

    def after_others(self, name: str) -> Mornings:
        """The mornings after runs in any other pair."""
        others = (pair.after for key, pair in self.pairs.items() if key != same(name))
        return sum(others, Mornings())

    def comes_new(self, name: str, on: date) -> bool:
        """Whether a pair that is put on on a date was not worn lately, and another one was."""
        pair = self.pairs.get(same(name))
        if pair is None:
            return True
        away = (on - pair.last_on).days > self.away_days
        return away and self.last[-1] != same(name)

    def _worn_again(self, key: str, run: Run) -> PairWear:
        """A pair with one more run in it."""
        worn, pair = run.worn, self.pairs.get(key)
        if pair is None:
            return PairWear(
                name=worn.name if worn else key,
                kind=worn.kind if worn else None,
                runs=1,
                distance_m=run.distance_m,
                calf_km=run.calf_km,
                first_on=run.on,
                last_on=run.on,
                since=run.on,
            )
        return replace(
            pair,
            kind=worn.kind if worn else None,
            runs=pair.runs + 1,
            distance_m=_sum(pair.distance_m, run.distance_m),
            calf_km=_sum(pair.calf_km, run.calf_km),
            last_on=run.on,
            since=run.on if self.comes_new(key, run.on) else pair.since,
        )


def wear_of(runs: Sequence[Run], mornings: Iterable[CheckIn], *, away_days: float) -> Wear:
    """All pairs of a past; both must come oldest first."""
    wear, place = Wear(away_days=away_days), 0
    for checkin in mornings:
        while place < len(runs) and runs[place].on < checkin.on:
            wear = wear.after_run(runs[place])
            place += 1
        wear = wear.after_morning(checkin)
    for run in runs[place:]:
        wear = wear.after_run(run)
    return wear


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Soreness on the morning after a run in one pair, and how well it is known."""

    mean_nrs: float
    sd_nrs: float
    """Of the mean, not of a morning."""
    mornings: int

    @property
    def interval_80(self) -> tuple[float, float]:
        """Where the mean lies with 80 %, within the scale."""
        reach = Z_80 * self.sd_nrs
        return max(self.mean_nrs - reach, 0.0), min(self.mean_nrs + reach, float(NRS_MAX))


def spread_nrs(
    pairs: Iterable[Mornings], *, usual_nrs: float, usual_mornings: float
) -> float | None:
    """How far the mornings after runs in one pair lie apart, one standard deviation.

        s^2 = (k u^2 + sum of scatters) / (k + N - J)

    N mornings of J pairs; the usual spread u counts like k mornings, so that three equal answers do
    not claim to know everything. None without a morning.

    Args:
        pairs: the mornings of each pair.
        usual_nrs: u, greater than 0.
        usual_mornings: k, greater than 0.
    """
    told = [each for each in pairs if each.count]
    if not told:
        return None
    free = sum(each.count for each in told) - len(told)
    scatter = sum(each.scatter for each in told)
    return math.sqrt((usual_mornings * usual_nrs**2 + scatter) / (usual_mornings + free))


def pooled(
    pairs: Mapping[str, Mornings],
    *,
    spread_nrs: float,
    between_nrs: float,
    independent_share: float = 1.0,
) -> dict[str, Estimate]:
    """Soreness on the morning after a run, by pair, each drawn to the runner's own mean.

        y_ij ~ N(mu_j, s^2),   mu_j ~ N(m, t^2),   m unknown (flat)
        w_j = 1 / (t^2 + s^2 / n_j),   m = sum(w_j y_j) / sum(w_j),   b_j = t^2 w_j
        mean_j = m + b_j (y_j - m)
        var_j  = b_j s^2 / n_j + (1 - b_j)^2 / sum(w_j)
        n_j = share x mornings

    y_j is the mean of the mornings of pair j, the worse side of each. It is the exact posterior of
    the model for given s and t: one morning hardly leaves the runner's mean m, many mornings stay
    where they are, a single pair keeps its own mean with s / sqrt(n), and more mornings never widen
    an interval. Soreness lasts, so that two mornings in a row tell less than twice as much: of each
    only a share counts, which is (1 - r) / (1 + r) where successive mornings correlate by r.

    What it cannot tell: why. Hard runs are often run in the same pair, and a new pair comes in
    another season, so a difference is not the shoe's doing. Intervals take s, t and the share as
    known, and are too narrow where pairs differ by more than t. Answers are whole numbers with an
    end at 0, which no normal distribution knows.

    Args:
        pairs: by name; those without a morning are left out.
        spread_nrs: s, between the mornings of one pair, from `spread_nrs`.
        between_nrs: t, between the pairs of one runner; greater than 0.
        independent_share: of each morning, what it tells beside the one before it; 0 to 1.

    Source: the normal hierarchical model of any textbook (Gelman et al., Bayesian Data Analysis,
    5.4). That pairs differ by about t is our assumption (advice/limits.toml).
    """
    told = {name: each for name, each in pairs.items() if each.count}
    noise = {name: spread_nrs**2 / (independent_share * each.count) for name, each in told.items()}
    weights = {name: 1 / (between_nrs**2 + noise[name]) for name in told}
    weight = sum(weights.values())
    middle = sum(weights[name] * each.mean_nrs for name, each in told.items()) / (weight or 1.0)
    return {
        name: _estimate(each, middle, between_nrs**2 * weights[name], noise[name], 1 / weight)
        for name, each in told.items()
    }


def _estimate(
    mornings: Mornings, middle: float, own: float, noise: float, middle_variance: float
) -> Estimate:
    """One pair: `own` is the share of its own mean, the rest is the runner's."""
    return Estimate(
        mean_nrs=middle + own * (mornings.mean_nrs - middle),
        sd_nrs=math.sqrt(own * noise + (1 - own) ** 2 * middle_variance),
        mornings=mornings.count,
    )


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
