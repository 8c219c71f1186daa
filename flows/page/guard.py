"""What stands before every page: hosts, origins, rates, the size of bodies, headers, the log.

Written for ASGI itself, so that a body is never read further than its cap. Nothing of a link or of
an answer is logged: a path only by its first part, an error only by its kind and place.
"""

import asyncio
import logging
import time
import traceback
from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.page.origins import Ours
from flows.page.rates import LOOKS, WRITES, Limiter
from flows.page.refusals import RefusedError, refusal
from flows.page.site import Site

LOG = logging.getLogger("calfwise.page")

BODY_MAX_BYTES = 8192
BODY_PATIENCE_S = 10.0
WRITING_MAX = 20
"""Of the forty threads that answer."""
FORM = "application/x-www-form-urlencoded"
MAIL_FORM = "multipart/form-data"
"""What a mail provider's server may send to stop letters (RFC 8058)."""

LETTERS = "/letters/"
"""Mail providers' servers post here, from wherever they are; the page itself looks closer."""
NAMED_IN_LOG = {"c", "me", "coach", "letters"}
SAID_IN_LOG = {"/", "/healthz", "/robots.txt"}

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: then browsers send the origin of our own forms as `null`.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
HSTS = "max-age=31536000"


class Guard:
    """One request after the other, before and after the pages."""

    def __init__(self, app: ASGIApp, *, site: Site, ours: Ours, clock: Callable[[], float]) -> None:
        """For one site; the clock counts seconds and never goes back."""
        self._app = app
        self._site = site
        self._ours = ours
        self._looks = Limiter(LOOKS, clock)
        self._writes = Limiter(WRITES, clock)
        self._writing = 0
        self._headers = dict(HEADERS)
        if ours.public.startswith("https://"):
            self._headers["Strict-Transport-Security"] = HSTS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        answer = _Answer(send, self._headers, bodiless=scope["method"] == "HEAD")
        try:
            await self._checked(_as_asked(scope, self._site.root), receive, answer)
        except Exception as error:  # noqa: BLE001 - a page for people, and no value in a log
            LOG.error("%s", _kind_and_place(error))  # noqa: TRY400 - a traceback may hold values
            if answer.status is None:
                page = refusal(self._site, HTTPStatus.INTERNAL_SERVER_ERROR)
                await page(scope, receive, answer)
        LOG.info(
            "%s %s %s %d ms",
            scope["method"],
            redacted(_as_asked(scope, self._site.root)["path"]),
            answer.status,
            round(1000 * (time.monotonic() - began)),
        )

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through what may pass."""
        try:
            if wait_s := self._waits_s(scope):
                page = refusal(self._site, HTTPStatus.TOO_MANY_REQUESTS, wait_s=wait_s)
                await page(scope, receive, send)
                return
            self._check_host(scope)
            if scope["method"] == "POST":
                self._check_post(scope)
                receive = await _read(receive)
                await self._write(scope, receive, send)
                return
        except RefusedError as refused:
            await refusal(self._site, refused.status)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _write(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only a few wait for the database at once, so that looking goes on beside them."""
        if self._writing >= WRITING_MAX:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
        self._writing += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._writing -= 1

    def _waits_s(self, scope: Scope) -> int:
        """Seconds that this address must wait; 0 where it may ask."""
        limiter = self._writes if scope["method"] == "POST" else self._looks
        client = scope.get("client")
        return limiter.wait_s(client[0] if client else "")

    def _check_host(self, scope: Scope) -> None:
        if not self._ours.knows(Headers(scope=scope).get("host", "")):
            raise RefusedError(HTTPStatus.BAD_REQUEST)

    def _check_post(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        to_letters = scope["path"].startswith(LETTERS)
        if not to_letters and not self._ours.sent_by_us(headers):
            raise RefusedError(HTTPStatus.FORBIDDEN)
        kind = media_type(headers.get("content-type", ""))
        if kind != FORM and not (to_letters and kind == MAIL_FORM):
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        if _too_long(headers.get("content-length")):
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


class _Answer:
    """Sends an answer on, with the headers that all have, and notes its status."""

    def __init__(self, send: Send, headers: dict[str, str], *, bodiless: bool) -> None:
        self._send = send
        self._headers = headers
        self._bodiless = bodiless
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        elif self._bodiless:
            message = {**message, "body": b""}
        await self._send(message)


def _as_asked(scope: Scope, root: str) -> Scope:
    """HEAD is asked as GET, and a path that a proxy left whole without the public address's."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    path = scope["path"]
    if root and path.startswith(f"{root}/"):
        path = path.removeprefix(root)
    return {**scope, "method": method, "path": path}


async def _read(receive: Receive) -> Receive:
    """The whole body, which is small, read before anything is done with it.

    Raises:
        RefusedError: it is not small, or does not come.
    """
    try:
        body = await asyncio.wait_for(_body(receive), BODY_PATIENCE_S)
    except TimeoutError:
        raise RefusedError(HTTPStatus.REQUEST_TIMEOUT) from None
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        part, more = message.get("body", b""), message.get("more_body", False)
        length += len(part)
        if length > BODY_MAX_BYTES:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        parts.append(part)
    return b"".join(parts)


def media_type(content_type: str) -> str:
    """What a body is, without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def redacted(path: str) -> str:
    """A path as a log may hold it: nothing of a link, and nothing that may be a cut-off one."""
    if path in SAID_IN_LOG or path.startswith("/static/"):
        return path if path.isascii() and path.isprintable() else "/static/…"
    first = path.strip("/").partition("/")[0]
    return f"/{first}/…" if first in NAMED_IN_LOG else "/…"


def _too_long(content_length: str | None) -> bool:
    """Whether a body says of itself that it is too long; a lie is found while reading."""
    told = content_length or "0"
    return not (told.isascii() and told.isdigit()) or int(told[:12]) > BODY_MAX_BYTES


def _kind_and_place(error: Exception) -> str:
    """`KeyError in save, checkin.py line 120`: no value, and no text that may hold one."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    file = last.filename.rpartition("/")[2]
    return f"{type(error).__name__} in {last.name}, {file} line {last.lineno}"
