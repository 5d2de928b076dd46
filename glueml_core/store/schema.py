"""The database's tables, as SQLAlchemy sees them; `migrations` builds them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

__all__ = [
    "catalog_databases",
    "catalog_tables",
    "generated_sets",
    "label_imports",
    "label_rows",
    "labeling_queue",
    "matchers",
    "metadata",
    "tags",
    "task_runs",
    "transforms",
]

_EPOCH = datetime.fromtimestamp(0, UTC)


class Timestamp(TypeDecorator[datetime]):
    """A moment, kept as milliseconds since 1970 so that every database sorts it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Count the milliseconds since 1970."""
        return None if value is None else self.to_ms(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Give the moment back, in UTC."""
        return None if value is None else self.from_ms(int(value))

    @staticmethod
    def to_ms(moment: datetime) -> int:
        """Milliseconds from 1970 to `moment`."""
        return round((moment - _EPOCH).total_seconds() * 1000)

    @staticmethod
    def from_ms(ms: int) -> datetime:
        """The moment `ms` milliseconds after 1970."""
        return datetime.fromtimestamp(ms / 1000, UTC)


# PostgreSQL would sort by its locale, SQLite by code point: both by code point.
_Words = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _transform_id(**kwargs: Any) -> Column[str]:
    """A column whose row goes when its transform goes."""
    owner = ForeignKey("transforms.id", ondelete="CASCADE")
    return Column("transform_id", _Words, owner, nullable=False, **kwargs)


transforms = Table(
    "transforms",
    metadata,
    Column("id", _Words, primary_key=True),
    Column("name", _Words, nullable=False),
    Column("description", _Words),
    Column("status", _Words, nullable=False),
    Column("transform_type", _Words, nullable=False),
    Column("input_record_tables", JSON, nullable=False),
    Column("primary_key_column", _Words, nullable=False),
    Column("precision_recall_tradeoff", Double, nullable=False),
    Column("accuracy_cost_tradeoff", Double, nullable=False),
    Column("enforce_provided_labels", Boolean, nullable=False),
    Column("schema", JSON, nullable=False),
    Column("schema_key", _Words, nullable=False),
    Column("role", _Words, nullable=False),
    Column("glue_version", _Words, nullable=False),
    Column("max_capacity", Double),
    Column("worker_type", _Words),
    Column("number_of_workers", Integer),
    Column("timeout_minutes", Integer, nullable=False),
    Column("max_retries", Integer, nullable=False),
    Column("encryption", JSON(none_as_null=True)),
    Column("label_count", Integer, nullable=False),
    Column("evaluation_metrics", JSON(none_as_null=True)),
    Column("evaluation_detail", JSON(none_as_null=True)),
    Column("fingerprint", _Words, nullable=False),
    Column("created_on", Timestamp, nullable=False),
    Column("last_modified_on", Timestamp, nullable=False),
)
# A transform that is being deleted no longer holds its name.
Index(
    "uq_transforms_living_name",
    transforms.c.name,
    unique=True,
    sqlite_where=text("status <> 'DELETING'"),
    postgresql_where=text("status <> 'DELETING'"),
)

task_runs = Table(
    "task_runs",
    metadata,
    Column("id", _Words, primary_key=True),
    _transform_id(index=True),
    Column("task_type", _Words, nullable=False),
    Column("status", _Words, nullable=False, index=True),
    Column("properties", JSON, nullable=False),
    Column("error_string", _Words),
    Column("log_group_name", _Words),
    Column("started_on", Timestamp, nullable=False),
    Column("last_modified_on", Timestamp, nullable=False),
    Column("completed_on", Timestamp),
    Column("running_since", Timestamp),
    Column("execution_time_s", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("progress", Double, nullable=False),
    Column("progress_text", _Words),
    Column("output", JSON(none_as_null=True)),
    Column("owner", JSON(none_as_null=True)),
    Column("heartbeat_on", Timestamp),
    Column("details", JSON, nullable=False, server_default=text("'{}'")),
)

label_imports = Table(
    "label_imports",
    metadata,
    Column("id", Integer, primary_key=True),
    _transform_id(),
    Column("task_run_id", _Words, unique=True),
    Column("uri", _Words, nullable=False),
    Column("etag", _Words),
    Column("replace", Boolean, nullable=False),
    Column("label_count", Integer, nullable=False),
    Column("unlabeled_count", Integer, nullable=False),
    Column("imported_on", Timestamp, nullable=False),
    Index(None, "transform_id", "uri", "etag"),
)

label_rows = Table(
    "label_rows",
    metadata,
    Column(
        "import_id", Integer, ForeignKey("label_imports.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("position", Integer, primary_key=True),
    _transform_id(index=True),
    Column("labeling_set_id", _Words, nullable=False),
    Column("set_digest", _Words, nullable=False),
    Column("record_id", _Words, nullable=False),
    Column("label", _Words, nullable=False),
    Column("row", JSON, nullable=False),
    UniqueConstraint("import_id", "labeling_set_id", "record_id"),
)

generated_sets = Table(
    "generated_sets",
    metadata,
    _transform_id(primary_key=True),
    Column("labeling_set_id", _Words, primary_key=True),
    Column("task_run_id", _Words, nullable=False, index=True),
    Column("record_ids", JSON, nullable=False),
    Column("generated_on", Timestamp, nullable=False),
)

labeling_queue = Table(
    "labeling_queue",
    metadata,
    _transform_id(primary_key=True),
    Column("labeling_set_id", _Words, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("is_correction", Boolean, nullable=False),
    Column("rows", JSON, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("status", _Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("person", _Words),
    Column("leased_until", Timestamp),
    Column("task_run_id", _Words),
)

matchers = Table(
    "matchers",
    metadata,
    _transform_id(primary_key=True),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("label_count", Integer, nullable=False),
    Column("task_run_id", _Words),
    Column("created_on", Timestamp, nullable=False),
)

tags = Table(
    "tags",
    metadata,
    Column("resource", _Words, primary_key=True),
    Column("key", _Words, primary_key=True),
    Column("value", _Words, nullable=False),
)

catalog_databases = Table(
    "catalog_databases",
    metadata,
    Column("name", _Words, primary_key=True),
    Column("definition", JSON, nullable=False),
    Column("created_on", Timestamp, nullable=False),
)

catalog_tables = Table(
    "catalog_tables",
    metadata,
    Column(
        "database_name",
        _Words,
        ForeignKey("catalog_databases.name", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("name", _Words, primary_key=True),
    Column("definition", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_on", Timestamp, nullable=False),
    Column("updated_on", Timestamp, nullable=False),
)
