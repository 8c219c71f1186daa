"""The pages of an installation on a real server on loopback, under the policy they must bear."""

import socket
import threading
import time
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI, Response

from flows.page.addresses import Addresses
from flows.page.links import links_of
from flows.page.look import routes
from flows.page.site import Site, static_file

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self' data:; connect-src 'self'"
)
TYPES = {"css": "text/css", "js": "text/javascript"}


def app_of(site):
    """The pages that only show, and the static files, under the strict policy."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(routes(site))

    @app.get("/static/{digest}/{name:path}")
    def static(digest: str, name: str):
        del digest
        return Response(static_file(name), media_type=TYPES[name.rpartition(".")[2]])

    @app.middleware("http")
    async def strict(request, following):
        answer = await following(request)
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    return app


def site_of(home, store, base="http://127.0.0.1"):
    return Site(home, store, Addresses(base, links_of(home)))


@contextmanager
def serving(home, store):
    """A server of its own; gives the site with the addresses under which it answers."""
    with socket.socket() as waiting:
        waiting.bind(("127.0.0.1", 0))
        site = site_of(home, store, f"http://127.0.0.1:{waiting.getsockname()[1]}")
        config = uvicorn.Config(app_of(site), log_level="critical", ws="none")
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
