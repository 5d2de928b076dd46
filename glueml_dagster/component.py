"""The component: a transform's graph from a few lines of YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import dagster as dg
from dagster.components.utils.translation import TranslationFn, TranslationFnResolver
from pydantic import BaseModel, Field

from glueml_dagster.definition import Expectations, FindMatchesTransform
from glueml_dagster.graph import build_find_matches_definitions
from glueml_dagster.translator import DagsterGlueMLTranslator, FindMatchesProps

__all__ = ["FindMatchesComponent"]


class FindMatchesScaffoldParams(BaseModel):
    """What `dg scaffold defs` asks for."""

    transform: str = Field("people", description="Name of the transform.")
    database: str = Field("default", description="Database of the source table.")
    table: str = Field("people", description="The source table.")
    primary_key: str = Field("id", description="Column that identifies a record.")


class FindMatchesScaffolder(dg.Scaffolder[FindMatchesScaffoldParams]):
    """Writes a `defs.yaml` that loads as it stands."""

    @classmethod
    def get_scaffold_params(cls) -> type[FindMatchesScaffoldParams]:
        """The command's options."""
        return FindMatchesScaffoldParams

    def scaffold(self, request: dg.ScaffoldRequest[FindMatchesScaffoldParams]) -> None:
        """Write the file."""
        params = request.params
        transform: Mapping[str, Any] = {
            "name": params.transform,
            "source": {"database": params.database, "table": params.table},
            "primary_key": params.primary_key,
            "folder": f"{{{{ env.GLUEML_FOLDER }}}}/{params.transform}",
        }
        dg.scaffold_component(request, {"transform": transform})


@dg.scaffold_with(FindMatchesScaffolder)
class FindMatchesComponent(dg.Component, dg.Model, dg.Resolvable):
    """
    A FindMatches transform: labeling sets, labels, evaluation and matches as assets.

    The assets need a resource `glueml`, a `GlueMLResource`.
    """

    transform: FindMatchesTransform = Field(description="What the transform should be.")
    expectations: Expectations = Field(
        default=Expectations(), description="Checks of its quality and of its matches."
    )
    labels_deps: list[dg.ResolvedAssetKey] = Field(
        default_factory=list,
        description="Assets that put labeled files into the folder labels/, if assets do.",
    )
    automation: bool = Field(
        default=False,
        description="Materialize evaluation and matches when source or labels changed.",
    )
    evaluation_schedule: str | None = Field(default=None, description="A cron line.")
    labeling_set_target: list[dg.ResolvedAssetKey] = Field(
        default_factory=list,
        description="Assets to materialize whenever a labeling set is ready.",
    )
    translation: (
        Annotated[
            TranslationFn[FindMatchesProps],
            TranslationFnResolver[FindMatchesProps](
                lambda props: {"props": props, "stage": props.stage.value}
            ),
        ]
        | None
    ) = Field(
        default=None, description="Asset attributes; `spec`, `stage` and `props` are at hand."
    )

    @classmethod
    def get_spec(cls) -> dg.ComponentTypeSpec:
        """What the UI and `dg list components` tell of it."""
        return dg.ComponentTypeSpec(
            description="Find matching records with a transform that learns from labels.",
            tags=["record linkage", "deduplication", "aws glue"],
        )

    def get_asset_spec(self, props: FindMatchesProps) -> dg.AssetSpec:
        """The asset of one stage; override it to choose keys, groups, owners or tags."""
        spec = DagsterGlueMLTranslator().get_asset_spec(props)
        return self.translation(spec, props) if self.translation else spec

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The transform's assets, checks, sensors and schedule."""
        return build_find_matches_definitions(
            self.transform,
            expectations=self.expectations,
            translator=_TranslatorOf(self),
            labels_deps=self.labels_deps,
            automation=self.automation,
            evaluation_schedule=self.evaluation_schedule,
            labeling_set_target=self.labeling_set_target,
        )


class _TranslatorOf(DagsterGlueMLTranslator):
    """A component's own `get_asset_spec`, for the builders."""

    def __init__(self, component: FindMatchesComponent) -> None:
        self._component = component

    def get_asset_spec(self, props: FindMatchesProps) -> dg.AssetSpec:
        return self._component.get_asset_spec(props)
