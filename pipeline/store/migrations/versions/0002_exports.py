"""What exports tell of the files beside them; activities found by their file."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "export_line",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("source_url", sa.String(length=1000), nullable=False),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("listed_in", sa.String(length=1000), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rpe", sa.Double(), nullable=True),
        sa.Column("gear", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("sport", sa.String(length=64), nullable=True),
        sa.Column("sub_sport", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["athlete_id", "source_url"],
            ["source.athlete_id", "source.url"],
            name=op.f("fk_export_line_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "athlete_id", "source_url", "path", "listed_in", name=op.f("pk_export_line")
        ),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_activity_athlete_id_sha256"), ["athlete_id", "sha256"], unique=False
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activity_athlete_id_sha256"))

    op.drop_table("export_line")
