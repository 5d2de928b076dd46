"""What was started outside of Dagster shows in it, each thing once."""

import dagster as dg
import pytest

from glueml_core.store import Label, LabelSource
from glueml_dagster import build_find_matches_definitions, build_labeling_set_sensor
from tests.dagster.daemon import Daemon

EXPORT = dg.AssetKey(["glueml", "people", "labels_export"])
TRANSFORM = dg.AssetKey(["glueml", "people", "transform"])


@pytest.fixture
def defs(transform, inline) -> dg.Definitions:
    graph = build_find_matches_definitions(transform)
    return dg.Definitions.merge(graph, dg.Definitions(resources={"glueml": inline}))


@pytest.fixture
def glue(defs, inline, instance):
    """A client of a store with a transform and two labels."""
    job = defs.resolve_implicit_global_asset_job_def().get_subset(asset_selection={TRANSFORM})
    assert job.execute_in_process(instance=instance).success
    glue = inline.client()
    labels = [Label("s1", str(n), "A", {"id": str(n), "name": "Person 0"}) for n in range(2)]
    inline.core().store.labels.append(transform_id(glue), labels, LabelSource(uri="file:///a.csv"))
    return glue


def transform_id(glue) -> str:
    (transform,) = glue.get_ml_transforms()["Transforms"]
    return transform["TransformId"]


class TestTheTaskRunSensor:
    @pytest.fixture
    def daemon(self, defs, instance) -> Daemon:
        return Daemon(defs, "task_runs_people", EXPORT, instance)

    def test_reports_a_task_run_that_boto3_started(self, glue, daemon, instance, tmp_path):
        started = glue.start_export_labels_task_run(
            TransformId=transform_id(glue), OutputS3Path=(tmp_path / "out").as_uri()
        )

        daemon.tick()
        daemon.tick()

        found = instance.fetch_materializations(EXPORT, limit=10).records
        (metadata,) = [record.asset_materialization.metadata for record in found]
        assert metadata["glueml/task_run_id"].value == started["TaskRunId"]

    def test_reports_it_once_even_if_its_cursor_is_lost(self, glue, daemon, instance, tmp_path):
        glue.start_export_labels_task_run(
            TransformId=transform_id(glue), OutputS3Path=(tmp_path / "out").as_uri()
        )
        daemon.tick()
        daemon.cursor = None

        daemon.tick()

        assert len(instance.fetch_materializations(EXPORT, limit=10).records) == 1

    def test_leaves_what_dagster_itself_started_to_its_own_run(self, glue, daemon, defs, instance):
        job = defs.resolve_implicit_global_asset_job_def().get_subset(asset_selection={EXPORT})
        assert job.execute_in_process(instance=instance).success

        daemon.tick()

        assert len(instance.fetch_materializations(EXPORT, limit=10).records) == 1

    def test_observes_a_task_run_that_failed(self, glue, daemon, instance, tmp_path):
        bad = tmp_path / "bad.csv"
        bad.write_text("not,a,label,file")
        glue.start_import_labels_task_run(TransformId=transform_id(glue), InputS3Path=bad.as_uri())

        daemon.tick()

        labels = dg.AssetKey(["glueml", "people", "labels"])
        (record,) = instance.fetch_observations(labels, limit=10).records
        observed = record.asset_observation.metadata
        assert observed["glueml/status"].value == "FAILED"
        assert "labeling_set_id" in observed["glueml/reason"].value


class TestTheLabelingSetSensor:
    def test_tells_of_each_finished_labeling_set_once(
        self, glue, transform, inline, instance, tmp_path
    ):
        told = []
        sensor = build_labeling_set_sensor(
            transform, notify=lambda _, run: told.append(run["TaskRunId"])
        )
        defs = dg.Definitions(sensors=[sensor], resources={"glueml": inline})
        daemon = Daemon(defs, "labeling_sets_people", EXPORT, instance)
        started = glue.start_ml_labeling_set_generation_task_run(
            TransformId=transform_id(glue), OutputS3Path=(tmp_path / "sets").as_uri()
        )

        daemon.tick()
        daemon.tick()

        assert told == [started["TaskRunId"]]

    def test_hands_each_one_on_to_a_job(self, glue, transform, inline, instance, tmp_path):
        @dg.asset
        def sent_to_people() -> None: ...

        target = dg.AssetSelection.assets(sent_to_people)
        sensor = build_labeling_set_sensor(transform, target=target)
        defs = dg.Definitions(
            assets=[sent_to_people], sensors=[sensor], resources={"glueml": inline}
        )
        daemon = Daemon(defs, "labeling_sets_people", sent_to_people.key, instance)
        folder = (tmp_path / "sets").as_uri()
        started = glue.start_ml_labeling_set_generation_task_run(
            TransformId=transform_id(glue), OutputS3Path=folder
        )

        (request,) = daemon.tick()

        assert request.run_key == started["TaskRunId"]
        assert request.tags["glueml/labeling_set_folder"] == folder
