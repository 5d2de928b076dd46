import dagster as dg
import pytest

from glueml_dagster import SourceTable, build_find_matches_definitions


@pytest.fixture
def defs(transform, glueml) -> dg.Definitions:
    source = SourceTable(asset=dg.AssetKey("people"), database="crm", table="people")
    graph = build_find_matches_definitions(
        transform.model_copy(update={"source": source}), automation=True
    )
    people = dg.AssetsDefinition(specs=[dg.AssetSpec("people")])
    return dg.Definitions.merge(
        graph, dg.Definitions(assets=[people], resources={"glueml": glueml})
    )


def materialized(instance: dg.DagsterInstance, *keys: str) -> None:
    for key in keys:
        path = key.split("/")
        instance.report_runless_asset_event(dg.AssetMaterialization(dg.AssetKey(path)))


def requested(result) -> set[str]:
    everything = result.results
    return {r.key.path[-1] for r in everything if r.true_subset.size}


STAGES = ["transform", "labeling_set", "labels", "labels_export", "evaluation", "matches"]


class TestAutomation:
    @pytest.fixture
    def settled(self, defs, instance):
        """Everything is up to date, and the automation knows it."""
        materialized(instance, "people", *(f"glueml/people/{stage}" for stage in STAGES))
        return dg.evaluate_automation_conditions(defs=defs, instance=instance)

    def test_asks_for_evaluation_and_matches_when_labels_came(self, defs, instance, settled):
        materialized(instance, "glueml/people/labels")

        result = dg.evaluate_automation_conditions(
            defs=defs, instance=instance, cursor=settled.cursor
        )

        assert requested(result) == {"evaluation", "labels_export", "matches"}

    def test_asks_for_matches_when_the_source_changed_but_never_for_labels(
        self, defs, instance, settled
    ):
        """Between a labeling set and its labels stands a person."""
        materialized(instance, "people")

        result = dg.evaluate_automation_conditions(
            defs=defs, instance=instance, cursor=settled.cursor
        )

        assert requested(result) == {"transform", "matches"}


def test_the_schedule_asks_for_an_evaluation_whether_or_not_labels_changed(
    transform, glueml, instance
):
    graph = build_find_matches_definitions(transform, evaluation_schedule="0 6 * * *")
    defs = dg.Definitions.merge(graph, dg.Definitions(resources={"glueml": glueml}))
    schedule = defs.resolve_schedule_def("evaluation_people")

    with dg.build_schedule_context(instance=instance) as context:
        (request,) = schedule.evaluate_tick(context).run_requests

    job = defs.resolve_job_def(schedule.job_name)
    assert schedule.cron_schedule == "0 6 * * *"
    assert request.run_config == {}
    assert job.asset_layer.selected_asset_keys == {dg.AssetKey(["glueml", "people", "evaluation"])}
