"""What shoes and the way the foot lands make of calf load."""

from __future__ import annotations

from typing import Literal, get_args

ShoeKind = Literal["standard", "maximal", "minimal"]
KINDS: tuple[ShoeKind, ...] = get_args(ShoeKind)
Strike = Literal["rear", "mid", "fore"]

SHOES: dict[str | None, float] = {None: 1.0, "standard": 1.0, "maximal": 0.97, "minimal": 1.15}
STRIKES: dict[str | None, float] = {None: 1.0, "rear": 1.0, "mid": 1.08, "fore": 1.15}
MOST = 1.20
"""Both together at most: nobody has measured more."""


def as_worn(
    calf_km: float | None,
    walked: float | None,
    shoe_kind: str | None,
    strike: str | None,
    exponent: int,
) -> float | None:
    """Calf load in the shoes that were worn, in the unit of `calf_km`.

        walked + (calf_km - walked) x S^m,   S = S_shoe x S_strike, at most 1.20

    Every step of running has the same S, so it can be applied to the sum. Walking has none.

    Args:
        calf_km: with standard shoes and a heel strike; None where there is no load to speak of.
        walked: the part of it that was walked; None where it is not known, and then nothing is
            changed.
        shoe_kind: standard, maximal or minimal; None is taken as standard.
        strike: rear, mid or fore; None is taken as rear.
        exponent: m, 1 for the dose and 6 for the strain-weighted channel.

    Source: EVIDENCE 5.2, table of constants (Sinclair 2015 for shoes).
    """
    if calf_km is None or walked is None:
        return calf_km
    factor = min(SHOES[shoe_kind] * STRIKES[strike], MOST)
    return walked + (calf_km - walked) * factor**exponent
