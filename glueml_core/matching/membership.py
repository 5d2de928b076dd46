"""Clusters of distinct rows as clusters of records."""

from __future__ import annotations

import numpy as np

from glueml_core.matching.arrays import Floats, Mask, Positions
from glueml_core.matching.clustering import Clusters, ScorePairs
from glueml_core.matching.rows import HasRows

__all__ = ["record_clusters"]


def record_clusters(
    table: HasRows,
    clusters: Clusters,
    score_pairs: ScorePairs,
    threshold: float,
    settled: Mask | None = None,
) -> tuple[Positions, Floats]:
    """
    Each record's cluster and its confidence; equal records part where that is too little.

    Args:
        table: The distinct rows.
        clusters: Their clusters.
        score_pairs: Says how likely records of one row match.
        threshold: Match probability from which they do.
        settled: Rows whose records belong together whatever the model says, shape (n_rows,).

    Returns:
        Cluster numbers and confidence in [0, 1], both of shape (n_records,).
    """
    copies = np.bincount(table.row_of)
    repeated = copies > 1 if settled is None else (copies > 1) & ~settled
    equal_match = np.ones(len(copies), dtype=np.float32)
    equal_match[repeated] = score_pairs(np.flatnonzero(repeated), np.flatnonzero(repeated))
    lone = np.bincount(clusters.cluster, minlength=len(copies))[clusters.cluster] == 1
    confidence = np.where(lone & repeated, equal_match, clusters.confidence)

    parted = (equal_match < threshold)[table.row_of]
    own_number = len(copies) + np.arange(len(table.row_of))
    return (
        np.where(parted, own_number, clusters.cluster[table.row_of]),
        np.where(parted, 1 - equal_match[table.row_of], confidence[table.row_of]),
    )
