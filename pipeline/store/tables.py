"""The tables: facts (files, answers, corrections, shoes, letters), and what is derived of them.

Every row belongs to an athlete, except the lease. Derived rows carry the versions of the code that
derived them. Instants are UTC; `local_date` and `on_date` are dates of the runner's own calendar.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Names that every database can find again when a later migration changes them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

ATHLETE_CHARS = 64
DIGEST_CHARS = 64
ACTIVITY_CHARS = 32
ADDRESS_CHARS = 320
CODE_CHARS = 64


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant; SQLite forgets zones, so UTC goes in and comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: object) -> datetime | None:
        """Refuse what has no zone: it would be some other time after a journey."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: object) -> datetime | None:
        """Say UTC where the database forgot it."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Where Alembic finds the tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own protocol
        datetime: UtcInstant,
        date: Date,
        str: String(CODE_CHARS),
        dict[str, Any]: JSON,
        list[Any]: JSON,
        bytes: LargeBinary,
    }


class AthleteRow(Base):
    """One runner, and from which date on the days must be derived again."""

    __tablename__ = "athlete"

    id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    stale_from: Mapped[date | None]
    """Set in the transaction that changes a fact, cleared in the one that derives the days."""
    runs_stale: Mapped[bool] = mapped_column(default=False)
    """Set with everything that decides which runs count, or how one stands among the others."""
    versions: Mapped[str | None] = mapped_column(String(200))
    """Versions of the code that derived the days."""
    strike: Mapped[str | None]
    """How the foot lands, as the settings said it last."""
    facts: Mapped[int] = mapped_column(default=0, server_default="0")
    """Grows with every fact that days or advice follow from."""
    letters_stopped_at: Mapped[datetime | None]
    """Since when the runner wants no letters."""


class SourceRow(Base):
    """A place files come from; complete when the runner says that no run is elsewhere."""

    __tablename__ = "source"
    __table_args__ = (ForeignKeyConstraint(["athlete_id"], ["athlete.id"], ondelete="CASCADE"),)

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    url: Mapped[str] = mapped_column(String(1000), primary_key=True)
    complete: Mapped[bool] = mapped_column(default=False)
    scanned_on: Mapped[date | None]
    """The runner's local date at the last full scan."""


class SeenFileRow(Base):
    """One path of one source as it was when it was last looked at, and what became of it."""

    __tablename__ = "seen_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["athlete_id", "source_url"], ["source.athlete_id", "source.url"], ondelete="CASCADE"
        ),
        Index(None, "athlete_id", "sha256"),
    )

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    source_url: Mapped[str] = mapped_column(String(1000), primary_key=True)
    path: Mapped[str] = mapped_column(String(1000), primary_key=True)
    bytes: Mapped[int]
    """Size on disk; of an archive's member, that of the archive."""
    modified_ns: Mapped[str] = mapped_column(String(24))
    """As text: nanoseconds since 1970 outgrow what every database calls an integer."""
    sha256: Mapped[str | None] = mapped_column(String(DIGEST_CHARS))
    status: Mapped[str]
    reason: Mapped[str | None]
    reader_version: Mapped[int]


class RawFileRow(Base):
    """A file that was read, kept by its digest outside the database."""

    __tablename__ = "raw_file"
    __table_args__ = (ForeignKeyConstraint(["athlete_id"], ["athlete.id"], ondelete="CASCADE"),)

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(DIGEST_CHARS), primary_key=True)
    file: Mapped[str] = mapped_column(String(1000))
    """The name under which it was first seen."""
    format: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str | None]
    derived_with: Mapped[str] = mapped_column(String(200))
    """Versions and settings its activities were derived with; another value derives again."""


class ActivityTableRow(Base):
    """One activity, derived from a raw file."""

    __tablename__ = "activity"
    __table_args__ = (
        ForeignKeyConstraint(
            ["athlete_id", "sha256"],
            ["raw_file.athlete_id", "raw_file.sha256"],
            ondelete="CASCADE",
        ),
        Index(None, "athlete_id", "local_date"),
        Index(None, "athlete_id", "sha256"),
    )

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    id: Mapped[str] = mapped_column(String(ACTIVITY_CHARS), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(DIGEST_CHARS))
    position: Mapped[int]
    """Which activity of its file, from 0."""
    sport: Mapped[str]
    sub_sport: Mapped[str | None]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    timezone: Mapped[str]
    timezone_from: Mapped[str]
    local_date: Mapped[date]
    elapsed_s: Mapped[float]
    elapsed_from: Mapped[str | None]
    timer_s: Mapped[float]
    timer_from: Mapped[str | None]
    moving_s: Mapped[float]
    distance_m: Mapped[float | None]
    distance_from: Mapped[str | None]
    ascent_m: Mapped[float | None]
    ascent_from: Mapped[str | None]
    descent_m: Mapped[float | None]
    descent_from: Mapped[str | None]
    records: Mapped[int]
    cadence_mean_spm: Mapped[float | None]
    cadence_median_spm: Mapped[float | None]
    cadence_sd_spm: Mapped[float | None]
    cadence_coverage: Mapped[float | None]
    cadence_histogram: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    cadence_by_speed: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    cadence_drift_pct: Mapped[float | None]
    cadence_rule: Mapped[str]
    steps: Mapped[float | None]
    steps_from: Mapped[str | None]
    step_length_mean_m: Mapped[float | None]
    speed_mean_mps: Mapped[float | None]
    heart_rate_mean_bpm: Mapped[float | None]
    ground_contact_time_ms: Mapped[float | None]
    ground_contact_balance_pct: Mapped[float | None]
    power_mean_w: Mapped[float | None]
    work_kj: Mapped[float | None]
    calf_km: Mapped[float | None]
    calf_km_strain: Mapped[float | None]
    calf_km_walked: Mapped[float | None]
    calf_km_strain_walked: Mapped[float | None]
    trimp: Mapped[float | None]
    edwards_au: Mapped[float | None]
    rpe: Mapped[float | None]
    device: Mapped[str | None] = mapped_column(String(200))
    findings: Mapped[list[Any]]
    trace: Mapped[bytes]
    counted: Mapped[bool] = mapped_column(default=False)
    duplicate_of: Mapped[str | None] = mapped_column(String(ACTIVITY_CHARS))
    short_copy: Mapped[bool] = mapped_column(default=False)
    """It counts although a longer recording of the same run exists."""
    reader_version: Mapped[int | None]
    metrics_version: Mapped[int | None]
    # How it stands among the runner's other runs (pipeline/standing.py).
    cadence_expected_spm: Mapped[float | None]
    cadence_residual_spm: Mapped[float | None]
    cadence_residual_sd_spm: Mapped[float | None]
    cadence_line_runs: Mapped[int | None]
    cadence_line_c0_spm: Mapped[float | None]
    cadence_line_slope_spm_per_mps: Mapped[float | None]
    balance_shift_points: Mapped[float | None]
    longest_before_m: Mapped[float | None]
    hardest_before_calf_km: Mapped[float | None]


class CorrectionRow(Base):
    """What the runner said of one activity that the files say otherwise; survives deriving again.

    By the activity's id and without a foreign key: derived rows come and go, a fact stays.
    """

    __tablename__ = "correction"
    __table_args__ = (ForeignKeyConstraint(["athlete_id"], ["athlete.id"], ondelete="CASCADE"),)

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    activity_id: Mapped[str] = mapped_column(String(ACTIVITY_CHARS), primary_key=True)
    kept: Mapped[bool] = mapped_column(default=False)
    """Of several recordings of one run, this one is to count."""
    dropped: Mapped[bool] = mapped_column(default=False)
    """It is not to count at all."""
    sport: Mapped[str | None]
    """What it really was."""
    sub_sport: Mapped[str | None]


class ShoesRow(Base):
    """Which pair is worn from which date on; the next one ends it."""

    __tablename__ = "shoes"
    __table_args__ = (ForeignKeyConstraint(["athlete_id"], ["athlete.id"], ondelete="CASCADE"),)

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    from_date: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str | None]
    """standard, maximal or minimal; None where the runner did not say."""


class ExportLineRow(Base):
    """What the list of an export tells of one path beside it, whether that file is there or not.

    By path and not by digest, so that one transaction keeps a whole list, before or after its
    files. Which bytes lay under the path says `seen_file`.
    """

    __tablename__ = "export_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["athlete_id", "source_url"], ["source.athlete_id", "source.url"], ondelete="CASCADE"
        ),
    )

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    source_url: Mapped[str] = mapped_column(String(1000), primary_key=True)
    path: Mapped[str] = mapped_column(String(1000), primary_key=True)
    """Folded by `paths.folded`: a file may have been unpacked since, or be spelled otherwise."""
    listed_in: Mapped[str] = mapped_column(String(1000), primary_key=True)
    """Path of the list."""
    number: Mapped[int]
    """Which list of this runner, from 1 in the order they were taken in: the later one holds."""
    rpe: Mapped[float | None]
    gear: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str | None] = mapped_column(String(200))
    sport: Mapped[str | None]
    sub_sport: Mapped[str | None]


class CheckInRow(Base):
    """One answer; a later revision of the same morning replaces it and keeps it here."""

    __tablename__ = "checkin"
    __table_args__ = (ForeignKeyConstraint(["athlete_id"], ["athlete.id"], ondelete="CASCADE"),)

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    answered_at: Mapped[datetime]
    soreness_left: Mapped[int]
    soreness_right: Mapped[int]
    during: Mapped[int | None]
    rpe: Mapped[int | None]
    run_id: Mapped[str | None] = mapped_column(String(ACTIVITY_CHARS))
    sleep_h: Mapped[float | None]
    flags: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    did: Mapped[list[Any]]
    places: Mapped[list[Any]]
    painkiller: Mapped[bool]
    cleared: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)


class DayTableRow(Base):
    """One local day, derived from activities, answers and what is known of the sources."""

    __tablename__ = "day"
    __table_args__ = (ForeignKeyConstraint(["athlete_id"], ["athlete.id"], ondelete="CASCADE"),)

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    known: Mapped[bool]
    runs: Mapped[int | None]
    distance_m: Mapped[float | None]
    longest_run_m: Mapped[float | None]
    steps: Mapped[float | None]
    calf_km: Mapped[float | None]
    calf_km_strain: Mapped[float | None]
    trimp: Mapped[float | None]
    srpe_au: Mapped[float | None]
    acute_calf_km: Mapped[float | None]
    chronic_calf_km: Mapped[float | None]
    acwr: Mapped[float | None]
    monotony: Mapped[float | None]
    strain: Mapped[float | None]
    longest_30d_m: Mapped[float | None]
    hardest_30d_calf_km: Mapped[float | None]
    soreness_left: Mapped[int | None]
    soreness_right: Mapped[int | None]
    during: Mapped[int | None]
    verdict: Mapped[str | None]
    reader_version: Mapped[int | None]
    metrics_version: Mapped[int | None]
    rules_version: Mapped[str | None]


class BeforeRow(Base):
    """What a table said before it was derived again, until somebody was told what changed."""

    __tablename__ = "before"
    __table_args__ = (ForeignKeyConstraint(["athlete_id"], ["athlete.id"], ondelete="CASCADE"),)

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes]


class RecommendationRow(Base):
    """What was recommended last for a day, word for word: by letter, on the page, or typed."""

    __tablename__ = "recommendation"
    __table_args__ = (ForeignKeyConstraint(["athlete_id"], ["athlete.id"], ondelete="CASCADE"),)

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    rules_version: Mapped[str]
    body: Mapped[dict[str, Any]]
    told_at: Mapped[datetime | None]
    files: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many files of the runner were known then: more of them may correct it."""


class LetterRow(Base):
    """The outbox: rendered once, delivered until it is delivered, never rendered again."""

    __tablename__ = "letter"
    __table_args__ = (
        ForeignKeyConstraint(
            ["athlete_id", "on_date"],
            ["recommendation.athlete_id", "recommendation.on_date"],
            ondelete="CASCADE",
        ),
        Index(None, "state"),
    )

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    subject: Mapped[str] = mapped_column(String(500))
    eml: Mapped[bytes]
    state: Mapped[str]
    """pending, sending, sent, failed, unknown, or held."""
    made_at: Mapped[datetime | None]
    recipient: Mapped[str | None] = mapped_column(String(ADDRESS_CHARS))
    """The mail address; None means the folder."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    lost: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the connection was lost after the letter was handed over."""
    lease_by: Mapped[str | None] = mapped_column(String(200))
    """Who is sending it, until the lease ends."""
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """After this evening it says nothing that anybody should act on."""
    last_code: Mapped[int | None]
    """What the mail server answered last."""
    last_text: Mapped[str | None] = mapped_column(String(500))


class MailboxRow(Base):
    """A mail address that refused for good, and since when nothing is sent there any more."""

    __tablename__ = "mailbox"

    address: Mapped[str] = mapped_column(String(ADDRESS_CHARS), primary_key=True)
    refusals: Mapped[int]
    """Letters in a row that it refused for good."""
    suppressed_at: Mapped[datetime | None]


class CoachGrantRow(Base):
    """A runner lets a coach look, from one instant until another; kept when it is taken back."""

    __tablename__ = "coach_grant"
    __table_args__ = (
        ForeignKeyConstraint(["athlete_id"], ["athlete.id"], ondelete="CASCADE"),
        Index(None, "coach"),
    )

    athlete_id: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    coach: Mapped[str] = mapped_column(String(ATHLETE_CHARS), primary_key=True)
    granted_at: Mapped[datetime] = mapped_column(primary_key=True)
    revoked_at: Mapped[datetime | None]


class LeaseRow(Base):
    """Who may sync now. The fence grows with every holder, so that a late one is recognised."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(String(200))
    fence: Mapped[int]
    expires_at: Mapped[datetime]
