"""The command that stays: the pages for a browser, and letters delivered beside them."""

import argparse
import sys
from typing import TYPE_CHECKING

import msgspec

from flows.errors import DONE
from flows.opening import for_writing, out
from flows.progress import say

if TYPE_CHECKING:
    from flows.settings import Home


def serve(options: argparse.Namespace) -> int:
    """Answer browsers and deliver what waits, until stopped; being stopped is no error."""
    from flows.page import serving  # noqa: PLC0415 - FastAPI takes a moment
    from flows.page.addresses import own_addresses  # noqa: PLC0415

    with for_writing(options) as (found, store, athlete):
        wanted = _at(found, options.host, options.port)
        serving.check_reach(wanted)
        page = wanted.file.page
        with serving.listen(page.host, page.port) as listening:
            home = _at(wanted, None, listening.getsockname()[1])
            addresses = own_addresses(home)
            say(f"Listening on {page.host}, port {home.file.page.port}; Ctrl-C stops it.")
            # A link is a key: shown to a person, or to a program that asks, never left in a log.
            if options.json or sys.stdout.isatty():
                dashboard = addresses.look(athlete)
                out(options, {"address": addresses.base, "dashboard": dashboard}, dashboard)
                sys.stdout.flush()
            serving.serve(home, store, listening)
    return DONE


def _at(home: "Home", host: str | None, port: int | None) -> "Home":
    """The installation as it would be with this host and port in its settings."""
    page = home.file.page
    host, port = host or page.host, page.port if port is None else port
    page = msgspec.structs.replace(page, host=host, port=port)
    file = msgspec.structs.replace(home.file, page=page)
    return msgspec.structs.replace(home, file=file)


COMMANDS = {"serve": serve}
