"""Drawings become small pictures, the same ones on every machine."""

import struct
import zlib

import numpy as np
import pytest
from resvg_py import svg_to_bytes

from connectors.palette import COLOURS, RGBA_8_BIT, SIGNATURE, with_palette
from connectors.png import PictureError, svg_to_png

WIDE = 400
TEXT = '<text x="10" y="30" font-family="Inter, sans-serif" font-size="20">Rest 4.5</text>'
SHAPES = '<circle cx="60" cy="60" r="30" fill="#1f5080"/><path d="M10 80L190 20" stroke="#b5791a"/>'


def svg(*parts):
    inside = "".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100">{inside}</svg>'


def chunks(png):
    """Name and body of every chunk, each with a right checksum."""
    assert png.startswith(SIGNATURE)
    at, found = len(SIGNATURE), {}
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        name, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(name + body),)
        found[name] = body
        at += 12 + length
    return found


def pixels(png):
    """A picture with a palette, as red, green and blue."""
    found = chunks(png)
    width, height = struct.unpack(">II", found[b"IHDR"][:8])
    assert found[b"IHDR"][8:] == b"\x08\x03\x00\x00\x00"
    lines = np.frombuffer(zlib.decompress(found[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not lines[:, 0].any(), "no line is filtered"
    return np.frombuffer(found[b"PLTE"], np.uint8).reshape(-1, 3)[lines[:, 1:]]


def filtered(picture, kinds):
    """RGBA pixels as a PNG whose lines go through the given filters in turn, one byte at a time."""
    height, width, _ = picture.shape
    above, lines = [0] * (4 * width), []
    for row, kind in zip(picture, kinds, strict=True):
        line = row.reshape(-1).tolist()
        lines.append(bytes([kind]))
        for at, value in enumerate(line):
            left = line[at - 4] if at >= 4 else 0
            corner = above[at - 4] if at >= 4 else 0
            up = above[at]
            guess = min((left, up, corner), key=lambda each: abs(left + up - corner - each))
            lines.append(bytes([(value - (0, left, up, (left + up) // 2, guess)[kind]) & 0xFF]))
        above = line
    size = struct.pack(">II", width, height)
    bodies = {b"IHDR": size + RGBA_8_BIT, b"IDAT": zlib.compress(b"".join(lines)), b"IEND": b""}
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in bodies.items()
    )


def test_the_same_drawing_gives_the_same_bytes():
    assert svg_to_png(svg(TEXT, SHAPES), width_px=WIDE) == svg_to_png(
        svg(TEXT, SHAPES), width_px=WIDE
    )


@pytest.mark.parametrize("width", [200, 320, 1120])
def test_it_is_as_wide_as_asked_for(width):
    assert pixels(svg_to_png(svg(SHAPES), width_px=width)).shape == (width // 2, width, 3)


def test_text_is_drawn_in_both_weights():
    bold = TEXT.replace("<text", '<text font-weight="600"')
    ink = [
        int((255 - pixels(svg_to_png(svg(each), width_px=WIDE))).astype(int).sum())
        for each in ("", TEXT, bold)
    ]
    assert ink[0] == 0
    assert ink[1] > 0
    assert ink[2] > 1.1 * ink[1]


def test_what_is_not_drawn_is_white():
    assert (pixels(svg_to_png(svg(), width_px=WIDE)) == 255).all()


def test_colours_are_kept_exactly():
    drawn = pixels(svg_to_png(svg(SHAPES), width_px=WIDE))
    assert drawn[120, 120].tolist() == [0x1F, 0x50, 0x80]


def test_a_drawing_of_few_colours_loses_nothing():
    # Another decoder: resvg draws the PNG again, and its own picture of the drawing.
    small = svg_to_png(svg(SHAPES), width_px=200)
    drawn = svg_to_bytes(svg_string=svg(SHAPES), width=200, background="#ffffff")
    assert len(small) < len(drawn)
    assert (pixels(small) == pixels(with_palette(drawn))).all()


@pytest.mark.parametrize("kind", [0, 1, 2, 3, 4, None])
def test_every_filter_is_undone(kind):
    random = np.random.default_rng(7)
    colours = random.integers(0, 256, (40, 4), dtype=np.uint8)
    colours[:, 3] = 255
    # Stretches of one colour, as drawings have them, and noise.
    picture = np.repeat(colours[random.integers(0, 40, (25, 12))], 3, axis=1)
    kinds = random.integers(0, 5, 25).tolist() if kind is None else [kind] * 25
    assert (pixels(with_palette(filtered(picture, kinds))) == picture[:, :, :3]).all()


def test_of_too_many_colours_those_alike_become_one():
    picture = np.full((40, 40, 4), 255, np.uint8)
    picture[:20, :, 0] = np.arange(40) * 6
    picture[:20, :, 1] = np.arange(20)[:, None] * 12
    png = with_palette(filtered(picture, [0] * 40))
    assert 10 < len(chunks(png)[b"PLTE"]) // 3 <= COLOURS
    off = np.abs(pixels(png).astype(int) - picture[:, :, :3])
    assert off.max() < 64
    assert (pixels(png)[20:] == 255).all()


@pytest.mark.parametrize("broken", ["", "no drawing", "<svg"])
def test_what_is_no_drawing_says_so(broken):
    with pytest.raises(PictureError, match="could not be drawn"):
        svg_to_png(broken, width_px=WIDE)


def test_another_kind_of_png_is_refused():
    png = filtered(np.zeros((2, 2, 4), np.uint8), [0, 0]).replace(
        RGBA_8_BIT, b"\x08\x02\x00\x00\x00"
    )
    with pytest.raises(ValueError, match="not 8-bit RGBA"):
        with_palette(png)
