"""A letter as plain text that reads well on its own: 72 columns, addresses unbroken."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advice.letter_page import Ask, Page

COLUMNS = 72
MAIL_EXAMPLE = "L3 R1"


def as_text(page: Page) -> str:
    """The whole letter; every address stands unbroken, so that it can be copied."""
    changes = [f"{each.label}: {each.says}" for each in page.changes]
    later = [
        *(_list(section.title, section.lines) for section in page.sections),
        _list("Since yesterday", changes),
        *(f"{chart.title}\n{_wrap(chart.says, indent='  ')}" for chart in page.charts),
    ]
    ask = _ask(page.ask)
    blocks = [
        _wrap(page.preheader) if page.is_neutral else None,
        _wrap(page.test) if page.test else None,
        _wrap(page.opening),
        page.headline.upper(),
        *map(_wrap, page.lede),
        _wrap(f"{page.ceiling[0]}. {page.ceiling[1]}.") if page.ceiling else None,
        _list("Why", page.reasons),
        *([ask, *later] if page.asks_first else [*later, ask]),
        "\n".join(map(_wrap, page.footer)),
        "\n".join(_links(page)),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _ask(ask: Ask) -> str:
    ways: list[str | None] = [
        f"  On the page: {ask.form}" if ask.form else None,
        f"  {ask.same_says}:\n  {ask.taps.same}" if ask.same and ask.taps else None,
        f"  By mail: {ask.mail_to}, a line such as {MAIL_EXAMPLE}" if ask.mail_to else None,
        *(f"  {command.label}: {command.says}" for command in ask.commands),
    ]
    lines = [_wrap(ask.title), _wrap(ask.note) if ask.note else None, *ways]
    return "\n".join(line for line in lines if line)


def _links(page: Page) -> Iterator[str]:
    if page.look_url:
        yield f"Your season: {page.look_url}"
    if page.stop:
        yield f"Stop these letters: {page.stop}"


def _list(title: str, lines: Sequence[str]) -> str | None:
    if not lines:
        return None
    return "\n".join([title, *(_wrap(line, indent="- ") for line in lines)])


def _wrap(line: str, indent: str = "") -> str:
    return textwrap.fill(
        line,
        COLUMNS,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
