"""The way of a letter, what was told, who stopped letters, which coach may look; facts counted."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LETTER: tuple[tuple[str, Any], ...] = (
    ("made_at", INSTANT),
    ("recipient", sa.String(length=320)),
    ("lease_by", sa.String(length=200)),
    ("lease_until", INSTANT),
    ("not_before", INSTANT),
    ("expires_at", INSTANT),
    ("last_code", sa.Integer()),
    ("last_text", sa.String(length=500)),
)
COUNTS = ("attempts", "lost")


def upgrade() -> None:
    """Go forward."""
    op.add_column("athlete", sa.Column("letters_stopped_at", INSTANT, nullable=True))
    op.add_column("athlete", sa.Column("facts", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("letter", schema=None) as batch_op:
        for name, kind in LETTER:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        for name in COUNTS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch_op.drop_column("html")
    op.create_index(op.f("ix_letter_state"), "letter", ["state"])
    op.add_column("recommendation", sa.Column("told_at", INSTANT, nullable=True))
    op.add_column(
        "recommendation", sa.Column("files", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_table(
        "mailbox",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("suppressed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_mailbox")),
    )
    op.create_table(
        "coach_grant",
        sa.Column("athlete_id", sa.String(length=64), nullable=False),
        sa.Column("coach", sa.String(length=64), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name=op.f("fk_coach_grant_athlete"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("athlete_id", "coach", "granted_at", name=op.f("pk_coach_grant")),
    )
    op.create_index(op.f("ix_coach_grant_coach"), "coach_grant", ["coach"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("coach_grant")
    op.drop_table("mailbox")
    op.drop_column("recommendation", "files")
    op.drop_column("recommendation", "told_at")
    op.drop_index(op.f("ix_letter_state"), "letter")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("html", sa.Text(), nullable=False, server_default=""))
        for name in (*COUNTS, *(name for name, _ in reversed(LETTER))):
            batch_op.drop_column(name)
    op.execute("ALTER TABLE athlete DROP COLUMN facts")
    op.execute("ALTER TABLE athlete DROP COLUMN letters_stopped_at")
