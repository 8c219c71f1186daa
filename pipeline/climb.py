"""Ascent and descent from altitude: hills are counted, the wandering of the barometer is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.motion import NORMAL_MEDIAN, means_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL_S = 10.0
"""Altitude is averaged over stretches as long as this; nothing shorter is a hill to a runner."""

FAR_APART_S = CELL_S / 4
"""Readings further apart are too few in a cell to be joined by a line."""

WANDER_M, GPS_WANDER_M = 2.0, 10.0
"""Standard deviation of a barometer about the truth, and of the altitude of a GPS at its worst.
How fast they wander is measured."""

TAKEN_OFF = 2.5
"""So many times the noise is taken off an octave: it has few waves, and their strength scatters."""

LEAST_KEPT = 0.05
"""Noise that keeps less from one cell to the next is stronger than `WANDER_M`."""

_NO_NOISE_M2 = 1e-9

LEAST_SWING_M = 2.0
"""What is left must rise or fall by this to count."""


def ascent_descent_m(
    timer_s: NDArray[np.float64], altitude_m: NDArray[np.float64], *, wander_m: float = WANDER_M
) -> tuple[float, float]:
    """Metres up and metres down along an altitude with noise in it.

    Smoothing alone cannot do this: a wander of 2 m over minutes looks like a small hill, and what
    removes it removes small hills. But hills, unlike noise, can be stronger than noise is at their
    length. So the altitude is taken apart into waves (a cosine transform), by octaves of length:

        y       = altitude, mean over cells of 10 s (at least: whole numbers of readings far apart)
        noise   : keeps the share r of itself from cell to cell, variance s^2 = (2 m)^2, so that
                  y[i-1] - 2 y[i] + y[i+1] has the variance V = 2 s^2 (3 - r) (1 - r)
        r       = 2 - sqrt(1 + V / 2 s^2), with V from the median (a slope has no second
                  difference, a hill hardly); where r < 0.05, r is 0.05 and s^2 follows from V
        N(w)    = s^2 (1 - r^2) / (1 - 2 r cos w + r^2), strength of noise at w radians a cell
        gain    = sqrt(max(0, 1 - 2.5 sum N / sum P)) for each octave, P the strength of y there

    What is left turns where the hills turn; turns less than 2 m apart are passed over. Heights are
    read from y at those places: an extreme that was not chosen for being one is not too high.

    Error with noise of 2 m lasting 0 to 300 s, 15 to 90 minutes, hills of 0 to 300 m, whole metres
    or not: half within 4 m, 95 % within 21 m, on the flat within 15 m (up to 2 hours, noise up to
    20 minutes); 3 % are off by more than 15 m and 10 %, most of them hills of 4 to 8 m in a wander
    as quick as they are.
    Not to be told from hills: a wander that is smooth over half a minute, or one far beyond 2 m
    that lasts minutes, such as that of GPS altitude.

    Args:
        timer_s: time on the move in ascending order, without pauses and gaps, shape (n,).
        altitude_m: finite, shape (n,).
        wander_m: s; with that of a GPS only what no wander explains is left.
    """
    height_m = _cell_means(timer_s, altitude_m)
    swings_m = np.diff(height_m[turns(without_noise(height_m, wander_m), LEAST_SWING_M)])
    return float(swings_m[swings_m > 0].sum()), float(-swings_m[swings_m < 0].sum())


def without_noise(height_m: NDArray[np.float64], wander_m: float = WANDER_M) -> NDArray[np.float64]:
    """The hills in a row of cells: each octave of waves weakened by the noise in it; shape (n,)."""
    count = len(height_m)
    bends_m = np.abs(np.diff(height_m, 2))
    variance_m2 = (NORMAL_MEDIAN * float(np.median(bends_m))) ** 2 if len(bends_m) else 0.0
    if variance_m2 < _NO_NOISE_M2:
        return height_m
    kept = max(2 - np.sqrt(1 + variance_m2 / (2 * wander_m**2)), LEAST_KEPT)
    wander_m2 = variance_m2 / (2 * (3 - kept) * (1 - kept))
    # Mirrored at its end, a row of cells becomes a sum of cosines, without a jump at the ends.
    waves = np.fft.rfft(np.concatenate([height_m, height_m[::-1]]))
    number = np.arange(1, len(waves))
    noise = wander_m2 * (1 - kept**2) / (1 - 2 * kept * np.cos(np.pi * number / count) + kept**2)
    strength = np.abs(waves[1:]) ** 2 / (2 * count)
    octave = np.frexp(number)[1] - 1
    noise_sums, strength_sums = np.bincount(octave, noise), np.bincount(octave, strength)
    share = np.ones(len(noise_sums))
    np.divide(noise_sums, strength_sums, out=share, where=strength_sums > 0)
    waves[1:] *= np.sqrt(np.maximum(1 - TAKEN_OFF * share, 0.0))[octave]
    return np.asarray(np.fft.irfft(waves, 2 * count)[:count])


def turns(height_m: NDArray[np.float64], least_m: float) -> list[int]:
    """Where a row of heights turns, both ends of the first and last swing included.

    Only swings of `least_m` and more count; without one the list is empty.
    """
    found: list[int] = []
    low = high = 0
    rising: bool | None = None
    heights = height_m.tolist()
    for here, height in enumerate(heights):
        low = here if height < heights[low] else low
        high = here if height > heights[high] else high
        if rising is not True and height - heights[low] >= least_m:
            found.append(low)
            rising, high = True, here
        elif rising is not False and heights[high] - height >= least_m:
            found.append(high)
            rising, low = False, here
    if rising is not None:
        found.append(high if rising else low)
    return found


def _cell_means(
    timer_s: NDArray[np.float64], altitude_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean altitude of equal cells of about 10 s, of the line through the values.

    A line through readings that lie far apart is smoother than they are, and noise must not look
    weaker than it is: there each cell is the mean of its own readings, one or more.
    """
    lasting_s = float(timer_s[-1] - timer_s[0])
    if lasting_s <= 0:
        return altitude_m[:1]
    apart_s = float(np.median(np.diff(timer_s)))
    if apart_s > FAR_APART_S:
        whole_s = apart_s * np.ceil(CELL_S / apart_s)
        cell = np.floor((timer_s - timer_s[0]) / whole_s).astype(np.intp)
        readings = np.bincount(cell)
        return np.bincount(cell, altitude_m)[readings > 0] / readings[readings > 0]
    edges_s = np.linspace(timer_s[0], timer_s[-1], max(1, round(lasting_s / CELL_S)) + 1)
    return means_between(timer_s, altitude_m, edges_s[:-1], edges_s[1:])
