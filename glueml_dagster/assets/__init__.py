"""The assets of one transform, one for each stage of its life."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from glueml_dagster.assets.evaluation import build_evaluation
from glueml_dagster.assets.incremental_matches import build_incremental_matches
from glueml_dagster.assets.labeling_set import build_labeling_set
from glueml_dagster.assets.labels import LabelsConfig, build_labels
from glueml_dagster.assets.labels_export import build_labels_export
from glueml_dagster.assets.matches import build_matches
from glueml_dagster.assets.specs import stage_specs
from glueml_dagster.assets.transform import build_transform
from glueml_dagster.definition import Expectations, FindMatchesTransform
from glueml_dagster.stages import Stage
from glueml_dagster.translator import DagsterGlueMLTranslator

__all__ = ["LabelsConfig", "build_find_matches_assets"]


def build_find_matches_assets(
    transform: FindMatchesTransform,
    *,
    expectations: Expectations | None = None,
    translator: DagsterGlueMLTranslator | None = None,
    labels_deps: Sequence[dg.AssetKey] = (),
    automation: bool = False,
) -> list[dg.AssetsDefinition]:
    """
    A transform's whole life as assets; they need a resource `glueml`.

    Args:
        transform: What the transform should be.
        expectations: Checks of its quality and of its matches.
        translator: Chooses keys, groups, owners and tags.
        labels_deps: Assets that put labeled files into the transform's folder, if assets do.
        automation: Materialize evaluation and matches when the source or the labels changed.
    """
    expectations = expectations or Expectations()
    specs = stage_specs(
        transform,
        translator or DagsterGlueMLTranslator(),
        expectations=expectations,
        labels_deps=labels_deps,
        automation=automation,
    )
    assets = [
        build_transform(specs[Stage.TRANSFORM], transform),
        build_labeling_set(specs[Stage.LABELING_SET], transform),
        build_labels(specs[Stage.LABELS], transform),
        build_labels_export(specs[Stage.LABELS_EXPORT], transform),
        build_evaluation(specs[Stage.EVALUATION], transform, expectations),
        build_matches(specs[Stage.MATCHES], transform, expectations),
    ]
    if transform.incremental is not None:
        spec = specs[Stage.INCREMENTAL_MATCHES]
        assets.append(
            build_incremental_matches(spec, transform, expectations, specs[Stage.MATCHES].key)
        )
    return assets
