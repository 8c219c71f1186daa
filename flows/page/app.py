"""The server's application: every page, behind one guard, with errors that people can read."""

import time
from collections.abc import Callable, Coroutine
from functools import cache
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from flows.page import checkin, letters, look
from flows.page.guard import Guard
from flows.page.links import LinkError, LinkExpiredError
from flows.page.origins import Ours, ours
from flows.page.refusals import RefusedError, refusal
from flows.page.site import Site, static_address, static_file

FOREVER = "public, max-age=31536000, immutable"
"""Another content has another address."""
KINDS = {"css": "text/css", "js": "text/javascript"}
TOLD_IN_WORDS = (RefusedError, LinkError, HTTPException, RequestValidationError)
ROBOTS = "User-agent: *\nDisallow: /\n"


def create_app(site: Site, *, clock: Callable[[], float] = time.monotonic) -> FastAPI:
    """All pages of one installation.

    Args:
        site: the installation.
        clock: seconds for the rate limits; it never goes back.
    """
    app = FastAPI(
        title="calfwise",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers=dict.fromkeys(TOLD_IN_WORDS, _in_words(site)),
    )
    names = ours(site.addresses, site.home.file.page)
    for each in _routers(site, names):
        app.include_router(each)
    app.add_middleware(Guard, site=site, ours=names, clock=clock)
    return app


def _routers(site: Site, names: Ours) -> list[APIRouter]:
    """Every page there is."""
    return [_own(site), checkin.routes(site), letters.routes(site, names), look.routes(site)]


def _own(site: Site) -> APIRouter:
    """What belongs to no runner."""
    router = APIRouter()

    @router.get("/")
    def start() -> HTMLResponse:
        """What this is, for whoever comes without a link."""
        return HTMLResponse(site.render("start.html.jinja"))

    @router.get("/healthz")
    async def health() -> PlainTextResponse:
        """That the server answers, and nothing else."""
        return PlainTextResponse("ok")

    @router.get("/robots.txt")
    async def robots() -> PlainTextResponse:
        """Nothing here is for search engines."""
        return PlainTextResponse(ROBOTS)

    @router.get("/static/{digest}/{name:path}")
    def static(digest: str, name: str) -> Response:
        """A file that pages refer to, by the content it has now."""
        if name not in _static_names() or static_address(name) != f"/static/{digest}/{name}":
            raise RefusedError(HTTPStatus.NOT_FOUND)
        kind = KINDS[name.rpartition(".")[2]]
        return Response(static_file(name), media_type=kind, headers={"Cache-Control": FOREVER})

    return router


@cache
def _static_names() -> frozenset[str]:
    """The files that may be asked for."""
    folder = Path(str(resources.files("flows.page").joinpath("static")))
    files = (each for each in folder.rglob("*") if each.suffix.removeprefix(".") in KINDS)
    return frozenset(each.relative_to(folder).as_posix() for each in files)


def _in_words(site: Site) -> Callable[[Request, Any], Coroutine[Any, Any, Response]]:
    """What answers an error with a page."""

    async def page(_: Request, error: Exception) -> Response:
        answer = refusal(site, _status_of(error))
        if isinstance(error, HTTPException):
            answer.headers.update(error.headers or {})
        return answer

    return page


def _status_of(error: Exception) -> int:
    match error:
        case RefusedError():
            return error.status
        case HTTPException():
            return error.status_code
        case LinkExpiredError():
            return HTTPStatus.GONE
        case LinkError():
            return HTTPStatus.NOT_FOUND
        case _:
            return HTTPStatus.UNPROCESSABLE_ENTITY
