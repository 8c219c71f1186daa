"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "athlete",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("stale_from", sa.Date(), nullable=True),
        sa.Column("copies_stale", sa.Boolean(), nullable=False),
        sa.Column("versions", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_athlete")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "checkin",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("soreness_left", sa.Integer(), nullable=False),
        sa.Column("soreness_right", sa.Integer(), nullable=False),
        sa.Column("during", sa.Integer(), nullable=True),
        sa.Column("rpe", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.Column("sleep_h", sa.Double(), nullable=True),
        sa.Column("flags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("did", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("painkiller", sa.Boolean(), nullable=False),
        sa.Column("cleared", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name=op.f("fk_checkin_athlete"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("athlete_id", "on_date", "revision", name=op.f("pk_checkin")),
    )
    op.create_table(
        "day",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=True),
        sa.Column("distance_m", sa.Double(), nullable=True),
        sa.Column("longest_run_m", sa.Double(), nullable=True),
        sa.Column("steps", sa.Double(), nullable=True),
        sa.Column("calf_km", sa.Double(), nullable=True),
        sa.Column("calf_km_strain", sa.Double(), nullable=True),
        sa.Column("trimp", sa.Double(), nullable=True),
        sa.Column("srpe_au", sa.Double(), nullable=True),
        sa.Column("acute_calf_km", sa.Double(), nullable=True),
        sa.Column("chronic_calf_km", sa.Double(), nullable=True),
        sa.Column("monotony", sa.Double(), nullable=True),
        sa.Column("strain", sa.Double(), nullable=True),
        sa.Column("soreness_left", sa.Integer(), nullable=True),
        sa.Column("soreness_right", sa.Integer(), nullable=True),
        sa.Column("during", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name=op.f("fk_day_athlete"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("athlete_id", "on_date", name=op.f("pk_day")),
    )
    op.create_table(
        "raw_file",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=1000), nullable=False),
        sa.Column("format", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("derived_with", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name=op.f("fk_raw_file_athlete"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("athlete_id", "sha256", name=op.f("pk_raw_file")),
    )
    op.create_table(
        "recommendation",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("verdict", sa.String(length=64), nullable=False),
        sa.Column("rules_version", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"],
            ["athlete.id"],
            name=op.f("fk_recommendation_athlete"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("athlete_id", "on_date", name=op.f("pk_recommendation")),
    )
    op.create_table(
        "source",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("scanned_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name=op.f("fk_source_athlete"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("athlete_id", "url", name=op.f("pk_source")),
    )
    op.create_table(
        "activity",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sport", sa.String(length=64), nullable=False),
        sa.Column("sub_sport", sa.String(length=64), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("timezone_from", sa.String(length=64), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("elapsed_s", sa.Double(), nullable=False),
        sa.Column("timer_s", sa.Double(), nullable=False),
        sa.Column("moving_s", sa.Double(), nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=True),
        sa.Column("ascent_m", sa.Double(), nullable=True),
        sa.Column("descent_m", sa.Double(), nullable=True),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("cadence_mean_spm", sa.Double(), nullable=True),
        sa.Column("cadence_median_spm", sa.Double(), nullable=True),
        sa.Column("cadence_coverage", sa.Double(), nullable=True),
        sa.Column("cadence_rule", sa.String(length=64), nullable=False),
        sa.Column("steps", sa.Double(), nullable=True),
        sa.Column("step_length_mean_m", sa.Double(), nullable=True),
        sa.Column("speed_mean_mps", sa.Double(), nullable=True),
        sa.Column("heart_rate_mean_bpm", sa.Double(), nullable=True),
        sa.Column("calf_km", sa.Double(), nullable=True),
        sa.Column("calf_km_strain", sa.Double(), nullable=True),
        sa.Column("trimp", sa.Double(), nullable=True),
        sa.Column("rpe", sa.Double(), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("trace", sa.LargeBinary(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("duplicate_of", sa.String(length=32), nullable=True),
        sa.Column("short_copy", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id", "sha256"],
            ["raw_file.athlete_id", "raw_file.sha256"],
            name=op.f("fk_activity_raw_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("athlete_id", "id", name=op.f("pk_activity")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_activity_athlete_id_local_date"),
            ["athlete_id", "local_date"],
            unique=False,
        )

    op.create_table(
        "letter",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("eml", sa.LargeBinary(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id", "on_date"],
            ["recommendation.athlete_id", "recommendation.on_date"],
            name=op.f("fk_letter_recommendation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "athlete_id", "on_date", "kind", "revision", name=op.f("pk_letter")
        ),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
    )
    op.create_table(
        "seen_file",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("source_url", sa.String(length=1000), nullable=False),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("modified_ns", sa.String(length=24), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id", "source_url"],
            ["source.athlete_id", "source.url"],
            name=op.f("fk_seen_file_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("athlete_id", "source_url", "path", name=op.f("pk_seen_file")),
    )
    with op.batch_alter_table("seen_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seen_file_athlete_id_sha256"), ["athlete_id", "sha256"], unique=False
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("seen_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seen_file_athlete_id_sha256"))

    op.drop_table("seen_file")
    op.drop_table("letter")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activity_athlete_id_local_date"))

    op.drop_table("activity")
    op.drop_table("source")
    op.drop_table("recommendation")
    op.drop_table("raw_file")
    op.drop_table("day")
    op.drop_table("checkin")
    op.drop_table("lease")
    op.drop_table("athlete")
