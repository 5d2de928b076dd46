"""What another release has left in a store: asked to be made anew, never a crash."""

from __future__ import annotations

import httpx
import pandas as pd
import pytest

from glueml_core import FindMatches
from glueml_core.transforms import TaskRunFailedError
from glueml_core.web import build_site
from tests.http.serving import listening
from tests.tasks.conftest import wait_until_ended

UNREADABLE = "was written by another release of GlueML, and cannot be read. Its labels are kept"


@pytest.fixture(params=['{"format": 1}', '{"format": 99}', "[]", "no JSON"])
def taught_elsewhere(request, core, glue, labeled):
    """A transform whose matcher this release cannot read."""
    core.store.matchers.publish(
        labeled, request.param, expected_version=0, label_count=2, task_run_id=None
    )
    glue.update_ml_transform(TransformId=labeled, MaxRetries=3)
    return labeled


def test_a_matcher_of_another_release_asks_to_be_taught_again(core, glue, taught_elsewhere):
    """In words, at the first attempt; and the labels can still be had."""
    frame = pd.DataFrame({"id": ["1", "2"], "name": ["ann", "anne"]})
    with pytest.raises(TaskRunFailedError, match=UNREADABLE) as failed:
        FindMatches.apply(frame, taught_elsewhere, client=glue)

    assert failed.value.run.attempt == 1
    assert len(core.store.labels.current(taught_elsewhere)) == 2


def test_labels_imported_again_replace_a_matcher_of_another_release(
    core, glue, taught_elsewhere, tmp_path
):
    """Too few to learn from, here: the transform says so instead of keeping what nobody reads."""
    (tmp_path / "labels.csv").write_text("labeling_set_id,label,id,name\ns,A,1a,a\ns,A,2b,b\n")
    run_id = glue.start_import_labels_task_run(
        TransformId=taught_elsewhere, InputS3Path=str(tmp_path / "labels.csv")
    )["TaskRunId"]

    assert wait_until_ended(core, run_id).status == "SUCCEEDED"
    assert glue.get_ml_transform(TransformId=taught_elsewhere)["Status"] == "NOT_READY"
    run_id = glue.start_ml_labeling_set_generation_task_run(
        TransformId=taught_elsewhere, OutputS3Path=str(tmp_path / "sets")
    )["TaskRunId"]
    assert wait_until_ended(core, run_id).status == "SUCCEEDED"


@pytest.mark.parametrize("detail", [{}, {"f1": 0.9}, {"advice": None}])
def test_an_evaluation_of_another_release_counts_as_none(core, labeled, detail):
    """The pages offer to measure; the API's own metrics stay."""
    core.store.matchers.publish(labeled, "{}", expected_version=0, label_count=2, task_run_id=None)
    core.store.transforms.update(labeled, evaluation_detail=detail)

    with listening(build_site(core, {})) as url, httpx.Client(base_url=url) as pages:
        for part in ("/quality", "", "/learned"):
            assert pages.get(f"/transforms/{labeled}{part}").status_code == 200
        assert "Not measured yet." in pages.get(f"/transforms/{labeled}/quality").text
