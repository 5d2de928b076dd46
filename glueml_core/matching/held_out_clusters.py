"""Clusters as they are where nobody has labeled anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.nearby_clusters import together_nearby
from glueml_core.matching.scoring import Scoring

if TYPE_CHECKING:
    from collections.abc import Callable

    from glueml_core.matching.arrays import Mask
    from glueml_core.matching.comparison import Comparison
    from glueml_core.matching.labels import LabeledPairs
    from glueml_core.matching.matcher import Matcher

__all__ = ["held_out_together"]


def held_out_together(
    comparison: Comparison,
    labeled: LabeledPairs,
    matcher: Matcher,
    threshold: float,
    progress: Callable[[float], None] = lambda _: None,
) -> Mask:
    """
    Whether labeled pairs end in one cluster if nothing is learned from their fold, (n_pairs,).

    What is around them is clustered once a fold. To set apart the labeled pairs alone would not do:
    around them stand pairs whose scores have learned the same labels, and pull them along.

    Args:
        comparison: The whole table.
        labeled: What the matcher learned from.
        matcher: With the models of each fold.
        threshold: Match probability from which rows belong together.
        progress: Told the share that is done.
    """
    together = np.zeros(len(labeled), dtype=bool)
    for fold in range(labeled.fold_count):
        progress(fold / labeled.fold_count)
        unseen = labeled.fold == fold
        left, right = labeled.left[unseen], labeled.right[unseen]
        scoring = Scoring(matcher.of_fold(fold), comparison)
        together[unseen] = together_nearby(left, right, scoring, threshold)
    return together
