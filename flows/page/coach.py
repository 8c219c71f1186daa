"""What a coach sees: who lets them look, those first who need a word.

Light on purpose: verdicts are those that are stored, and nobody's advice is worked out here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from advice import words
from advice.recommendation import Verdict
from flows import settings
from flows.page import pictures, said
from flows.page.site import Site
from pipeline.store.grants import MorningSaid

LOOK_BACK_DAYS = 60
"""A verdict that has held for longer is said to hold for more than this."""
SILENT_DAYS = 3
"""From this many days without an answer on, silence is itself a reason for a word."""


class Need(IntEnum):
    """Who needs a word, the most urgent first."""

    URGENT = 0
    PHYSICIAN = 1
    RISING = 2
    SILENT = 3
    REST = 4
    EASY = 5
    AS_PLANNED = 6
    NOTHING = 7


TITLES = {
    Need.URGENT: "Told of a red flag",
    Need.PHYSICIAN: "To be seen by somebody",
    Need.RISING: "Rest, and sorer than the answer before",
    Need.SILENT: f"No answer for {SILENT_DAYS} days or more",
    Need.REST: "Rest",
    Need.EASY: "Run easy",
    Need.AS_PLANNED: "Run as planned",
    Need.NOTHING: "Nothing known yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One athlete, ready to be shown."""

    athlete: str
    need: Need
    verdict: str | None
    """Its word, which chooses a colour; None where there is none."""
    verdict_says: str
    since: str
    of_today: bool
    answered: str
    ran: str
    spark: str
    waiting_days: int
    """For how long the need has been there; sorts within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Those with one need, who have had it longest first."""

    title: str
    lines: tuple[Line, ...]


def groups_of(site: Site, coach: str) -> tuple[Group, ...]:
    """Everybody who lets this coach look, by who needs a word."""
    with site.store.reading() as transaction:
        athletes = transaction.athletes_of(coach)
        # Days begin at other instants elsewhere: a day more on either side, cut for each below.
        now = settings.now().date()
        first, last = now - timedelta(days=LOOK_BACK_DAYS + 1), now + timedelta(days=1)
        mornings = transaction.mornings_said(athletes, first, last)
        told = transaction.told_verdicts(athletes, first, last)
        answered = transaction.last_answers_on(athletes)
        ran = transaction.last_runs_on(athletes)
    lines = [
        line_of(
            athlete,
            mornings[athlete],
            told[athlete],
            answered_on=answered.get(athlete),
            ran_on=ran.get(athlete),
            today=site.today(athlete),
        )
        for athlete in athletes
    ]
    lines.sort(key=lambda line: (line.need, -line.waiting_days, line.athlete))
    return tuple(
        Group(title=TITLES[need], lines=these)
        for need in Need
        if (these := tuple(line for line in lines if line.need is need))
    )


def line_of(
    athlete: str,
    mornings: Sequence[MorningSaid],
    told: Sequence[tuple[date, str]],
    *,
    answered_on: date | None,
    ran_on: date | None,
    today: date,
) -> Line:
    """One athlete as stored.

    Args:
        athlete: the id.
        mornings: derived days, oldest first.
        told: what was recommended, by letter or on the page, oldest first.
        answered_on: date of the last answer.
        ran_on: date of the last run.
        today: the athlete's own.
    """
    mornings = [each for each in mornings if each.on <= today]
    verdicts = dict(each for each in told if each[0] <= today)
    # The day as derived knows every fact; what was told may be from before an answer.
    verdicts |= {each.on: each.verdict for each in mornings if each.verdict is not None}
    latest = max(verdicts, default=None)
    word = None if latest is None else verdicts[latest]
    since = latest
    while since is not None and verdicts.get(since - timedelta(days=1)) == word:
        since -= timedelta(days=1)
    silent_days = LOOK_BACK_DAYS if answered_on is None else (today - answered_on).days
    need = _need(word, silent_days, mornings)
    held_days = 0 if since is None else (today - since).days
    return Line(
        athlete=athlete,
        need=need,
        verdict=word,
        verdict_says=said.VERDICTS[word] if word else "No verdict yet",
        since=_since(since, latest, today),
        of_today=latest == today,
        answered=said.how_long_ago(answered_on, today),
        ran=said.how_long_ago(ran_on, today),
        spark=pictures.spark(mornings, today),
        waiting_days=silent_days if need is Need.SILENT else held_days,
    )


def _need(word: str | None, silent_days: int, mornings: Sequence[MorningSaid]) -> Need:
    if word is None:
        return Need.NOTHING
    verdict = Verdict[word.upper()]
    if verdict >= Verdict.PHYSICIAN:
        return Need.URGENT if verdict is Verdict.URGENT else Need.PHYSICIAN
    if silent_days >= SILENT_DAYS:
        return Need.SILENT
    if verdict is Verdict.REST:
        return Need.RISING if _rises(mornings) else Need.REST
    return Need.EASY if verdict is Verdict.EASY else Need.AS_PLANNED


def _rises(mornings: Sequence[MorningSaid]) -> bool:
    """Whether the last answer was worse than the one before it."""
    told = [worst for each in mornings if (worst := each.worst) is not None]
    return len(told) > 1 and told[-1] > told[-2]


def _since(since: date | None, latest: date | None, today: date) -> str:
    """`since Sun 22 Nov`; where it is not of today, of when it is."""
    if since is None or latest is None:
        return ""
    days = (today - since).days
    begun = (
        f"for more than {LOOK_BACK_DAYS} days"
        if days >= LOOK_BACK_DAYS
        else "since today"
        if days == 0
        else f"since {said.short_day(since)}, {words.count(days, 'day')}"
    )
    return begun if latest == today else f"{begun}; as of {said.short_day(latest)}"
