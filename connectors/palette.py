"""A drawing's PNG with at most 64 colours: less than half of the bytes, and looks the same.

resvg writes four bytes a pixel. What is drawn has a few colours, and the shades of their edges.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGBA_8_BIT, PALETTE_8_BIT = b"\x08\x06\x00\x00\x00", b"\x08\x03\x00\x00\x00"
"""Depth, colour type, and compression, filter and interlacing as always."""
COLOURS = 64
"""With 256 a picture is a quarter larger, and side by side nobody can tell which is which."""
WHITE = 0xFFFFFF
_WEIGHTS = np.array([1 << 16, 1 << 8, 1], np.int32)
NOTHING, SUB, UP, AVERAGE, PAETH = range(5)
"""The filters of a line (PNG specification 9.2)."""


def with_palette(png: bytes) -> bytes:
    """The same picture with a palette; beyond 64 colours those alike become one.

    Args:
        png: as resvg writes it: 8 bits, RGBA, opaque, not interlaced.

    Raises:
        ValueError: it is of another kind.
    """
    chunks = _chunks(png)
    size, kind = chunks[b"IHDR"][:8], chunks[b"IHDR"][8:]
    if kind != RGBA_8_BIT:
        raise ValueError("A drawing's PNG is not 8-bit RGBA any more: look at what resvg writes.")
    width, height = struct.unpack(">II", size)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    palette, indices = _indexed(_pixels(lines, width))
    filtered = np.pad(indices, ((0, 0), (1, 0)), constant_values=NOTHING)
    return b"".join(
        [
            SIGNATURE,
            _chunk(b"IHDR", size + PALETTE_8_BIT),
            _chunk(b"PLTE", palette),
            _chunk(b"IDAT", zlib.compress(filtered.tobytes(), 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunks(png: bytes) -> dict[bytes, bytes]:
    """What is in it, by name; several of one name are joined."""
    chunks: dict[bytes, bytes] = {}
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        name = png[at + 4 : at + 8]
        chunks[name] = chunks.get(name, b"") + png[at + 8 : at + 8 + length]
        at += 12 + length
    return chunks


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _pixels(lines: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Undo the filters: red, green and blue, shape (height, width, 3)."""
    told = lines[:, 1:].reshape(len(lines), width, 4)[:, :, :3]
    pixels = np.zeros((len(lines), width, 3), np.uint8)
    above = np.zeros((width, 3), np.uint8)
    for kind, line, pixel in zip(lines[:, 0].tolist(), told, pixels, strict=True):
        if kind == NOTHING:
            pixel[:] = line
        elif kind == SUB:
            pixel[:] = line.cumsum(axis=0, dtype=np.uint8)
        elif kind == UP:
            np.add(line, above, out=pixel)
        else:
            _one_by_one(line, above, pixel, is_average=kind == AVERAGE)
        above = pixel
    return pixels


def _one_by_one(
    line: NDArray[np.uint8],
    above: NDArray[np.uint8],
    pixel: NDArray[np.uint8],
    *,
    is_average: bool,
) -> None:
    """Undo a filter that needs the pixel to the left, into `pixel`.

    Paeth's filter copies that pixel wherever it adds nothing and the line above goes on in its own
    colour. Most of a drawing is like that, so only the other pixels are looked at.
    """
    before = np.zeros_like(above)
    before[1:] = above[:-1]
    busy = np.arange(len(line)) if is_average else np.flatnonzero((line | (above ^ before)).any(1))
    if not len(busy):
        pixel[:] = 0
        return
    copies = np.diff(busy, append=len(line))
    undo = _after_average if is_average else _after_paeth
    for channel in range(3):
        parts = (each[busy, channel].tolist() for each in (line, above, before))
        pixel[: busy[0], channel] = 0
        pixel[busy[0] :, channel] = np.repeat(np.array(undo(*parts), np.uint8), copies)


def _after_average(line: list[int], above: list[int], _: list[int]) -> list[int]:
    """Add the mean of the pixel to the left and the one above (PNG specification 9.2)."""
    left, found = 0, []
    for add, up in zip(line, above, strict=True):
        left = (add + (left + up) // 2) & 0xFF
        found.append(left)
    return found


def _after_paeth(line: list[int], above: list[int], before: list[int]) -> list[int]:
    """Add whichever of the three is nearest to left + up - corner (PNG specification 9.4)."""
    left, found = 0, []
    for add, up, corner in zip(line, above, before, strict=True):
        off_left, off_up, off_corner = (
            abs(up - corner),
            abs(left - corner),
            abs(left + up - 2 * corner),
        )
        if off_left > off_up or off_left > off_corner:
            left = up if off_up <= off_corner else corner
        left = (add + left) & 0xFF
        found.append(left)
    return found


def _indexed(pixels: NDArray[np.uint8]) -> tuple[bytes, NDArray[np.uint8]]:
    """The palette, white first, and each pixel's place in it."""
    colours = pixels.astype(np.int32) @ _WEIGHTS
    is_drawn = colours != WHITE
    found, places, often = np.unique(colours[is_drawn], return_inverse=True, return_counts=True)
    kept, of_found = _fewer(found, often)
    indices = np.zeros(colours.shape, np.uint8)
    indices[is_drawn] = 1 + of_found[places]
    return _rgb(np.append(WHITE, kept)).astype(np.uint8).tobytes(), indices


def _fewer(
    found: NDArray[np.int32], often: NDArray[np.intp]
) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """At most 63 of some colours, and which of them stands for each.

    Colours that differ in no more than their last bits are one, as few bits as will do; the one
    seen most often stands for the others.
    """
    bins = places = np.arange(len(found))
    for bits in range(8):
        bins, places = np.unique((_rgb(found) >> bits) @ _WEIGHTS, return_inverse=True)
        if len(bins) < COLOURS:
            break
    rarest_first = np.argsort(often, kind="stable")
    kept = np.zeros(len(bins), np.int32)
    kept[places[rarest_first]] = found[rarest_first]  # the last one written stays
    return kept, places


def _rgb(colours: NDArray[np.int32]) -> NDArray[np.int32]:
    return colours[:, None] >> np.array([16, 8, 0], np.int32) & 0xFF
