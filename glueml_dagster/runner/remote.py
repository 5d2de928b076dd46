"""The remote runner: Dagster runs on a deployed Dagster, through its webserver."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glueml_core.tasks.runner import ProcessRunner

if TYPE_CHECKING:
    from dagster_graphql import DagsterGraphQLClient

    from glueml_core.settings import Settings
    from glueml_core.store import Store, TaskRun

__all__ = ["RemoteDagsterRunner"]


class RemoteDagsterRunner:
    """
    Each task run as a run of the Dagster at `runner_url`, which has the same store or database.

    Its daemon queues, retries and limits the runs; its code location must have the job
    `glueml_task_run` and a resource `glueml`.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        if settings.runner_url is None:
            raise ValueError("The runner dagster-remote needs runner_url, the webserver's address.")
        self._url = settings.runner_url
        self._processes = ProcessRunner(settings, store)

    def submit(self, run: TaskRun) -> None:
        """
        Launch the Dagster run of a task run.

        Raises:
            OSError: The webserver cannot be reached, or refuses.
        """
        from dagster_graphql import DagsterGraphQLClientError

        from glueml_dagster.runner.instances import LOCATION, run_request
        from glueml_dagster.runner.job import TASK_RUN_JOB

        request = run_request(run, None)
        try:
            self._client().submit_job_execution(
                TASK_RUN_JOB, repository_location_name=LOCATION, **request
            )
        except DagsterGraphQLClientError as error:
            raise OSError(f"Dagster at {self._url} did not take the run: {error}") from error

    def cancel(self, run: TaskRun) -> None:
        """Stop the work; the Dagster run sees the end, and ends as canceled."""
        self._processes.cancel(run)

    def recover(self) -> None:
        """Nothing: what was launched, the deployed Dagster looks after."""

    def _client(self) -> DagsterGraphQLClient:
        from dagster_graphql import DagsterGraphQLClient

        parts = urlsplit(self._url)
        return DagsterGraphQLClient(
            parts.hostname or "",
            port_number=parts.port,
            use_https=parts.scheme == "https",
            path_prefix=parts.path.rstrip("/"),
        )
