"""What is found before anybody has labeled anything."""

import numpy as np
from scipy.special import expit

from glueml_core.matching.clustering import cluster_rows
from glueml_core.matching.comparison import Comparison
from glueml_core.matching.links import Links

__all__ = ["untaught_clusters"]

# What the unsupervised score means before anybody has labeled anything: even odds at 0.6.
_SLOPE, _EVEN = 12.0, 0.6


def untaught_clusters(comparison: Comparison) -> np.ndarray:
    """The unsupervised score's own cluster of each record, at even odds."""

    def probability(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        score = comparison.features_of(left, right)["unsupervised: score"]
        return expit(_SLOPE * (score - _EVEN)).astype(np.float32)

    pairs, links = comparison.candidates, Links.none(len(comparison.table))
    scores = probability(pairs.left, pairs.right)
    clusters = cluster_rows(pairs.left, pairs.right, scores, probability, 0.5, links)
    return clusters.cluster[comparison.table.row_of]
