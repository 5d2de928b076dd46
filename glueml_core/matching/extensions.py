"""Blocking and features that a user brings, in recordlinkage's own classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

# Importing it takes longer than many a task run.
if TYPE_CHECKING:
    from recordlinkage.base import BaseCompareFeature, BaseIndexAlgorithm

__all__ = ["Extensions"]


@dataclass(frozen=True)
class Extensions:
    """
    Blocking rules and features added to ours.

    Args:
        indexers: Each adds candidate pairs. It gets one record for each that says something else,
            with the columns as they came, and an index of numbers.
        features: Each adds one number for a pair, by name; more need not mean more alike. It gets
            the same records.
    """

    indexers: tuple[BaseIndexAlgorithm, ...] = ()
    features: tuple[tuple[str, BaseCompareFeature], ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was brought."""
        return bool(self.indexers or self.features)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What a matcher trained with these needs again when it is used."""
        return tuple(name for name, _ in self.features)
