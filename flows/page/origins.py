"""Who is asking: which hosts are ours, and whether a form was sent from one of our own pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flows.page.addresses import Addresses
from flows.sections import LOOPBACK, PageSettings

FROM_OUR_PAGE = {"same-origin", "none"}
"""What Sec-Fetch-Site says of our own forms, and of what a person asked the browser for."""


@dataclass(frozen=True, slots=True)
class Ours:
    """The names that this server goes by."""

    public: str
    """Scheme, host and port by which runners reach it."""
    hosts: frozenset[str]

    def knows(self, host: str) -> bool:
        """Whether a Host header names us; another one is a name that somebody points at us."""
        return hostname(host) in self.hosts

    def sent_by_us(self, headers: Mapping[str, str]) -> bool:
        """Whether a form comes from a page of ours.

        Browsers tell it by Sec-Fetch-Site, older ones by Origin. Whoever tells neither is no
        browser, so that nobody's page can have made it send; the signed link is its right.
        """
        if (site := headers.get("sec-fetch-site")) is not None:
            return site in FROM_OUR_PAGE
        if (origin := headers.get("origin")) is None:
            return True
        host = headers.get("host", "")
        # In the clear we are reached on this machine only, never by the public name.
        in_the_clear = f"http://{host}" if hostname(host) in LOOPBACK else None
        return origin.lower() in {self.public, in_the_clear}


def ours(addresses: Addresses, page: PageSettings) -> Ours:
    """The names of one server: the public one, the one it listens on, and this machine's own."""
    public = urlsplit(addresses.base)
    names: Iterable[str] = (public.hostname or "", page.host, *LOOPBACK)
    return Ours(
        public=f"{public.scheme}://{public.netloc}".lower(),
        hosts=frozenset(name.lower() for name in names if name),
    )


def hostname(host: str) -> str:
    """The name in a Host header, without its port; empty where it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
