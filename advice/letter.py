"""The letter of one morning: one page of words, said once as plain text and once as HTML."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import quote

from advice import words
from advice.recommendation import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, tzinfo

    from jinja2 import Template

    from advice.recommendation import Ceiling, Recommendation
    from pipeline.checkin import CheckIn
    from pipeline.day import DayRow

SUBJECT_CHARACTERS = 100
TEXT_COLUMNS = 72
REASONS = 3
"""More than these are counted, not told."""

QUESTION = "How are your calves this morning, 0 to 10, left and right?"
SEEN = "Seen? Tell us what they said."
PROVISIONAL = "This is provisional: your answer this morning may change it."
NO_NEW_ANSWER = "There is no new answer from this morning."
STANDING = "General information, not a diagnosis."
HELD_BACK = "held_back"
"""The rule of whoever was seen and may not run; only another visit changes that."""
HELD_BACK_GUIDANCE = "No run until you tell us that you may."
MAIL_EXAMPLE = "L3 R1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What the letter tells beside the recommendation. None means not known."""

    name: str | None = None
    units: words.Units = "km"
    zone: tzinfo = UTC
    """The runner's time zone, for the one time of day in the letter."""
    check_in: CheckIn | None = None
    """This morning's answer."""
    yesterday_verdict: str | None = None
    """Its word, as in `Verdict.word`."""
    yesterday: DayRow | None = None
    last_days: Sequence[DayRow] = ()
    """The seven days before today, oldest first."""
    last_check_in_on: date | None = None
    checkin_command: str = "calfwise checkin --left N --right N"
    checkin_url: str | None = None
    reply_to: str | None = None
    """The address that understands a line such as L3 R1."""
    correction: bool = False
    """A file came late and made the day stricter: this letter replaces the morning's."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: the subject alone is enough to act on, and both parts say the same."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Labelled:
    label: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """The question, what was answered so far, and the ways to answer."""

    title: str
    note: str | None
    url: str | None
    mailto: str | None
    mail_to: str | None
    commands: tuple[_Labelled, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """All words of one letter, in the order in which they are read."""

    subject: str
    preheader: str
    verdict: str
    """Its word, which chooses a colour in HTML and nothing else."""
    opening: str
    headline: str
    lede: tuple[str, ...]
    ceiling: tuple[str, str] | None
    reasons: tuple[str, ...]
    sections: tuple[_Section, ...]
    changes: tuple[_Labelled, ...]
    ask: _Ask
    footer: tuple[str, ...]


def letter(recommendation: Recommendation, *, facts: LetterFacts) -> Letter:
    """Say one recommendation in a letter.

    A red flag comes alone: its letter holds no distances, no care and no other reason.
    """
    page = _page(recommendation, facts)
    return Letter(subject=page.subject, text=_as_text(page), html=_as_html(page))


def _page(answer: Recommendation, facts: LetterFacts) -> _Page:
    urgent = answer.verdict is Verdict.URGENT
    limit = _ceiling(answer)
    ceiling = words.ceiling(limit, facts.units) if limit else None
    return _Page(
        subject=_subject(answer, facts),
        preheader=f"{ceiling[0]}. {QUESTION}" if ceiling else answer.because[0].says,
        verdict=answer.verdict.word,
        opening=_opening(answer, facts),
        headline=words.headline(answer.verdict, answer.urgency),
        lede=tuple(_lede(answer, facts)),
        ceiling=ceiling,
        reasons=tuple(_reasons(answer)),
        sections=() if urgent else tuple(_sections(answer)),
        changes=() if urgent else tuple(_changes(answer, facts)),
        ask=_ask(answer, facts),
        footer=tuple(_footer(answer, facts)),
    )


def _ceiling(answer: Recommendation) -> Ceiling | None:
    """Today's ceiling; there is none beside a red flag, whatever the recommendation holds."""
    return None if answer.verdict is Verdict.URGENT else answer.ceiling


def _opening(answer: Recommendation, facts: LetterFacts) -> str:
    """The day; nobody is wished a good morning above a red flag."""
    day = words.day(answer.on)
    if facts.name is None or answer.verdict is Verdict.URGENT:
        return day
    return f"Good morning, {facts.name}. It is {day}."


def _subject(answer: Recommendation, facts: LetterFacts) -> str:
    headline = words.headline(answer.verdict, answer.urgency)
    start = f"Correction: {headline}" if facts.correction else headline
    if answer.provisional and answer.verdict is not Verdict.URGENT:
        return f"{start} until you answer: how are your calves?"
    limit = _ceiling(answer)
    if limit and limit.distance_m is not None:
        start = f"{start}, {words.most(limit.distance_m, facts.units)}"
    room = SUBJECT_CHARACTERS - len(start) - len(": ")
    return f"{start}: {words.first_clause(answer.because[0].says, at_most_characters=room)}"


def _lede(answer: Recommendation, facts: LetterFacts) -> Iterator[str]:
    """What to do, and how firmly this morning's verdict stands."""
    urgent = answer.verdict is Verdict.URGENT
    decided = answer.because[0].says
    guidance = words.guidance(answer.verdict, answer.urgency)
    if answer.because[0].rule == HELD_BACK:
        guidance = HELD_BACK_GUIDANCE
    if urgent:
        yield decided
    if guidance not in decided:
        yield guidance
    if facts.correction:
        yield "This corrects this morning's letter: a file that came later made the day stricter."
    if answer.provisional:
        # An answer about soreness does not take a red flag back, so none is promised to.
        yield NO_NEW_ANSWER if urgent else PROVISIONAL


def _reasons(answer: Recommendation) -> Iterator[str]:
    """A few reasons, the deciding one first; a red flag has been said in the lede, alone."""
    if answer.verdict is Verdict.URGENT:
        return
    yield from (reason.says for reason in answer.because[:REASONS])
    if len(answer.because) > REASONS:
        yield f"And {len(answer.because) - REASONS} more."


def _sections(answer: Recommendation) -> Iterator[_Section]:
    for title, items in (
        ("What helps today", answer.care),
        ("Form and shoes", answer.form + answer.shoes),
        ("What is missing", answer.missing),
    ):
        if items:
            yield _Section(title, tuple(item.says for item in items))
    tomorrow = answer.forecast
    if tomorrow and tomorrow.soreness_mean is not None and answer.verdict < Verdict.PHYSICIAN:
        yield _Section("Tomorrow", (words.forecast(tomorrow),))


def _changes(answer: Recommendation, facts: LetterFacts) -> Iterator[_Labelled]:
    """What is new since yesterday, each line only where something is known."""
    if facts.yesterday_verdict is not None:
        yield _Labelled("Verdict", _verdict_change(answer.verdict, facts.yesterday_verdict))
    before = _soreness_yesterday(facts.yesterday)
    if facts.check_in or before:
        today = _soreness_today(facts.check_in) or "not told yet"
        yield _Labelled("Soreness", f"{today}; yesterday {before or 'not told'}.")
    if facts.yesterday is not None:
        yield _Labelled("Yesterday", _day_told(facts.yesterday, facts.units))
    if facts.last_days:
        label = f"Last {words.count(len(facts.last_days), 'day')}"
        yield _Labelled(label, _days_told(facts.last_days, facts.units))


def _verdict_change(today: Verdict, yesterday_word: str) -> str:
    yesterday = Verdict[yesterday_word.upper()]
    if yesterday is today:
        return f"{words.BRIEFLY[today]}, as yesterday."
    return f"{words.BRIEFLY[today]}; yesterday {words.BRIEFLY[yesterday]}."


def _soreness_today(check_in: CheckIn | None) -> str | None:
    return words.soreness(check_in.left, check_in.right) if check_in else None


def _soreness_yesterday(row: DayRow | None) -> str | None:
    if row is None or row.soreness_left is None or row.soreness_right is None:
        return None
    return words.soreness(row.soreness_left, row.soreness_right)


def _day_told(row: DayRow, units: words.Units) -> str:
    if not row.known:
        return "nobody can say whether there was a run."
    if not row.runs:
        return "no run."
    measures = _measures([row], units)
    return f"{', '.join(measures)}." if measures else "a run, not measured."


def _days_told(rows: Sequence[DayRow], units: words.Units) -> str:
    """The sum of the days, said as a part of it where a day is not known."""
    known = [row for row in rows if row.distance_m is not None]
    if not known:
        return "not known."
    told = ", ".join(_measures(known, units))
    if len(known) == len(rows):
        return f"{told}."
    return f"at least {told}, with {words.count(len(rows) - len(known), 'day')} not known."


def _measures(rows: Sequence[DayRow], units: words.Units) -> list[str]:
    """Distance and calf load, each only where every row has it: half a sum is a wrong number."""
    distances_m = [row.distance_m for row in rows if row.distance_m is not None]
    calf_kms = [row.calf_km for row in rows if row.calf_km is not None]
    measures = []
    if len(distances_m) == len(rows):
        measures.append(words.distance(sum(distances_m), units))
    if len(calf_kms) == len(rows):
        measures.append(words.calf_load(sum(calf_kms)))
    return measures


def _ask(answer: Recommendation, facts: LetterFacts) -> _Ask:
    urgent = answer.verdict is Verdict.URGENT
    # A line such as L3 R1 cannot say what a doctor said.
    mail_to = None if urgent else facts.reply_to
    return _Ask(
        title=SEEN if urgent else QUESTION,
        note=" ".join(_ask_notes(answer, facts)) or None,
        url=facts.checkin_url,
        mailto=_mailto(mail_to, answer.on) if mail_to else None,
        mail_to=mail_to,
        commands=tuple(_commands(answer, facts)),
    )


def _mailto(address: str, on: date) -> str:
    """A link that opens an answer without numbers: sent off by accident it must not say 0."""
    subject = quote(f"Calves on {words.day(on)}")
    return f"mailto:{quote(address, safe='@+')}?subject={subject}&body=L%20R"


def _ask_notes(answer: Recommendation, facts: LetterFacts) -> Iterator[str]:
    told = _soreness_today(facts.check_in)
    if told and answer.verdict is not Verdict.URGENT:
        yield f"You told us {told}. A new answer replaces it."
    if facts.checkin_url and answer.verdict >= Verdict.PHYSICIAN:
        yield "If somebody has seen you, say so on the page."


def _commands(answer: Recommendation, facts: LetterFacts) -> Iterator[_Labelled]:
    if answer.verdict is not Verdict.URGENT:
        yield _Labelled("On the command line", facts.checkin_command)
    if answer.verdict >= Verdict.PHYSICIAN or answer.because[0].rule == HELD_BACK:
        cleared = f"{facts.checkin_command} --cleared may_run|may_not_run"
        yield _Labelled("Once somebody has seen you", cleared)


def _footer(answer: Recommendation, facts: LetterFacts) -> Iterator[str]:
    if answer.data_through is None:
        yield "No activity has come from the watch yet."
    else:
        ended = words.moment(answer.data_through, facts.zone)
        yield f"The last activity from the watch ended on {ended}."
    if facts.last_check_in_on is None:
        yield "No check-in has come yet."
    else:
        yield f"Last check-in: {words.day_seen_from(facts.last_check_in_on, answer.on)}."
    if answer.verdict is not Verdict.URGENT:
        yield "1 calf-km is the calf load of one easy kilometre on the flat."
    yield f"{STANDING} Rules version {answer.rules_version}."


def _as_text(page: _Page) -> str:
    blocks = [
        _wrap(page.opening),
        page.headline.upper(),
        *map(_wrap, page.lede),
        _wrap(f"{page.ceiling[0]}. {page.ceiling[1]}.") if page.ceiling else None,
        _list("Why", page.reasons),
        *(_list(section.title, section.lines) for section in page.sections),
        _list("Since yesterday", [f"{each.label}: {each.says}" for each in page.changes]),
        _ask_as_text(page.ask),
        "\n".join(map(_wrap, page.footer)),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _list(title: str, lines: Sequence[str]) -> str | None:
    return "\n".join([title, *(_wrap(line, bullet="- ") for line in lines)]) if lines else None


def _ask_as_text(ask: _Ask) -> str:
    """The ways to answer stand on lines of their own, unbroken, so that they can be copied."""
    ways = [
        f"  On the page: {ask.url}" if ask.url else None,
        f"  By mail: {ask.mail_to}, a line such as {MAIL_EXAMPLE}" if ask.mail_to else None,
        *(f"  {command.label}: {command.says}" for command in ask.commands),
    ]
    lines = [_wrap(ask.title), _wrap(ask.note) if ask.note else None, *ways]
    return "\n".join(line for line in lines if line)


def _wrap(line: str, bullet: str = "") -> str:
    return textwrap.fill(
        line,
        TEXT_COLUMNS,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _as_html(page: _Page) -> str:
    return _template().render(page=page, mail_example=MAIL_EXAMPLE)


@cache
def _template() -> Template:
    """The template, compiled once: that takes longer than writing many letters."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - costs start-up time

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = resources.files("advice").joinpath("templates/letter.html.jinja").read_text("utf-8")
    return environment.from_string(source)
