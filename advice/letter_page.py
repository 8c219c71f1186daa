"""All words of one letter in the order in which they are read, before they are text or HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from advice import words
from advice.recommendation import Verdict
from advice.rules_to_refer import PHYSICIAN
from advice.since_yesterday import since_yesterday
from advice.subject import subject
from advice.told_again import STANDING_REFERRALS, is_told_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from advice.charts.chart import Chart
    from advice.letter_facts import LetterFacts, Taps
    from advice.recommendation import Ceiling, Recommendation
    from advice.since_yesterday import Change
    from pipeline.checkin import CheckIn

REASONS = 3
"""More than these are counted, not told."""

QUESTION = "How are your calves this morning, 0 to 10, left and right?"
SEEN = "Seen? Tell us what they said."
SEEN_AND = (("Seen, and you may run", "may_run"), ("Seen, and you may not run", "may_not_run"))
"""A command each, because what stands here is copied into a shell."""
PROVISIONAL = "This is provisional: your answer this morning may change it."
NO_NEW_ANSWER = "There is no new answer from this morning."
CORRECTION = "This corrects this morning's letter: a file that came later made the day stricter."
TEST = "This is a test letter: it was asked for on the command line."
STANDING = "General information, not a diagnosis."
ONE_CALF_KM = "1 calf-km is the calf load of one easy kilometre on the flat."
HELD_BACK = "held_back"
"""The rule of whoever was seen and may not run; only another visit changes that."""
HELD_BACK_GUIDANCE = "No run until you tell us that you may."
TOLD_IN_FULL = {"significant_pain"} | {rule.name for rule in PHYSICIAN} - STANDING_REFERRALS
"""Beside one of these no letter is one line: the referral is new, or it hurts far too much."""
BESIDE_A_REFERRAL = "mornings"
"""The only chart beside a referral: training is none of its business."""
WARNING_SIGNS = "flags"
"""What is missing where the questions about them are open; a letter that hid it would mislead."""
ASKED_ANYWAY = "answer"
"""What is missing and need not be told: the letter asks for it."""
NEUTRAL_PREVIEW = (
    "This is your letter of {day} from calfwise. Its subject and its first lines say nothing of "
    "what it is about, as you asked, so that a lock screen says nothing either. It begins below."
)
"""As long as the preview of a letter gets anywhere."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A line that begins with what it is about."""

    label: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The question, what was answered so far, and the ways to answer."""

    title: str
    note: str | None
    taps: Taps | None
    """None beside a red flag, which no number takes back."""
    same: CheckIn | None
    """What `taps.same` would tell."""
    form: str | None
    mailto: str | None
    mail_to: str | None
    commands: tuple[Labelled, ...]

    @property
    def same_says(self) -> str | None:
        """What was told last time."""
        if self.same is None:
            return None
        return f"Same as last time: {words.soreness(self.same.left, self.same.right)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All words of one letter."""

    subject: str
    preheader: str
    is_neutral: bool
    verdict: str
    """Its word, which chooses a colour in HTML and nothing else."""
    test: str | None
    opening: str
    headline: str
    lede: tuple[str, ...]
    ceiling: tuple[str, str] | None
    reasons: tuple[str, ...]
    asks_first: bool
    """The question comes before what can wait."""
    sections: tuple[Section, ...]
    changes: tuple[Change, ...]
    charts: tuple[Chart, ...]
    ask: Ask
    footer: tuple[str, ...]
    look_url: str | None
    stop: str | None


def page_of(answer: Recommendation, facts: LetterFacts) -> Page:
    """What one letter says.

    A red flag comes alone: no distances, no care, no picture and no other reason. A referral is
    told in full once, and then in one line.
    """
    full = answer.verdict is not Verdict.URGENT and not _is_told_again(answer, facts)
    limit = ceiling_of(answer)
    ceiling = words.ceiling(limit, facts.units) if limit else None
    return Page(
        subject=subject(answer, facts),
        preheader=_preheader(answer, facts, ceiling),
        is_neutral=facts.neutral,
        verdict=answer.verdict.word,
        test=TEST if facts.test else None,
        opening=_opening(answer, facts),
        headline=words.headline(answer.verdict, answer.urgency),
        lede=tuple(_lede(answer, facts)),
        ceiling=ceiling,
        reasons=tuple(_reasons(answer)) if full else (),
        asks_first=answer.provisional or not full,
        sections=tuple(_sections(answer)) if full else (),
        changes=tuple(since_yesterday(answer, facts)) if full else (),
        charts=tuple(_charts(answer, facts)) if full else (),
        ask=_ask(answer, facts),
        footer=tuple(_footer(answer, facts, full=full)),
        look_url=None if answer.verdict is Verdict.URGENT else facts.look_url,
        stop=facts.stop_url or facts.stop_mailto,
    )


def ceiling_of(answer: Recommendation) -> Ceiling | None:
    """Today's ceiling; there is none beside a red flag, whatever the recommendation holds."""
    return None if answer.verdict is Verdict.URGENT else answer.ceiling


def _is_told_again(answer: Recommendation, facts: LetterFacts) -> bool:
    """The runner was told all of this referral yesterday, and what is new today is no worse."""
    told, today = facts.told_yesterday, {each.rule: each.values for each in answer.because}
    if answer.verdict is not Verdict.PHYSICIAN or told is None or today.keys() & TOLD_IN_FULL:
        return False
    if any(each.name == WARNING_SIGNS for each in answer.missing):
        return False
    standing = today.keys() & STANDING_REFERRALS
    return bool(standing) and all(is_told_of(rule, today[rule], told) for rule in standing)


def _preheader(answer: Recommendation, facts: LetterFacts, ceiling: tuple[str, str] | None) -> str:
    """What a list of mails shows after the subject."""
    if facts.neutral:
        return NEUTRAL_PREVIEW.format(day=words.day(answer.on))
    return f"{ceiling[0]}. {QUESTION}" if ceiling else answer.because[0].says


def _opening(answer: Recommendation, facts: LetterFacts) -> str:
    """The day; nobody is wished a good morning above a red flag."""
    day = words.day(answer.on)
    if facts.name is None or answer.verdict is Verdict.URGENT:
        return day
    return f"Good morning, {facts.name}. It is {day}."


def _lede(answer: Recommendation, facts: LetterFacts) -> Iterator[str]:
    """What to do, and how firmly this morning's verdict stands."""
    urgent = answer.verdict is Verdict.URGENT
    decided = answer.because[0].says
    if facts.correction:
        yield CORRECTION
    if _is_told_again(answer, facts):
        yield decided
        return
    guidance = words.guidance(answer.verdict, answer.urgency)
    if answer.because[0].rule == HELD_BACK:
        guidance = HELD_BACK_GUIDANCE
    if urgent:
        yield decided
    if guidance not in decided:
        yield guidance
    if answer.provisional:
        # An answer about soreness does not take a red flag back, so none is promised to.
        yield NO_NEW_ANSWER if urgent else PROVISIONAL


def _reasons(answer: Recommendation) -> Iterator[str]:
    """A few reasons, the deciding one first."""
    yield from (reason.says for reason in answer.because[:REASONS])
    if left_out := reasons_left_out(answer):
        yield f"And {left_out} more."


def reasons_left_out(answer: Recommendation) -> int:
    """How many reasons the letter does not tell."""
    return max(0, len(answer.because) - REASONS)


def _sections(answer: Recommendation) -> Iterator[Section]:
    for title, items in (
        ("What helps today", answer.care),
        ("Form and shoes", answer.form + answer.shoes),
        ("What is missing", tuple(each for each in answer.missing if each.name != ASKED_ANYWAY)),
    ):
        if items:
            yield Section(title, tuple(item.says for item in items))
    if tomorrow := _tomorrow(answer):
        yield Section("Tomorrow", (tomorrow,))


def _tomorrow(answer: Recommendation) -> str | None:
    """What may be said of tomorrow; nothing beside a referral."""
    forecast = answer.forecast
    if forecast is None or forecast.soreness_mean is None or answer.verdict >= Verdict.PHYSICIAN:
        return None
    return words.forecast(forecast)


def _charts(answer: Recommendation, facts: LetterFacts) -> Iterator[Chart]:
    """Every chart; beside a referral only the calendar of mornings."""
    for chart in facts.charts:
        if answer.verdict < Verdict.PHYSICIAN or chart.name == BESIDE_A_REFERRAL:
            yield chart


def _ask(answer: Recommendation, facts: LetterFacts) -> Ask:
    urgent = answer.verdict is Verdict.URGENT
    # A line such as L3 R1 cannot say what a doctor said.
    mail_to = None if urgent or facts.taps else facts.reply_to
    taps = None if urgent else facts.taps
    return Ask(
        title=SEEN if urgent else QUESTION,
        note=" ".join(_ask_notes(answer, facts)) or None,
        taps=taps,
        same=facts.last_time(answer.on) if taps and taps.same else None,
        form=facts.taps.form if facts.taps else None,
        mailto=_mailto(mail_to, answer.on) if mail_to else None,
        mail_to=mail_to,
        commands=() if facts.taps else tuple(_commands(answer, facts)),
    )


def _mailto(address: str, on: date) -> str:
    """A link that opens an answer without numbers: sent off by accident it must not say 0."""
    subject = quote(f"Calves on {words.day(on)}")
    return f"mailto:{quote(address, safe='@+')}?subject={subject}&body=L%20R"


def _ask_notes(answer: Recommendation, facts: LetterFacts) -> Iterator[str]:
    told = facts.answer(answer.on)
    if told and answer.verdict is not Verdict.URGENT:
        yield f"You told us {words.soreness(told.left, told.right)}. A new answer replaces it."
    if facts.taps and (answer.verdict is Verdict.PHYSICIAN or _is_held_back(answer)):
        yield "If somebody has seen you, say so on the page."


def _is_held_back(answer: Recommendation) -> bool:
    return answer.because[0].rule == HELD_BACK


def _commands(answer: Recommendation, facts: LetterFacts) -> Iterator[Labelled]:
    if answer.verdict is not Verdict.URGENT:
        yield Labelled("On the command line", facts.checkin_command)
    if answer.verdict >= Verdict.PHYSICIAN or _is_held_back(answer):
        for label, clearance in SEEN_AND:
            yield Labelled(label, f"{facts.checkin_command} --cleared {clearance}")


def _footer(answer: Recommendation, facts: LetterFacts, *, full: bool) -> Iterator[str]:
    if answer.data_through is None:
        yield "No activity has come from the watch yet."
    else:
        ended = words.moment(answer.data_through, facts.zone)
        yield f"The last activity from the watch ended on {ended}."
    yield _last_check_in(facts.mornings, answer.on)
    if full:
        yield ONE_CALF_KM
    yield f"{STANDING} Rules version {answer.rules_version}."


def _last_check_in(mornings: Sequence[CheckIn], on: date) -> str:
    if not mornings:
        return "No check-in has come yet."
    return f"Last check-in: {words.day_seen_from(mornings[-1].on, on)}."
