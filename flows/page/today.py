"""Today: the verdict, why, and three charts, in the words of the letter."""

from collections.abc import Iterator
from dataclasses import dataclass

from advice import words
from advice.charts.chart import Chart
from advice.letter import HELD_BACK, HELD_BACK_GUIDANCE, NO_NEW_ANSWER, PROVISIONAL
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
class Section:
    """A heading and what stands below it."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The first page, ready to be shown."""

    day: str
    verdict: str
    """Its word, which chooses a colour."""
    headline: str
    lede: tuple[str, ...]
    ceiling: tuple[str, str] | None
    provisional: str | None
    reasons: tuple[str, ...]
    sections: tuple[Section, ...]
    charts: tuple[Chart, ...]
    came: tuple[str, ...]
    """When the last file and the last answer came."""
    rules_version: str


def today_of(looking: Looking, runner: Runner) -> Today:
    """By what is stored now; nothing is written."""
    site = looking.site
    wanted = site.home.athlete_settings(runner.athlete)
    answer, past = advise_as_stored(site.store, runner.athlete, runner.today, wanted)
    urgent = answer.verdict is Verdict.URGENT
    return Today(
        day=words.day(answer.on),
        verdict=answer.verdict.word,
        headline=words.headline(answer.verdict, answer.urgency),
        lede=tuple(_lede(answer)),
        ceiling=_ceiling(answer, runner.units),
        provisional=_provisional(answer),
        reasons=() if urgent else tuple(each.says for each in answer.because),
        sections=() if urgent else tuple(_sections(answer)),
        charts=() if urgent else pictures.of_today(looking, runner),
        came=tuple(_came(site, runner, answer, past)),
        rules_version=answer.rules_version,
    )


def _lede(answer: Recommendation) -> Iterator[str]:
    """What to do; a red flag says here, alone, what decided."""
    decided = answer.because[0].says
    guidance = words.guidance(answer.verdict, answer.urgency)
    if answer.because[0].rule == HELD_BACK:
        guidance = HELD_BACK_GUIDANCE
    if answer.verdict is Verdict.URGENT:
        yield decided
    if guidance not in decided:
        yield guidance


def _ceiling(answer: Recommendation, units: words.Units) -> tuple[str, str] | None:
    if answer.verdict is Verdict.URGENT or answer.ceiling is None:
        return None
    return words.ceiling(answer.ceiling, units)


def _provisional(answer: Recommendation) -> str | None:
    if not answer.provisional:
        return None
    # An answer about soreness does not take a red flag back, so none is promised to.
    return NO_NEW_ANSWER if answer.verdict is Verdict.URGENT else f"{PROVISIONAL} {ANSWER_THERE}"


def _sections(answer: Recommendation) -> Iterator[Section]:
    for title, items in (
        ("What helps today", answer.care),
        ("Form and shoes", answer.form + answer.shoes),
        ("What is missing", answer.missing),
    ):
        if items:
            yield Section(title=title, lines=tuple(item.says for item in items))
    tomorrow = answer.forecast
    if tomorrow and tomorrow.soreness_mean is not None and answer.verdict < Verdict.PHYSICIAN:
        yield Section(title="Tomorrow", lines=(words.forecast(tomorrow),))


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
