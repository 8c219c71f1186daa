"""FIT files: from a vendor's messages to an Activity.

A FIT file is a header, then messages, then a checksum; several such files may stand one after
the other. The messages that matter here:

    file_id       what kind of file it is, and who wrote it; begins each file
    record        one moment: time, position, distance, speed, cadence, heart rate
    event         the timer starts and stops
    lap, session  the device's own sums
    activity      once; the only place that knows the local time

Cadence counts strides of one leg, its half in a field of its own. Positions count 2^31 to the
half turn. A component that is invalid comes as a second field of the same name, so of each name
the first value that is there is taken.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from connectors.errors import UnreadableFileError
from connectors.fit_messages import SIGNATURE_AT, FitFile, files_in
from connectors.reading import LONGEST_DEVICE, Content, with_cadence
from pipeline import cadence
from pipeline.activity import Activity, Finding, Lap, Pause, Records, Totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from connectors.fit_messages import Values

FORMAT = "fit"

SIGNATURE = b".FIT"
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

COUNTS_STRIDES = {"running", "walking", "hiking", "unknown"}
"""Elsewhere cadence counts pedals, or strokes."""

TYPELESS = {"generic", "all", "None"}
SUB_SPORTS = {"generic": None, "virtual_activity": "virtual", "all": None}


def identify(head: bytes) -> bool:
    """Whether these first bytes are a FIT header."""
    return head[SIGNATURE_AT : SIGNATURE_AT + len(SIGNATURE)] == SIGNATURE


def read(content: bytes) -> Content:
    """Everything a FIT file tells of activities.

    Raises:
        UnreadableFileError: no activity in it, or nothing could be read.
    """
    files, salvaged = files_in(content)
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
    if any(each.all("session") for each in files):
        says = "A summary without a single record, as for an activity entered by hand."
        return UnreadableFileError("not_an_activity", says)
    return UnreadableFileError("not_an_activity", "A FIT file without an activity.")


_SALVAGED = {
    "truncated": "The file ends too early; everything before the end was read.",
    "damaged": "The file is damaged; everything before the damage was read.",
    "crc_mismatch": "The file's checksum is wrong; all of it was read.",
    None: None,
}


def _activities(file: FitFile) -> Iterator[Activity]:
    """One activity a session; all records in one where there is no session."""
    if file.kind not in {None, "activity"} or not file.all("record"):
        return
    file, clock_is_local = _on_the_calendar(file)
    at_s, records, no_time = _records(file.all("record"))
    if len(records) == 0:
        return
    timed = [(_at_s(each.get("start_time")), each) for each in file.all("session")]
    started = sorted(
        ((begin_s, each) for begin_s, each in timed if begin_s is not None),
        key=lambda begin: begin[0],
    )
    if len(started) <= 1:
        session = started[0][1] if started else file.first("session")
        session = {**file.first("sport"), **_told_values(session)}
        yield replace(_activity(file, session, records, no_time), clock_is_local=clock_is_local)
        return
    begins = [begin_s for begin_s, _ in started]
    # A record belongs to the last session that had begun; what comes before all is the first's.
    owner = np.maximum(np.searchsorted(begins, at_s, side="right") - 1, 0)
    for index, (_, session) in enumerate(started):
        own = owner == index
        if own.any():
            part = _from_zero(records.select(own)) if index else records.select(own)
            activity = _activity(file, session, part, no_time if index == 0 else 0)
            yield replace(activity, clock_is_local=clock_is_local)


def _from_zero(records: Records) -> Records:
    """A later leg of a multisport file counts its distance on from the leg before."""
    counted = records.distance_m[np.isfinite(records.distance_m)]
    return records.replace(distance_m=records.distance_m - counted[0]) if len(counted) else records


def _on_the_calendar(file: FitFile) -> tuple[FitFile, bool]:
    """Give dates to a device that counts seconds since it was switched on (FIT: system time).

    Such times come as plain numbers. The only date is the local one of the activity message, so
    all of them become local times; True says so.
    """
    ended_s = file.first("activity").get("timestamp")
    local_s = _at_s(file.first("activity").get("local_timestamp"))
    undated = any(isinstance(each.get("timestamp"), int) for each in file.all("record"))
    if not undated or local_s is None or not isinstance(ended_s, int):
        return file, False
    switched_on_s = local_s - ended_s
    dated: dict[str, list[Values]] = {
        name: [
            {
                key: datetime.fromtimestamp(switched_on_s + value, tz=UTC)
                if key in {"timestamp", "start_time"} and isinstance(value, int)
                else value
                for key, value in each.items()
            }
            for each in messages
        ]
        for name, messages in file.messages.items()
    }
    return FitFile(dated), True


def _activity(file: FitFile, session: Values, records: Records, no_time: int) -> Activity:
    sport = str(session.get("sport"))
    sub_sport = str(session.get("sub_sport") or "generic")
    findings: list[Finding] = []
    if no_time:
        findings.append(Finding("no_time", no_time, "Records without a time were left out."))
    named = "unknown" if sport in TYPELESS else "other" if sport.isdigit() else sport
    first_s, end_s = float(records.at_s.min()), float(records.at_s.max())
    begin_s = _at_s(session.get("start_time"))
    begin_s = first_s if begin_s is None else begin_s
    first_s = min(first_s, begin_s)
    activity = Activity(
        sport=named,
        sub_sport=SUB_SPORTS.get(sub_sport, sub_sport),
        start_at=datetime.fromtimestamp(begin_s, tz=UTC),
        records=records,
        totals=_totals(session),
        laps=tuple(_laps(file, first_s, end_s)),
        pauses=tuple(_pauses(file.all("event"), first_s, end_s)),
        device=_device(file.first("file_id")),
        utc_offset_s=_utc_offset_s(file.first("activity")),
        rpe=_rpe(session),
        findings=tuple(findings),
    )
    if named in COUNTS_STRIDES:
        return with_cadence(activity, records.cadence_spm, cadence.from_strides)
    none = np.full(len(records), np.nan)
    return replace(activity, records=records.replace(cadence_spm=none))


def _records(messages: list[Values]) -> tuple[NDArray[np.float64], Records, int]:
    """Columns from messages, cadence still as the file counts it; and how many had no time."""
    timed = [each for each in messages if _at_s(each.get("timestamp")) is not None]
    at_s = np.array([_at_s(each["timestamp"]) for each in timed], dtype=np.float64)
    columns = {"at_s": at_s}
    for ours, theirs in COLUMNS.items():
        columns[ours] = _column(timed, *theirs)
    columns["latitude_deg"] = _degrees(_column(timed, "position_lat"))
    columns["longitude_deg"] = _degrees(_column(timed, "position_long"))
    fraction = np.nan_to_num(_column(timed, "fractional_cadence"))
    columns["cadence_spm"] = _column(timed, "cadence") + fraction
    return at_s, Records.from_columns(columns), len(messages) - len(timed)


def _column(messages: list[Values], *names: str) -> NDArray[np.float64]:
    """One column, of several names the first that has a number; NaN where none has."""
    column = np.full(len(messages), np.nan)
    for name in reversed(names):
        values = np.array([_number(each.get(name)) for each in messages], dtype=np.float64)
        column = np.where(np.isfinite(values), values, column)
    return column


def _number(value: object) -> float:
    """A field as a number; NaN for what is missing, text, or a list of numbers."""
    return float(value) if isinstance(value, int | float) else np.nan


def _told_values(message: Values) -> dict[str, Any]:
    return {name: value for name, value in message.items() if value is not None}


def _told(value: object) -> float | None:
    number = _number(value)
    return number if np.isfinite(number) else None


def _degrees(semicircles: NDArray[np.float64]) -> NDArray[np.float64]:
    return semicircles * (180.0 / HALF_TURN_SEMICIRCLES)


def _at_s(value: object) -> float | None:
    """Seconds since 1970 UTC; fitparse gives naive UTC, fitdecode aware, both datetimes."""
    if not isinstance(value, datetime):
        return None
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()


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


def _laps(file: FitFile, first_s: float, end_s: float) -> Iterator[Lap]:
    for lap in file.all("lap"):
        begin_s = _at_s(lap.get("start_time"))
        if begin_s is None or not first_s <= begin_s <= end_s:
            continue
        yield Lap(
            start_at=datetime.fromtimestamp(begin_s, tz=UTC),
            elapsed_s=_told(lap.get("total_elapsed_time")),
            timer_s=_told(lap.get("total_timer_time")),
            distance_m=_told(lap.get("total_distance")),
        )


def _pauses(events: list[Values], first_s: float, end_s: float) -> Iterator[Pause]:
    """From each stop of the timer to its next start, within the activity."""
    stopped_s: float | None = None
    for event in events:
        at_s = _at_s(event.get("timestamp"))
        if event.get("event") != "timer" or at_s is None or not first_s <= at_s <= end_s:
            continue
        kind = str(event.get("event_type"))
        if kind.startswith("stop"):
            stopped_s = at_s if stopped_s is None else stopped_s
        elif kind == "start" and stopped_s is not None:
            if at_s > stopped_s:
                yield Pause(stopped_s, at_s)
            stopped_s = None


def _utc_offset_s(activity: Values) -> int | None:
    local_s, at_s = _at_s(activity.get("local_timestamp")), _at_s(activity.get("timestamp"))
    return None if local_s is None or at_s is None else round(local_s - at_s)


def _device(file_id: Values) -> str | None:
    product = file_id.get("garmin_product") or file_id.get("product_name") or file_id.get("product")
    parts = [str(each) for each in (file_id.get("manufacturer"), product) if each is not None]
    return " ".join(parts)[:LONGEST_DEVICE] or None


def _rpe(session: Values) -> float | None:
    tenfold = _number(session.get(WORKOUT_RPE, session.get("workout_rpe")))
    return tenfold / 10 if 0 <= tenfold <= RPE_TENFOLD_MAX else None
