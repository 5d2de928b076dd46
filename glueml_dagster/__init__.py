"""GlueML as Dagster assets."""

from __future__ import annotations

from importlib.metadata import version

from dagster_shared.libraries import DagsterLibraryRegistry

from glueml_dagster.assets import LabelsConfig, build_find_matches_assets
from glueml_dagster.component import FindMatchesComponent
from glueml_dagster.definition import Expectations, FindMatchesTransform, SourceTable
from glueml_dagster.graph import build_find_matches_definitions
from glueml_dagster.metadata import GlueMLMetadataSet
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.schedules import build_evaluation_schedule
from glueml_dagster.schema_checks import schema_check
from glueml_dagster.sensors import (
    build_label_drop_sensor,
    build_labeling_set_sensor,
    build_task_run_sensor,
)
from glueml_dagster.stages import Stage
from glueml_dagster.translator import DagsterGlueMLTranslator, FindMatchesProps

__all__ = [
    "DagsterGlueMLTranslator",
    "Expectations",
    "FindMatchesComponent",
    "FindMatchesProps",
    "FindMatchesTransform",
    "GlueMLMetadataSet",
    "GlueMLResource",
    "LabelsConfig",
    "SourceTable",
    "Stage",
    "build_evaluation_schedule",
    "build_find_matches_assets",
    "build_find_matches_definitions",
    "build_label_drop_sensor",
    "build_labeling_set_sensor",
    "build_task_run_sensor",
    "schema_check",
]

DagsterLibraryRegistry.register("glueml-dagster", version("glueml"), is_dagster_package=False)
