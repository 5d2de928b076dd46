"""Candidate pairs of entities of any size."""

import numpy as np

__all__ = ["crowds"]


def crowds(*sizes: int) -> tuple[np.ndarray, np.ndarray]:
    """Candidate pairs of entities of these sizes: each record knows the three that follow it."""
    pairs = []
    for first, size in zip(np.cumsum((0, *sizes)), sizes, strict=False):
        rows = first + np.arange(size)
        pairs += [(rows[:-step], rows[step:]) for step in (1, 2, 3)]
    left, right = zip(*pairs, strict=True)
    return np.concatenate(left), np.concatenate(right)
