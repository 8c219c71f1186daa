"""Today: the verdict, why, and three charts, in the words of the letter."""

from collections.abc import Iterator
from dataclasses import dataclass

from advice import words
from advice.letter_facts import LetterFacts
from advice.letter_page import Page, page_of
from advice.recommendation import Recommendation, Verdict
from flows.days import advise_as_stored
from flows.page import pictures
from flows.page.look_site import Looking, Runner
from flows.page.site import Site
from pipeline.history import Past

NO_FILE = "No activity has come from the watch yet."
NO_ANSWER = "No answer has come yet."
ANSWER_THERE = "To answer, use this morning's letter: this page only shows."


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The first page, ready to be shown."""

    day: str
    says: Page
    """What a letter would say now."""
    reasons: tuple[str, ...]
    """All of them; a letter tells the first few."""
    how_to_answer: str | None
    came: tuple[str, ...]
    """When the last file and the last answer came."""
    rules_version: str


def today_of(looking: Looking, runner: Runner) -> Today:
    """By what is stored now; nothing is written."""
    site = looking.site
    wanted = site.home.athlete_settings(runner.athlete)
    answer, past = advise_as_stored(site.store, runner.athlete, runner.today, wanted)
    urgent = answer.verdict is Verdict.URGENT
    charts = () if urgent else pictures.of_today(looking, runner)
    return Today(
        day=words.day(answer.on),
        says=page_of(answer, LetterFacts(units=runner.units, charts=charts)),
        reasons=() if urgent else tuple(each.says for each in answer.because),
        how_to_answer=ANSWER_THERE if answer.provisional and not runner.by_coach else None,
        came=tuple(_came(site, runner, answer, past)),
        rules_version=answer.rules_version,
    )


def _came(site: Site, runner: Runner, answer: Recommendation, past: Past) -> Iterator[str]:
    zone = site.home.zone(runner.athlete)
    if answer.data_through is None:
        yield NO_FILE
    else:
        yield f"The last activity ended on {words.moment(answer.data_through, zone)}."
    answered = [morning.on for morning in past.mornings if morning.on <= runner.today]
    if not answered:
        yield NO_ANSWER
    else:
        yield f"Last answer: {words.day_seen_from(answered[-1], runner.today)}."
    facts, still_to_come = runner.state
    if facts and still_to_come:
        yield "Something new has come in that the charts may not show yet."
