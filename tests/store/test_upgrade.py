"""Opening a store: built, upgraded, shared, or refused."""

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from glueml_core.settings import Settings
from glueml_core.store import Store, upgrade
from glueml_core.store.schema import metadata
from tests.store.conftest import spec

OPEN = (
    "import sys; from glueml_core.store import Store; from glueml_core.settings import Settings; "
)


def test_the_migrations_build_what_the_code_expects(store):
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_that_is_looked_for():
    config = Config()
    config.set_main_option("script_location", str(upgrade._MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == upgrade.REVISION


def test_runs_of_an_older_release_are_there_in_this_one(settings):
    """Revision 0003 gave task runs their details."""
    store = Store.open(settings)
    transform = store.transforms.add(spec(), {}, 100)
    run = store.task_runs.add(transform.id, "EVALUATION")
    with store.database.exclusive() as connection:
        connection.execute(text("ALTER TABLE task_runs DROP COLUMN details"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    store.close()

    assert Store.open(settings).task_runs.get(run.id) == run


def test_a_store_that_is_open_is_safe_to_the_last_commit(store):
    with store.database.reading() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert pragmas == ["wal", 2, 1, 60000]


def test_processes_that_open_a_new_store_together_build_it_once(settings):
    code = f"{OPEN} Store.open(Settings(store=sys.argv[1])).close()"
    arguments = [sys.executable, "-c", code, str(settings.store)]
    openers = [subprocess.Popen(arguments, stderr=subprocess.PIPE) for _ in range(4)]

    errors = [opener.communicate(timeout=300)[1] for opener in openers]

    assert [opener.returncode for opener in openers] == [0] * 4, errors


def test_a_store_of_a_newer_release_is_refused_and_left_alone(settings):
    store = Store.open(settings)
    with store.database.exclusive() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(RuntimeError, match="at revision 9999, which this release"):
        Store.open(settings)

    with store.database.reading() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    assert found == "9999"
    store.close()


def test_a_reopened_store_has_everything(settings: Settings):
    store = Store.open(settings)
    store.catalog.add_database("db", {"Name": "db"})
    store.close()

    reopened = Store.open(settings)
    assert reopened.catalog.database("db").name == "db"
    reopened.close()
