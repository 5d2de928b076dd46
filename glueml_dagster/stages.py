"""Stages: the steps of a transform's life, each an asset of its own."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["GLUE_TASK_TYPES", "UPSTREAM", "Stage"]


class Stage(StrEnum):
    """One step in a transform's life; the last part of its asset's key."""

    TRANSFORM = "transform"
    LABELING_SET = "labeling_set"
    LABELS = "labels"
    LABELS_EXPORT = "labels_export"
    EVALUATION = "evaluation"
    MATCHES = "matches"
    INCREMENTAL_MATCHES = "incremental_matches"


GLUE_TASK_TYPES = {
    Stage.LABELING_SET: "LABELING_SET_GENERATION",
    Stage.LABELS: "IMPORT_LABELS",
    Stage.LABELS_EXPORT: "EXPORT_LABELS",
    Stage.EVALUATION: "EVALUATION",
    Stage.MATCHES: "FIND_MATCHES",
    Stage.INCREMENTAL_MATCHES: "FIND_MATCHES",
}

UPSTREAM = {
    Stage.TRANSFORM: (),
    Stage.LABELING_SET: (Stage.TRANSFORM,),
    Stage.LABELS: (Stage.LABELING_SET,),
    Stage.LABELS_EXPORT: (Stage.LABELS,),
    Stage.EVALUATION: (Stage.LABELS,),
    Stage.MATCHES: (Stage.TRANSFORM, Stage.LABELS),
    Stage.INCREMENTAL_MATCHES: (Stage.MATCHES,),
}
"""What each stage needs of the others. Between a labeling set and labels stands a person."""
