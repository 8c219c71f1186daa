"""What every page of one server stands on: the installation, its addresses and its templates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from flows.page.addresses import Addresses
from flows.page.links import Links
from flows.settings import Home
from pipeline.store.records import Store

STANDING = "General information, not a diagnosis."
STATIC_DIGITS = 12
MORE = "<!--more-->"
"""Stands in a template where what was said so far may be sent off."""


@dataclass(frozen=True, slots=True)
class Site:
    """One installation as its pages see it."""

    home: Home
    store: Store
    addresses: Addresses

    @property
    def links(self) -> Links:
        """What reads the addresses."""
        return self.addresses.links

    @property
    def root(self) -> str:
        """The path under which a proxy shows all pages; empty where it shows nothing else."""
        return urlsplit(self.addresses.base).path

    def today(self, athlete: str) -> date:
        """The date where the runner is."""
        return self.home.today(athlete)

    def render(self, template: str, **values: Any) -> str:  # noqa: ANN401 - whatever the page says
        """A page of flows/page/templates as HTML; everything in it is escaped."""
        return self.template(template).render(standing=STANDING, static=self.static, **values)

    def template(self, name: str) -> Template:
        """A template, compiled once."""
        return _templates().get_template(name)

    def stream(self, template: str, **values: Any) -> Iterator[str]:  # noqa: ANN401 - as `render`
        """The same in pieces: one ends wherever the template says MORE.

        What a template only asks for after that mark, such as the call of a function among the
        values, is worked out while the piece before is on its way.
        """
        piece: list[str] = []
        for each in self.template(template).generate(
            standing=STANDING, static=self.static, **values
        ):
            before, mark, after = each.partition(MORE)
            piece.append(before)
            if mark:
                yield "".join(piece)
                piece = [after]
        yield "".join(piece)

    def static(self, name: str) -> str:
        """Where a browser finds a file of flows/page/static."""
        return f"{self.root}{static_address(name)}"


@cache
def _templates() -> Environment:
    """The templates, compiled once."""
    return Environment(
        loader=PackageLoader("flows.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def static_file(name: str) -> bytes:
    """A file of flows/page/static."""
    return resources.files("flows.page").joinpath("static", name).read_bytes()


@cache
def static_address(name: str) -> str:
    """Where a browser finds it; another content has another address, so it may be kept."""
    digest = sha256(static_file(name)).hexdigest()[:STATIC_DIGITS]
    return f"/static/{digest}/{name}"
