"""Specs: the stages of a transform as a graph of assets, before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import dagster as dg

from glueml_dagster.definition import Expectations, FindMatchesTransform
from glueml_dagster.stages import UPSTREAM, Stage
from glueml_dagster.translator import DagsterGlueMLTranslator, FindMatchesProps

__all__ = ["stage_specs"]

_AUTOMATED = frozenset({Stage.TRANSFORM, Stage.LABELS_EXPORT, Stage.EVALUATION, Stage.MATCHES})
"""Stages that may follow a change by themselves; between the others stands a person."""


def stage_specs(
    transform: FindMatchesTransform,
    translator: DagsterGlueMLTranslator,
    *,
    expectations: Expectations,
    labels_deps: Sequence[dg.AssetKey],
    automation: bool,
) -> dict[Stage, dg.AssetSpec]:
    """The asset of each stage, with its upstream and, if wanted, its automation."""
    specs = {
        stage: translator.get_asset_spec(FindMatchesProps(transform, stage))
        for stage in Stage
        if stage is not Stage.INCREMENTAL_MATCHES or transform.incremental
    }
    keys = {stage: spec.key for stage, spec in specs.items()}

    def deps(stage: Stage) -> Iterable[dg.AssetKey]:
        yield from (keys[upstream] for upstream in UPSTREAM[stage])
        if stage is Stage.LABELS:
            yield from labels_deps
        if stage is Stage.MATCHES and expectations.blocking and expectations.floors():
            yield keys[Stage.EVALUATION]
        yield from _tables_of(transform, stage)

    return {
        stage: _automated(
            spec.replace_attributes(deps=[*spec.deps, *deps(stage)]),
            automation and stage in _AUTOMATED,
        )
        for stage, spec in specs.items()
    }


def _tables_of(transform: FindMatchesTransform, stage: Stage) -> Iterable[dg.AssetKey]:
    """The assets of the tables that a stage reads."""
    tables = {
        Stage.TRANSFORM: transform.source,
        Stage.MATCHES: transform.source,
        Stage.INCREMENTAL_MATCHES: transform.incremental,
    }
    table = tables.get(stage)
    if table is not None and table.asset is not None:
        yield table.asset


def _automated(spec: dg.AssetSpec, automation: bool) -> dg.AssetSpec:
    if not automation or spec.automation_condition is not None:
        return spec
    return spec.replace_attributes(automation_condition=dg.AutomationCondition.eager())
