"""Who looks, at whom, and what was worked out for them: what the pages that only show share."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from fastapi import HTTPException
from fastapi.responses import StreamingResponse

from advice.words import Units
from flows.days import is_stale
from flows.page.links import LinkError, LinkExpiredError, Purpose
from flows.page.memory import Memory
from flows.page.site import Site

T = TypeVar("T")

DAY_S = 86_400
UNFINISHED = (
    '<p class="card" role="alert">This page could not be finished. Please open it again; '
    "if that does not help, `calfwise doctor` looks closer.</p>"
)
NOT_FOUND, GONE = 404, 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """The runner who is looked at, on their own day, and by whom."""

    athlete: str
    today: date
    units: Units
    state: tuple[int, bool]
    """The number of facts, and whether something is still to be derived from them."""
    place: str
    """Where their pages begin: /me/TOKEN."""
    by_coach: bool = False


@dataclass(frozen=True, slots=True)
class Looking:
    """One site as those see it who may look; nothing here can write."""

    site: Site
    memory: Memory = field(default_factory=Memory)

    def warm(self, templates: Iterable[str]) -> None:
        """Make ready what the first page would otherwise wait for: templates and the database."""
        for each in templates:
            self.site.template(f"{each}.html.jinja")
        with self.site.store.reading() as transaction:
            transaction.facts("")
            is_stale(transaction, "")
            transaction.activity_count("")
            transaction.activity("", "")
            transaction.activities_newest_first("", skip=0, at_most=1)
            transaction.may_look("", "")

    def who(self, token: str, purpose: Purpose) -> str:
        """Whose link this is.

        Raises:
            HTTPException: 410 for a link that was good once, 404 for what is none of ours.
        """
        days = self.site.home.file.page.look_days
        try:
            return self.site.links.read(token, purpose, max_age_s=days * DAY_S).who
        except LinkExpiredError as error:
            raise HTTPException(GONE, "This link has expired; ask for a new one.") from error
        except LinkError as error:
            raise HTTPException(NOT_FOUND) from error

    def runner(self, token: str) -> Runner:
        """The runner of a link of their own.

        Raises:
            HTTPException: as `who`; and 404 for a runner who is no more.
        """
        return self._runner(self.who(token, "look"), f"{self.site.root}/me/{token}", by_coach=False)

    def granted(self, token: str, athlete: str) -> Runner:
        """A runner who lets the coach of a link look; asked anew with every request.

        Raises:
            HTTPException: as `who`; and 404 where there is no grant, or none any more.
        """
        coach = self.who(token, "coach")
        with self.site.store.reading() as transaction:
            may_look = transaction.may_look(coach, athlete)
        if not may_look:
            raise HTTPException(NOT_FOUND)
        return self._runner(athlete, f"{self.site.root}/coach/{token}", by_coach=True)

    def _runner(self, athlete: str, place: str, *, by_coach: bool) -> Runner:
        with self.site.store.reading() as transaction:
            if not transaction.has_athlete(athlete):
                raise HTTPException(NOT_FOUND)
            state = (transaction.facts(athlete), is_stale(transaction, athlete))
        return Runner(
            athlete=athlete,
            today=self.site.today(athlete),
            units=self.site.home.athlete_settings(athlete).units,
            state=state,
            place=place,
            by_coach=by_coach,
        )

    def remembered(self, kind: str, runner: Runner, make: Callable[[], T]) -> T:
        """What was worked out for a runner's day, as long as no fact has changed."""
        key = (kind, runner.athlete, runner.today, runner.state)
        return self.memory.get(key, make)

    def page(self, template: str, **values: object) -> StreamingResponse:
        """A page whose head is sent before the rest is worked out."""
        return StreamingResponse(self._pieces(template, values), media_type="text/html")

    def _pieces(self, template: str, values: Mapping[str, object]) -> Iterator[str]:
        try:
            yield from self.site.stream(template, **values)
        except Exception:  # it is raised again: the head has been sent with its status
            # Whoever reads is told in words; the error goes on to where the server writes it down.
            yield UNFINISHED
            raise
