"""The pages of an installation on a real server on loopback, behind their guard."""

import socket
import threading
import time
from contextlib import contextmanager

import uvicorn

from flows.page.addresses import Addresses
from flows.page.app import create_app
from flows.page.connections import Impatient
from flows.page.links import links_of
from flows.page.site import Site


def site_of(home, store, base="http://127.0.0.1"):
    return Site(home, store, Addresses(base, links_of(home)))


@contextmanager
def serving(home, store):
    """A server of its own; gives the site with the addresses under which it answers."""
    with socket.socket() as waiting:
        waiting.bind(("127.0.0.1", 0))
        site = site_of(home, store, f"http://127.0.0.1:{waiting.getsockname()[1]}")
        config = uvicorn.Config(create_app(site), http=Impatient, log_level="critical", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [waiting]}, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        try:
            yield site
        finally:
            server.should_exit = True
            thread.join(20)
