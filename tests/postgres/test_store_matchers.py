"""What holds on SQLite holds on PostgreSQL."""

from tests.store.test_matchers import *  # noqa: F403
