"""What was measured last, where this release can read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glueml_core.store import MLTransform

__all__ = ["measured"]

_SHARE = {"value", "low", "high"}

# What the pages read of an evaluation's detail, and of its parts.
_READ: dict[str, set[str]] = {
    "advice": {"reason", "label_more"},
    "area_under_pr_curve": set(),
    "blocking_recall": _SHARE,
    "clusters": {"f1", "precision", "recall"},
    "column_importances": set(),
    "confusion": set(),
    "f1": set(),
    "intervals": {"f1", "precision", "recall", "area_under_pr_curve"},
    "labels": {"records", "labeling_sets", "matches", "non_matches"},
    "pr_curve": set(),
    "precision": set(),
    "recall": set(),
    "score_histogram": {"matches", "non_matches"},
    "threshold": set(),
}


def measured(transform: MLTransform) -> Mapping[str, Any] | None:
    """
    The detail of a transform's latest evaluation; None where nothing was measured yet.

    What an earlier release measured and this one cannot show counts as not measured: the pages then
    offer to measure again, and the API's own metrics stay.
    """
    detail = transform.evaluation_detail
    if detail is None:
        return None
    readable = all(name in detail and _has(detail[name], parts) for name, parts in _READ.items())
    return detail if readable else None


def _has(value: Any, parts: set[str]) -> bool:
    return not parts or (isinstance(value, Mapping) and value.keys() >= parts)
