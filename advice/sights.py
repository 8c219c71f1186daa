"""What a rule looked at on a day, in a few words, whether it fits or not.

One sight for each kind of number that signs.py looks at; rules that look at the same share one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice import words
from advice.course import SIDES
from advice.signs import FLAG_WORDS, days_ago

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from advice.course import Side
    from advice.day import Day
    from advice.episode import Episode
    from advice.training import Measured
    from pipeline.checkin import Flag

    Sight = Callable[[Day], str]

NO_ANSWER = "no answer this morning"


def _ago(day: Day, on: date) -> str:
    """When a date was, seen from a day."""
    return days_ago((day.on - on).days)


# Answers.


def this_morning(day: Day) -> str:
    """Both sides this morning, or how long nothing was heard."""
    if day.answer:
        return words.soreness(day.answer.left, day.answer.right)
    last = day.course.last
    return f"{NO_ANSWER}, the last one {_ago(day, last.on)}" if last else "no answer so far"


def outlook(day: Day) -> str:
    """The forecast of tomorrow, and whether it may act."""
    forecast = day.forecast
    if forecast is None:
        return "no answer so far"
    pairs = words.count(forecast.pairs, "pair")
    if forecast.acts_on is None:
        return f"{pairs} of own mornings; no forecast of one's own has proved itself yet"
    nrs = day.limits["forecast_nrs"]
    return f"{pairs} of own mornings; {nrs:g} or more tomorrow: {forecast.acts_on:.0%}"


def painkiller(day: Day) -> str:
    """Whether one was taken this morning."""
    if not day.answer:
        return NO_ANSWER
    return "a painkiller this morning" if day.answer.painkiller else "no painkiller told"


def rises(day: Day) -> str:
    """Rises in a row that end this morning."""
    if not day.answer:
        return NO_ANSWER
    counts = words.soreness(day.course.left.rises, day.course.right.rises)
    return f"rises in a row: {counts}"


def last_mornings(day: Day) -> str:
    """Both sides on the latest mornings that one-sidedness needs."""
    if not day.answer:
        return NO_ANSWER
    recent = day.course.recent[-int(day.limits["one_sided_mornings"]) :]
    sides = (f"{side} {' '.join(str(getattr(each, side)) for each in recent)}" for side in SIDES)
    over = words.count((day.on - recent[0].on).days + 1, "morning")
    return f"{', '.join(sides)} over {over}"


def clearance(day: Day) -> str:
    """What somebody said about running, where it still counts."""
    course = day.course
    if course.held_since:
        return f"may not run, told {_ago(day, course.held_since)}"
    if course.proving_since:
        return f"may run again, told {_ago(day, course.proving_since)}, not yet proved by a run"
    return "no word from a visit that still counts"


# Flags.


def flags(among: Collection[Flag] = tuple(FLAG_WORDS)) -> Sight:
    """Which of these flags stand, and since when."""

    def sight(day: Day) -> str:
        told_on = day.course.flags
        standing = [flag for flag in FLAG_WORDS if flag in among and flag in told_on]
        told = (f"{FLAG_WORDS[flag]} ({_ago(day, told_on[flag])})" for flag in standing)
        return "; ".join(told) or "none of these stands"

    return sight


def limp(day: Day) -> str:
    """The last morning with a limp, and the first of those in a row."""
    limped_on, since = day.course.limped_on, day.course.limping_since
    if limped_on is None:
        return "no limp told"
    in_a_row = f", since {_ago(day, since)}" if since and since < limped_on else ""
    return f"last limp {_ago(day, limped_on)}{in_a_row}"


# Episodes.


def episodes(day: Day) -> str:
    """Each side's episode while it is judged: its day, its latest answer, who looks at it."""
    if day.course.last and not day.episodes_are_judged:
        return f"nothing heard for {day.silent_days} days: episodes are not judged"
    return _episodes(day)


def episodes_today(*more: str) -> Sight:
    """Each side's episode with this morning's answer, and more of it (keys of `MORE`)."""

    def sight(day: Day) -> str:
        return _episodes(day, *more) if day.answer else NO_ANSWER

    return sight


def _episodes(day: Day, *more: str) -> str:
    """The episodes of both sides in words."""
    told = []
    for side in SIDES:
        if episode := day.course.side(side).episode:
            numbers = [MORE[name](day, side, episode) for name in more]
            answered_on = day.course.side(side).answered_on or day.on
            start = f"{side} at {episode.nrs} on day {episode.day(answered_on)}"
            told.append(", ".join([start, *numbers, *_looked_at(day, episode)]))
    return "; ".join(told) or "no episode"


def _looked_at(day: Day, episode: Episode) -> list[str]:
    """Whether somebody has seen an episode, or was asked to before today."""
    referral = episode.referral
    is_earlier = referral is not None and referral.on < day.on
    referred = [f"referred {_ago(day, referral.on)}"] if referral and is_earlier else []
    return (["seen"] if episode.seen else []) + referred


def _early_peak(day: Day, _: Side, episode: Episode) -> str:
    return f"peak {episode.early_peak_nrs} {_early(day)}"


def _early_last(day: Day, _: Side, episode: Episode) -> str:
    return f"last {episode.early_last_nrs} {_early(day)}"


def _early(day: Day) -> str:
    return f"in days 0 to {day.limits['early_days']:g}"


def _high(day: Day, _: Side, episode: Episode) -> str:
    level = f"{day.limits['significant_pain_nrs']:g} or more"
    return (
        f"{level} since {_ago(day, episode.high_since)}" if episode.high_since else f"not {level}"
    )


def _rested(_: Day, _side: Side, episode: Episode) -> str:
    return f"{words.count(episode.rested, 'day')} rested"


def _earlier(day: Day, side: Side, episode: Episode) -> str:
    """This episode's peak, and those of the ones that ended within the window."""
    ended = " ".join(str(each.peak_nrs) for each in day.course.side(side).ended)
    return f"peak {episode.peak_nrs}, peaks of earlier ones: {ended or 'none'}"


MORE: dict[str, Callable[[Day, Side, Episode], str]] = {
    "early_peak": _early_peak,
    "early_last": _early_last,
    "high": _high,
    "rested": _rested,
    "earlier": _earlier,
}
"""What a rule may want to know of an episode beside its day and its latest answer."""


# Runs.


def last_run(day: Day) -> str:
    """When the last run was, and how much it hurt, while that counts."""
    last = day.training.last
    if last is None:
        return "no run known"
    when = f"last run {_ago(day, last.on)}"
    if (day.on - last.on).days > day.limits["during_counts_days"]:
        return f"{when}, too long ago to count"
    hurt = day.during_nrs
    return f"{when}, pain not told" if hurt is None else f"{when}, hurt up to {hurt}"


def before_runs(day: Day) -> str:
    """This morning beside the mornings before the latest runs."""
    if not day.answer:
        return NO_ANSWER
    days = day.limits["pre_run_runs_days"]
    ran_on = sorted(set(day.training.ran_within(day.on, days)), reverse=True)
    if not ran_on:
        return f"no run in the last {days:g} days"
    before = (f"before the run {_ago(day, on)}: {_morning_before(day, on)}" for on in ran_on)
    return "; ".join([f"now {this_morning(day)}", *before])


def _morning_before(day: Day, ran_on: date) -> str:
    before = day.course.before_run(ran_on)
    return words.soreness(before.left, before.right) if before else "not told"


def spike(day: Day) -> str:
    """The latest run far beyond the longest before it."""
    latest = day.training.distance_m.recent_spike(day.on)
    return _spike(day, latest, "" if latest is None else words.distance(latest.amount, day.units))


def calf_load_spike(day: Day) -> str:
    """The same in calf load."""
    latest = day.training.calf_km.recent_spike(day.on)
    return _spike(day, latest, "" if latest is None else words.calf_load(latest.amount))


def _spike(day: Day, latest: Measured | None, amount: str) -> str:
    if latest is None:
        return f"no such run in the last {day.limits['spike_easy_days']:g} days"
    return f"such a run {_ago(day, latest.on)}, {amount}"


def ladder(day: Day) -> str:
    """Where somebody stands on the way back after a sudden sharp pain."""
    on_it = day.course.ladder
    if on_it is None:
        return "no way back to go"
    if on_it.allowed_on is None:
        return "a sudden sharp pain, and nobody has said yet that you may run"
    last = day.training.last
    ran = f"last run {_ago(day, last.on)}" if last else "no run known"
    if not on_it.step:
        return f"may run again since {_ago(day, on_it.allowed_on)}, no quiet morning yet; {ran}"
    quiet = words.count(on_it.quiet, "quiet morning")
    return f"step {on_it.step}, {quiet} after a run on it; {ran}"


def days_in_a_row(day: Day) -> str:
    """On how many of the last days there was a run."""
    days = day.limits["routine_days"]
    ran = len(set(day.training.ran_within(day.on, days)))
    return f"a run on {ran} of the last {days:g} days"


def runs(day: Day) -> str:
    """How many runs the window holds."""
    days = day.limits["window_days"]
    return f"{words.count(day.training.runs(day.on), 'run')} in the last {days:g} days"


def the_other_rules(_: Day) -> str:
    """For the rule that is left when no other holds."""
    return "the other rules"
