"""One side's soreness: its episodes, its rises, and when it is a matter for somebody else.

Pure design on EVIDENCE sections 3 and 9.5 to 9.8, 9.10. Values are answers of one side, 0 to 10;
days are calendar days, answered or not, and the first morning of an episode is day 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from advice.limits import Limits

    Holds = Callable[["Episode", date, tuple["Episode", ...], Limits], bool]

Reason = Literal[
    "no_fall",
    "rising",
    "beyond_seven_days",
    "six_for_three_mornings",
    "rested_not_settled",
    "three_episodes",
    "referred_again",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """The answer that made an episode a matter for a physician, and why."""

    on: date
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Soreness of one side from its first morning to its last."""

    started_on: date
    nrs: int
    """The latest answer."""
    peak_nrs: int
    early_peak_nrs: int
    """The peak of days 0 to 3."""
    early_last_nrs: int
    """The last answer of days 0 to 3: what a rise after day 3 is measured against."""
    low_answers: int = 0
    """Successive answers that count towards the end."""
    high_since: date | None = None
    """The first of the unbroken answers that are significant pain."""
    rested: int = 0
    """Days of rest told since day 0."""
    seen: bool = False
    """Somebody has looked at it: only a new height refers it again."""
    referral: Referral | None = None
    """Stands until the episode ends or is seen."""
    ended_on: date | None = None

    def day(self, on: date) -> int:
        """Which day of the episode a date is."""
        return (on - self.started_on).days

    def after(self, on: date, nrs: int, *, rested: bool, limits: Limits) -> Episode:
        """The episode with one more answer."""
        early = self.day(on) <= limits["early_days"]
        low_answers = self.low_answers + 1 if nrs <= limits["settled_nrs"] else 0
        over = nrs == 0 or low_answers >= limits["settled_answers"]
        return Episode(  # written out, because `replace` takes three times as long
            started_on=self.started_on,
            nrs=nrs,
            peak_nrs=max(self.peak_nrs, nrs),
            early_peak_nrs=max(self.early_peak_nrs, nrs) if early else self.early_peak_nrs,
            early_last_nrs=nrs if early else self.early_last_nrs,
            low_answers=low_answers,
            high_since=_high_since(self.high_since, on, nrs, limits),
            rested=self.rested + rested,
            seen=self.seen,
            referral=self.referral,
            ended_on=on if over else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SideCourse:
    """The course of one side up to its latest answer."""

    nrs: int | None = None
    answered_on: date | None = None
    rises: int = 0
    """Rises in a row that end with the latest answer; over one missing morning they count two."""
    rise_nrs: int = 0
    """How far the latest answer is above the one before it."""
    episode: Episode | None = None
    ended: tuple[Episode, ...] = ()
    """Episodes that ended within the window of recurrence, oldest first."""

    def after(self, on: date, nrs: int, *, rested: bool, seen: bool, limits: Limits) -> SideCourse:
        """The course with one more answer; `seen`: this answer tells of a visit to somebody."""
        ended = self._ended_within(on, limits["episodes_window_days"])
        episode = self._episode_after(on, nrs, rested=rested, limits=limits)
        if episode and episode.ended_on:
            ended, episode = (*ended, episode), None
        if episode:
            episode = _judged(episode, on, ended, seen=seen, limits=limits)
        return SideCourse(
            nrs=nrs,
            answered_on=on,
            rises=self._rises_after(on, nrs),
            rise_nrs=nrs - self.nrs if self.nrs is not None else 0,
            episode=episode,
            ended=ended,
        )

    def _ended_within(self, on: date, days: float) -> tuple[Episode, ...]:
        """The ended episodes without those that the window has left behind."""
        for place, each in enumerate(self.ended):
            if each.ended_on and (on - each.ended_on).days < days:
                return self.ended[place:]
        return ()

    def _episode_after(self, on: date, nrs: int, *, rested: bool, limits: Limits) -> Episode | None:
        """The episode that goes on, or the one that begins, if any."""
        if self.episode:
            return self.episode.after(on, nrs, rested=rested, limits=limits)
        if nrs < limits["episode_starts_nrs"]:
            return None
        # `rested` speaks of the day before day 0, which is not in the episode.
        return Episode(
            started_on=on,
            nrs=nrs,
            peak_nrs=nrs,
            early_peak_nrs=nrs,
            early_last_nrs=nrs,
            high_since=_high_since(None, on, nrs, limits),
        )

    def _rises_after(self, on: date, nrs: int) -> int:
        """Rises in a row (9.5). Two missing mornings or more: nobody knows, the count restarts."""
        if self.nrs is None or self.answered_on is None or nrs <= self.nrs:
            return 0
        match (on - self.answered_on).days:
            case 1:
                return self.rises + 1
            case 2:
                return self.rises + 2
            case _:
                return 1


def _high_since(since: date | None, on: date, nrs: int, limits: Limits) -> date | None:
    """The first of the unbroken answers that are significant pain, today's included."""
    return (since or on) if nrs >= limits["significant_pain_nrs"] else None


def _judged(
    episode: Episode, on: date, ended: tuple[Episode, ...], *, seen: bool, limits: Limits
) -> Episode:
    """The episode with its referral: a visit answers it, a standing one stays as it was made."""
    if seen:
        return replace(episode, seen=True, referral=None)
    if episode.referral:
        return episode
    reasons = tuple(
        reason
        for reason, holds in (AGAIN if episode.seen else PERSISTENCE).items()
        if holds(episode, on, ended, limits)
    )
    return replace(episode, referral=Referral(on=on, reasons=reasons)) if reasons else episode


def _no_fall(episode: Episode, on: date, _: tuple[Episode, ...], limits: Limits) -> bool:
    """From day 4 at 3 or more, and not fallen by 30 % from the early peak (9.7)."""
    share = limits["no_fall_share"]
    return _late(episode, on, limits) and episode.nrs > share * episode.early_peak_nrs


def _rising(episode: Episode, on: date, _: tuple[Episode, ...], limits: Limits) -> bool:
    """From day 4 at 3 or more, and above day 3 (9.7)."""
    return _late(episode, on, limits) and episode.nrs > episode.early_last_nrs


def _late(episode: Episode, on: date, limits: Limits) -> bool:
    """From day 4 on, at 3 or more."""
    return episode.day(on) > limits["early_days"] and episode.nrs >= limits["persistent_nrs"]


def _beyond_seven_days(episode: Episode, on: date, _: tuple[Episode, ...], limits: Limits) -> bool:
    """Day 8 or later, and still 2 or more (9.7)."""
    late = episode.day(on) > limits["long_episode_days"]
    return late and episode.nrs >= limits["episode_starts_nrs"]


def _six_for_three_mornings(
    episode: Episode, on: date, _: tuple[Episode, ...], limits: Limits
) -> bool:
    """6 or more today and 48 h ago, none lower between (9.7)."""
    since = episode.high_since
    return since is not None and (on - since).days >= limits["severe_days"]


def _rested_not_settled(
    episode: Episode, _on: date, _: tuple[Episode, ...], limits: Limits
) -> bool:
    """Rested three times in the episode, and still 4 or more (9.7)."""
    return episode.rested >= limits["rested_times"] and episode.nrs >= limits["rested_nrs"]


def _three_episodes(
    episode: Episode, _on: date, ended: tuple[Episode, ...], limits: Limits
) -> bool:
    """The third episode in 42 days, each with a peak of 4 or more (9.8)."""
    floor = limits["episodes_peak_nrs"]
    high = sum(each.peak_nrs >= floor for each in (*ended, episode))
    return episode.peak_nrs >= floor and high >= limits["episodes"]


def _referred_again(episode: Episode, _on: date, _: tuple[Episode, ...], limits: Limits) -> bool:
    """Seen by somebody, and at 4 or more on a later morning (9.10)."""
    return episode.nrs >= limits["referred_again_nrs"]


PERSISTENCE: Mapping[Reason, Holds] = {
    "no_fall": _no_fall,
    "rising": _rising,
    "beyond_seven_days": _beyond_seven_days,
    "six_for_three_mornings": _six_for_three_mornings,
    "rested_not_settled": _rested_not_settled,
    "three_episodes": _three_episodes,
}
"""What refers an episode that nobody has looked at."""

AGAIN: Mapping[Reason, Holds] = {"referred_again": _referred_again}
"""What refers an episode that somebody has looked at."""
