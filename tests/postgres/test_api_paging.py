"""What holds on SQLite holds on PostgreSQL."""

from tests.api.test_paging import *  # noqa: F403
