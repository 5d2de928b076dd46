"""How alike two records are before anybody has labeled anything."""

from __future__ import annotations

import numpy as np

from glueml_core.matching.arrays import Floats
from glueml_core.matching.features import FeatureTable

__all__ = ["unsupervised_score"]


def unsupervised_score(features: FeatureTable) -> Floats:
    """
    Match score of each pair in [0, 1], from base features alone, shape (n_pairs,).

    The mean of how alike the whole records are and how alike their columns are; a column counts
    by the rarity of what it holds.
    """
    whole = (features["record word cosine"] + features["record letter cosine"]) / 2
    likeness = (
        np.nanmean(
            np.stack(
                [features.named(name) for name in ("letter cosine", "word cosine", "Jaro-Winkler")]
            ),
            axis=0,
        )
        if features.named("equal").shape[1]
        else np.empty((len(features), 0))
    )
    weight = np.where(np.isnan(likeness), 0, _weights(features))
    total = weight.sum(axis=1)
    by_column = (np.nan_to_num(likeness) * weight).sum(axis=1) / np.maximum(total, 1e-9)
    return np.where(total > 0, (whole + by_column) / 2, whole / 2).astype(np.float32)


def _weights(features: FeatureTable) -> Floats:
    """Rarity of all that a pair's column holds, shared or not, shape (n_pairs, n_columns)."""
    shared = features.named("rarity of shared words")
    unshared = features.named("rarity of unshared words, fuller side")
    return np.asarray(np.nan_to_num(shared + unshared))
