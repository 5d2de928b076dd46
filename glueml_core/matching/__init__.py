"""The matching engine: from records and labels to clusters."""

from __future__ import annotations

from glueml_core.matching.comparison import Comparison, candidate_pairs, compare
from glueml_core.matching.contradictions import contradicted_pairs
from glueml_core.matching.evaluation import Evaluation
from glueml_core.matching.evaluation_run import evaluate_matcher
from glueml_core.matching.extensions import Extensions
from glueml_core.matching.finding import Found, find_matches, find_matches_with_scoring
from glueml_core.matching.incremental import find_incremental_matches
from glueml_core.matching.labeling_advice import LabelingAdvice
from glueml_core.matching.labeling_sets import generate_labeling_sets
from glueml_core.matching.labels import TooFewLabelsError
from glueml_core.matching.large import TableTooLargeError
from glueml_core.matching.matcher import Matcher
from glueml_core.matching.options import MatchingOptions, Progress
from glueml_core.matching.reasons import explain_cluster, explain_pair
from glueml_core.matching.record_ids import are_among
from glueml_core.matching.training import train_matcher
from glueml_core.matching.weak_clusters import WeakCluster, weak_clusters

__all__ = [
    "Comparison",
    "Evaluation",
    "Extensions",
    "Found",
    "LabelingAdvice",
    "Matcher",
    "MatchingOptions",
    "Progress",
    "TableTooLargeError",
    "TooFewLabelsError",
    "WeakCluster",
    "are_among",
    "candidate_pairs",
    "compare",
    "contradicted_pairs",
    "evaluate_matcher",
    "explain_cluster",
    "explain_pair",
    "find_incremental_matches",
    "find_matches",
    "find_matches_with_scoring",
    "generate_labeling_sets",
    "train_matcher",
    "weak_clusters",
]
