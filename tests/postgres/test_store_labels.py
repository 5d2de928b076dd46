"""What holds on SQLite holds on PostgreSQL."""

from tests.store.test_labels import *  # noqa: F403
