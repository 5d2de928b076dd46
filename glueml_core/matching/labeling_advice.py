"""Whether another round of labels would pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Positions
    from glueml_core.matching.shares import Estimate

__all__ = ["Churn", "LabelingAdvice", "churn_between", "labeling_advice"]

# Below both, a further round has not been seen to move F1 by a hundredth.
_SETTLED_CHANGE = 0.01
_SETTLED_WIDTH = 0.06
# Of a table that is matched part by part. Tables of people have .95 and more, products about half.
_FEW_JOINED = 0.8


@dataclass(frozen=True)
class Churn:
    """
    How much labels changed the clusters.

    Args:
        changed_records: Share of records that now stand with other records than before.
        agreement: Pairwise F1 of one clustering taken for the truth of the other.
    """

    changed_records: float
    agreement: float


@dataclass(frozen=True)
class LabelingAdvice:
    """Whether to label more, and the reason in a sentence."""

    label_more: bool
    reason: str


def churn_between(before: Positions, after: Positions) -> Churn:
    """
    What changed from one clustering to the next.

    Args:
        before: The cluster of each record, shape (n_records,).
        after: The same of a later clustering; the numbers need not be the same ones.
    """
    both = np.unique(np.column_stack([before, after]), axis=0, return_inverse=True)[1].ravel()
    size_before, size_after, size_both = _own_size(before), _own_size(after), _own_size(both)
    changed = (size_both != size_before) | (size_both != size_after)
    # A record of a cluster of n stands in n - 1 of its pairs.
    pairs_kept, pairs = (size_both - 1).sum(), (size_before + size_after - 2).sum()
    return Churn(
        changed_records=float(changed.mean()) if len(changed) else 0.0,
        agreement=float(2 * pairs_kept / pairs) if pairs else 1.0,
    )


def labeling_advice(churn: Churn, f1: Estimate, joined: Estimate | None = None) -> LabelingAdvice:
    """
    Advice from what the latest labels changed, and from how sure the estimate of F1 is.

    Args:
        churn: Between clusters learned without the latest third of the labeling sets and with it.
        f1: Pairwise F1 of the clusters, as an evaluation estimates it.
        joined: Of a table that is matched part by part, the share of matches among the candidates.
    """
    if joined is not None and joined.high < _FEW_JOINED:
        return LabelingAdvice(
            False,
            "A table of this size is matched part by part, by values and words that are shared, "
            f"which finds {joined.value:.1%} of the matches that labels tell. More labels do not "
            "change that; comparing the table as a whole does (whole_table_rows in the settings).",
        )
    seen = (
        f"The latest third of the labels changed the cluster of {churn.changed_records:.1%} of the "
        f"records, and F1 lies between {f1.low:.3f} and {f1.high:.3f}"
    )
    settled = churn.changed_records < _SETTLED_CHANGE and f1.high - f1.low < _SETTLED_WIDTH
    if settled:
        return LabelingAdvice(False, f"{seen}: more labels would hardly pay.")
    return LabelingAdvice(True, f"{seen}: another round of labels is likely to pay.")


def _own_size(cluster: Positions) -> Positions:
    _, inverse, count = np.unique(cluster, return_inverse=True, return_counts=True)
    return count[inverse].astype(np.int64)
