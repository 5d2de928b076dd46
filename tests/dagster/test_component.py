import os
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster.components.testing import create_defs_folder_sandbox
from pydantic import ValidationError

from glueml_dagster import (
    Expectations,
    FindMatchesComponent,
    FindMatchesTransform,
    GlueMLResource,
    SourceTable,
)

PROJECT = Path(__file__).parents[2] / "examples" / "customers"

PEOPLE = {
    "name": "our people",
    "source": {"asset": "crm/people", "database": "crm", "table": "people"},
    "primary_key": "id",
    "folder": "s3://bucket/people",
}


def load(attributes: dict, **document) -> dg.Definitions:
    contents = {
        "type": "glueml_dagster.FindMatchesComponent",
        "attributes": attributes,
        **document,
    }
    with create_defs_folder_sandbox() as sandbox:
        path = sandbox.scaffold_component(
            component_cls=FindMatchesComponent, defs_yaml_contents=contents
        )
        with sandbox.load_component_and_build_defs(defs_path=path) as (_, defs):
            return with_resource(defs)


def with_resource(defs: dg.Definitions) -> dg.Definitions:
    return dg.Definitions.merge(defs, dg.Definitions(resources={"glueml": GlueMLResource()}))


def spec(defs: dg.Definitions, stage: str) -> dg.AssetSpec:
    key = dg.AssetKey(["glueml", "our_people", stage])
    return defs.resolve_asset_graph().get(key).to_asset_spec()


class TestFindMatchesComponent:
    def test_makes_an_asset_of_every_stage_from_a_few_lines_of_yaml(self):
        defs = load({"transform": PEOPLE})

        keys = {key.to_user_string() for key in defs.resolve_all_asset_keys()}
        stages = {"transform", "labeling_set", "labels", "labels_export", "evaluation", "matches"}
        assert keys == {f"glueml/our_people/{stage}" for stage in stages} | {"crm/people"}

    def test_hangs_the_graph_on_the_source_and_a_person_between_sets_and_labels(self):
        graph = load({"transform": PEOPLE}).resolve_asset_graph()

        def parents(stage: str) -> set[str]:
            node = graph.get(dg.AssetKey(["glueml", "our_people", stage]))
            return {key.path[-1] for key in node.parent_keys}

        assert parents("transform") == {"people"}
        assert parents("labels") == {"labeling_set"}
        assert parents("matches") == {"transform", "labels", "people"}

    def test_makes_incremental_matches_where_a_table_of_new_records_is_given(self):
        new = {"asset": "crm/new_people", "database": "crm", "table": "new_people"}

        defs = load({"transform": PEOPLE | {"incremental": new}})

        assert spec(defs, "incremental_matches").key in defs.resolve_all_asset_keys()

    def test_lets_matches_wait_for_an_evaluation_whose_floor_blocks(self):
        defs = load({"transform": PEOPLE, "expectations": {"min_f1": 0.9, "blocking": True}})

        node = defs.resolve_asset_graph().get(dg.AssetKey(["glueml", "our_people", "matches"]))
        assert dg.AssetKey(["glueml", "our_people", "evaluation"]) in node.parent_keys

    def test_translates_keys_owners_and_tags_in_yaml(self):
        translation = {"owners": ["team:data"], "key_prefix": "prod", "tags": {"of": "{{ stage }}"}}

        defs = load({"transform": PEOPLE, "translation": translation})

        key = dg.AssetKey(["prod", "glueml", "our_people", "labels"])
        translated = defs.resolve_asset_graph().get(key).to_asset_spec()
        assert translated.owners == ["team:data"]
        assert translated.tags["of"] == "labels"
        assert defs.resolve_asset_graph().get(key).parent_keys == {
            dg.AssetKey(["prod", "glueml", "our_people", "labeling_set"])
        }

    def test_puts_a_transform_in_a_group_and_a_pool_of_its_own(self):
        defs = load({"transform": PEOPLE})

        graph = defs.resolve_asset_graph()
        assert spec(defs, "matches").group_name == "our_people"
        assert graph.get(spec(defs, "matches").key).pools == {"glueml_our_people"}

    def test_refuses_a_misspelled_attribute(self):
        """A threshold that nobody reads would guard nothing."""
        attributes = {"transform": PEOPLE, "expectations": {"min_f2": 0.9}}

        with pytest.raises(ValidationError, match="min_f2"):
            FindMatchesComponent.resolve_from_yaml(yaml.safe_dump(attributes))

    def test_follows_changes_by_itself_only_where_it_is_asked_to(self):
        quiet = load({"transform": PEOPLE})
        automatic = load({"transform": PEOPLE, "automation": True})

        assert spec(quiet, "matches").automation_condition is None
        assert spec(automatic, "matches").automation_condition is not None
        assert spec(automatic, "labels").automation_condition is None

    def test_can_be_made_in_python(self):
        transform = FindMatchesTransform(
            name="people",
            source=SourceTable(database="crm", table="people"),
            primary_key="id",
            folder=str(Path("/data")),
        )

        defs = dg.build_defs_for_component(FindMatchesComponent(transform=transform))

        assert len(with_resource(defs).resolve_all_asset_keys()) == 6

    def test_says_of_every_attribute_what_it_is_for(self):
        """The schema is the documentation that editors and the UI show."""
        models = [FindMatchesComponent, FindMatchesTransform, SourceTable, Expectations]

        silent = [
            f"{model.__name__}.{name}"
            for model in models
            for name, field in model.model_fields.items()
            if not field.description
        ]

        assert silent == []


def test_is_scaffolded_by_dg_into_a_project_that_loads(tmp_path):
    project = tmp_path / "customers"
    shutil.copytree(PROJECT, project)
    dg_command = [str(Path(sys.executable).with_name("dg"))]
    scaffold = ["scaffold", "defs", "glueml_dagster.FindMatchesComponent", "orders"]
    environment = {**os.environ, "HOME": str(tmp_path), "DAGSTER_DISABLE_TELEMETRY": "1"}

    done = subprocess.run(
        [*dg_command, *scaffold, "--transform", "orders", "--primary-key", "order_id"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert done.returncode == 0, done.stderr
    written = yaml.safe_load((project / "customers" / "defs" / "orders" / "defs.yaml").read_text())
    assert written["type"] == "glueml_dagster.FindMatchesComponent"
    text = yaml.safe_dump(written["attributes"]).replace("{{ env.GLUEML_FOLDER }}", "/data")
    component = FindMatchesComponent.resolve_from_yaml(text)
    assert component.transform.primary_key == "order_id"
    assert component.transform.folder == "/data/orders"
