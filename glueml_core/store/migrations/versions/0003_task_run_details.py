"""What a task run knows beyond what the API has a place for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "task_runs",
        sa.Column("details", sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
    )
