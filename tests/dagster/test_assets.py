"""Every asset on a real Dagster instance, a real store, real files and real task runs."""

import shutil
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from glueml_dagster import (
    Expectations,
    FindMatchesTransform,
    GlueMLResource,
    SourceTable,
    build_find_matches_assets,
)

DATA = Path(__file__).parents[2] / "examples" / "customers" / "data"
PAGES = "http://127.0.0.1:4568"
EXPECTATIONS = Expectations(
    min_f1=0.5, min_precision=0.5, max_cluster_size=10, max_matched_share_change=0.5
)


class Project:
    """A user's code location, and the buttons of its UI."""

    def __init__(self, folder: Path, expectations: Expectations = EXPECTATIONS) -> None:
        self.folder = folder
        self.glueml = GlueMLResource(store=str(folder / "store"), pages_url=PAGES)
        self.transform = FindMatchesTransform(
            name="customers",
            source=SourceTable(
                database="crm", table="customers", location=self.put("customers.csv", "customers")
            ),
            incremental=SourceTable(
                database="crm", table="new", location=self.put("new_customers.csv", "new")
            ),
            primary_key="customer_id",
            folder=(folder / "store" / "files").as_uri(),
        )
        self.expectations = expectations
        self.instance = dg.DagsterInstance.ephemeral()

    def put(self, file: str, below: str) -> str:
        """Copy a file of the example's data below the project's files; its folder's URI."""
        target = self.folder / "store" / "files" / below
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(DATA / file, target)
        return target.as_uri()

    def key(self, stage: str) -> dg.AssetKey:
        return dg.AssetKey(["glueml", "customers", stage])

    def materialize(self, *stages: str, **kwargs) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            build_find_matches_assets(self.transform, expectations=self.expectations),
            instance=self.instance,
            selection=[self.key(stage) for stage in stages],
            resources={"glueml": self.glueml},
            raise_on_error=False,
            **kwargs,
        )

    def metadata(self, stage: str) -> dict:
        event = self.instance.get_latest_materialization_event(self.key(stage))
        return {name: v.value for name, v in event.asset_materialization.metadata.items()}

    @property
    def glue(self):
        return self.glueml.client()

    def task_run(self, stage: str) -> dict:
        told = self.metadata(stage)
        return self.glue.get_ml_task_run(
            TransformId=told["glueml/transform_id"], TaskRunId=told["glueml/task_run_id"]
        )


def checks(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {check.check_name: check.passed for check in result.get_asset_check_evaluations()}


@pytest.fixture(scope="module")
def taught(tmp_path_factory) -> Project:
    """A project whose every asset has been materialized, one after the other as the graph says."""
    project = Project(tmp_path_factory.mktemp("project"))
    project.put("labeled_by_hand.csv", "labels")
    stages = ["transform", "labeling_set", "labels", "labels_export", "evaluation", "matches"]
    project.result = project.materialize(*stages, "incremental_matches")
    return project


class TestTheWholeGraph:
    def test_materializes_and_passes_its_checks(self, taught):
        assert taught.result.success
        assert checks(taught.result) == {
            "source_records": True,
            "schema_drift": True,
            "label_files": True,
            "labels_agree": True,
            "f1_floor": True,
            "precision_floor": True,
            "matches_schema": True,
            "largest_cluster": True,
            "matched_share": True,
        }

    @pytest.mark.parametrize("stage", ["labeling_set", "labels_export", "evaluation", "matches"])
    def test_ties_each_materialization_to_its_task_run(self, taught, stage):
        task_run = taught.task_run(stage)

        assert task_run["Status"] == "SUCCEEDED"
        assert taught.metadata(stage)["glueml/dagster_run_id"] == taught.result.run_id
        assert taught.metadata(stage)["glueml/seconds"] == task_run["ExecutionTime"]

    def test_links_the_labeling_set_to_the_page_where_people_answer_it(self, taught):
        told = taught.metadata("labeling_set")

        page = f"{PAGES}/transforms/{told['glueml/transform_id']}/label"
        assert told["labeling_page"] == page

    @pytest.mark.behavior(39)
    def test_names_the_dagster_run_as_the_job_run_of_find_matches(self, taught):
        properties = taught.task_run("matches")["Properties"]["FindMatchesTaskRunProperties"]

        assert properties["JobRunId"] == taught.result.run_id
        assert properties["JobName"] == taught.result.job_def.name

    def test_writes_every_record_with_its_cluster(self, taught):
        source = pd.read_csv(DATA / "customers.csv", dtype=str)
        matches = pd.read_csv(taught.metadata("matches")["file"], dtype=str)

        told = taught.metadata("matches")
        pd.testing.assert_frame_equal(matches[source.columns], source)
        assert told["glueml/clusters"] == matches["match_id"].nunique()
        assert told["glueml/duplicates"] == len(source) - told["glueml/clusters"]
        assert told["dagster/row_count"] == len(source)

    @pytest.mark.behavior(40)
    def test_keeps_old_match_ids_when_new_records_come(self, taught):
        before = pd.read_csv(taught.metadata("matches")["file"], dtype=str)
        after = pd.read_csv(taught.metadata("incremental_matches")["file"], dtype=str)

        kept = before.merge(after, on="customer_id", suffixes=("", "_after"))
        assert len(kept) == len(before)
        assert kept["match_id"].equals(kept["match_id_after"])
        new = pd.read_csv(DATA / "new_customers.csv", dtype=str)
        assert len(after) == len(before) + len(new)

    def test_shows_numbers_that_the_ui_can_draw_over_time(self, taught):
        told = taught.metadata("evaluation")

        drawn = ["precision", "recall", "f1", "area_under_pr_curve", "label_count", "seconds"]
        assert all(isinstance(told[f"glueml/{name}"], int | float) for name in drawn)

    def test_describes_the_columns_of_the_matches(self, taught):
        columns = taught.metadata("matches")["dagster/column_schema"].columns

        assert columns[0].constraints.unique
        assert [column.name for column in columns][-2:] == ["match_id", "match_confidence_score"]

    def test_leaves_a_transform_that_is_right_as_it_is(self, taught):
        modified = taught.glue.get_ml_transforms()["Transforms"][0]["LastModifiedOn"]

        assert taught.materialize("transform").success

        assert taught.metadata("transform")["changes"] == "Nothing has changed."
        assert taught.glue.get_ml_transforms()["Transforms"][0]["LastModifiedOn"] == modified
