"""Where Alembic meets the connection that `upgrade` holds."""

from __future__ import annotations

from alembic import context

from glueml_core.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
