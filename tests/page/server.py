"""A site of a test, asked without a socket: its own links, and every answer with its status."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlencode

import httpx

from flows import settings
from flows.page.addresses import own_addresses
from flows.page.app import create_app
from flows.page.links import Link
from flows.page.site import Site
from pipeline.store.records import Store

HOST = "127.0.0.1:8642"
FORM = "application/x-www-form-urlencoded"


class Server:
    """The pages of one installation; `close` it, or use it as a context."""

    def __init__(self, home_folder, *, clock=lambda: 0.0):
        self.home = settings.load(home_folder)
        self.store = Store(self.home.database_url)
        self.site = Site(self.home, self.store, own_addresses(self.home))
        self.app = create_app(self.site, clock=clock)
        self._loop = asyncio.Runner()
        self._browsers: dict[str, httpx.AsyncClient] = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._loop.close()
        self.store.close()

    @property
    def today(self):
        """The runner's date."""
        return self.site.today("me")

    def token(self, purpose="checkin", *, who="me", days_back=0, left=None, right=None, on=...):
        """A link's last part, good from now on."""
        if on is ...:
            on = self.today - timedelta(days=days_back) if purpose == "checkin" else None
        link = Link(purpose=purpose, who=who, on=on, left=left, right=right)
        return self.site.links.token(link)

    def checkin(self, **wanted):
        """The path of a form."""
        return f"/c/{self.token(**wanted)}"

    def letters(self, **wanted):
        """The path where letters are stopped."""
        return f"/letters/{self.token('letters', **wanted)}"

    def ask(self, method, path, *, client="127.0.0.1", headers=None, content=None):
        """One request, and its whole answer."""
        wanted = self._browser(client).request(method, path, headers=headers, content=content)
        return self._loop.run(wanted)

    def _browser(self, client):
        """Who asks from one address."""
        if client not in self._browsers:
            transport = httpx.ASGITransport(
                self.app, raise_app_exceptions=False, client=(client, 1234)
            )
            self._browsers[client] = httpx.AsyncClient(
                transport=transport, base_url=f"http://{HOST}"
            )
        return self._browsers[client]

    def get(self, path, **wanted):
        """A page, as a person or a scanner opens it."""
        return self.ask("GET", path, **wanted)

    def post(self, path, fields=None, *, headers=None, **wanted):
        """A form, sent as a browser sends it from our own page."""
        given = {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin", **(headers or {})}
        told = {name: value for name, value in given.items() if value is not None}
        content = wanted.pop("content", urlencode(fields or {}, doseq=True).encode())
        return self.ask("POST", path, headers=told, content=content, **wanted)


class Lines(logging.Handler):
    """Everything that any part of the program logs, however quiet."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record):
        """Keep one record with everything that it could be written with."""
        if record.name.startswith(("httpx", "httpcore")):
            return  # the browser of these tests
        formatter = logging.Formatter()
        told = [self.format(record), str(record.args)]
        if record.exc_info:
            told.append(formatter.formatException(record.exc_info))
        self.lines += told


async def in_pieces(pieces: Iterable[bytes]):
    """A body that does not say how long it is."""
    for each in pieces:
        yield each
