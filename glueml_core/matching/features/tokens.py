"""Similarities of two texts by the tokens they share, weighted by rarity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from glueml_core.matching.arrays import Floats, Positions, SparseRows
from glueml_core.matching.features.feature import Feature
from glueml_core.matching.portions import each_portion
from glueml_core.matching.tokens import TokenVectors, paired_dot

__all__ = [
    "OVERLAP",
    "SHARED_MASS",
    "TokenOverlap",
    "features_about",
    "overlap_features",
    "shared_mass_features",
]


@dataclass(frozen=True)
class TokenOverlap:
    """Token similarities over one set of vectors; rows of it are what gets compared."""

    vectors: TokenVectors

    @cached_property
    def _unit(self) -> SparseRows:
        return self.vectors.unit()

    @cached_property
    def _half(self) -> SparseRows:
        return self.vectors.weighted(0.5)

    @cached_property
    def mass(self) -> Floats:
        """Sum of the IDF of each row's tokens."""
        return np.asarray(self.vectors.presence @ self.vectors.idf, dtype=np.float32)

    def cosine(self, left: Positions, right: Positions) -> Floats:
        """Cosine of the IDF vectors, in [0, 1]."""
        return np.minimum(paired_dot(self._unit, self._unit, left, right), 1)

    def shared(self, left: Positions, right: Positions) -> Floats:
        """Sum of the IDF of the tokens that both have."""
        return paired_dot(self._half, self._half, left, right)

    def rarest(self, left: Positions, right: Positions) -> Floats:
        """IDF of the rarest token of both, of left alone and of right alone, shape (n_pairs, 3)."""
        rarest = np.empty((len(left), 3), dtype=np.float32)
        weighted, presence = self._weighted, self.vectors.presence

        def look(part: slice) -> None:
            of_left, of_right = weighted[left[part]], weighted[right[part]]
            both = of_left.multiply(presence[right[part]]).tocsr()
            for position, tokens in enumerate((both, of_left - both, of_right - both)):
                rarest[part, position] = np.asarray(tokens.max(axis=1).todense()).ravel()

        each_portion(look, len(left))
        return rarest

    @cached_property
    def _weighted(self) -> SparseRows:
        return self.vectors.weighted()


# Rarity adds up with the length of a text, so more of it may mean a longer text only: left free.
SHARED_MASS = (
    Feature("rarity of shared {}", direction=0),
    Feature("share of {} found in the other"),
    Feature("rarity of unshared {}, fuller side", direction=0),
    Feature("rarity of unshared {}, sparer side", direction=0),
)

# A text's one telling token is lost in the sum over a long one, so the rarest counts by itself.
OVERLAP = (
    *SHARED_MASS,
    Feature("share of {} found in the other, fuller side"),
    Feature("rarest of shared {}"),
    Feature("rarest of unshared {}, fuller side", direction=0),
    Feature("rarest of unshared {}, sparer side", direction=0),
)


def features_about(tokens: str, features: Sequence[Feature]) -> Iterator[Feature]:
    """SHARED_MASS or OVERLAP of one kind of tokens."""
    return (replace(feature, name=feature.name.format(tokens)) for feature in features)


def shared_mass_features(overlap: TokenOverlap, left: Positions, right: Positions) -> Floats:
    """SHARED_MASS: rarity in nats shared and not shared, shape (n_pairs, 4)."""
    shared = overlap.shared(left, right)
    mass_l, mass_r = overlap.mass[left], overlap.mass[right]
    sparer = np.minimum(mass_l, mass_r)
    with np.errstate(invalid="ignore", divide="ignore"):
        contained = np.where(sparer > 0, np.minimum(shared / sparer, 1), np.nan)
    unshared = np.maximum(np.column_stack([mass_l, mass_r]) - shared[:, None], 0)
    return np.column_stack([shared, contained, unshared.max(axis=1), unshared.min(axis=1)])


def overlap_features(overlap: TokenOverlap, left: Positions, right: Positions) -> Floats:
    """OVERLAP: all that tokens say by their rarity, shape (n_pairs, 8)."""
    masses = shared_mass_features(overlap, left, right)
    fuller = np.maximum(overlap.mass[left], overlap.mass[right])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(fuller > 0, np.minimum(masses[:, 0] / fuller, 1), np.nan)
    both, here, there = overlap.rarest(left, right).T
    return np.column_stack([masses, share, both, np.maximum(here, there), np.minimum(here, there)])
