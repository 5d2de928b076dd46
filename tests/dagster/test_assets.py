"""Every asset on a real Dagster instance, a real store, real files and real task runs."""

import shutil
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from glueml_core.store import job_properties
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


TASK_STAGES = [
    "labeling_set",
    "labels",
    "labels_export",
    "evaluation",
    "matches",
    "incremental_matches",
]


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


@pytest.fixture(scope="module")
def strict(taught) -> dg.ExecuteInProcessResult:
    """The same transform with expectations that cannot be met; for the last tests."""
    # Half of the customers are there no more: far fewer records match than last time.
    source = DATA / "customers.csv"
    lone = pd.read_csv(source, dtype=str).drop_duplicates("surname")
    lone.to_csv(taught.folder / "store" / "files" / "customers" / "customers.csv", index=False)
    # And somebody takes four strangers for one customer, which no metric can survive.
    strangers = pd.read_csv(source, dtype=str).drop_duplicates("surname").head(4)
    strangers.insert(0, "labeling_set_id", "strangers")
    strangers.insert(1, "label", "A")
    labels = taught.folder / "store" / "files" / "labels"
    strangers.to_csv(labels / "strangers.csv", index=False)
    taught.expectations = Expectations(
        min_precision=1,
        min_recall=1,
        min_f1=1,
        min_area_under_pr_curve=1,
        max_cluster_size=1,
        max_matched_share_change=0,
    )
    return taught.materialize("labels", "evaluation", "matches")


class TestTheWholeGraph:
    def test_materializes_and_passes_its_checks(self, taught):
        assert taught.result.success
        assert checks(taught.result) == {
            "source_records": True,
            "schema_drift": True,
            "labeling_set_schema": True,
            "label_files": True,
            "labels_schema": True,
            "labels_agree": True,
            "f1_floor": True,
            "precision_floor": True,
            "new_records": True,
            "matches_schema": True,
            "largest_cluster": True,
            "matched_share": True,
        }

    @pytest.mark.parametrize("stage", TASK_STAGES)
    def test_ties_each_materialization_to_its_task_run(self, taught, stage):
        task_run = taught.task_run(stage)

        assert task_run["Status"] == "SUCCEEDED"
        assert taught.metadata(stage)["glueml/dagster_run_id"] == taught.result.run_id
        assert taught.metadata(stage)["glueml/seconds"] == task_run["ExecutionTime"]

    @pytest.mark.parametrize("stage", TASK_STAGES)
    def test_ties_each_task_run_to_its_dagster_run(self, taught, stage):
        """The store knows the Dagster run of every task run, and that one's tags know both ids."""
        task_run = taught.task_run(stage)

        known = taught.glueml.core().store.task_runs.get(task_run["TaskRunId"]).details["job"]
        assert known == job_properties(taught.result.job_def.name, taught.result.run_id)
        tags = taught.instance.get_run_by_id(taught.result.run_id).tags
        assert tags[f"glueml/{task_run['TaskRunId']}"] == stage
        assert tags["glueml/transform_id"] == task_run["TransformId"]

    @pytest.mark.parametrize("stage", ["labeling_set", "labels_export"])
    def test_describes_and_shows_the_label_files(self, taught, stage):
        told = taught.metadata(stage)

        names = [column.name for column in told["dagster/column_schema"].columns]
        written = pd.read_csv(told["file"].removeprefix("file://"), dtype=str)
        assert names == list(written.columns)
        assert told["dagster/row_count"] == len(written)

    def test_shows_the_pictures_intervals_and_tables_that_people_look_at(self, taught):
        evaluation, matches = taught.metadata("evaluation"), taught.metadata("matches")

        pictures = ["pr_curve", "score_histogram", "column_importances", "confusion"]
        assert {*pictures, "intervals", "advice"} <= evaluation.keys()
        metrics = {row.data["metric"] for row in evaluation["intervals"].records}
        assert {"precision", "recall", "f1", "area_under_pr_curve"} <= metrics
        assert {"cluster_sizes", "cluster_sizes_large", "sample_clusters", "file"} <= matches.keys()
        assert matches["sample_clusters"].startswith("| match_id |")

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

    def test_writes_new_records_alone_when_asked_to(self, taught):
        """In the same clusters; numbers and checks count the old records of these too."""
        whole = pd.read_csv(taught.metadata("incremental_matches")["file"], dtype=str)
        alone = Project.__new__(Project)
        alone.__dict__ |= taught.__dict__
        alone.transform = taught.transform.model_copy(update={"new_records_only": True})

        assert alone.materialize("incremental_matches").success

        told = alone.metadata("incremental_matches")
        new = pd.read_csv(DATA / "new_customers.csv", dtype=str)
        added = pd.read_csv(told["file"], dtype=str)
        pd.testing.assert_frame_equal(added, whole[-len(new) :].reset_index(drop=True))
        sizes = whole["match_id"].map(whole["match_id"].value_counts())[-len(new) :]
        assert told["glueml/matched_share"] == (sizes > 1).mean()
        assert told["glueml/largest_cluster"] == sizes.max()

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

    @pytest.mark.parametrize("check", ["largest_cluster", "matched_share"])
    def test_fails_the_checks_of_the_matches(self, strict, check):
        assert not checks(strict)[check]

    def test_fails_the_floors_of_metrics_that_are_below_them(self, strict, taught):
        told = taught.metadata("evaluation")
        below = {
            f"{metric}_floor"
            for metric in ("precision", "recall", "f1", "area_under_pr_curve")
            if told[f"glueml/{metric}"] < 1
        }

        assert below
        assert {name for name, passed in checks(strict).items() if not passed} == (
            below | {"largest_cluster", "matched_share"}
        )

    def test_stops_what_lies_downstream_where_it_is_to_block(self, strict, taught):
        taught.expectations = taught.expectations.model_copy(update={"blocking": True})

        result = taught.materialize("evaluation", "matches")

        assert not result.success
        assert result.asset_materializations_for_node("glueml__customers__matches") == []
