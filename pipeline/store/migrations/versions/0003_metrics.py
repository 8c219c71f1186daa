"""Where numbers come from, cadence and its line, versions; corrections, shoes, what was before."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ACTIVITY: tuple[tuple[str, Any], ...] = (
    ("elapsed_from", sa.String(length=64)),
    ("timer_from", sa.String(length=64)),
    ("distance_from", sa.String(length=64)),
    ("ascent_from", sa.String(length=64)),
    ("descent_from", sa.String(length=64)),
    ("cadence_sd_spm", sa.Double()),
    ("cadence_histogram", sa.JSON(none_as_null=True)),
    ("cadence_by_speed", sa.JSON(none_as_null=True)),
    ("cadence_drift_pct", sa.Double()),
    ("steps_from", sa.String(length=64)),
    ("ground_contact_time_ms", sa.Double()),
    ("ground_contact_balance_pct", sa.Double()),
    ("power_mean_w", sa.Double()),
    ("work_kj", sa.Double()),
    ("calf_km_walked", sa.Double()),
    ("calf_km_strain_walked", sa.Double()),
    ("edwards_au", sa.Double()),
    ("reader_version", sa.Integer()),
    ("metrics_version", sa.Integer()),
    ("cadence_expected_spm", sa.Double()),
    ("cadence_residual_spm", sa.Double()),
    ("cadence_residual_sd_spm", sa.Double()),
    ("cadence_line_runs", sa.Integer()),
    ("cadence_line_c0_spm", sa.Double()),
    ("cadence_line_slope_spm_per_mps", sa.Double()),
    ("balance_shift_points", sa.Double()),
    ("longest_before_m", sa.Double()),
    ("hardest_before_calf_km", sa.Double()),
)
DAY: tuple[tuple[str, Any], ...] = (
    ("acwr", sa.Double()),
    ("longest_30d_m", sa.Double()),
    ("hardest_30d_calf_km", sa.Double()),
    ("reader_version", sa.Integer()),
    ("metrics_version", sa.Integer()),
    ("rules_version", sa.String(length=64)),
)


RENAME = "ALTER TABLE athlete RENAME COLUMN {} TO {}"
"""Not by Alembic: on SQLite it would drop the table of runners, and with it all that is theirs."""


def upgrade() -> None:
    """Go forward."""
    op.execute(RENAME.format("copies_stale", "runs_stale"))
    op.add_column("athlete", sa.Column("strike", sa.String(length=64), nullable=True))
    for table, columns in (("activity", ACTIVITY), ("day", DAY)):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, kind in columns:
                batch_op.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        "correction",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("activity_id", sa.String(length=32), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("sport", sa.String(length=64), nullable=True),
        sa.Column("sub_sport", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name=op.f("fk_correction_athlete"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("athlete_id", "activity_id", name=op.f("pk_correction")),
    )
    op.create_table(
        "shoes",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name=op.f("fk_shoes_athlete"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("athlete_id", "from_date", name=op.f("pk_shoes")),
    )
    op.create_table(
        "before",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name=op.f("fk_before_athlete"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("athlete_id", "name", name=op.f("pk_before")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("before")
    op.drop_table("shoes")
    op.drop_table("correction")
    for table, columns in (("activity", ACTIVITY), ("day", DAY)):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, _ in reversed(columns):
                batch_op.drop_column(name)
    op.execute("ALTER TABLE athlete DROP COLUMN strike")
    op.execute(RENAME.format("runs_stale", "copies_stale"))
