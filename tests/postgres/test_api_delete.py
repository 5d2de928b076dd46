"""What holds on SQLite holds on PostgreSQL."""

from tests.api.test_delete import *  # noqa: F403
