"""Calf load as worn: what shoes and foot strike make of the running part of a load.

Plain Python: rows are listed without waiting for NumPy.
"""

from __future__ import annotations

from typing import Literal, get_args

ShoeKind = Literal["standard", "maximal", "minimal"]
KINDS: tuple[ShoeKind, ...] = get_args(ShoeKind)
"""`minimal` is barefoot too."""

Strike = Literal["rear", "mid", "fore"]

# EVIDENCE 5.2, table of constants.
SHOES: dict[ShoeKind, float] = {"standard": 1.0, "maximal": 0.97, "minimal": 1.15}
STRIKES: dict[Strike, float] = {"rear": 1.0, "mid": 1.08, "fore": 1.15}
FORCE_MAX = 1.20
"""Minimal shoes make most people land on the forefoot: the two are not multiplied fully."""


def force_as_worn(shoe: ShoeKind | None, strike: Strike | None) -> float:
    """Peak calf force of a running step over that in standard shoes on the heel.

    What is not told counts as standard, and as the heel.
    """
    factor = SHOES[shoe or "standard"] * STRIKES[strike or "rear"]
    return min(factor, FORCE_MAX)


def as_worn(
    calf_km: float | None,
    walked: float | None,
    shoe: ShoeKind | None,
    strike: Strike | None,
    exponent: int,
) -> float | None:
    """Calf load of a run in the shoes it was run in; None where there is none.

        walked + (calf_km - walked) x S^m,   S = min(S_shoe x S_strike, 1.20)

    Shoes are told later than files are read, so rows keep the load in standard shoes, and this is
    asked wherever one is shown or summed up. 10 km of easy running in minimal shoes are 11.5 calf
    kilometres (m = 1) and 23.1 in the strain channel (m = 6).

    Args:
        calf_km: with standard shoes and on the heel.
        walked: the part of it that was walked, which shoes do not change; None where it is not
            known, and then nothing is changed.
        shoe: the kind of shoe that was worn; None where not told.
        strike: the runner's setting; None where not told.
        exponent: m of this load, 1 for `calf_km` and 6 for `calf_km_strain`.

    Source: EVIDENCE 5.2 (S_shoe, S_strike).
    """
    if calf_km is None or walked is None:
        return calf_km
    return float(walked + (calf_km - walked) * force_as_worn(shoe, strike) ** exponent)
