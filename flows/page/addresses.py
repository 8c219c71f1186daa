"""Where the pages of an installation are reached: addresses with signed links in them."""

from dataclasses import dataclass
from datetime import date

from flows.page.links import Link, Links, links_of
from flows.settings import Home


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes every address that a letter or a page holds."""

    base: str
    """Without a slash at its end."""
    links: Links

    def checkin(
        self, athlete: str, on: date, left: int | None = None, right: int | None = None
    ) -> str:
        """The form of one morning, filled in with what was tapped."""
        tapped = Link(purpose="checkin", who=athlete, on=on, left=left, right=right)
        return f"{self.base}/c/{self.links.token(tapped)}"

    def look(self, athlete: str) -> str:
        """The runner's own dashboard."""
        return f"{self.base}/me/{self.links.token(Link(purpose='look', who=athlete))}"

    def coach(self, coach: str) -> str:
        """The athletes who let a coach look."""
        return f"{self.base}/coach/{self.links.token(Link(purpose='coach', who=coach))}"

    def letters(self, athlete: str) -> str:
        """Where letters are stopped and started: one POST stops them (RFC 8058)."""
        return f"{self.base}/letters/{self.links.token(Link(purpose='letters', who=athlete))}"


def public_addresses(home: Home) -> Addresses | None:
    """What letters may hold; None where runners cannot reach the page."""
    url = home.file.page.public_url
    return None if url is None else Addresses(url.rstrip("/"), links_of(home))


def own_addresses(home: Home) -> Addresses:
    """What this machine's own browser may open."""
    page = home.file.page
    url = page.public_url or f"http://{_bracketed(page.host)}:{page.port}"
    return Addresses(url.rstrip("/"), links_of(home))


def _bracketed(host: str) -> str:
    """An IPv6 address as addresses spell it."""
    return f"[{host}]" if ":" in host else host
