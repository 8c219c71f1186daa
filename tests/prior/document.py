"""The tables of docs/forecast.md: how the forecast does on people left out of the fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.prior.measure import Band, Measured

BEGIN, END = "<!-- tables -->", "<!-- end of tables -->"
MEASURES = ("mae", "log_score", "brier_ge4", "coverage_80", "ci_low", "ci_high")
BAND_HEAD = ("earlier answers", "n", "athletes", "log score", "95 % interval", "Brier (4 or more)")
OPEN_END = 1000
"""A band up to so many answers has no end that is worth a name."""


def with_tables(page: str, measured: Mapping[str, Measured]) -> str:
    """The page with these tables in the place of the old ones."""
    above, _, rest = page.partition(BEGIN)
    _, _, below = rest.partition(END)
    return "\n\n".join([above + BEGIN, *tables(measured), END + below])


def tables(measured: Mapping[str, Measured]) -> Iterator[str]:
    """Two tables for each set of diaries: all scored days, and by number of earlier answers."""
    for name, each in measured.items():
        head = ("model", "n", *MEASURES)
        rows = [
            (
                score.model,
                str(score.n),
                *(f"{getattr(score, measure):.3f}" for measure in MEASURES),
            )
            for score in each.scores
        ]
        yield f"{name}, {each.people} people, each forecast by what the others say:"
        yield _table(head, rows)
        for what, bands in (
            ("the personal forecast", each.bands),
            ("the personal forecast as it is told in the morning", each.bands_in_the_morning),
        ):
            yield f"{name}, {what} minus the EWMA, by earlier answers:"
            yield _table(BAND_HEAD, [_band(band) for band in bands])


def _band(band: Band) -> list[str]:
    """A row of the second table."""
    is_open = band.below >= OPEN_END
    return [
        f"{band.first} on" if is_open else f"{band.first} to {band.below - 1}",
        str(band.days),
        str(band.athletes),
        f"{band.log_score:.3f}",
        f"{band.ci_low:.3f} to {band.ci_high:.3f}",
        f"{band.brier:.4f}",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
