"""Sixteen weeks of a virtual runner: files, mornings, and a hard week that goes into the calves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from flows.simulate.course import Place, place_in
from flows.simulate.mornings import STORY_DAYS, answer, checkins_csv
from flows.simulate.recorders import Counting, phone_gpx, truncated, watch_fit
from flows.simulate.run import simulate_run
from flows.simulate.truth import Kind, TrueRun
from pipeline.checkin import CheckIn

CHECKINS_NAME = "checkins.csv"

_DAYS_A_WEEK = 7
_FEWEST_WEEKS = 4
_MORNINGS_MISSED = 5
_KEPT_OF_TRUNCATED = 0.7
_LATEST_PHONE_S = 120
_PHONE_COUNTS: tuple[Counting | None, ...] = ("strides", "steps", None)


class _Plan(NamedTuple):
    """One run as the runner means it: on which day of the week (then of the season), from 0."""

    day: int
    kind: Kind
    minutes: int


_HARD_WEEK = (
    _Plan(0, "easy", 50),
    _Plan(1, "intervals", 65),
    _Plan(3, "hilly", 75),
    _Plan(4, "intervals", 65),
    _Plan(5, "easy", 45),
    _Plan(6, "long", 135),
)


@dataclass(frozen=True, slots=True)
class PhoneUse:
    """How the phone recorded a run."""

    started_late_s: int
    counting: Counting | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """A true run and what recorded it: the watch, the phone, or both."""

    run: TrueRun
    watch_kept: float | None
    """Share of the watch's file that survived: 1 for a whole file, None without a watch."""
    phone: PhoneUse | None

    @property
    def name(self) -> str:
        """Local start and kind: 2026-08-03-0712-easy."""
        return f"{self.run.local_start:%Y-%m-%d-%H%M}-{self.run.kind}"

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Path below the season's folder, and content, of every recording."""
        if self.watch_kept is not None:
            content = watch_fit(self.run)
            yield f"watch/{self.name}.fit", truncated(content, self.watch_kept)
        if self.phone is not None:
            gpx = phone_gpx(
                self.run,
                started_late_s=self.phone.started_late_s,
                cadence=self.phone.counting,
            )
            yield f"phone/{self.name}.gpx", gpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """What a runner did in the weeks before a day, and what they said each morning."""

    today: date
    timezone: str
    runs: tuple[RecordedRun, ...]
    """Oldest first; the last one was yesterday."""
    check_ins: tuple[CheckIn, ...]
    """Oldest first; the last one is today's."""

    def write(self, folder: Path) -> None:
        """Write watch/*.fit, phone/*.gpx and checkins.csv."""
        for recorded in self.runs:
            for path, content in recorded.files():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        # Bytes, because a text file would get other line ends on Windows.
        (folder / CHECKINS_NAME).write_bytes(checkins_csv(self.check_ins).encode())


def season(today: date, seed: int, weeks: int = 16, timezone: str = "Europe/Zurich") -> Season:
    """About four runs a week until yesterday, and a check-in on most mornings until today's.

    The week before last is hard: six runs, two of them intervals, one hilly, and a long run that
    is far longer than any before. The calves were sore after it, the left one more, and have
    been settling since; the only run of the last week was yesterday's walk and run.

    One run is on a treadmill, the file of one is truncated, some were recorded by the phone
    alone, some by watch and phone.

    Raises:
        ValueError: fewer than four weeks, or a time zone without a place.
    """
    if weeks < _FEWEST_WEEKS:
        raise ValueError(f"a season has at least {_FEWEST_WEEKS} weeks")
    random = np.random.default_rng(seed)
    place = place_in(timezone)
    first_day = today - timedelta(days=weeks * _DAYS_A_WEEK)
    runs = tuple(
        simulate_run(
            plan.kind,
            start_at=_start(random, first_day + timedelta(days=plan.day), plan.kind, place),
            minutes=plan.minutes,
            seed=seed * 1000 + index,
            place=place,
        )
        for index, plan in enumerate(_plans(weeks))
    )
    return Season(
        today=today,
        timezone=timezone,
        runs=_recorded(random, runs),
        check_ins=_answers(random, first_day, today, runs),
    )


def _plans(weeks: int) -> Iterator[_Plan]:
    """The weeks in order: a slow progression, the hard week, the quiet one."""
    hard, quiet = weeks - 2, weeks - 1
    for week in range(hard):
        yield from _in_week(week, *_ordinary_week(week, indoors=week == weeks // 3))
    yield from _in_week(hard, *_HARD_WEEK)
    yield from _in_week(quiet, _Plan(6, "walk_run", 30))


def _in_week(week: int, *plans: _Plan) -> Iterator[_Plan]:
    for plan in plans:
        yield plan._replace(day=week * _DAYS_A_WEEK + plan.day)


def _ordinary_week(week: int, *, indoors: bool) -> Iterator[_Plan]:
    """Easy, something faster or hilly, easy, long; every fourth week is a lighter one."""
    quality: tuple[Kind, ...] = ("intervals", "easy", "hilly", "easy")
    lighter = week % 4 == 3  # noqa: PLR2004 - the fourth, counted from 0
    yield _Plan(0, "paused" if week % 3 == 1 else "easy", 35 + week)
    yield _Plan(2, "treadmill" if indoors else quality[week % 4], 40 + week)
    if not lighter:
        yield _Plan(4, "easy", 35 + week)
    yield _Plan(6, "long", 55 if lighter else 60 + 2 * week)


def _start(random: np.random.Generator, on: date, kind: Kind, place: Place) -> datetime:
    """Long runs begin between 8 and 10, others before or after work: 6:30 to 7:30, 17 to 19."""
    if kind == "long":
        earliest, latest = time(8), time(10)
    elif random.random() < 0.5:  # noqa: PLR2004 - heads or tails
        earliest, latest = time(6, 30), time(7, 30)
    else:
        earliest, latest = time(17), time(19)
    zone = ZoneInfo(place.timezone)
    seconds = (latest.hour - earliest.hour) * 3600 + (latest.minute - earliest.minute) * 60
    later = timedelta(seconds=int(random.integers(seconds)))
    return datetime.combine(on, earliest, zone) + later


def _recorded(random: np.random.Generator, runs: tuple[TrueRun, ...]) -> tuple[RecordedRun, ...]:
    """Mostly the watch; now and then the phone alone, or both; one file did not survive whole."""
    broken = next(
        index for index, run in enumerate(runs) if index >= len(runs) // 2 and run.kind == "easy"
    )
    recorded = [_by_turns(random, index, run) for index, run in enumerate(runs)]
    recorded[broken] = _by_watch(runs[broken], kept=_KEPT_OF_TRUNCATED)
    return tuple(recorded)


def _by_watch(run: TrueRun, *, kept: float = 1.0) -> RecordedRun:
    return RecordedRun(run=run, watch_kept=kept, phone=None)


def _by_turns(random: np.random.Generator, index: int, run: TrueRun) -> RecordedRun:
    """Every tenth run has two recordings, every eighth only the phone's, indoors the watch's."""
    if run.kind == "treadmill":
        return _by_watch(run)
    counting = _PHONE_COUNTS[index // 8 % len(_PHONE_COUNTS)]
    if index % 10 == 6:  # noqa: PLR2004 - even, so it never meets the odd turn below
        late_s = int(random.integers(5, _LATEST_PHONE_S + 1))
        return RecordedRun(run=run, watch_kept=1.0, phone=PhoneUse(late_s, counting))
    if index % 8 == 5:  # noqa: PLR2004 - odd
        return RecordedRun(run=run, watch_kept=None, phone=PhoneUse(0, counting))
    return _by_watch(run)


def _answers(
    random: np.random.Generator, first_day: date, today: date, runs: tuple[TrueRun, ...]
) -> tuple[CheckIn, ...]:
    """One a morning from the second day on, a few of them missed, none in the last two weeks."""
    days = (today - first_day).days
    mornings = np.arange(1, days + 1)
    missed = random.choice(mornings[:-STORY_DAYS], _MORNINGS_MISSED, replace=False)
    return tuple(
        answer(random, first_day + timedelta(days=int(day)), today=today, runs=runs)
        for day in np.setdiff1d(mornings, missed)
    )
