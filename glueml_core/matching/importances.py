"""Which columns a matcher goes by."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from glueml_core.matching.comparison import first_stage_layout

if TYPE_CHECKING:
    from glueml_core.matching.matcher import Matcher

__all__ = ["column_importances"]


def column_importances(matcher: Matcher) -> tuple[tuple[str, float], ...]:
    """
    Each column's share of what the trees gain by splitting, falling, summing to 1.

    Features of whole records and of rivals say nothing about one column and are left out. Where no
    column was ever split on, all are equally important.
    """
    gain: dict[str, float] = defaultdict(float, {column.name: 0.0 for column in matcher.columns})
    layout = first_stage_layout(matcher.columns)
    for model in (*matcher.first_stage, *matcher.second_stage):
        if model.trees is None:
            continue
        # The second stage sees the first stage's features, and after them those of rivals.
        gains = model.trees.feature_importance(importance_type="gain")
        for feature, value in zip(layout, gains, strict=False):
            if feature.column is not None:
                gain[feature.column] += float(value)

    total = sum(gain.values())
    shares = {name: g / total if total else 1 / len(gain) for name, g in gain.items()}
    return tuple(sorted(shares.items(), key=lambda item: (-item[1], item[0])))
