"""How close a clustering is to the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class PairScore:
    """Agreement on pairs: of those put together, and of those that belong together."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of the two; 0 where both are."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def cluster_codes(truth: pd.DataFrame, matches: pd.DataFrame) -> tuple[Codes, Codes]:
    """
    True entity and found cluster of each record, as numbers from 0, shape (n_records,) each.

    Args:
        truth: `id` and `entity_id` of every record.
        matches: `record_id` and `match_id`; a record that is not there is alone.
    """
    true = pd.factorize(truth["entity_id"])[0].astype(np.int64)
    of_record = matches.drop_duplicates("record_id").set_index("record_id")["match_id"]
    found = pd.factorize(truth["id"].map(of_record))[0].astype(np.int64)
    alone = found < 0
    found[alone] = found.max() + 1 + np.arange(alone.sum())
    return true, found


def score_pairs(true: Codes, found: Codes) -> PairScore:
    """All unordered pairs of records: put together against belonging together."""
    together = _pair_count(_both(true, found))
    return _pair_score(together, _pair_count(found), _pair_count(true))


def score_pairs_across(true: Codes, found: Codes, source: Codes) -> PairScore:
    """The same, of the pairs whose two records come from different sources."""

    def across(codes: Codes) -> int:
        return _pair_count(codes) - _pair_count(_both(codes, source))

    return _pair_score(across(_both(true, found)), across(found), across(true))


def bcubed_f1(true: Codes, found: Codes) -> float:
    """F1 of B-cubed precision and recall (Bagga and Baldwin, 1998), every record counting once."""
    shared = _size_of_own(_both(true, found))
    precision = float((shared / _size_of_own(found)).mean())
    recall = float((shared / _size_of_own(true)).mean())
    return PairScore(precision, recall).f1


def pair_completeness(
    truth: pd.DataFrame, pairs: pd.DataFrame, source: pd.Series[str] | None = None
) -> float:
    """
    The share of true pairs that are among `record_id_l`, `record_id_r`; 1 where none is true.

    Of each record's source, in the order of the truth, only pairs across sources count.
    """
    true = pd.factorize(truth["entity_id"])[0].astype(np.int64)
    place = pd.Series(np.arange(len(truth)), index=truth["id"])
    left, right = (place[pairs[name]].to_numpy() for name in ("record_id_l", "record_id_r"))
    hit, count = true[left] == true[right], _pair_count(true)
    if source is not None:
        origin = pd.factorize(source)[0].astype(np.int64)
        hit &= origin[left] != origin[right]
        count -= _pair_count(_both(true, origin))
    return int(hit.sum()) / count if count else 1.0


def _pair_score(together: int, found: int, true: int) -> PairScore:
    # Who finds nothing where there is nothing has made no mistake.
    nothing_found = 0.0 if true else 1.0
    return PairScore(together / found if found else nothing_found, together / true if true else 1.0)


def _both(one: Codes, other: Codes) -> Codes:
    return one * (other.max() + 1) + other


def _size_of_own(codes: Codes) -> Codes:
    _, inverse, count = np.unique(codes, return_inverse=True, return_counts=True)
    return count[inverse].astype(np.int64)


def _pair_count(codes: Codes) -> int:
    count = np.unique(codes, return_counts=True)[1].astype(np.int64)
    return int((count * (count - 1) // 2).sum())
