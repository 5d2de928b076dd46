"""The revision of a database, brought to the one this code was written for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Engine

__all__ = ["REVISION", "upgrade"]

# The newest file in `migrations/versions`; a test keeps the two together. Known here so that
# opening a store that is up to date does not have to load Alembic.
REVISION = "0003"

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, exclusive: Callable[[], AbstractContextManager[Connection]]) -> None:
    """
    Run the migrations that the database lacks; several processes may do so at once.

    Raises:
        RuntimeError: A newer release wrote the database.
    """
    with engine.connect() as connection:
        if _revision(connection) == REVISION:
            return

    with exclusive() as connection:
        # Whoever held the lock before us may have done the work.
        if _revision(connection) != REVISION:
            _run_migrations(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run_migrations(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        found = _revision(connection)
        raise RuntimeError(
            f"This store is at revision {found}, which this release (revision {REVISION}) does not "
            "know. Open it with the release that wrote it, or a newer one."
        ) from error
