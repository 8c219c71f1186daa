"""What is known of the runner beside the runs: zone, heart rate bounds, sex."""

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
    strike: Strike | None = None
    """How the foot lands."""
