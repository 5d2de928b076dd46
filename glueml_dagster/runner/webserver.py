"""The webserver: a deployed Dagster's runs, launched, found and ended by GraphQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError
from gql.transport.requests import RequestsHTTPTransport

__all__ = ["RemoteRun", "Webserver"]

TIMEOUT_S = 30

_LAUNCH = """
mutation($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on Error { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
_FIND = """
query($filter: RunsFilter!) {
  runsOrError(filter: $filter, limit: 1) {
    __typename
    ... on Runs { results { runId status } }
    ... on Error { message }
  }
}
"""
_TERMINATE = """
mutation($runId: String!) {
  terminateRun(runId: $runId) { __typename ... on Error { message } }
}
"""


@dataclass(frozen=True)
class RemoteRun:
    """A run of the deployed Dagster."""

    run_id: str
    status: dg.DagsterRunStatus

    @property
    def is_waiting(self) -> bool:
        """Whether nothing of it has been executed yet."""
        return self.status in (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED)

    @property
    def is_finished(self) -> bool:
        """Whether it has ended."""
        ends = ("SUCCESS", "FAILURE", "CANCELED")
        return self.status.value in ends


@dataclass(frozen=True)
class Webserver:
    """
    A Dagster webserver; every call raises OSError where it cannot be reached, or refuses.

    Args:
        url: Its address.
    """

    url: str

    def launch(
        self, location: str, job: str, run_config: Mapping[str, Any], tags: Mapping[str, str]
    ) -> str:
        """Launch a job of a code location; the run's id."""
        params = {
            "selector": {
                "repositoryLocationName": location,
                "repositoryName": "__repository__",
                "pipelineName": job,
            },
            "runConfigData": run_config,
            "executionMetadata": {"tags": [{"key": k, "value": v} for k, v in tags.items()]},
        }
        answer = self._ask(_LAUNCH, "LaunchRunSuccess", params=params)
        return str(answer["run"]["runId"])

    def latest(self, tags: Mapping[str, str]) -> RemoteRun | None:
        """The newest run that has all these tags."""
        wanted = [{"key": key, "value": value} for key, value in tags.items()]
        results = self._ask(_FIND, "Runs", filter={"tags": wanted})["results"]
        if not results:
            return None
        return RemoteRun(results[0]["runId"], dg.DagsterRunStatus(results[0]["status"]))

    def terminate(self, run_id: str) -> None:
        """End a run, whether it waits or is being executed."""
        self._ask(_TERMINATE, "TerminateRunSuccess", runId=run_id)

    def _ask(self, query: str, expected: str, **variables: Any) -> dict[str, Any]:
        transport = RequestsHTTPTransport(f"{self.url.rstrip('/')}/graphql", timeout=TIMEOUT_S)
        try:
            data = Client(transport=transport).execute(
                GraphQLRequest(query, variable_values=variables)
            )
        except TransportError as error:
            raise OSError(f"Dagster at {self.url} cannot be asked: {error}") from error
        assert isinstance(data, dict)
        (answer,) = data.values()
        if answer["__typename"] != expected:
            raise OSError(f"Dagster at {self.url} refuses: {_reason(answer)}")
        return dict(answer)


def _reason(answer: Mapping[str, Any]) -> str:
    messages = [error["message"] for error in answer.get("errors", [])]
    return "; ".join(messages) or answer.get("message") or answer["__typename"]
