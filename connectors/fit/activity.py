"""FIT files: from a vendor's messages to an Activity.

How the bytes are laid out is told in `walk`. The messages that matter here:

    file_id       what kind of file it is, and who wrote it; begins each file
    record        one moment: time, position, distance, speed, cadence, heart rate
    event         the timer starts and stops
    lap, session  the device's own sums
    activity      once; the only place that knows the local time

Cadence counts strides of one leg, its half in a field of its own. Positions count 2^31 to the
half turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from connectors.errors import UnreadableFileError
from connectors.fit.files import FitFile, files_in
from connectors.fit.walk import SIGNATURE, SIGNATURE_AT
from connectors.limits import USUAL
from connectors.reading import LARGEST, LONGEST_DEVICE, Content, with_cadence
from pipeline import cadence
from pipeline.activity import Activity, Lap, Pause, Records, Totals
from pipeline.findings import noted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from connectors.fit.files import Table
    from connectors.fit.table import Values
    from connectors.limits import FormatLimits

FORMAT = "fit"

HALF_TURN_SEMICIRCLES = 2**31

WORKOUT_RPE = "unknown_193"
"""Session field 193 is the effort told to the watch, CR10 x 10; fitparse's profile is older."""

RPE_TENFOLD_MAX = 100

COLUMNS: dict[str, tuple[str, ...]] = {
    "altitude_m": ("enhanced_altitude", "altitude"),
    "distance_m": ("distance",),
    "speed_mps": ("enhanced_speed", "speed"),
    "heart_rate_bpm": ("heart_rate",),
    "power_w": ("power",),
    "ground_contact_time_ms": ("stance_time",),
    "ground_contact_balance_pct": ("stance_time_balance",),
    "vertical_oscillation_mm": ("vertical_oscillation",),
    "vertical_ratio_pct": ("vertical_ratio",),
    "step_length_mm": ("step_length",),
}
"""Our column → FIT's fields for it, the better one first."""

DEVELOPED: dict[str, tuple[str, dict[str, float]]] = {
    "power_w": ("power", {"watts": 1, "watt": 1, "w": 1}),
    "ground_contact_time_ms": ("stance_time", {"milliseconds": 1, "ms": 1}),
    "vertical_oscillation_mm": (
        "vertical_oscillation",
        {"centimeters": 10, "cm": 10, "millimeters": 1, "mm": 1},
    ),
}
"""Our column → the field that a sensor's own field (Stryd's) says it means, its units in ours.

Only where FIT's own field tells nothing. Each sensor chooses its unit, so no unit is no number.
"""

ELAPSED = "total_elapsed_time"

SESSION_FIELDS = (
    "sport", "sub_sport", "total_elapsed_time", "total_timer_time", "total_distance",
    "total_ascent", "total_descent", "total_strides", WORKOUT_RPE, "workout_rpe",
)  # fmt: skip

MOST_SESSIONS = 100
"""In one file; a triathlon has five. Each looks through all records."""

COUNTS_STRIDES = {"running", "walking", "hiking", "unknown"}
"""Elsewhere cadence counts pedals, or strokes."""

TYPELESS = {"generic", "all", "None"}
SUB_SPORTS = {"generic": None, "virtual_activity": "virtual", "all": None}


def identify(head: bytes) -> bool:
    """Whether these first bytes are a FIT header."""
    return head[SIGNATURE_AT : SIGNATURE_AT + len(SIGNATURE)] == SIGNATURE


def read(content: bytes, limits: FormatLimits = USUAL) -> Content:
    """Everything a FIT file tells of activities.

    Raises:
        UnreadableFileError: no activity in it, or nothing could be read.
    """
    files, salvaged = files_in(content, limits)
    activities = tuple(activity for each in files for activity in _activities(each))
    if not activities:
        raise _nothing_in(files, salvaged)
    return Content(activities=activities, salvaged=salvaged, says=_SALVAGED.get(salvaged))


def _nothing_in(files: list[FitFile], problem: str | None) -> UnreadableFileError:
    """Why no activity came out. A cut or damaged file is not said to hold none: it may have."""
    others = {each.kind for each in files} - {None, "activity"}
    if others:
        kinds = ", ".join(sorted(map(str, others)))
        return UnreadableFileError("not_an_activity", f"A FIT file without an activity ({kinds}).")
    if problem in {"truncated", "damaged"}:
        return UnreadableFileError(problem, "No record could be read before the damage begins.")
    if any(len(each.table("record")) for each in files):
        return UnreadableFileError("not_an_activity", "No record in it has a date.")
    if any(len(each.table("session")) for each in files):
        says = "A summary without a single record, as for an activity entered by hand."
        return UnreadableFileError("not_an_activity", says)
    return UnreadableFileError("not_an_activity", "A FIT file without an activity.")


_SALVAGED = {
    "truncated": "The file ends too early; everything before the end was read.",
    "damaged": "The file is damaged; everything before the damage was read.",
    "crc_mismatch": "The file's checksum is wrong; all of it was read.",
    None: None,
}


@dataclass(frozen=True, slots=True)
class _Clock:
    """How a device's times become instants."""

    switched_on_s: float | None = None
    """For a device that counts seconds since it was switched on: when that was, in local time."""

    def instants_s(self, table: Table, name: str) -> NDArray[np.float64]:
        """A column of times in seconds since 1970; UTC, or local where only that is known."""
        dated = table.instants_s(name)
        if self.switched_on_s is None:
            return dated
        return np.where(np.isfinite(dated), dated, table.numbers(name) + self.switched_on_s)


def _activities(file: FitFile) -> Iterator[Activity]:
    """One activity a session; all records in one where there is no session."""
    if file.kind not in {None, "activity"} or not len(file.table("record")):
        return
    clock = _clock(file)
    records, no_time = _records(file.table("record"), clock)
    if len(records) == 0:
        return
    sessions = file.table("session")
    told = sessions.messages(*SESSION_FIELDS)
    ends_s, lasted_s = clock.instants_s(sessions, "timestamp"), sessions.numbers(ELAPSED)
    begins_s = clock.instants_s(sessions, "start_time")
    begins_s = np.where(np.isfinite(begins_s), begins_s, ends_s - lasted_s)
    order = np.argsort(begins_s, kind="stable")
    started = [int(index) for index in order if np.isfinite(begins_s[index])]
    if len(started) > MOST_SESSIONS:
        raise UnreadableFileError("hostile", "The file holds absurdly many sessions.")
    if len(started) <= 1:
        session: Values = next((told[index] for index in (*started, *order)), {})
        session = {**file.first("sport"), **_told_values(session)}
        begin_s = float(begins_s[started[0]]) if started else None
        yield _activity(file, clock, session, records, begin_s=begin_s, no_time=no_time)
        return
    # A record belongs to the last session that had begun; what comes before all is the first's.
    owner = np.maximum(np.searchsorted(begins_s[started], records.at_s, side="right") - 1, 0)
    for leg, index in enumerate(started):
        own = owner == leg
        if own.any():
            part = _from_zero(records.select(own)) if leg else records.select(own)
            yield _activity(
                file,
                clock,
                told[index],
                part,
                begin_s=float(begins_s[index]),
                no_time=0 if leg else no_time,
            )


def _from_zero(records: Records) -> Records:
    """A later leg of a multisport file counts its distance on from the leg before."""
    counted = records.distance_m[np.isfinite(records.distance_m)]
    return records.replace(distance_m=records.distance_m - counted[0]) if len(counted) else records


def _clock(file: FitFile) -> _Clock:
    """Give dates to a device that counts seconds since it was switched on (FIT: system time).

    Such times come as plain numbers. The only date is the local one of the activity message, so
    all of them become local times.
    """
    activity, record = file.table("activity"), file.table("record")
    switched_on_s = activity.instants_s("local_timestamp") - activity.numbers("timestamp")
    known = switched_on_s[np.isfinite(switched_on_s)]
    # One undated moment among dated ones is a moment without a time, and no clock.
    dated = np.isfinite(record.instants_s("timestamp")).any()
    return _Clock(float(known[0]) if len(known) and not dated else None)


def _activity(
    file: FitFile,
    clock: _Clock,
    session: Values,
    records: Records,
    *,
    begin_s: float | None,
    no_time: int,
) -> Activity:
    sport = str(session.get("sport"))
    sub_sport = str(session.get("sub_sport") or "generic")
    named = "unknown" if sport in TYPELESS else "other" if sport.isdigit() else sport
    first_s, end_s = float(records.at_s.min()), float(records.at_s.max())
    begin_s = first_s if begin_s is None else begin_s
    first_s = min(first_s, begin_s)
    activity = Activity(
        sport=named,
        sub_sport=SUB_SPORTS.get(sub_sport, sub_sport),
        start_at=datetime.fromtimestamp(begin_s, tz=UTC),
        records=records,
        totals=_totals(session),
        laps=tuple(_laps(file.table("lap"), clock, first_s, end_s)),
        pauses=tuple(_pauses(file.table("event"), clock, first_s, end_s)),
        device=_device(file.first("file_id")),
        utc_offset_s=_utc_offset_s(file.table("activity"), clock),
        clock_is_local=clock.switched_on_s is not None,
        rpe=_rpe(session),
        findings=noted(no_time=no_time),
    )
    if named in COUNTS_STRIDES:
        return with_cadence(activity, records.cadence_spm, cadence.from_strides)
    none = np.full(len(records), np.nan)
    return replace(activity, records=records.replace(cadence_spm=none))


def _records(table: Table, clock: _Clock) -> tuple[Records, int]:
    """Columns, cadence still as the file counts it; and how many records had no time."""
    at_s = clock.instants_s(table, "timestamp")
    columns = {"at_s": at_s}
    for ours, theirs in COLUMNS.items():
        columns[ours] = table.numbers(*theirs)
    for ours, (meant, units) in DEVELOPED.items():
        own, developed = columns[ours], table.developers_numbers(meant, units)
        if (developed > 0).any():  # a sensor that is not there tells 0
            columns[ours] = np.where(np.isfinite(own), own, developed)
    columns["latitude_deg"] = _degrees(table.numbers("position_lat"))
    columns["longitude_deg"] = _degrees(table.numbers("position_long"))
    fraction = np.nan_to_num(table.numbers("fractional_cadence"))
    columns["cadence_spm"] = table.numbers("cadence") + fraction
    for name in columns.keys() - {"at_s"}:
        columns[name] = np.where(np.abs(columns[name]) <= LARGEST, columns[name], np.nan)
    records, timed = Records.from_columns(columns), np.isfinite(at_s)
    if timed.all():
        return records, 0
    return records.select(timed), int((~timed).sum())


def _told_values(message: Values) -> Values:
    return {name: value for name, value in message.items() if value is not None}


def _told(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else None


def _degrees(semicircles: NDArray[np.float64]) -> NDArray[np.float64]:
    return semicircles * (180.0 / HALF_TURN_SEMICIRCLES)


def _totals(session: Values) -> Totals:
    strides = _told(session.get("total_strides"))
    return Totals(
        elapsed_s=_told(session.get("total_elapsed_time")),
        timer_s=_told(session.get("total_timer_time")),
        distance_m=_told(session.get("total_distance")),
        ascent_m=_told(session.get("total_ascent")),
        descent_m=_told(session.get("total_descent")),
        steps=None if strides is None else strides * cadence.STEPS_PER_STRIDE,
    )


def _laps(table: Table, clock: _Clock, first_s: float, end_s: float) -> Iterator[Lap]:
    told = table.messages("total_elapsed_time", "total_timer_time", "total_distance")
    for begin_s, lap in zip(clock.instants_s(table, "start_time").tolist(), told, strict=True):
        if first_s <= begin_s <= end_s:
            yield Lap(
                start_at=datetime.fromtimestamp(begin_s, tz=UTC),
                elapsed_s=_told(lap.get("total_elapsed_time")),
                timer_s=_told(lap.get("total_timer_time")),
                distance_m=_told(lap.get("total_distance")),
            )


def _pauses(table: Table, clock: _Clock, first_s: float, end_s: float) -> Iterator[Pause]:
    """From each stop of the timer to its next start, within the activity."""
    stopped_s: float | None = None
    told = table.messages("event", "event_type")
    for at_s, event in zip(clock.instants_s(table, "timestamp").tolist(), told, strict=True):
        if event.get("event") != "timer" or not first_s <= at_s <= end_s:
            continue
        kind = str(event.get("event_type"))
        if kind.startswith("stop"):
            stopped_s = at_s if stopped_s is None else stopped_s
        elif kind == "start" and stopped_s is not None:
            if at_s > stopped_s:
                yield Pause(stopped_s, at_s)
            stopped_s = None


def _utc_offset_s(table: Table, clock: _Clock) -> int | None:
    if clock.switched_on_s is not None:
        return 0  # both are local
    offset_s = table.instants_s("local_timestamp") - table.instants_s("timestamp")
    known = offset_s[np.isfinite(offset_s)]
    return round(float(known[0])) if len(known) else None


def _device(file_id: Values) -> str | None:
    product = file_id.get("garmin_product") or file_id.get("product_name") or file_id.get("product")
    parts = [str(each) for each in (file_id.get("manufacturer"), product) if each is not None]
    return " ".join(parts)[:LONGEST_DEVICE] or None


def _rpe(session: Values) -> float | None:
    tenfold = _told(session.get(WORKOUT_RPE, session.get("workout_rpe")))
    return None if tenfold is None or not 0 <= tenfold <= RPE_TENFOLD_MAX else tenfold / 10
