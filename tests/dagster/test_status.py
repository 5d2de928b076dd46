import dagster as dg
import pytest
from botocore.session import get_session

from glueml_dagster.status import dagster_status, glue_status


def test_every_status_of_a_dagster_run_says_what_its_task_run_does():
    assert {glue_status(status) for status in dg.DagsterRunStatus} == {
        "STARTING",
        "RUNNING",
        "STOPPING",
        "STOPPED",
        "SUCCEEDED",
        "FAILED",
    }


@pytest.mark.parametrize(
    "status",
    get_session().get_service_model("glue").shape_for("TaskStatusType").enum,
)
def test_every_status_of_a_task_run_comes_back_from_dagster_but_a_timeout(status):
    """A Dagster run has no status for a timeout; it fails."""
    there_and_back = glue_status(dagster_status(status))

    assert there_and_back == ("FAILED" if status == "TIMEOUT" else status)
