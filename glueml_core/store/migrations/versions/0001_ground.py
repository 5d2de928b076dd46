"""The ground: transforms, task runs, labels, matchers, tags, catalog."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "catalog_databases",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_on", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_catalog_databases")),
    )
    op.create_table(
        "tags",
        sa.Column("resource", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("value", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("resource", "key", name=op.f("pk_tags")),
    )
    op.create_table(
        "transforms",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("description", WORDS, nullable=True),
        sa.Column("status", WORDS, nullable=False),
        sa.Column("transform_type", WORDS, nullable=False),
        sa.Column("input_record_tables", sa.JSON(), nullable=False),
        sa.Column("primary_key_column", WORDS, nullable=False),
        sa.Column("precision_recall_tradeoff", sa.Double(), nullable=False),
        sa.Column("accuracy_cost_tradeoff", sa.Double(), nullable=False),
        sa.Column("enforce_provided_labels", sa.Boolean(), nullable=False),
        sa.Column("schema", sa.JSON(), nullable=False),
        sa.Column("schema_key", WORDS, nullable=False),
        sa.Column("role", WORDS, nullable=False),
        sa.Column("glue_version", WORDS, nullable=False),
        sa.Column("max_capacity", sa.Double(), nullable=True),
        sa.Column("worker_type", WORDS, nullable=True),
        sa.Column("number_of_workers", sa.Integer(), nullable=True),
        sa.Column("timeout_minutes", sa.Integer(), nullable=False),
        sa.Column("max_retries", sa.Integer(), nullable=False),
        sa.Column("encryption", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("label_count", sa.Integer(), nullable=False),
        sa.Column("evaluation_metrics", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("evaluation_detail", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("fingerprint", WORDS, nullable=False),
        sa.Column("created_on", sa.BigInteger(), nullable=False),
        sa.Column("last_modified_on", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transforms")),
    )
    op.create_index(
        "uq_transforms_living_name",
        "transforms",
        ["name"],
        unique=True,
        sqlite_where=sa.text("status <> 'DELETING'"),
        postgresql_where=sa.text("status <> 'DELETING'"),
    )
    op.create_table(
        "catalog_tables",
        sa.Column("database_name", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_on", sa.BigInteger(), nullable=False),
        sa.Column("updated_on", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["database_name"],
            ["catalog_databases.name"],
            name=op.f("fk_catalog_tables_database_name"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("database_name", "name", name=op.f("pk_catalog_tables")),
    )
    op.create_table(
        "generated_sets",
        sa.Column("transform_id", WORDS, nullable=False),
        sa.Column("labeling_set_id", WORDS, nullable=False),
        sa.Column("task_run_id", WORDS, nullable=False),
        sa.Column("record_ids", sa.JSON(), nullable=False),
        sa.Column("generated_on", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transform_id"],
            ["transforms.id"],
            name=op.f("fk_generated_sets_transform_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("transform_id", "labeling_set_id", name=op.f("pk_generated_sets")),
    )
    op.create_index(
        op.f("ix_generated_sets_task_run_id"), "generated_sets", ["task_run_id"], unique=False
    )
    op.create_table(
        "label_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transform_id", WORDS, nullable=False),
        sa.Column("task_run_id", WORDS, nullable=True),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("etag", WORDS, nullable=True),
        sa.Column("replace", sa.Boolean(), nullable=False),
        sa.Column("label_count", sa.Integer(), nullable=False),
        sa.Column("unlabeled_count", sa.Integer(), nullable=False),
        sa.Column("imported_on", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transform_id"],
            ["transforms.id"],
            name=op.f("fk_label_imports_transform_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_imports")),
        sa.UniqueConstraint("task_run_id", name=op.f("uq_label_imports_task_run_id")),
    )
    op.create_index(
        op.f("ix_label_imports_transform_id_uri_etag"),
        "label_imports",
        ["transform_id", "uri", "etag"],
        unique=False,
    )
    op.create_table(
        "matchers",
        sa.Column("transform_id", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("label_count", sa.Integer(), nullable=False),
        sa.Column("task_run_id", WORDS, nullable=True),
        sa.Column("created_on", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transform_id"],
            ["transforms.id"],
            name=op.f("fk_matchers_transform_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("transform_id", name=op.f("pk_matchers")),
    )
    op.create_table(
        "task_runs",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("transform_id", WORDS, nullable=False),
        sa.Column("task_type", WORDS, nullable=False),
        sa.Column("status", WORDS, nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("error_string", WORDS, nullable=True),
        sa.Column("log_group_name", WORDS, nullable=True),
        sa.Column("started_on", sa.BigInteger(), nullable=False),
        sa.Column("last_modified_on", sa.BigInteger(), nullable=False),
        sa.Column("completed_on", sa.BigInteger(), nullable=True),
        sa.Column("running_since", sa.BigInteger(), nullable=True),
        sa.Column("execution_time_s", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("progress_text", WORDS, nullable=True),
        sa.Column("output", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("owner", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("heartbeat_on", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transform_id"],
            ["transforms.id"],
            name=op.f("fk_task_runs_transform_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_runs")),
    )
    op.create_index(op.f("ix_task_runs_status"), "task_runs", ["status"], unique=False)
    op.create_index(op.f("ix_task_runs_transform_id"), "task_runs", ["transform_id"], unique=False)
    op.create_table(
        "label_rows",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("transform_id", WORDS, nullable=False),
        sa.Column("labeling_set_id", WORDS, nullable=False),
        sa.Column("set_digest", WORDS, nullable=False),
        sa.Column("record_id", WORDS, nullable=False),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["label_imports.id"],
            name=op.f("fk_label_rows_import_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["transform_id"],
            ["transforms.id"],
            name=op.f("fk_label_rows_transform_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_label_rows")),
        sa.UniqueConstraint(
            "import_id",
            "labeling_set_id",
            "record_id",
            name=op.f("uq_label_rows_import_id_labeling_set_id_record_id"),
        ),
    )
    op.create_index(
        op.f("ix_label_rows_transform_id"), "label_rows", ["transform_id"], unique=False
    )
