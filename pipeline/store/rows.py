"""What lies in the store, in the words of the model, and how it becomes rows and comes back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Literal

from pipeline.activity import Finding
from pipeline.checkin import CheckIn
from pipeline.day import DayActivity, DayRow
from pipeline.row import ActivityRow
from pipeline.shoes import as_worn
from pipeline.standing import ComparedRun, OwnCadence, Standing
from pipeline.store.tables import (
    ActivityTableRow,
    CheckInRow,
    DayTableRow,
    LetterRow,
    RawFileRow,
)
from pipeline.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any

    from sqlalchemy import Row
    from sqlalchemy.orm import InstrumentedAttribute

    from pipeline.activity import ExportLine
    from pipeline.shoes import Strike
    from pipeline.wardrobe import Wardrobe, Worn

RUNNING = "running"
WALKS = frozenset({"walking", "hiking"})
OF_ITS_FILE = (RawFileRow.athlete_id == ActivityTableRow.athlete_id) & (
    RawFileRow.sha256 == ActivityTableRow.sha256
)
_LOADS = ("distance_m", "timer_s", "steps", "trimp", "rpe")
_WORN = {"calf_km": 1, "calf_km_strain": 6}
"""What shoes change, and the exponent of each."""
_OWN_CADENCE = ("cadence_residual_spm", "cadence_residual_sd_spm", "cadence_line_runs")
"""The fields of `OwnCadence`, in its order."""
_PAIRS = ("cadence_histogram", "cadence_by_speed")
LETTER_FIELDS = (
    *("kind", "revision", "message_id", "subject", "eml", "state", "made_at", "recipient"),
    *("attempts", "lost", "not_before", "expires_at", "last_code", "last_text"),
)
_ANSWER_FIELDS = ("during", "rpe", "run_id", "sleep_h", "painkiller", "cleared", "note")


LetterState = Literal["pending", "sending", "sent", "failed", "unknown", "held"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What the runner says of one activity that its file says otherwise."""

    kept: bool = False
    """Of several recordings of one run, this one stands for it: it is to count."""
    dropped: bool = False
    """It is not to count at all; where it is kept, too, nor is any other recording of its run."""
    sport: str | None = None
    """FIT's word for what it really was."""
    sub_sport: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run that counts, as far as a question about it must name it."""

    id: str
    on: date
    """Local date on which it started."""
    distance_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is told of a runner's activities beside their files."""

    told: Mapping[str, ExportLine]
    """By exports: digest of the file → the line."""
    corrections: Mapping[str, Correction]
    """By the runner: id of the activity → the correction."""
    wardrobe: Wardrobe
    strike: Strike | None
    gear_of_copies: Mapping[str, str] = field(default_factory=dict)
    """By exports, of near copies: id of the activity in their place → the shoes."""

    def worn(self, row: Row[Any]) -> Worn | None:
        """The shoes of a run; nobody says what is worn on a walk."""
        if sport_of(row, self.corrections.get(row.id)) != RUNNING:
            return None
        line = self.told.get(row.sha256)
        gear = (line.gear if line else None) or self.gear_of_copies.get(row.id)
        return self.wardrobe.worn(row.local_date, gear=gear)

    def calf_loads(self, row: Row[Any], worn: Worn | None) -> dict[str, float | None]:
        """`calf_km` and `calf_km_strain` in the shoes that were worn, as that foot lands."""
        kind = worn.kind if worn else None
        return {
            name: as_worn(
                getattr(row, name), getattr(row, f"{name}_walked"), kind, self.strike, exponent
            )
            for name, exponent in _WORN.items()
        }


def sport_of(row: Row[Any], correction: Correction | None) -> str:
    """What it was: the runner's word goes before the file's, also where that is gone."""
    told = correction.sport if correction else None
    return told or str(row.sport)


WORN_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    ActivityTableRow.id,
    ActivityTableRow.sha256,
    ActivityTableRow.local_date,
    ActivityTableRow.start_at,
    ActivityTableRow.sport,
    ActivityTableRow.distance_m,
    *(getattr(ActivityTableRow, name) for name in _WORN),
    *(getattr(ActivityTableRow, f"{name}_walked") for name in _WORN),
    ActivityTableRow.cadence_by_speed,
    ActivityTableRow.ground_contact_balance_pct,
)
"""All that `compared_run` needs."""

DAY_COLUMNS = (
    ActivityTableRow.id,
    ActivityTableRow.sha256,
    ActivityTableRow.local_date,
    ActivityTableRow.start_at,
    ActivityTableRow.end_at,
    ActivityTableRow.counted,
    ActivityTableRow.duplicate_of,
    ActivityTableRow.sport,
    *(getattr(ActivityTableRow, name) for name in _LOADS),
    *(getattr(ActivityTableRow, name) for name in _WORN),
    *(getattr(ActivityTableRow, f"{name}_walked") for name in _WORN),
    *(getattr(ActivityTableRow, name) for name in _OWN_CADENCE),
)
"""All that `day_activity` needs: every morning asks for every activity."""


def day_activity(row: Row[Any], said: Said) -> DayActivity:
    """One activity as the days look at it, from `DAY_COLUMNS` and what is told beside its file.

    What the watch was told goes before what was told to the export.
    """
    worn = said.worn(row)
    loads = {name: getattr(row, name) for name in _LOADS} | said.calf_loads(row, worn)
    told, correction = said.told.get(row.sha256), said.corrections.get(row.id)
    if loads["rpe"] is None and told is not None:
        loads["rpe"] = told.rpe
    dropped = correction is not None and correction.dropped
    is_walk = sport_of(row, correction) in WALKS
    return DayActivity(
        id=row.id,
        on=row.local_date,
        start_at=row.start_at,
        end_at=row.end_at,
        counted=row.counted,
        duplicate_of=row.duplicate_of,
        walk=is_walk and row.duplicate_of is None and not dropped,
        worn=worn,
        cadence=_own_cadence(row),
        **loads,
    )


def _own_cadence(row: Row[Any]) -> OwnCadence | None:
    told = tuple(getattr(row, name) for name in _OWN_CADENCE)
    return None if None in told else OwnCadence(*told)


def compared_run(row: Row[Any], said: Said) -> ComparedRun:
    """From `WORN_COLUMNS`."""
    return ComparedRun(
        id=row.id,
        on=row.local_date,
        start_at=row.start_at,
        distance_m=row.distance_m,
        calf_km=said.calf_loads(row, said.worn(row))["calf_km"],
        cadence_by_speed=_pairs(row.cadence_by_speed),
        ground_contact_balance_pct=row.ground_contact_balance_pct,
    )


STANDING_COLUMNS = (
    ActivityTableRow.id,
    *(getattr(ActivityTableRow, each.name) for each in fields(Standing)),
)


def _pairs(value: list[Any] | None) -> tuple[tuple[Any, ...], ...] | None:
    """A table within a row: JSON makes lists of it."""
    return None if value is None else tuple(map(tuple, value))


COUNT_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    ActivityTableRow.id,
    ActivityTableRow.sport,
    ActivityTableRow.local_date,
    ActivityTableRow.counted,
    ActivityTableRow.duplicate_of,
    ActivityTableRow.short_copy,
)
"""What decides whether an activity counts, and what was decided before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFile:
    """One path of a source as it was when it was last looked at."""

    path: str
    bytes: int
    modified_ns: int
    sha256: str | None
    status: str
    reason: str | None
    reader_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """One kept file, by its digest."""

    sha256: str
    file: str
    format: str
    status: str
    reason: str | None
    derived_with: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredActivity:
    """One activity as it is listed: what was derived, and whether it counts."""

    id: str
    sha256: str
    file: str
    format: str
    status: str
    reason: str | None
    row: ActivityRow
    """Without its trace."""
    counted: bool
    duplicate_of: str | None
    short_copy: bool
    standing: Standing
    told: ExportLine | None = None
    """What an export tells of its file."""
    correction: Correction | None = None
    worn: Worn | None = None
    """The shoes, and with them the loads of `row` are reckoned."""
    versions: Versions = field(default_factory=Versions)
    """What derived it."""

    @property
    def is_walk(self) -> bool:
        """Whether it adds calf load to its day as a walk."""
        dropped = self.correction is not None and self.correction.dropped
        return self.row.sport in WALKS and self.duplicate_of is None and not dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLetter:
    """One letter of the outbox."""

    on: date
    kind: str
    revision: int
    message_id: str
    subject: str
    eml: bytes
    state: LetterState
    made_at: datetime | None = None
    recipient: str | None = None
    """The mail address; None means the folder."""
    attempts: int = 0
    lost: int = 0
    """How often the connection was lost after it was handed over."""
    not_before: datetime | None = None
    expires_at: datetime | None = None
    last_code: int | None = None
    last_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was recommended last for a day."""

    on: date
    verdict: str
    rules_version: str
    body: dict[str, Any]
    """As `advise --json` says it."""
    told_at: datetime | None
    """When the runner was told; None where nobody has told them."""
    files: int
    """How many of their files were known then."""


def activity_id(sha256: str, position: int) -> str:
    """A name that stays the same however often the file is read: the digest's first 12 digits."""
    return sha256[:12] if position == 0 else f"{sha256[:12]}-{position + 1}"


def activity_row(
    athlete: str, sha256: str, position: int, row: ActivityRow, versions: Versions
) -> ActivityTableRow:
    """One activity as a row; whether it counts is decided when copies are looked for."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    values["findings"] = [asdict(finding) for finding in row.findings]
    return ActivityTableRow(
        athlete_id=athlete,
        id=activity_id(sha256, position),
        sha256=sha256,
        position=position,
        reader_version=versions.reader,
        metrics_version=versions.metrics,
        **values,
    )


_LISTED = tuple(each.name for each in fields(ActivityRow) if each.name != "trace")
_STANDING = tuple(each.name for each in fields(Standing))
LISTED_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    *(getattr(ActivityTableRow, name) for name in _LISTED),
    *(getattr(ActivityTableRow, name) for name in _STANDING),
    ActivityTableRow.id,
    ActivityTableRow.sha256,
    ActivityTableRow.counted,
    ActivityTableRow.duplicate_of,
    ActivityTableRow.short_copy,
    ActivityTableRow.reader_version,
    ActivityTableRow.metrics_version,
    RawFileRow.file,
    RawFileRow.format,
    RawFileRow.status,
    RawFileRow.reason,
)
"""All that `stored_activity` needs: everything but the trace, which is most of a row."""


def stored_activity(row: Row[Any], said: Said) -> StoredActivity:
    """One activity as it is listed, from `LISTED_COLUMNS` and what is told beside its file."""
    correction = said.corrections.get(row.id)
    worn = said.worn(row)
    values = dict(zip(_LISTED, row, strict=False))
    values["findings"] = tuple(Finding(**each) for each in row.findings)
    for name in _PAIRS:
        values[name] = _pairs(values[name])
    if correction is not None and correction.sport is not None:
        values |= {"sport": correction.sport, "sub_sport": correction.sub_sport}
    return StoredActivity(
        id=row.id,
        sha256=row.sha256,
        file=row.file,
        format=row.format,
        status=row.status,
        reason=row.reason,
        row=ActivityRow(**values | said.calf_loads(row, worn)),
        counted=row.counted,
        duplicate_of=row.duplicate_of,
        short_copy=row.short_copy,
        standing=Standing(**{name: getattr(row, name) for name in _STANDING}),
        told=said.told.get(row.sha256),
        correction=correction,
        worn=worn,
        versions=Versions(reader=row.reader_version, metrics=row.metrics_version),
    )


ANSWER_COLUMNS = (
    CheckInRow.on_date,
    CheckInRow.revision,
    CheckInRow.soreness_left,
    CheckInRow.soreness_right,
    CheckInRow.flags,
    CheckInRow.did,
    CheckInRow.places,
    *(getattr(CheckInRow, name) for name in _ANSWER_FIELDS),
)
"""All that `checkin_of` needs: every morning asks for every answer."""


def checkin_of(row: CheckInRow | Row[Any]) -> CheckIn:
    """The answer in the words of the model, from a whole row or from `ANSWER_COLUMNS`."""
    return CheckIn(
        on=row.on_date,
        left=row.soreness_left,
        right=row.soreness_right,
        flags=None if row.flags is None else frozenset(row.flags),
        did=frozenset(row.did),
        where=frozenset(row.places),
        **{name: getattr(row, name) for name in _ANSWER_FIELDS},
    )


def checkin_row(athlete: str, answer: CheckIn, revision: int, answered_at: datetime) -> CheckInRow:
    """The answer as a row."""
    return CheckInRow(
        athlete_id=athlete,
        on_date=answer.on,
        revision=revision,
        answered_at=answered_at,
        soreness_left=answer.left,
        soreness_right=answer.right,
        flags=None if answer.flags is None else sorted(answer.flags),
        did=sorted(answer.did),
        places=sorted(answer.where),
        **{name: getattr(answer, name) for name in _ANSWER_FIELDS},
    )


_DAY = tuple(each.name for each in fields(DayRow) if each.name != "on")
DAY_ROW_COLUMNS = (
    DayTableRow.on_date,
    *(getattr(DayTableRow, name) for name in _DAY),
    DayTableRow.verdict,
)
"""All that `day_of` needs."""


def day_of(row: Row[Any]) -> tuple[DayRow, str | None]:
    """A derived day and its verdict, from `DAY_ROW_COLUMNS`."""
    values = {name: getattr(row, name) for name in _DAY}
    return DayRow(on=row.on_date, **values), row.verdict


def day_row(athlete: str, day: DayRow, verdict: str | None) -> DayTableRow:
    """One day as a row."""
    values = {name: getattr(day, name) for name in _DAY}
    return DayTableRow(athlete_id=athlete, on_date=day.on, verdict=verdict, **values)


def stored_letter(row: LetterRow) -> StoredLetter:
    """The letter in the words of the model."""
    return StoredLetter(on=row.on_date, **{name: getattr(row, name) for name in LETTER_FIELDS})
