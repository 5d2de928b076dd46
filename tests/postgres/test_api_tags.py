"""What holds on SQLite holds on PostgreSQL."""

from tests.api.test_tags import *  # noqa: F403
