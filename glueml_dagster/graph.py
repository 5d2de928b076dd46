"""The graph: all that Dagster needs to know of one transform, as definitions."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from glueml_dagster.assets import build_find_matches_assets
from glueml_dagster.definition import Expectations, FindMatchesTransform
from glueml_dagster.schedules import build_evaluation_schedule
from glueml_dagster.sensors import (
    build_label_drop_sensor,
    build_labeling_set_sensor,
    build_task_run_sensor,
)
from glueml_dagster.stages import Stage
from glueml_dagster.translator import DagsterGlueMLTranslator, FindMatchesProps

__all__ = ["build_find_matches_definitions"]


def build_find_matches_definitions(
    transform: FindMatchesTransform,
    *,
    expectations: Expectations | None = None,
    translator: DagsterGlueMLTranslator | None = None,
    labels_deps: Sequence[dg.AssetKey] = (),
    automation: bool = False,
    evaluation_schedule: str | None = None,
    labeling_set_target: Sequence[dg.AssetKey] = (),
) -> dg.Definitions:
    """
    The assets of a transform with their sensors and schedule; those start switched off.

    Args:
        transform: What the transform should be.
        expectations: Checks of its quality and of its matches.
        translator: Chooses keys, groups, owners and tags.
        labels_deps: Assets that put labeled files into the transform's folder, if assets do.
        automation: Materialize evaluation and matches when the source or the labels changed.
        evaluation_schedule: A cron line.
        labeling_set_target: Assets to materialize whenever a labeling set is ready.
    """
    translator = translator or DagsterGlueMLTranslator()
    keys = {
        stage: translator.get_asset_spec(FindMatchesProps(transform, stage)).key for stage in Stage
    }
    return dg.Definitions(
        assets=build_find_matches_assets(
            transform,
            expectations=expectations,
            translator=translator,
            labels_deps=labels_deps,
            automation=automation,
        ),
        sensors=[
            build_label_drop_sensor(transform, keys[Stage.LABELS]),
            build_task_run_sensor(transform, keys),
            *(
                build_labeling_set_sensor(transform, target=dg.AssetSelection.assets(target))
                for target in labeling_set_target
            ),
        ],
        schedules=[
            build_evaluation_schedule(transform, keys[Stage.EVALUATION], cron)
            for cron in [evaluation_schedule]
            if cron
        ],
    )
