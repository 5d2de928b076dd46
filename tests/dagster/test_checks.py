"""Checks on real assets, each made to fail by what a user would do wrong."""

from pathlib import Path

import dagster as dg
import pytest

from glueml_dagster import SourceTable, build_find_matches_assets


def key(stage: str) -> dg.AssetKey:
    return dg.AssetKey(["glueml", "people", stage])


@pytest.fixture
def materialize(transform, inline, instance):
    def run(*stages: str, **run_config) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            build_find_matches_assets(transform),
            instance=instance,
            selection=[key(stage) for stage in stages],
            resources={"glueml": inline},
            raise_on_error=False,
            **run_config,
        )

    return run


def check(result: dg.ExecuteInProcessResult, name: str) -> dg.AssetCheckEvaluation:
    found = result.get_asset_check_evaluations()
    return next(evaluation for evaluation in found if evaluation.check_name == name)


def drop(tmp_path: Path, name: str, *rows: str) -> None:
    folder = tmp_path / "files" / "labels"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(["labeling_set_id,label,id,name", *rows]))


def test_a_repeated_primary_key_stops_all_that_lies_downstream(materialize, people):
    (people / "more.csv").write_text("id,name\n7,Somebody else")

    result = materialize("transform", "labeling_set")

    assert not result.success
    failed = check(result, "source_records")
    assert not failed.passed
    rows = failed.metadata["failed_rows"].records
    assert {row.data["id"] for row in rows} == {"7"}
    assert result.asset_materializations_for_node("glueml__people__labeling_set") == []


def test_a_new_record_that_repeats_a_key_is_shown_before_anything_is_matched(
    transform, inline, instance, tmp_path
):
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "new.csv").write_text("id,name\n100,Ann\n100,Bob")
    new = SourceTable(database="crm", table="new", location=folder.as_uri())
    assets = build_find_matches_assets(transform.model_copy(update={"incremental": new}))

    def run(stage: str) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            assets,
            instance=instance,
            selection=[key(stage)],
            resources={"glueml": inline},
            raise_on_error=False,
        )

    assert run("transform").success
    result = run("incremental_matches")

    assert not result.success
    failed = check(result, "new_records")
    rows = failed.metadata["failed_rows"].records
    assert {row.data["name"] for row in rows} == {"Ann", "Bob"}
    (found,) = inline.client().get_ml_transforms()["Transforms"]
    assert inline.client().get_ml_task_runs(TransformId=found["TransformId"])["TaskRuns"] == []


def test_a_column_that_came_later_is_schema_drift(materialize, people):
    materialize("transform")
    (people / "people.csv").write_text("id,name,phone\n1,Ann,555")

    result = materialize("transform")

    failed = check(result, "schema_drift")
    assert not failed.passed
    assert "phone" in failed.metadata["differences"].value


def test_labels_that_contradict_each_other_are_a_warning(materialize, tmp_path):
    materialize("transform")
    drop(tmp_path, "a.csv", "s1,A,0,Person 0", "s1,A,1,Person 0")
    drop(tmp_path, "b.csv", "s2,A,0,Person 0", "s2,B,1,Person 0")
    materialize("labels")

    result = materialize("labels_export")

    assert result.success
    warned = check(result, "labels_agree")
    assert not warned.passed
    assert warned.severity is dg.AssetCheckSeverity.WARN
    assert warned.metadata["contradictions"].value == 1


def test_labels_are_replaced_when_that_is_asked_for(materialize, tmp_path, inline):
    materialize("transform")
    drop(tmp_path, "a.csv", "s1,A,0,Person 0", "s1,A,1,Person 0")
    materialize("labels")
    drop(tmp_path, "b.csv", "s2,A,2,Person 1", "s2,A,3,Person 1")
    only_b = {
        "input_s3_path": (tmp_path / "files" / "labels" / "b.csv").as_uri(),
        "replace_all_labels": True,
    }

    materialize("labels", run_config={"ops": {"glueml__people__labels": {"config": only_b}}})

    (transform,) = inline.client().get_ml_transforms()["Transforms"]
    current = inline.core().store.labels.current(transform["TransformId"])
    assert {label.labeling_set_id for label in current} == {"s2"}


def test_a_version_that_is_gone_is_left_to_its_successor(materialize, tmp_path, inline):
    materialize("transform")
    drop(tmp_path, "a.csv", "s1,A,0,Person 0", "s1,A,1,Person 0")
    gone = {"input_s3_path": (tmp_path / "files" / "labels" / "a.csv").as_uri(), "etag": "old"}

    result = materialize("labels", run_config={"ops": {"glueml__people__labels": {"config": gone}}})

    assert result.success
    assert inline.client().get_ml_transforms()["Transforms"][0]["LabelCount"] == 0


def test_a_stage_before_its_transform_says_what_to_do(materialize):
    result = materialize("labeling_set")

    (failure,) = result.filter_events(lambda event: event.is_step_failure)
    assert "materialize its asset `transform` first" in failure.event_specific_data.error.message


class TestTheDefinition:
    def test_updates_the_transform_and_shows_what_changed(
        self, materialize, transform, inline, instance
    ):
        materialize("transform")
        changed = transform.model_copy(update={"precision_recall_tradeoff": 0.9})

        dg.materialize(
            build_find_matches_assets(changed),
            instance=instance,
            selection=[key("transform")],
            resources={"glueml": inline},
        )

        event = instance.get_latest_materialization_event(key("transform"))
        changes = event.asset_materialization.metadata["changes"].value
        assert "| PrecisionRecallTradeoff | 0.5 | 0.9 |" in changes
        (found,) = inline.client().get_ml_transforms()["Transforms"]
        assert found["Parameters"]["FindMatchesParameters"]["PrecisionRecallTradeoff"] == 0.9

    def test_cannot_move_a_transform_to_another_table(
        self, materialize, transform, inline, instance
    ):
        materialize("transform")
        other = transform.source.model_copy(update={"table": "others"})

        result = dg.materialize(
            build_find_matches_assets(transform.model_copy(update={"source": other})),
            instance=instance,
            selection=[key("transform")],
            resources={"glueml": inline},
            raise_on_error=False,
        )

        (failure,) = result.filter_events(lambda event: event.is_step_failure)
        assert "Glue cannot change that" in failure.event_specific_data.error.message
