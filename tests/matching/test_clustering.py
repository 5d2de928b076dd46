"""Cutting dendrograms."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage

from glueml_core.matching.clustering import _flat


@pytest.mark.parametrize("seed", range(20))
def test_a_tree_is_cut_where_scipy_cuts_it(seed):
    """Ties among the heights, and a cut that falls on one of them, included."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 30))
    tree = linkage(rng.integers(1, 8, count * (count - 1) // 2) / 8, method="average")
    height = float(rng.choice([*tree[:, 2], 0.5]))

    ours, theirs = _flat(tree.tolist(), height), fcluster(tree, height, criterion="distance")

    assert len(set(zip(ours, theirs, strict=True))) == len(set(ours)) == len(set(theirs))
