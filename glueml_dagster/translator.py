"""The translator: how a transform's stages become Dagster assets."""

from __future__ import annotations

from dataclasses import dataclass

import dagster as dg

from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.stages import GLUE_TASK_TYPES, Stage

__all__ = ["DagsterGlueMLTranslator", "FindMatchesProps"]

_DESCRIPTIONS = {
    Stage.TRANSFORM: "The transform, created or updated to match its definition.",
    Stage.LABELING_SET: "Records that a person should label next, as a CSV file in sets.",
    Stage.LABELS: "The labeled files that were dropped, imported once each.",
    Stage.LABELS_EXPORT: "All labels of the transform as one CSV file.",
    Stage.EVALUATION: "How good the transform is, estimated from its labels.",
    Stage.MATCHES: "The source's records, each with the match_id of its cluster.",
    Stage.INCREMENTAL_MATCHES: "Matched records, old ids kept, with the new records among them.",
}


@dataclass(frozen=True)
class FindMatchesProps:
    """What a translator is asked about: one stage of one transform."""

    transform: FindMatchesTransform
    stage: Stage


class DagsterGlueMLTranslator:
    """Subclass it to choose keys, groups, owners or tags of your own."""

    def get_asset_spec(self, props: FindMatchesProps) -> dg.AssetSpec:
        """
        The asset of one stage; what it depends on among the stages is added afterwards.

        Returns:
            A spec with the key `glueml/<transform>/<stage>` in a group of the transform.
        """
        transform, stage = props.transform, props.stage
        metadata = {"glueml/transform_name": transform.name}
        if stage in GLUE_TASK_TYPES:
            metadata["glueml/task_type"] = GLUE_TASK_TYPES[stage]
        return dg.AssetSpec(
            key=["glueml", transform.slug, stage.value],
            group_name=transform.slug,
            description=_DESCRIPTIONS[stage],
            kinds={"glueml", "lightgbm"} if _learns(stage) else {"glueml"},
            metadata=metadata,
        )


def _learns(stage: Stage) -> bool:
    """Whether LightGBM does the work of a stage."""
    return stage not in (Stage.TRANSFORM, Stage.LABELS_EXPORT)
