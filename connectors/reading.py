"""What a reader returns, and how the readers of XML gather the points of a track."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from math import isnan, nan
from typing import TYPE_CHECKING

import numpy as np

from connectors.errors import UnreadableFileError
from connectors.sports import sport_of
from pipeline.activity import Activity, Finding, Pause, Records
from pipeline.motion import is_moving, with_speed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from connectors.xml_guard import Damage
    from pipeline.cadence import CadenceReading

COLUMNS = (
    "at_s",
    "latitude_deg",
    "longitude_deg",
    "altitude_m",
    "distance_m",
    "speed_mps",
    "cadence_per_min",  # as in the file; steps only once the unit is decided
    "heart_rate_bpm",
    "power_w",
)

LATITUDE_MAX_DEG, LONGITUDE_MAX_DEG = 90, 180

LARGEST = 1e9
"""Nothing measured on a run is larger, in any unit; infinity is, and so is NaN in its way."""

LONGEST_DEVICE = 80
"""Letters kept of a device's name: a hostile file must not fill the store."""

DATE_ALONE = len("2026-11-22")


@dataclass(frozen=True, slots=True)
class Content:
    """What one reader understood of one file."""

    activities: tuple[Activity, ...]
    salvaged: str | None = None
    """None where the file is complete, else why not: `truncated`, `damaged`, `crc_mismatch`."""
    says: str | None = None
    """The same as one sentence for a person."""


def content_of(activities: tuple[Activity, ...], damage: Damage | None) -> Content:
    """What came out of an XML file that was read to its end, or up to some damage.

    Raises:
        UnreadableFileError: `truncated` or `damaged` where nothing could be saved, and
            `not_an_activity` where a sound file holds no activity.
    """
    if not activities:
        if damage:
            raise UnreadableFileError(damage.reason, damage.says)
        raise UnreadableFileError("not_an_activity", "The file holds no track with times.")
    if damage:
        return Content(activities, salvaged=damage.reason, says=damage.says)
    return Content(activities)


def number(text: str) -> float:
    """A number that can be meant, or NaN: one bad value never costs the file."""
    try:
        value = float(text)
    except ValueError:
        return nan
    return value if abs(value) <= LARGEST else nan


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 date and time, naive where it names no zone; None where it is none."""
    text = (text or "").strip()
    if len(text) <= DATE_ALONE:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    # The first and last year of the calendar may lie outside it once they are in UTC.
    return found if MINYEAR < found.year < MAXYEAR else None


def in_utc(found: datetime) -> datetime:
    """The same moment in UTC; a time without a zone is taken as UTC."""
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class Track:
    """The points of one activity, column by column as they come, and what is wrong with them."""

    def __init__(self) -> None:
        self._columns = {name: array("d") for name in COLUMNS}
        self._borders: dict[int, float] = {}
        self._utc_offset_s: int | None = None
        self.sport_name: str | None = None
        """As the file writes it."""
        self.without_time = 0
        """Points that were left out."""
        self._without_zone = self._misplaced = self._no_numbers = 0

    def __len__(self) -> int:
        return len(self._columns["at_s"])

    def begin_stretch(self, shortest_pause_s: float = 0.0) -> None:
        """Begin a new stretch: the time since the point before was a pause, if long enough."""
        self._borders.setdefault(len(self), shortest_pause_s)

    def value(self, text: str) -> float | None:
        """One value of the point being read; None where there is none. Nonsense is counted."""
        found = number(text)
        if not isnan(found):
            return found
        self._no_numbers += bool(text.strip())
        return None

    def add(self, time: str | None, values: dict[str, float]) -> None:
        """Add one point; without a time it is only counted.

        Args:
            time: as the file has it.
            values: name of a column → value; positions may be NaN where the file's are nonsense.
        """
        at = moment(time)
        if at is None:
            self.without_time += 1
            return
        self._note_zone(at)
        self._check_position(values)
        values["at_s"] = in_utc(at).timestamp()
        for name, column in self._columns.items():
            column.append(values.get(name, nan))

    def activity(
        self,
        device: str | None,
        cadence_from: Callable[[NDArray[np.float64], NDArray[np.bool_]], CadenceReading],
    ) -> Activity | None:
        """The whole track in our units; None where no point has a time.

        Args:
            device: who recorded it.
            cadence_from: what the format says of the unit of cadence. It is asked for running, and
                where no sport is named; a pedal's revolutions are no steps.
        """
        if not len(self):
            return None
        sport, sub_sport = sport_of(self.sport_name)
        columns = {name: np.array(column) for name, column in self._columns.items()}
        raw_cadence = columns.pop("cadence_per_min")
        activity = Activity(
            sport=sport,
            sub_sport=sub_sport,
            start_at=datetime.fromtimestamp(columns["at_s"][0], UTC),
            records=Records.from_columns(columns),
            pauses=self._pauses(),
            device=device,
            utc_offset_s=self._utc_offset_s,
            findings=self._findings(),
        )
        if sport not in ("running", "unknown") or not np.isfinite(raw_cadence).any():
            return activity
        return with_cadence(activity, raw_cadence, cadence_from)

    def _note_zone(self, at: datetime) -> None:
        offset = at.utcoffset()
        if offset is None:
            self._without_zone += 1
        elif offset and self._utc_offset_s is None:
            self._utc_offset_s = round(offset.total_seconds())

    def _check_position(self, values: dict[str, float]) -> None:
        latitude = values.get("latitude_deg")
        longitude = values.get("longitude_deg")
        if latitude is None and longitude is None:
            return
        if (
            latitude is None
            or longitude is None
            # Written so that NaN, which compares false, is refused too.
            or not abs(latitude) <= LATITUDE_MAX_DEG
            or not abs(longitude) <= LONGITUDE_MAX_DEG
        ):
            self._misplaced += 1
            values["latitude_deg"] = values["longitude_deg"] = nan

    def _pauses(self) -> tuple[Pause, ...]:
        at_s = self._columns["at_s"]
        return tuple(
            Pause(at_s[border - 1], at_s[border])
            for border, shortest_s in self._borders.items()
            if 0 < border < len(at_s) and at_s[border] - at_s[border - 1] > shortest_s
        )

    def _findings(self) -> tuple[Finding, ...]:
        every = (
            Finding("no_time", self.without_time, "Points without a time were left out."),
            Finding("no_zone", self._without_zone, "Times without a zone were taken as UTC."),
            Finding(
                "position_impossible",
                self._misplaced,
                "A position that cannot be counts as missing.",
            ),
            Finding("no_number", self._no_numbers, "Values that are no numbers count as missing."),
        )
        return tuple(each for each in every if each.count)


def with_cadence(
    activity: Activity,
    raw_per_min: NDArray[np.float64],
    cadence_from: Callable[[NDArray[np.float64], NDArray[np.bool_]], CadenceReading],
) -> Activity:
    """The activity with its raw cadence turned into steps per minute, and how that was decided."""
    # Speed is worked out along time, so for it, and only for it, the points are put in order and
    # one is taken of each instant.
    _, first, instant = np.unique(activity.records.at_s, return_index=True, return_inverse=True)
    in_order = activity.records.replace(cadence_spm=raw_per_min).select(first)
    moving = is_moving(with_speed(in_order))[instant]
    reading = cadence_from(raw_per_min, moving)
    return replace(
        activity,
        records=activity.records.replace(cadence_spm=reading.cadence_spm),
        cadence_rule=reading.rule,
        findings=(*activity.findings, *reading.findings),
    )
