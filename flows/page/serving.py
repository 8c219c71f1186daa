"""The server of the pages as a process: listening, delivering beside it, until it is stopped."""

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import ip_address

import uvicorn
from fastapi import FastAPI
from starlette.types import Message, Scope

from flows import settings
from flows.page.addresses import own_addresses
from flows.page.app import create_app
from flows.page.connections import Impatient
from flows.page.guard import LOG
from flows.page.site import Site
from flows.sections import LOOPBACK
from flows.settings import Home, SettingsError
from pipeline.store.records import Store

DELIVERY_EVERY_S = 60.0
CLOSING_S = 3
HEADERS_MAX_BYTES = 16_384
CONNECTIONS_MAX = 500
LOUD = ("uvicorn", "uvicorn.error", "asyncio", "sqlalchemy")
"""What may log paths, rows or tracebacks of a request when somebody turns all logs up."""


def check_reach(home: Home) -> None:
    """Links carry what a runner felt: no other machine may listen in.

    Raises:
        SettingsError: it would listen on a network with no public address set.
    """
    page = home.file.page
    if page.public_url is None and not is_loopback(page.host):
        raise SettingsError(
            f"{page.host} is reached from other machines: set page.public_url to the https:// "
            "address that your reverse proxy shows, or listen on 127.0.0.1"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK


def listen(host: str, port: int) -> socket.socket:
    """Take the port, so that whoever is told of it finds somebody there.

    Raises:
        SettingsError: it is taken, not allowed, or no address of this machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, place = found[0]
        return socket.create_server(place[:2], family=family, backlog=256)
    except OSError as error:
        # Of a port that is taken Python tells the address once more.
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else error.strerror
        raise SettingsError(
            f"{host}, port {port}: {reason}; choose another with --host and --port, or in "
            "[page] of calfwise.toml"
        ) from error


def serve(home: Home, store: Store, listening: socket.socket) -> None:
    """Answer browsers and deliver letters, until Ctrl-C or SIGTERM."""
    app = create_app(Site(home, store, own_addresses(home)))
    asyncio.run(_first(app))
    _log_to_stderr()
    config = uvicorn.Config(
        app,
        http=Impatient,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,  # ours holds no link
        server_header=False,
        # Only a proxy of ours tells whom it speaks for; without a public address there is none.
        proxy_headers=home.file.page.public_url is not None,
        forwarded_allow_ips="127.0.0.1,::1",
        limit_concurrency=CONNECTIONS_MAX,
        h11_max_incomplete_event_size=HEADERS_MAX_BYTES,
        timeout_graceful_shutdown=CLOSING_S,
    )
    with _delivering(home, store):
        _Server(config).run(sockets=[listening])


async def _first(app: FastAPI) -> None:
    """Answer once, to nobody: the first answer of a process loads what all of them need."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Message) -> None:
        pass

    path = "/healthz"
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 0),
        "server": None,
    }
    await app(scope, receive, send)


class _Server(uvicorn.Server):
    """Ends by itself when it is told to, so that the command ends as one that is done."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Listen to Ctrl-C and SIGTERM while serving; one that is ignored (nohup) stays so."""
        heard = [each for each in (signal.SIGINT, signal.SIGTERM)
                 if signal.getsignal(each) is not signal.SIG_IGN]  # fmt: skip
        before = {each: signal.signal(each, self.handle_exit) for each in heard}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


@contextmanager
def _delivering(home: Home, store: Store) -> Generator[None, None, None]:
    """Deliver what waits, again and again, beside the server."""
    stopped = threading.Event()

    def deliver() -> None:
        while True:
            try:
                _deliver(home, store)
            except Exception as error:  # noqa: BLE001 - the next round may go better
                LOG.error("delivery: %s", type(error).__name__)
            if stopped.wait(DELIVERY_EVERY_S):
                return

    thread = threading.Thread(target=deliver, name="delivery", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(CLOSING_S)


def _deliver(home: Home, store: Store) -> None:
    """One round of delivery: everything that is due, of every runner."""
    from flows import outbox  # noqa: PLC0415 - it brings what renders letters

    outbox.deliver_due(home, store, now=settings.now())


def _log_to_stderr() -> None:
    """One line a request on stderr, with nothing of a link or an answer in it."""
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if not LOG.handlers:
        lines = logging.StreamHandler(sys.stderr)
        lines.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
        LOG.addHandler(lines)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
