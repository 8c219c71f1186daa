"""What the runs say: the longest of 30 days, spikes, the usual run, and which days are unknown.

Source: Frandsen 2025, BJSM 59:1203 (EVIDENCE 4.6), counted as EVIDENCE 9.11 says. Looking at calf
load in the same way is our extension.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from advice.limits import Limits
    from pipeline.history import History, Run


@dataclass(frozen=True, slots=True)
class Measured:
    """One run by one measure."""

    on: date
    amount: float
    spike: bool
    """More than 1.10 times the longest before it."""


@dataclass(frozen=True, slots=True)
class Window:
    """The runs of the last 30 days by one measure, oldest first."""

    limits: Limits
    runs: tuple[Measured, ...] = ()

    def after(self, on: date, amount: float | None) -> Window:
        """The window with one more run; one without a number changes nothing."""
        if amount is None:
            return self
        within = self._within(on)
        longest = self._longest(within, on)
        spike = longest is not None and amount > self.limits["longest_factor"] * longest
        return Window(self.limits, (*within, Measured(on, amount, spike)))

    def longest(self, on: date) -> float | None:
        """The longest run of the window, leaving out spikes for seven days.

        A spike is measured against this too, so a second long run soon after a first one is a
        spike again and does not become the new usual at once.
        """
        return self._longest(self._within(on), on)

    def usual(self, on: date, *, before: date | None = None) -> float | None:
        """The median run of 28 days; where those are empty, of the whole window.

        `before` leaves out the runs of that date and later.
        """
        days = self.limits["median_window_days"]
        within = [each for each in self._within(on) if before is None or each.on < before]
        recent = [each.amount for each in within if (on - each.on).days <= days]
        amounts = recent or [each.amount for each in within]
        return median(amounts) if amounts else None

    def recent_spike(self, on: date) -> Measured | None:
        """The latest spike, for the two days after it."""
        for each in reversed(self.runs):
            if (on - each.on).days > self.limits["spike_easy_days"]:
                return None
            if each.spike:
                return each
        return None

    def holds_runs(self, on: date) -> bool:
        """Whether a run of the window has a number."""
        return bool(self.runs) and self.runs[-1].on >= self._start(on)

    def only_spikes(self, on: date) -> bool:
        """Whether the window holds runs, and all of them are spikes that are left out."""
        ends_in_spike = self.holds_runs(on) and self.runs[-1].spike
        return ends_in_spike and self.longest(on) is None

    def _longest(self, within: tuple[Measured, ...], on: date) -> float | None:
        ignored = self.limits["spike_ignored_days"]
        amounts = [
            each.amount for each in within if not (each.spike and (on - each.on).days <= ignored)
        ]
        return max(amounts, default=None)

    def _within(self, on: date) -> tuple[Measured, ...]:
        """The runs of the days before `on` that the window covers."""
        start = self._start(on)
        for place, each in enumerate(self.runs):
            if each.on >= start:
                return self.runs[place:]
        return ()

    def _start(self, on: date) -> date:
        """The first day that the window before a day covers."""
        return on - timedelta(days=self.limits["window_days"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """All that the runs before a day say."""

    limits: Limits
    unknown: tuple[date, ...]
    """Dates for which nobody can say whether there was a run, oldest first."""
    distance_m: Window
    calf_km: Window
    dates: tuple[date, ...] = ()
    """The dates of the window's runs, oldest first, one each run."""
    first_on: date | None = None
    """The date of the first activity, else of the first run."""
    last: Run | None = None

    def after(self, run: Run) -> Training:
        """The training with one more run."""
        return Training(  # written out, because `replace` takes three times as long
            limits=self.limits,
            unknown=self.unknown,
            distance_m=self.distance_m.after(run.on, run.distance_m),
            calf_km=self.calf_km.after(run.on, run.calf_km),
            dates=(*self._within(run.on), run.on),
            first_on=self.first_on or run.on,
            last=run,
        )

    def runs(self, on: date) -> int:
        """How many runs the 30 days before a day hold."""
        return len(self._within(on))

    def ran_within(self, on: date, days: float) -> tuple[date, ...]:
        """The dates of the runs of the last few days before a day."""
        return self.dates[bisect_left(self.dates, on - timedelta(days=days)) :]

    def distance_on(self, on: date) -> float | None:
        """What was run on one date of the window; None where a run has no distance."""
        amounts_m = [each.amount for each in self.distance_m.runs if each.on == on]
        return sum(amounts_m) if len(amounts_m) == self.dates.count(on) else None

    def unknown_days(self, on: date) -> int:
        """How many of the 30 days before a day are unknown; before the first activity all are."""
        days = int(self.limits["window_days"])
        start = on - timedelta(days=days)
        known_from = min(max(start, self.first_on or on), on)
        listed = bisect_left(self.unknown, on) - bisect_left(self.unknown, known_from)
        return (known_from - start).days + listed

    def during_nrs(self, on: date) -> int | None:
        """D, the worst pain of the latest run, as told up to a day.

        It counts for two mornings after that run, or until the next one (EVIDENCE 9.3).
        """
        if not self.last or (on - self.last.on).days > self.limits["during_counts_days"]:
            return None
        return self.last.during(on)

    def _within(self, on: date) -> tuple[date, ...]:
        """The dates of the runs that the window before a day covers."""
        return self.ran_within(on, self.limits["window_days"])


def no_training(history: History, limits: Limits) -> Training:
    """The training before the first run."""
    return Training(
        limits=limits,
        unknown=tuple(sorted(history.unknown)),
        distance_m=Window(limits),
        calf_km=Window(limits),
        first_on=history.first_on,
    )
