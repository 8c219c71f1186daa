"""The pipeline as it would be with fitparse: what FIT files hold, by fitparse as it is shipped.

Only for the bench, and only for the files that it makes: whole, one session, in UTC. `read_job`
takes the place of the one in `flows.jobs`; worker processes import it from here.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import fitparse
import numpy as np

from connectors import fit, formats, gpx, tcx
from connectors.errors import UnreadableFileError
from connectors.reading import Content, with_cadence
from flows import jobs
from pipeline import cadence
from pipeline.activity import Activity, Lap, Pause, Records, Totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.formats import FileReading, Reader
    from connectors.limits import FormatLimits
    from flows.jobs import Job
    from pipeline.athlete import Athlete

FORMAT = fit.FORMAT
identify = fit.identify

COLUMNS = {
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
DEGREES_OF_SEMICIRCLE = 180.0 / 2**31

Values = dict[str, Any]

OURS = jobs.read_job
"""As it is before it is patched."""


def read_job(
    job: Job, *, athlete: Athlete, not_after_s: float, limits: FormatLimits
) -> FileReading | None:
    """As `flows.jobs.read_job`; the process that calls it reads FIT with fitparse from then on."""
    formats.READERS = (cast("Reader", sys.modules[__name__]), gpx, tcx)
    return OURS(job, athlete=athlete, not_after_s=not_after_s, limits=limits)


def read(content: bytes, _limits: FormatLimits | None = None) -> Content:
    """One activity out of messages of fitparse.

    Raises:
        UnreadableFileError: fitparse does not read it.
    """
    messages: dict[str, list[Values]] = defaultdict(list)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # utcfromtimestamp, Python 3.12
        try:
            for message in fitparse.FitFile(io.BytesIO(content)):
                messages[message.name].append(_first_values(message))
        except Exception as error:  # fitparse raises anything over odd bytes
            raise UnreadableFileError("damaged", "fitparse does not read it.") from error
    return Content(activities=(_activity(messages),))


def _first_values(message: Any) -> Values:
    values: Values = {}
    for each in message.fields:
        if values.get(each.name) is None:
            values[each.name] = each.value
    return values


def _activity(messages: dict[str, list[Values]]) -> Activity:
    session, ended, head = (messages[name][0] for name in ("session", "activity", "file_id"))
    records = _records(messages["record"])
    named = [str(each) for each in (head["manufacturer"], head["product_name"]) if each is not None]
    sub_sport = str(session["sub_sport"])
    activity = Activity(
        sport=str(session["sport"]),
        sub_sport=None if sub_sport == "generic" else sub_sport,
        start_at=_utc(session["start_time"]),
        records=records,
        totals=_totals(session),
        laps=tuple(map(_lap, messages["lap"])),
        pauses=tuple(_pauses(messages["event"])),
        device=" ".join(named),
        utc_offset_s=round((ended["local_timestamp"] - ended["timestamp"]).total_seconds()),
    )
    return with_cadence(activity, records.cadence_spm, cadence.from_strides)


def _records(messages: list[Values]) -> Records:
    columns = {"at_s": np.array([_utc(each["timestamp"]).timestamp() for each in messages])}
    for ours, theirs in COLUMNS.items():
        columns[ours] = _column(messages, *theirs)
    columns["latitude_deg"] = _column(messages, "position_lat") * DEGREES_OF_SEMICIRCLE
    columns["longitude_deg"] = _column(messages, "position_long") * DEGREES_OF_SEMICIRCLE
    fraction = np.nan_to_num(_column(messages, "fractional_cadence"))
    columns["cadence_spm"] = _column(messages, "cadence") + fraction
    return Records.from_columns(columns)


def _column(messages: list[Values], *names: str) -> Any:
    column = np.full(len(messages), np.nan)
    for name in reversed(names):
        values = np.array([each.get(name) for each in messages], dtype=np.float64)
        column = np.where(np.isfinite(values), values, column)
    return column


def _totals(session: Values) -> Totals:
    strides = session.get("total_strides")
    return Totals(
        elapsed_s=session.get("total_elapsed_time"),
        timer_s=session.get("total_timer_time"),
        distance_m=session.get("total_distance"),
        ascent_m=session.get("total_ascent"),
        descent_m=session.get("total_descent"),
        steps=None if strides is None else float(strides * cadence.STEPS_PER_STRIDE),
    )


def _lap(lap: Values) -> Lap:
    return Lap(
        start_at=_utc(lap["start_time"]),
        elapsed_s=lap["total_elapsed_time"],
        timer_s=lap["total_timer_time"],
        distance_m=lap["total_distance"],
    )


def _pauses(events: list[Values]) -> Iterator[Pause]:
    stopped_s: float | None = None
    for event in events:
        at_s = _utc(event["timestamp"]).timestamp()
        if event["event_type"] == "start" and stopped_s is not None:
            yield Pause(stopped_s, at_s)
        stopped_s = at_s if event["event_type"] == "stop_all" else None


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
