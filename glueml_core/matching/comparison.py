"""A table with its candidate pairs and their features: computed once, used by every stage."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from glueml_core.matching.arrays import Floats, Mask, Positions
from glueml_core.matching.blocking import Effort, RowPairs, row_pairs
from glueml_core.matching.compared_pairs import ComparedPairs, KeepsPairs, key_of
from glueml_core.matching.features import (
    Competition,
    Feature,
    FeatureTable,
    PairFeatures,
    feature_layout,
)
from glueml_core.matching.features.competition import competition_layout
from glueml_core.matching.features.feature import side_by_side
from glueml_core.matching.features.remembered import RememberedFeatures
from glueml_core.matching.options import MatchingOptions
from glueml_core.matching.pair_model import PairModel, start_scores
from glueml_core.matching.rows import ColumnProfile, DistinctRows, distinct_rows
from glueml_core.matching.unsupervised import unsupervised_score
from glueml_core.matching.user_rules import UserRules
from glueml_core.matching.vectors import TableVectors
from glueml_core.schemas import CandidatePairs, Records

__all__ = ["Comparison", "candidate_pairs", "compare", "first_stage_layout"]

_UNSUPERVISED = "unsupervised"
# 128 MiB: all pairs that the components of a usual table lack, and every fold asks for.
_REMEMBERED_VALUES = 32 * 2**20


@dataclass(frozen=True)
class Comparison:
    """
    Everything that can be said about a table's pairs without a label, and what first-stage models,
    which see no more than that, make of its candidates.

    Args:
        table: Its distinct rows.
        vectors: Their tokens.
        candidates: Candidate pairs of rows.
        user_rules: Features that the user brought.
        known: Features of the candidates where they were compared before, shape (n_candidates,
            n_features), to be changed by nobody else.
    """

    table: DistinctRows
    vectors: TableVectors
    candidates: RowPairs
    user_rules: UserRules = field(default_factory=UserRules.none)
    known: Floats | None = None

    @cached_property
    def _pair_features(self) -> PairFeatures:
        return PairFeatures(self.vectors)

    @cached_property
    def _begun(self) -> FeatureTable:
        if self.known is None:
            return self._base_of(self.candidates.left, self.candidates.right)
        return FeatureTable(first_stage_layout(self.table.profile), self.known)

    @cached_property
    def unsupervised(self) -> Floats:
        """Unsupervised score of each candidate pair, in [0, 1]."""
        return _score_quietly(self._begun)

    @cached_property
    def competition(self) -> Competition:
        """How candidate pairs stand by their unsupervised scores."""
        return self.competition_by(_UNSUPERVISED, self.unsupervised)

    def competition_by(self, stage: str, score: Floats) -> Competition:
        """How candidate pairs of near rows stand by other scores of the candidates."""
        near, score = self.candidates.near, score[self.candidates.is_near]
        return Competition(stage, len(self.table), near.left, near.right, score)

    @cached_property
    def features(self) -> FeatureTable:
        """Features of the candidate pairs."""
        left, right = self.candidates.left, self.candidates.right
        return self._completed(self._begun, self.unsupervised, left, right)

    def log_odds_by(self, model: PairModel) -> Floats:
        """
        Log odds of each candidate pair by a first-stage model, shape (n_candidates,).

        They are made once, for training, choosing and judging all ask for them.
        """
        if model not in self._log_odds:
            features = self.features
            self._log_odds[model] = model.log_odds(features.values, start_scores(features))
        return self._log_odds[model]

    @cached_property
    def _log_odds(self) -> dict[PairModel, Floats]:
        return {}

    def features_of(self, left: Positions, right: Positions) -> FeatureTable:
        """Features of any pairs of rows, as `features` has them for candidates."""
        return self._remembered(left, right)

    @cached_property
    def _remembered(self) -> RememberedFeatures:
        layout = self.features.features
        return RememberedFeatures(
            layout, self._features_anew, len(self.table), _REMEMBERED_VALUES // len(layout)
        )

    def _features_anew(self, left: Positions, right: Positions) -> FeatureTable:
        base = self._base_of(left, right)
        return self._completed(base, _score_quietly(base), left, right)

    def _base_of(self, left: Positions, right: Positions) -> FeatureTable:
        """Base features of pairs of rows, with room for what else there is."""
        room_for = (*competition_layout(_UNSUPERVISED), *self.user_rules.layout)
        return self._pair_features(left, right, room_for)

    def _completed(
        self, base: FeatureTable, score: Floats, left: Positions, right: Positions
    ) -> FeatureTable:
        """The same table, not a larger copy: the features of many pairs must not be there twice."""
        rivals = self.competition(left, right, score)
        rest = side_by_side([rivals, self.user_rules(left, right)])
        base.values[:, -len(rest.features) :] = rest.values
        return base

    def around(self, rows: Positions, most_pairs: int) -> Comparison:
        """
        The comparison with no more candidates than it takes to judge some rows.

        A row's pairs are judged among its rivals, and those among theirs, so all pairs within two
        steps are kept, whatever their number; random pairs of other rows fill up.
        """
        pairs = self.candidates
        if len(pairs) <= most_pairs:
            return self
        near = np.zeros(len(self.table), dtype=bool)
        near[rows] = True
        touching = near[pairs.left] | near[pairs.right]
        near[pairs.left[touching]] = near[pairs.right[touching]] = True
        # Rows come in the order of their content: a share of them by chance, the same every time.
        near |= np.random.default_rng(0).random(len(near)) < most_pairs / len(pairs) / 4
        return self.among(near[pairs.left] | near[pairs.right])

    def among(self, chosen: Mask) -> Comparison:
        """The comparison with some of its candidates, which are each other's only rivals."""
        known = None if self.known is None else self.known[chosen]
        return replace(self, candidates=self.candidates.take(chosen), known=known)


def first_stage_layout(columns: Sequence[ColumnProfile]) -> tuple[Feature, ...]:
    """What `Comparison.features` holds, for a table with such columns."""
    return (*feature_layout(columns), *competition_layout(_UNSUPERVISED))


def compare(
    records: DataFrame[Records],
    options: MatchingOptions,
    columns: Sequence[ColumnProfile] | None = None,
    apart: Positions | None = None,
) -> Comparison:
    """
    Prepare a table and block it; features follow when first asked for, or to be kept.

    Args:
        records: Records in any order.
        options: Its tradeoff between accuracy and cost decides how many pairs become candidates.
            Pairs that it keeps are not compared again.
        columns: How a matcher read the columns when it was trained.
        apart: As in `distinct_rows`.
    """
    table = distinct_rows(records, columns, apart)
    vectors = TableVectors(table)
    effort = Effort.of(options.accuracy_cost_tradeoff, len(table))
    # By the same name, a user's rules may say something else tomorrow.
    if options.kept_pairs is not None and not options.extensions:
        return _compared_once(vectors, effort, options.kept_pairs)
    rules = UserRules.of(options.extensions, records, table)
    return Comparison(table, vectors, row_pairs(vectors, effort, rules.pairs()), rules)


def _compared_once(vectors: TableVectors, effort: Effort, kept_pairs: KeepsPairs) -> Comparison:
    key = key_of(vectors.table, effort)
    before = kept_pairs.find(key)
    if before is not None:
        return Comparison(vectors.table, vectors, before.pairs, known=before.values)
    comparison = Comparison(vectors.table, vectors, row_pairs(vectors, effort))
    pairs, values = comparison.candidates, comparison.features.values
    kept_pairs.keep(key, ComparedPairs(pairs, values))
    return comparison


def candidate_pairs(
    records: DataFrame[Records], options: MatchingOptions
) -> DataFrame[CandidatePairs]:
    """The pairs of records worth scoring, those that say the same among them."""
    comparison = compare(records, options)
    table, pairs = comparison.table, comparison.candidates
    members = pd.DataFrame({"row": table.row_of, "record_id": table.record_ids.astype(str)})
    rows = np.arange(len(table))
    both = pd.DataFrame(
        {
            "row_l": np.concatenate([pairs.left, rows]),
            "row_r": np.concatenate([pairs.right, rows]),
        }
    )
    found = both.merge(members.add_suffix("_l")).merge(members.add_suffix("_r"))
    found = found[
        (found["row_l"] != found["row_r"]) | (found["record_id_l"] < found["record_id_r"])
    ]
    ids = np.sort(found[["record_id_l", "record_id_r"]].to_numpy(dtype=str), axis=1)
    frame = pd.DataFrame(
        {"record_id_l": ids[:, 0].astype(object), "record_id_r": ids[:, 1].astype(object)}
    )
    return CandidatePairs.validate(
        frame.sort_values(["record_id_l", "record_id_r"], ignore_index=True)
    )


def _score_quietly(base: FeatureTable) -> Floats:
    with warnings.catch_warnings():
        # A pair whose every value is missing has no mean likeness, and needs none.
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        return unsupervised_score(base)
