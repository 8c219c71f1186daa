"""Where a runner's files come from: what was asked for, completed by the settings."""

from collections.abc import Sequence

from connectors.errors import ConnectorError
from connectors.sources import open_source
from flows.settings import Home


def places_of(home: Home, athlete: str, urls: Sequence[str] = ()) -> tuple[tuple[str, bool], ...]:
    """Each source's address, and whether the settings declare it complete.

    Args:
        home: the installation.
        athlete: whose sources.
        urls: asked for by name; empty means all of the settings.
    """
    declared = home.athlete_settings(athlete).sources
    if not urls:
        return tuple((each.url, each.complete) for each in declared)
    complete = {_spelled(each.url) for each in declared if each.complete}
    return tuple((url, _spelled(url) in complete) for url in urls)


def check(places: Sequence[tuple[str, bool]]) -> None:
    """Raise now what would be raised after an engine has started."""
    for url, _ in places:
        open_source(url)


def _spelled(url: str) -> str:
    """One spelling for every way of writing a place; one that is not there stays as it is."""
    try:
        return open_source(url).url
    except ConnectorError:
        return url
