"""What holds on SQLite holds on PostgreSQL."""

from tests.store.test_task_runs import *  # noqa: F403
