"""Folding: cadence of a device that for a stretch counted one foot only, or every step twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.cadence import RUNNING_SPM, WALKING_SPM, inside, is_walking, within
from pipeline.load import expected_cadence_spm
from pipeline.motion import MOVING_MPS, stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOLERANCE = 0.15
TOLERANCE_UNSEEN = 0.05
"""Where no speed is known: less tells one foot of a run from both of a slow walk."""

LASTS_S = 8.0
EXPLAINS = 0.8

ONE_FOOT_MAX_SPM = 105
ONE_FOOT_STEP_M = 1.15
"""What is above the one may be a fast walk. Nobody walks steps as long as the other: 2.0 m/s at 105
steps a minute."""

TOO_MANY = 1.2
"""More than so many times the expected cadence is no run's."""


def folded(
    cadence_spm: NDArray[np.float64], speed_mps: NDArray[np.float64], at_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], int, int]:
    """Cadence of a device that for a stretch counted one foot only, or every step twice.

    Expected is the run's own: 9 steps a minute more for each m/s, through the median of what is
    counted on the move between 130 and 230. What differs for 8 s or longer is folded back:

        one foot   twice it is within 15 % of the expected, and it is no walk: at most 105, and
                   steps longer than 1.15 m in most of the stretch
        twice      half of it is within 15 % of the expected, it is above 230, and the feet move

    Walking breaks have steps of 0.6 to 1.0 m and stay as they are; most of a stretch, for speed
    lags behind the feet and begins a walk with long steps. Walks that such a stretch runs into
    are folded with it, for it is one device: those of fewer than 70 in long steps are doubled,
    those of more than 1.2 times the expected are halved.

    Without a speed the run's typical cadence is expected, within 5 %: nothing else tells a walk.
    Where less than 80 % of all that is no walk is usual, one foot or twice, it is no way of
    counting but noise, and stays.

    Args:
        cadence_spm: steps per minute, NaN where missing; shape (n,).
        speed_mps: NaN where missing; shape (n,).
        at_s: in ascending order, shape (n,).

    Returns:
        Cadence of shape (n,), how many samples were doubled, and how many halved.

    Source: EVIDENCE section 6 ("detect one-foot cadence (70-100): double it"; 9 spm per m/s).
    """
    low, high = RUNNING_SPM
    seen = np.isfinite(speed_mps)
    counted = ((speed_mps >= MOVING_MPS) | ~seen) & (cadence_spm > 0)
    few, many = counted & (cadence_spm <= ONE_FOOT_MAX_SPM), counted & (cadence_spm > high)
    usual = counted & (cadence_spm >= low) & ~many
    long_steps = few & (speed_mps * 60 > ONE_FOOT_STEP_M * cadence_spm)
    no_walk = long_steps | few & ~seen
    if not (usual.any() and (no_walk | many).any()):
        return cadence_spm, 0, 0
    typical_spm = float(np.median(cadence_spm[usual]))
    expected_spm = _expected_spm(cadence_spm, speed_mps, usual, typical_spm)
    off = np.where(seen, TOLERANCE, TOLERANCE_UNSEEN) * expected_spm
    halves = few & (np.abs(cadence_spm * 2 - expected_spm) <= off)
    # At the speed of a walk other halves are expected: the typical ones hold the walk together.
    like_halves = halves | few & (np.abs(cadence_spm * 2 - typical_spm) <= off)
    once = halves & _mostly(no_walk, like_halves)
    twice = many & (np.abs(cadence_spm / 2 - expected_spm) <= off)
    explained = usual | once | twice
    strange = counted & ~explained & ~is_walking(speed_mps, cadence_spm)
    if explained.sum() < EXPLAINS * (explained | strange).sum():
        return cadence_spm, 0, 0
    walked_once = _mostly(long_steps, few & (cadence_spm * 2 < WALKING_SPM))
    walked_twice = (cadence_spm > TOO_MANY * expected_spm) & (cadence_spm / 2 < WALKING_SPM)
    once, twice = _lasting(once, walked_once, at_s), _lasting(twice, counted & walked_twice, at_s)
    straight = np.where(once, cadence_spm * 2, np.where(twice, cadence_spm / 2, cadence_spm))
    return straight, int(once.sum()), int(twice.sum())


def _expected_spm(
    cadence_spm: NDArray[np.float64],
    speed_mps: NDArray[np.float64],
    usual: NDArray[np.bool_],
    typical_spm: float,
) -> NDArray[np.float64]:
    """Cadence of this run at each sample's speed; its typical one where no speed is known."""
    seen = np.isfinite(speed_mps)
    at_no_speed_spm = (cadence_spm - expected_cadence_spm(speed_mps, 0.0))[usual & seen]
    if len(at_no_speed_spm) == 0:
        return np.full(len(cadence_spm), typical_spm)
    own = float(np.median(at_no_speed_spm))
    return np.where(seen, expected_cadence_spm(speed_mps, own), typical_spm)


def _mostly(chosen: NDArray[np.bool_], mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The stretches of a mask of which more than half is chosen."""
    begins, ends = stretches(mask)
    most = 2 * within(chosen, begins, ends) > ends - begins
    return inside(begins[most], ends[most], len(mask))


def _lasting(
    mask: NDArray[np.bool_], walks: NDArray[np.bool_], at_s: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """The stretches that last long enough, to the sample after them, and walks beside them."""
    begins, ends = stretches(mask)
    lasts = at_s[np.minimum(ends, len(at_s) - 1)] - at_s[begins] >= LASTS_S
    if not lasts.any():
        return np.zeros(len(mask), dtype=bool)
    certain = inside(begins[lasts], ends[lasts], len(mask))
    begins, ends = stretches(mask | walks)
    beside = within(certain, begins, ends) > 0
    return inside(begins[beside], ends[beside], len(mask))
