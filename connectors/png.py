"""A chart's SVG as PNG, for mail: inline SVG is dropped by most mail programs.

The only door to resvg. Text is drawn in the font beside this module and in no other, so that the
same drawing gives the same bytes on every machine; fonts/README.txt says where it comes from.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

FONTS = ("Inter-Regular.ttf", "Inter-SemiBold.ttf")
FAMILY = "Inter"


class PictureError(ValueError):
    """The drawing cannot be made a picture: our own template is at fault. Says what resvg said."""


def svg_to_png(svg: str, *, width_px: int) -> bytes:
    """Draw an SVG, so many pixels wide, on opaque white.

    White, because forced inversion and dark mode leave pictures as they are, and dark text on
    nothing would then stand on black. The same drawing gives the same bytes.

    Raises:
        PictureError: it is not a drawing.
    """
    from resvg_py import svg_to_bytes  # noqa: PLC0415 - costs start-up time

    try:
        drawn = svg_to_bytes(
            svg_string=svg,
            width=width_px,
            background="#ffffff",
            skip_system_fonts=True,
            font_files=_font_files(),
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )
    except ValueError as error:
        raise PictureError(f"A chart could not be drawn as PNG: {error}") from error
    from connectors.palette import with_palette  # noqa: PLC0415 - NumPy: costs start-up time

    return with_palette(drawn)


@cache
def _font_files() -> list[str]:
    return [str(resources.files("connectors").joinpath("fonts", name)) for name in FONTS]
