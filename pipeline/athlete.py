"""What is known of the runner beside the runs: zone, heart rate bounds, sex, feet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.load import Sex
    from pipeline.shoes import Strike


@dataclass(frozen=True, slots=True, kw_only=True)
class Athlete:
    """The settings that change numbers. None means not told."""

    timezone: str = "UTC"
    """IANA name, used where a file says neither its local time nor its place."""
    hr_rest_bpm: int | None = None
    hr_max_bpm: int | None = None
    sex: Sex | None = None
    cadence_at_3_mps_spm: float | None = None
    """The runner's own cadence at 3.0 m/s, for calf load: c0 of EVIDENCE 5.2.

    Told, and never learned silently: one that moved with every run would change every number
    that was told before. None means 165.
    """
    strike: Strike | None = None
    """How the foot lands; None means not told, which counts as the heel. Used by `as_worn` only."""
