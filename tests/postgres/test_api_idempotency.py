"""What holds on SQLite holds on PostgreSQL."""

from tests.api.test_idempotency import *  # noqa: F403
