"""Labeling sets that wait for a person's answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "labeling_queue",
        sa.Column("transform_id", WORDS, nullable=False),
        sa.Column("labeling_set_id", WORDS, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("status", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person", WORDS, nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("task_run_id", WORDS, nullable=True),
        sa.ForeignKeyConstraint(
            ["transform_id"],
            ["transforms.id"],
            name=op.f("fk_labeling_queue_transform_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("transform_id", "labeling_set_id", name=op.f("pk_labeling_queue")),
    )
