"""One runner's past, and of it all that advice may look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from pipeline.day import dates_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from pipeline.checkin import CheckIn
    from pipeline.day import DayActivity
    from pipeline.standing import OwnCadence
    from pipeline.wardrobe import Pair, Worn

ANSWER_REACH_DAYS = 3
"""`during` and `rpe` speak of a run at most this many days back (DESIGN.md: check-ins)."""
SAME_RUN_MIN = 0.5
"""Of the shorter of two recordings: as much as near copies must have in common at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One counted run as advice sees it: numbers only, paired with what was told of it."""

    id: str
    on: date
    """Local date on which it started."""
    start_at: datetime
    distance_m: float | None
    calf_km: float | None
    told: tuple[tuple[date, int], ...] = ()
    """Worst pain during or after it, 0 to 10, each with the morning on which it was told."""
    worn: Worn | None = None
    cadence: OwnCadence | None = None
    timer_s: float | None = None
    rpe: float | None = None
    """Effort, 0 to 10, as the watch or its export was told."""
    told_rpe: tuple[tuple[date, int], ...] = ()
    """Effort as we were told, each with the morning on which that was."""

    def during(self, on: date) -> int | None:
        """The worst pain told of it up to a morning; None where nothing had been told."""
        return max((nrs for told_on, nrs in self.told if told_on <= on), default=None)

    def srpe_au(self, on: date) -> float | None:
        """Session-RPE, effort times minutes (Foster 2001), as it had been told by a morning.

        What we were told goes before what the watch was told; None where nobody was.
        """
        told = next((rpe for told_on, rpe in reversed(self.told_rpe) if told_on <= on), self.rpe)
        return None if told is None or self.timer_s is None else told * self.timer_s / 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFactors:
    """What was told of the runner that only ever tightens. None means not told.

    Age and an earlier calf strain are the strongest risk factors for another: a review of ten
    studies with 5,397 athletes, bjsm.bmj.com/content/51/16/1189 (EVIDENCE 1.4, 9.16).
    """

    previous_calf_strain: bool | None = None
    birth_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One runner's past.

    `mornings` has one answer per date, oldest first; `runs` are the counted runs, oldest first;
    `unknown` are the dates, from the first activity to the last day asked for, of which nobody
    can say whether there was a run. Dates before the first activity are unknown as well.
    """

    mornings: tuple[CheckIn, ...] = ()
    runs: tuple[Run, ...] = ()
    unknown: frozenset[date] = frozenset()
    first_on: date | None = None
    """The date of the first activity, a run or not; None where that is the first run's."""
    data_through: datetime | None = None
    """The end of the last activity, UTC."""
    pairs: tuple[Pair, ...] = ()
    """The shoes that the runner told of, and from when each is worn."""
    risk: RiskFactors = RiskFactors()


@dataclass(frozen=True, slots=True)
class Told:
    """What the runner said of one run afterwards."""

    during: tuple[tuple[date, int], ...] = ()
    """Each answer with its morning, oldest first: advice for a day sees only what was told."""
    efforts: tuple[tuple[date, int], ...] = ()
    """The same of effort."""

    @property
    def rpe(self) -> int | None:
        """Effort as it was told last."""
        return self.efforts[-1][1] if self.efforts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Everything of one runner that days and advice follow from, up to a last date."""

    activities: Sequence[DayActivity]
    """Oldest first."""
    mornings: Sequence[CheckIn]
    """One answer a date, oldest first."""
    told: Mapping[str, Told]
    """What was told of each run that counts, by its id, from `told_of`."""
    known: AbstractSet[date]
    """The dates on which a missing run means rest."""
    last: date
    pairs: tuple[Pair, ...] = ()
    risk: RiskFactors = RiskFactors()

    @property
    def first(self) -> date | None:
        """The date of the first run or answer; days are listed and averaged from here on."""
        return min(self._dates(), default=None)

    @property
    def latest(self) -> date | None:
        """The date of the last run or answer."""
        return max(self._dates(), default=None)

    def history(self) -> History:
        """The same, as advice may look at it."""
        first_on = min((each.on for each in self.activities), default=None)
        first = first_on or self.last
        runs = [
            Run(
                id=run.id,
                on=run.on,
                start_at=run.start_at,
                distance_m=run.distance_m,
                calf_km=run.calf_km,
                worn=run.worn,
                cadence=run.cadence,
                timer_s=run.timer_s,
                rpe=run.rpe,
            )
            for run in self.activities
            if run.counted
        ]
        return History(
            mornings=tuple(self.mornings),
            runs=with_told(runs, self.told),
            unknown=frozenset(on for on in dates_between(first, self.last) if on not in self.known),
            first_on=first_on,
            data_through=max((each.end_at for each in self.activities), default=None),
            pairs=self.pairs,
            risk=self.risk,
        )

    def _dates(self) -> Iterator[date]:
        yield from (run.on for run in self.activities if run.counted)
        yield from (morning.on for morning in self.mornings)


class Dated(Protocol):
    """What pairing needs to know of a run."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def on(self) -> date:
        """Its local date."""

    @property
    def start_at(self) -> datetime:
        """When it started."""


def told_of(mornings: Sequence[CheckIn], activities: Sequence[DayActivity]) -> dict[str, Told]:
    """What was told of each run that counts, whichever of its recordings an answer names.

    Which recording of a run counts may change with any file and any word of the runner; what hurt
    stays said of the run. A near copy says itself what stands in its place. A recording that the
    runner left out does not: there it is the run that counts and was recorded at the same time.

    Args:
        mornings: one answer per date, oldest first.
        activities: all of them, also those that do not count.
    """
    runs = [each for each in activities if each.counted]
    named = {morning.run_id for morning in mornings}
    counts_for = {
        each.id: run_id
        for each in activities
        if each.id in named and not (each.counted or each.walk)
        if (run_id := each.duplicate_of or _run_within(each, runs))
    }
    return pair(mornings, runs, counts_for)


def _run_within(recording: DayActivity, runs: Iterable[DayActivity]) -> str | None:
    """The run that shares most time with a recording, and at least half of the shorter one's."""
    shares = {run.id: _share(recording, run) for run in runs}
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= SAME_RUN_MIN else None


def _share(one: DayActivity, other: DayActivity) -> float:
    """The time that two have in common, of the shorter one's, at most 1; below 0 for none."""
    common = min(one.end_at, other.end_at) - max(one.start_at, other.start_at)
    shorter = min(one.end_at - one.start_at, other.end_at - other.start_at)
    return common / shorter if shorter else 0.0


def pair(
    mornings: Iterable[CheckIn],
    runs: Sequence[Dated],
    counts_for: Mapping[str, str] | None = None,
) -> dict[str, Told]:
    """Which run each `during` and `rpe` speaks of: run id → what was told.

    The run is the one named in the answer, else the last one of the three days before it. An
    answer that finds no run, or names one that does not count and for which no other counts, is
    kept and speaks of none. Of several about one run the later effort holds; of pain all are kept.

    Args:
        mornings: one answer per date, oldest first.
        runs: the counted ones.
        counts_for: id of a recording → id of the run that counts in its place.
    """
    by_id = {run.id for run in runs}
    last_of = {run.on: run.id for run in sorted(runs, key=lambda run: run.start_at)}
    told: dict[str, Told] = {}
    for morning in mornings:
        if morning.during is None and morning.rpe is None:
            continue
        run_id = morning.run_id or run_before(morning.on, last_of)
        if run_id and counts_for:
            run_id = counts_for.get(run_id, run_id)
        if run_id not in by_id:
            continue
        before = told.get(run_id, Told())
        during, efforts = before.during, before.efforts
        if morning.during is not None:
            during = (*during, (morning.on, morning.during))
        if morning.rpe is not None:
            efforts = (*efforts, (morning.on, morning.rpe))
        told[run_id] = Told(during, efforts)
    return told


def run_before(on: date, last_of: Mapping[date, str]) -> str | None:
    """The last run of the three days before a morning; `last_of` has the last run of each date."""
    for back in range(1, ANSWER_REACH_DAYS + 1):
        if run_id := last_of.get(on - timedelta(days=back)):
            return run_id
    return None


def with_told(runs: Sequence[Run], told: Mapping[str, Told]) -> tuple[Run, ...]:
    """The same runs, each with what was told of it."""
    nothing = Told()
    return tuple(
        run
        if (run.told, run.told_rpe) == (now.during, now.efforts)
        else replace(run, told=now.during, told_rpe=now.efforts)
        for run in runs
        for now in [told.get(run.id, nothing)]
    )
