"""What the engine measures about a pair of rows."""

from __future__ import annotations

from glueml_core.matching.features.competition import Competition
from glueml_core.matching.features.feature import Feature, FeatureTable
from glueml_core.matching.features.pair_features import PairFeatures, feature_layout

__all__ = ["Competition", "Feature", "FeatureTable", "PairFeatures", "feature_layout"]
