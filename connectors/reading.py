"""What a reader returns, and how the readers of XML gather the points of a track."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, timezone
from math import inf, isnan, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from connectors.errors import UnreadableFileError
from connectors.sports import sport_of
from pipeline.activity import Activity, Pause, Records
from pipeline.cadence import clear_run_s
from pipeline.findings import noted
from pipeline.motion import is_moving, sample_s, with_speed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from connectors.limits import FormatLimits
    from connectors.xml_guard import Damage
    from pipeline.activity import Finding
    from pipeline.cadence import CadenceReading

    CadenceFrom = Callable[
        [NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]], CadenceReading
    ]
    """From the raw column, whether the feet move, and how long each sample runs clearly."""

TIME = "time"
"""Where a reader names a column this is the one of times, as the file writes them."""

POSITION = ("latitude_deg", "longitude_deg")

RAW_CADENCE, RAW_RUN_CADENCE = "cadence_per_min", "run_cadence_per_min"
"""As in the file; steps only once the unit is decided. The runner's own goes before a plain one."""

LATITUDE_MAX_DEG, LONGITUDE_MAX_DEG = 90, 180

LARGEST = 1e9
"""Nothing measured on a run is larger, in any unit; infinity is, and so is NaN in its way."""

MOST_WAITING = 8192
"""Points whose values are kept as text, until a column of them is turned into numbers at once."""

NO_NUMBER, NO_TIME = b"nan", b""
"""Fill a column where a point has no value of it."""

LONGEST_DEVICE = 80
"""Letters kept of a device's name: a hostile file must not fill the store."""

SECOND_US = 1_000_000
FIRST_PLAIN, LAST_PLAIN = np.datetime64("1900-01-01", "us"), np.datetime64("2200-01-01", "us")
"""Microseconds of these years are whole numbers that a float holds."""

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


def refuse_too_many(activities: int, limits: FormatLimits) -> None:
    """Refuse a file that only an attacker writes; one with a track for every point, say.

    Raises:
        UnreadableFileError: `hostile`.
    """
    if activities > limits.activities:
        raise UnreadableFileError("hostile", "The file holds absurdly many activities.")


def number(text: str | bytes | float) -> float:
    """A number that can be meant, or NaN: one bad value never costs the file."""
    try:
        value = float(text)
    except ValueError:
        return nan
    return value if abs(value) <= LARGEST else nan


def moment(text: str | None) -> datetime | None:
    """A date and time by ISO 8601, or as gpxpy knows them: `2026-3-1T8:05:00Z`.

    Returns:
        naive where it names no zone; None where it is no time.
    """
    text = (text or "").strip()
    if len(text) <= DATE_ALONE:
        return None
    found: datetime | None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _moment_by_gpxpy(text)
    # The first and last year of the calendar may lie outside it once they are in UTC.
    return found if found and MINYEAR < found.year < MAXYEAR else None


def _moment_by_gpxpy(text: str) -> datetime | None:
    from gpxpy.gpx import GPXException  # noqa: PLC0415 - a tenth of a second for the rare file
    from gpxpy.gpxfield import parse_time  # noqa: PLC0415

    try:
        found: datetime | None = parse_time(text)
        offset = found.utcoffset() if found else None  # it takes zones of a hundred hours
    except (GPXException, ValueError):
        return None
    if found is None or offset is None:
        return found
    return found.replace(tzinfo=timezone(offset))


def in_utc(found: datetime) -> datetime:
    """The same moment in UTC; a time without a zone is taken as UTC."""
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _rare(text: bytes, zone_s: float) -> float:
    """A local time in seconds since 1970 UTC, whatever its year; NaN where it is none."""
    found = moment(text.decode())
    return found.replace(tzinfo=timezone(timedelta(seconds=zone_s))).timestamp() if found else nan


class Track:
    """The points of one activity, column by column as they come, and what is wrong with them."""

    def __init__(self) -> None:
        self._count = 0
        self._columns: dict[str, array[float]] = {"at_s": array("d")}
        self._borders: dict[int, float] = {}
        self._waiting: dict[str, list[Any]] = {}
        self._waiting_count = 0
        self._zones_s: list[float] = []  # of the waiting points; NaN where a time names none
        self._utc_offset_s: int | None = None
        self.sport_name: str | None = None
        """As the file writes it."""
        self.without_time = 0
        """Points that were left out."""
        self._without_zone = self._misplaced = self._no_numbers = 0

    def begin_stretch(self, shortest_pause_s: float = 0.0) -> None:
        """Begin a new stretch: the time since the point before was a pause, if long enough."""
        self._borders.setdefault(self._count + self._waiting_count, shortest_pause_s)

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
            values: name of a column → value; positions are NaN where the file's are nonsense.
        """
        at = moment(time)
        if at is None:
            self.without_time += 1
            return
        offset = at.utcoffset()
        self._zones_s.append(nan if offset is None else offset.total_seconds())
        self._filled(TIME).append(at.replace(tzinfo=None).isoformat().encode())
        for name, value in values.items():
            # A position that is nonsense must not look like one that is not there.
            self._filled(name).append(inf if name in POSITION and isnan(value) else value)
        self._wait(1)

    def add_texts(
        self, columns: Sequence[str], rows: Sequence[Sequence[bytes]], zone_s: float | None
    ) -> None:
        """Add many points at once.

        Args:
            columns: what the first values of each row are; TIME is a time without its zone.
            rows: values as the file has them, digits and what belongs to numbers.
            zone_s: local time minus UTC in seconds; None where the times name no zone.
        """
        self._zones_s.extend([nan if zone_s is None else zone_s] * len(rows))
        for name, texts in zip(columns, zip(*rows, strict=True), strict=False):
            self._filled(name).extend(texts)
        self._wait(len(rows))

    def activity(
        self,
        device: str | None,
        cadence_from: CadenceFrom,
    ) -> Activity | None:
        """The whole track in our units; None where no point has a time.

        Args:
            device: who recorded it.
            cadence_from: what the format says of the unit of cadence. It is asked for running, and
                where no sport is named; a pedal's revolutions are no steps.
        """
        self._settle()
        columns = {name: np.array(self._padded(name)) for name in self._columns}
        known = np.isfinite(columns["at_s"])
        if not known.any():
            return None
        if not known.all():
            columns = {name: values[known] for name, values in columns.items()}
        sport, sub_sport = sport_of(self.sport_name)
        raw_cadence = columns.pop(RAW_CADENCE, None)
        own = columns.pop(RAW_RUN_CADENCE, None)
        if own is not None:
            raw_cadence = own if raw_cadence is None else np.where(np.isnan(own), raw_cadence, own)
        activity = Activity(
            sport=sport,
            sub_sport=sub_sport,
            start_at=datetime.fromtimestamp(columns["at_s"][0], UTC),
            records=Records.from_columns(columns),
            pauses=self._pauses(columns["at_s"], known),
            device=device,
            utc_offset_s=self._utc_offset_s,
            findings=self._findings(),
        )
        if sport not in ("running", "unknown") or raw_cadence is None:
            return activity
        return with_cadence(activity, raw_cadence, cadence_from)

    def _wait(self, points: int) -> None:
        self._waiting_count += points
        if self._waiting_count >= MOST_WAITING:
            self._settle()

    def _filled(self, name: str) -> list[Any]:
        """The waiting values of a column, text or number, one for each waiting point."""
        texts = self._waiting.setdefault(name, [])
        if missing := self._waiting_count - len(texts):
            texts.extend([NO_TIME if name == TIME else NO_NUMBER] * missing)
        return texts

    def _settle(self) -> None:
        """Turn the texts that wait into numbers."""
        if not self._waiting_count:
            return
        zones_s = np.array(self._zones_s)
        at_s = self._moments(self._filled(TIME), np.nan_to_num(zones_s))
        columns = {
            name: self._numbers(name, self._filled(name)) for name in self._waiting if name != TIME
        }
        known = np.isfinite(at_s)
        self._check_positions(columns, known)
        self._note_zones(zones_s[known])
        for name, values in {"at_s": at_s, **columns}.items():
            self._padded(name).frombytes(values.tobytes())
        self._count += len(at_s)
        self._waiting, self._waiting_count, self._zones_s = {}, 0, []

    def _moments(self, texts: list[bytes], zones_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds since 1970 UTC; NaN where there is no time."""
        try:
            # Not from bytes at once: where one of over 500 is no date, NumPy 2.4 ends the process.
            local = np.array(texts).astype("U").astype("M8[us]")
        except ValueError:  # one of them is no date
            local = FIRST_PLAIN - np.ones(len(texts), "m8[us]")
        missing = np.isnat(local)
        if (missing | ((local >= FIRST_PLAIN) & (local < LAST_PLAIN))).all():
            since_1970_us = local.astype(np.int64) - np.rint(zones_s * SECOND_US).astype(np.int64)
            at_s = np.where(missing, nan, since_1970_us / SECOND_US)
        else:
            at_s = np.array([_rare(*each) for each in zip(texts, zones_s.tolist(), strict=True)])
        self.without_time += len(texts) - int(np.isfinite(at_s).sum())
        return at_s

    def _numbers(self, name: str, texts: list[Any]) -> NDArray[np.float64]:
        """Numbers that can be meant, NaN where there is none; nonsense is counted.

        A position that is nonsense is infinite, for it must not look like one that is not there.
        """
        try:
            values = np.fromiter(map(float, texts), np.float64, len(texts))
        except ValueError:  # one of them is no number
            found = ((each, number(each)) for each in texts)
            values = np.array(
                [inf if isnan(value) and each != NO_NUMBER else value for each, value in found]
            )
        nonsense = np.abs(values) > LARGEST
        if name in POSITION:
            values[nonsense] = inf
        else:
            values[nonsense] = nan
            self._no_numbers += int(nonsense.sum())
        return values

    def _check_positions(
        self, columns: dict[str, NDArray[np.float64]], known: NDArray[np.bool_]
    ) -> None:
        """Positions that cannot be become NaN, and are counted where their time is known."""
        absent = np.full(len(known), nan)
        latitude, longitude = (columns.get(name, absent) for name in POSITION)
        # Written so that NaN, which compares false, is refused too.
        possible = (np.abs(latitude) <= LATITUDE_MAX_DEG) & (np.abs(longitude) <= LONGITUDE_MAX_DEG)
        misplaced = ~possible & ~(np.isnan(latitude) & np.isnan(longitude))
        if misplaced.any():
            self._misplaced += int((misplaced & known).sum())
            for name, values in zip(POSITION, (latitude, longitude), strict=True):
                columns[name] = np.where(misplaced, nan, values)

    def _padded(self, name: str) -> array[float]:
        """A column, with NaN for each point so far that has no value of it."""
        column = self._columns.setdefault(name, array("d"))
        if missing := self._count - len(column):
            column.extend(array("d", [nan]) * missing)
        return column

    def _note_zones(self, zones_s: NDArray[np.float64]) -> None:
        self._without_zone += int(np.isnan(zones_s).sum())
        local = zones_s[np.nan_to_num(zones_s) != 0]
        if local.size and self._utc_offset_s is None:
            self._utc_offset_s = round(local[0])

    def _pauses(self, at_s: NDArray[np.float64], known: NDArray[np.bool_]) -> tuple[Pause, ...]:
        """The pauses between stretches.

        Args:
            at_s: of the points whose time is known.
            known: which of all points these are.
        """
        border = np.fromiter(self._borders, np.intp, len(self._borders))
        shortest_s = np.fromiter(self._borders.values(), np.float64, len(self._borders))
        # Borders were counted with the points that are left out; between two of those is nothing.
        border, first = np.unique(np.append(0, np.cumsum(known))[border], return_index=True)
        shortest_s = shortest_s[first]
        is_inside = (border > 0) & (border < len(at_s))
        border, shortest_s = border[is_inside], shortest_s[is_inside]
        begin_s, end_s = at_s[border - 1], at_s[border]
        long_enough = end_s - begin_s > shortest_s
        ends = zip(begin_s[long_enough].tolist(), end_s[long_enough].tolist(), strict=True)
        return tuple(Pause(*each) for each in ends)

    def _findings(self) -> tuple[Finding, ...]:
        return noted(
            no_time=self.without_time,
            no_zone=self._without_zone,
            position_impossible=self._misplaced,
            no_number=self._no_numbers,
        )


def with_cadence(
    activity: Activity,
    raw_per_min: NDArray[np.float64],
    cadence_from: CadenceFrom,
) -> Activity:
    """The activity with its raw cadence turned into steps per minute, and how that was decided."""
    # Speed is worked out along time, so for it, and only for it, the points are put in order and
    # one is taken of each instant.
    _, first, instant = np.unique(activity.records.at_s, return_index=True, return_inverse=True)
    in_order = with_speed(activity.records.replace(cadence_spm=raw_per_min).select(first))
    moving = is_moving(in_order)[instant]
    running_s = clear_run_s(in_order.speed_mps, sample_s(in_order.at_s))[instant]
    reading = cadence_from(raw_per_min, moving, running_s)
    return replace(
        activity,
        records=activity.records.replace(cadence_spm=reading.cadence_spm),
        cadence_rule=reading.rule,
        findings=(*activity.findings, *reading.findings),
    )
