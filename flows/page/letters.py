"""Stopping the letters and starting them again: one button, or one click in the mail program."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from flows import outbox, settings
from flows.page.form import Sent
from flows.page.guard import FORM, media_type
from flows.page.origins import Ours
from flows.page.refusals import RefusedError
from flows.page.sending import sent_form
from flows.page.site import Site

ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What RFC 8058 has a mail program's server send; our own button sends the same."""
START = ("letters", "start")


def routes(site: Site, ours: Ours) -> APIRouter:
    """The page of the letters; its links are good for ever."""
    router = APIRouter()

    @router.get("/letters/{token}")
    def look(token: str) -> HTMLResponse:
        """How it stands, and the one button that changes it."""
        return _page(site, _athlete(site, token))

    @router.post("/letters/{token}")
    def change(
        token: str, request: Request, sent: Annotated[Sent, Depends(sent_form)]
    ) -> HTMLResponse:
        """Stop or start; who said so already has it so."""
        athlete = _athlete(site, token)
        is_form = media_type(request.headers.get("content-type", "")) == FORM
        if not is_form or sent.one(ONE_CLICK[0]).lower() == ONE_CLICK[1].lower():
            outbox.stop(site.store, athlete, settings.now())
        elif sent.one(START[0]) == START[1]:
            if not ours.sent_by_us(request.headers):
                raise RefusedError(HTTPStatus.FORBIDDEN)
            outbox.start(site.home, site.store, athlete)
        else:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
        return _page(site, athlete, changed=True)

    return router


def _athlete(site: Site, token: str) -> str:
    """Whose letters these are.

    Raises:
        LinkError: nobody's; RefusedError: somebody's who is not known any more.
    """
    athlete = site.links.read(token, "letters", max_age_s=None).who
    with site.store.reading() as transaction:
        if not transaction.has_athlete(athlete):
            raise RefusedError(HTTPStatus.NOT_FOUND)
    return athlete


def _page(site: Site, athlete: str, *, changed: bool = False) -> HTMLResponse:
    with site.store.reading() as transaction:
        stopped_at = transaction.letters_stopped_at(athlete)
    return HTMLResponse(
        site.render(
            "letters.html.jinja",
            stopped=stopped_at is not None,
            changed=changed,
            one_click=ONE_CLICK,
            start=START,
        )
    )
