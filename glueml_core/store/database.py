"""One database: how it is opened, read and written."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from glueml_core.store.upgrade import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from glueml_core.settings import Settings

__all__ = ["SQLITE_FILE", "Database", "now_utc", "random_id"]

SQLITE_FILE = "glueml.db"

# How long a writer waits for another one; transactions are short, so longer means something hangs.
BUSY_TIMEOUT_S = 60
# What PostgreSQL is asked for where the URL does not say otherwise. A server that hangs or is cut
# off in the midst of a transaction loses it, and its lock, after a minute.
_SERVER_DEFAULTS = {
    "application_name": "glueml",
    "connect_timeout": "5",
    "keepalives_idle": "20",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "options": (
        f"-c lock_timeout={BUSY_TIMEOUT_S}s -c idle_in_transaction_session_timeout=60s"
        " -c client_connection_check_interval=5s"
    ),
}
# Any number that no other program takes in the same PostgreSQL database.
_ADVISORY_LOCK = 0x61C3E0
_BEGIN_WRITING = (
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
    f" SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"
)
_BEGIN_READING = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


def now_utc() -> datetime:
    """The time of the wall clock."""
    return datetime.now(UTC)


def random_id(prefix: str) -> str:
    """`prefix` and 40 hex digits, as Glue's ids look: `tfm-810e6f50…`."""
    return f"{prefix}-{secrets.token_hex(20)}"


@dataclass(frozen=True)
class Database:
    """
    An engine, and the two things that tests replace: time and chance.

    Args:
        engine: SQLite or PostgreSQL, at the newest revision.
        clock: Gives the moment that rows are stamped with, in UTC.
        new_id: Gives a new id for a prefix (`tfm`, `tsk`).
    """

    engine: Engine
    clock: Callable[[], datetime] = now_utc
    new_id: Callable[[str], str] = random_id
    _writing: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def open(
        cls,
        settings: Settings,
        clock: Callable[[], datetime] = now_utc,
        new_id: Callable[[str], str] = random_id,
    ) -> Database:
        """The database of `settings`, made if it is not there and upgraded if it is older."""
        settings.store.mkdir(parents=True, exist_ok=True)
        if settings.database_url is None:
            database = cls(_sqlite_engine(settings), clock, new_id)
        else:
            database = cls(_server_engine(settings.database_url), clock, new_id)

        upgrade(database.engine, database.exclusive)
        return database

    def now(self) -> datetime:
        """The moment, cut to the milliseconds that the database keeps."""
        moment = self.clock()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def exclusive(self) -> Iterator[Connection]:
        """
        A transaction that no other writer runs beside: what it has read stays true till its end.

        Kept short by everyone, as all writers wait for it.
        """
        # Threads of one process queue here, in order and without polling the database.
        with self._writing, self.engine.connect() as raw:
            connection = raw.execution_options(glueml_writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _sqlite_engine(settings: Settings) -> Engine:
    url = f"sqlite:///{settings.store / SQLITE_FILE}"
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Otherwise Python's driver begins transactions where it likes; `_begin_sqlite` does it.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    # A label that was acknowledged survives a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that turns into a writer half-way fails at once instead of waiting.
    writes = connection.get_execution_options().get("glueml_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _server_engine(database_url: str) -> Engine:
    url = make_url(database_url)
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    chosen = {name: value for name, value in _SERVER_DEFAULTS.items() if name not in url.query}
    # A database that was restarted is noticed when a connection is taken, not by a caller.
    engine = create_engine(url, pool_pre_ping=True, connect_args=chosen)
    event.listen(engine, "begin", _begin_on_server)
    return engine


def _begin_on_server(connection: Connection) -> None:
    writes = connection.get_execution_options().get("glueml_writes", False)
    # The lock comes before the first statement, so that all of them see what its last holder wrote.
    connection.exec_driver_sql(_BEGIN_WRITING if writes else _BEGIN_READING)
