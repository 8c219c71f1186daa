"""The check-in page: one form for one morning, and at once the advice that follows from it.

Looking writes nothing, whoever looks and how often. The link shows nothing but its own morning's
answer; the advice comes with the answer to the form, and with nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from advice import words
from advice.letter_facts import LetterFacts
from advice.letter_page import page_of
from advice.limits import default_limits
from advice.missing import flags_are_worth_asking
from advice.recommendation import Recommendation, Verdict
from flows import answers, settings
from flows.days import advise
from flows.page import form
from flows.page.form import Filled, Problem, Sent
from flows.page.links import Link, LinkError
from flows.page.refusals import RefusedError
from flows.page.sending import sent_form
from flows.page.site import Site
from flows.told import files_known, tell
from pipeline.checkin import CheckIn
from pipeline.history import ANSWER_REACH_DAYS
from pipeline.store.records import Store
from pipeline.store.rows import Ran

HOUR_S = 3600
REFERRALS = {Verdict.PHYSICIAN.word, Verdict.URGENT.word}


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What the form of one morning must know; read, never derived."""

    athlete: str
    on: date
    today: date
    standing: CheckIn | None
    before: CheckIn | None
    """The last answer of an earlier morning."""
    run: Ran | None
    """The run that the questions of a run speak of."""
    named_run: str | None
    """Its id, where the standing answer named it."""
    ran_lately: bool
    asks_seen: bool
    """A referral stands, or somebody said not to run: there may be news of a visit."""
    told: str | None
    """The verdict that was told last for today."""

    def asks_flags(self, left: int, right: int) -> bool:
        """Whether the questions about warning signs open by themselves."""
        before = self.before
        rise = 0 if before is None else max(left - before.left, right - before.right)
        return flags_are_worth_asking(
            left, right, rise_nrs=rise, ran_lately=self.ran_lately, limits=default_limits()
        )


def routes(site: Site) -> APIRouter:
    """The form of a morning, and its answer."""
    router = APIRouter()

    @router.get("/c/{token}")
    def look(token: str, again: str | None = None) -> HTMLResponse:
        """The form; `?again` leaves out what was tapped, for a later answer stands."""
        link = _link(site, token)
        morning = _morning(site, link)
        tapped = (link.left, link.right) if again is None else (None, None)
        return _form(site, morning, form.filled_with(morning.standing, *tapped))

    @router.post("/c/{token}")
    def save(token: str, sent: Annotated[Sent, Depends(sent_form)]) -> HTMLResponse:
        """Keep the answer, and say what follows from it; the same answer again changes nothing."""
        morning = _morning(site, _link(site, token))
        answer, problems = form.understood(
            sent, morning.on, morning.standing, run_id=morning.named_run
        )
        if answer is None:
            return _form(site, morning, form.refilled(sent), problems)
        at, files = settings.now(), files_known(site.store, morning.athlete)
        answers.keep(site.store, morning.athlete, answer, at)
        return _answered(site, morning, answer, at=at, files=files)

    return router


def _link(site: Site, token: str) -> Link:
    """What a link may do.

    Raises:
        LinkError: nothing; LinkExpiredError: nothing any more.
    """
    hours = site.home.file.page.checkin_hours
    link = site.links.read(token, "checkin", max_age_s=hours * HOUR_S)
    if link.on is None:
        raise LinkError("not for one morning")
    return link


def _morning(site: Site, link: Link) -> Morning:
    """The morning of a link.

    Raises:
        RefusedError: its runner is not known any more, or it has not come yet.
    """
    today = site.today(link.who)
    if link.on is None or link.on > today:
        raise RefusedError(HTTPStatus.CONFLICT)
    return _read(site.store, link.who, link.on, today)


def _read(store: Store, athlete: str, on: date, today: date) -> Morning:
    limits = default_limits()
    asked_days = int(limits["ask_flags_run_days"])
    reach_days = max(ANSWER_REACH_DAYS, asked_days)
    with store.reading() as transaction:
        if not transaction.has_athlete(athlete):
            raise RefusedError(HTTPStatus.NOT_FOUND)
        standing = transaction.answer(athlete, on)
        runs = transaction.runs_between(
            athlete, on - timedelta(days=reach_days), on - timedelta(days=1)
        )
        named = standing.run_id if standing else None
        if named and not transaction.has_activity(athlete, named):
            named = None
        refers = transaction.verdict_at(athlete, on) in REFERRALS
        held = transaction.last_cleared(athlete, on) == "may_not_run"
        return Morning(
            athlete=athlete,
            on=on,
            today=today,
            standing=standing,
            before=transaction.answer_before(athlete, on),
            run=transaction.ran(athlete, named) if named else _spoken_of(runs, on),
            named_run=named,
            ran_lately=any((on - run.on).days <= asked_days for run in runs),
            asks_seen=refers or held or bool(standing and standing.cleared),
            told=told.verdict if (told := transaction.last_told(athlete, today)) else None,
        )


def _spoken_of(runs: Sequence[Ran], on: date) -> Ran | None:
    """The last run of the days that an answer reaches back."""
    near = [run for run in runs if (on - run.on).days <= ANSWER_REACH_DAYS]
    return near[-1] if near else None


def _form(
    site: Site, morning: Morning, filled: Filled, problems: Sequence[Problem] = ()
) -> HTMLResponse:
    """The form, filled in; with what must be put right first, where something must."""
    page = site.render(
        "checkin.html.jinja",
        morning=morning,
        filled=filled,
        problems={each.field: each for each in reversed(problems)},
        listed=problems,
        day=words.day(morning.on),
        when=words.day_seen_from(morning.on, morning.today),
        run=_run_words(site, morning),
        flags_open=_flags_open(morning, filled, problems),
        limits=default_limits(),
        form=form,
    )
    return HTMLResponse(page, HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK)


def _flags_open(morning: Morning, filled: Filled, problems: Sequence[Problem]) -> bool:
    """The questions about warning signs stand open: something was said there, or is asked."""
    if filled.flags or any(each.field == "flags" for each in problems):
        return True
    told = [int(each) if each in form.SCALE else None for each in (filled.left, filled.right)]
    known = [each for each in told if each is not None]
    if not known:
        return False
    # A side that is not told yet cannot call for them: no higher than before, nor than the other.
    before = morning.before
    others = (before.left, before.right) if before else (known[0], known[0])
    left, right = (
        min(other, known[0]) if each is None else each
        for each, other in zip(told, others, strict=True)
    )
    return morning.asks_flags(left, right)


def _run_words(site: Site, morning: Morning) -> str | None:
    """`Sunday 22 November, 8.2 km`; None where no run is known to speak of."""
    if morning.run is None:
        return None
    units = site.home.athlete_settings(morning.athlete).units
    far = morning.run.distance_m
    day = words.day(morning.run.on)
    return day if far is None else f"{day}, {words.distance(far, units)}"


def _answered(
    site: Site, morning: Morning, answer: CheckIn, *, at: datetime, files: int
) -> HTMLResponse:
    """What was saved, and today's advice as it is now."""
    wanted = site.home.athlete_settings(morning.athlete)
    advice, _ = advise(site.store, morning.athlete, morning.today, wanted)
    tell(site.home, site.store, morning.athlete, morning.today, advice, at=at, files=files)
    is_open = answer.flags is None and morning.asks_flags(answer.left, answer.right)
    page = site.render(
        "answered.html.jinja",
        morning=morning,
        answer=answer,
        soreness=words.soreness(answer.left, answer.right),
        day=words.day(morning.on),
        when=words.day_seen_from(morning.on, morning.today),
        today=words.day(morning.today),
        says=page_of(advice, LetterFacts(units=wanted.units)),
        change=_change(morning.told, advice),
        asks_flags=is_open and advice.verdict is not Verdict.URGENT,
        filled=form.filled_with(answer),
        form=form,
    )
    return HTMLResponse(page)


def _change(told: str | None, advice: Recommendation) -> str | None:
    """What had been said of today before; None where nothing was."""
    if told is None:
        return None
    before, now = Verdict[told.upper()], advice.verdict
    if before is now:
        return f"That is what we said before, too: {words.BRIEFLY[now]}."
    return f"Before, we said: {words.BRIEFLY[before]}. Now it is: {words.BRIEFLY[now]}."
