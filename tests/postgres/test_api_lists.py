"""What holds on SQLite holds on PostgreSQL."""

from tests.api.test_lists import *  # noqa: F403
