"""What one recorded activity is: columns of records, laps, pauses, device totals, findings."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from math import nan
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

CadenceRule = Literal["strides_doubled", "steps_as_is", "none"]
"""How the file's cadence became steps per minute; `none` when there was none, or no telling."""

NumberFrom = Literal["device", "records", "positions", "altitude"]
"""Where a number comes from: the device's own total, or added up from its records (or from their
positions, or altitudes)."""

SPORT_INFERRED, SPORT_TOLD = "sport_inferred", "sport_told"
"""Findings of a file that names no sport: its speed tells it, or the export it lies in."""

SPORT_CORRECTED = "sport_corrected"
"""Finding of a file whose sport the runner named."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the data that cannot be true, was repaired, or had to be assumed.

    `code` is for programs, `says` is for people, `count` is how many records (or times).
    """

    code: str
    count: int
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The moments of an activity as parallel columns, one float64 array of shape (n,) each.

    A value the file does not give is NaN. `at_s` is never NaN: seconds since 1970-01-01 UTC.
    `cadence_spm` counts both feet.
    """

    at_s: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    altitude_m: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    """Cumulative, as the device counted it."""
    speed_mps: NDArray[np.float64]
    cadence_spm: NDArray[np.float64]
    heart_rate_bpm: NDArray[np.float64]
    power_w: NDArray[np.float64]
    ground_contact_time_ms: NDArray[np.float64]
    ground_contact_balance_pct: NDArray[np.float64]
    """Share of the left foot."""
    vertical_oscillation_mm: NDArray[np.float64]
    vertical_ratio_pct: NDArray[np.float64]
    step_length_mm: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.at_s)

    @classmethod
    def from_columns(cls, columns: dict[str, NDArray[np.float64]]) -> Self:
        """Build from the columns that are there; the rest become NaN.

        Args:
            columns: name of a field → array of shape (n,); `at_s` must be among them.

        Raises:
            TypeError: a name that is no field.
            ValueError: columns of different lengths.
        """
        count = len(columns["at_s"])
        known = {each.name for each in fields(cls)}
        if unknown := columns.keys() - known:
            raise TypeError(f"not a record column: {', '.join(sorted(unknown))}")
        if any(len(column) != count for column in columns.values()):
            raise ValueError("record columns differ in length")
        missing = columns["at_s"] * nan  # without NumPy's help: a Finding must not wait for it
        return cls(**{name: columns.get(name, missing) for name in known})

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """The same columns with only the chosen records, by mask or by index."""
        return type(self)(**{each.name: getattr(self, each.name)[chosen] for each in fields(self)})

    def replace(self, **columns: NDArray[np.float64]) -> Self:
        """The same records with some columns exchanged."""
        return type(self)(
            **{each.name: columns.get(each.name, getattr(self, each.name)) for each in fields(self)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """One lap as the device summed it up."""

    start_at: datetime
    elapsed_s: float | None = None
    timer_s: float | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch [start_s, end_s) in which the timer stood still; seconds since 1970 UTC."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """How long the timer stood still."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the device says of the whole activity; None where it does not say."""

    elapsed_s: float | None = None
    timer_s: float | None = None
    distance_m: float | None = None
    ascent_m: float | None = None
    descent_m: float | None = None
    steps: float | None = None
    """Both feet, already doubled where the device counts strides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One recorded activity, in our units, before any arithmetic."""

    sport: str
    """FIT's word: running, walking, hiking, cycling, ...; `unknown` where the file names none."""
    sub_sport: str | None
    start_at: datetime
    """Aware, UTC."""
    records: Records
    totals: Totals = field(default_factory=Totals)
    laps: tuple[Lap, ...] = ()
    pauses: tuple[Pause, ...] = ()
    device: str | None = None
    utc_offset_s: int | None = None
    """The file's own local time minus UTC, unchecked; None where the file has no local time."""
    clock_is_local: bool = False
    """True where the device knew only its local time: every time in here is off by the zone."""
    cadence_rule: CadenceRule = "none"
    rpe: float | None = None
    """Effort 0 to 10 where the runner told the watch."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLine:
    """What the list of an export tells of one file beside it; None where it does not tell."""

    file: str
    """Path relative to the folder of the list, without `.gz`: unpacked or not, it is one file."""
    rpe: float | None = None
    """Effort 1 to 10 as the runner told it there."""
    gear: str | None = None
    """Shoes, or a bicycle."""
    name: str | None = None
    sport: str | None = None
    """FIT's word."""
    sub_sport: str | None = None
