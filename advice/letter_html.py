"""A letter as HTML for mail programs: one column, one template, pictures by name."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from advice.letter_text import MAIL_EXAMPLE

if TYPE_CHECKING:
    from jinja2 import Template

    from advice.letter_page import Page

COLUMN_PX = 536
"""What a letter of 600 pixels leaves for a picture."""


def as_html(page: Page) -> str:
    """The whole letter; `cid:NAME` stands for the picture of the chart of that name."""
    return _template().render(page=page, mail_example=MAIL_EXAMPLE, column_px=COLUMN_PX)


@cache
def _template() -> Template:
    """The template, compiled once: that takes longer than writing many letters."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - costs start-up time

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = resources.files("advice").joinpath("templates/letter.html.jinja").read_text("utf-8")
    return environment.from_string(source)
