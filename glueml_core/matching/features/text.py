"""Similarities of two texts, letter by letter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler, Postfix, Prefix

from glueml_core.matching.arrays import Floats
from glueml_core.matching.portions import each_portion

__all__ = ["TEXT_SIMILARITIES", "text_similarities"]


class _Similarity(NamedTuple):
    name: str
    scorer: Callable[..., Any]
    max_chars: int
    scale: float = 1.0


# Edit distances cost the product of two lengths; what follows the first characters of a long
# description is left to the token features, whose cost grows with the length alone.
_SCORERS = (
    _Similarity("Jaro-Winkler", JaroWinkler.normalized_similarity, 48),
    _Similarity("edit similarity", OSA.normalized_similarity, 64),
    _Similarity("common letters", fuzz.ratio, 128, 0.01),
    _Similarity("common letters, words sorted", fuzz.token_sort_ratio, 128, 0.01),
    _Similarity("common words and letters", fuzz.token_set_ratio, 128, 0.01),
    _Similarity("best part", fuzz.partial_ratio, 48, 0.01),
    _Similarity("common beginning", Prefix.normalized_similarity, 64),
    _Similarity("common end", Postfix.normalized_similarity, 64),
)
TEXT_SIMILARITIES = tuple(similarity.name for similarity in _SCORERS)


def text_similarities(left: Sequence[str], right: Sequence[str]) -> Floats:
    """Each of TEXT_SIMILARITIES for each pair of texts, in [0, 1], shape (n_pairs, n_names)."""
    scores = np.empty((len(left), len(_SCORERS)), dtype=np.float32)

    def compare(part: slice) -> None:
        beginnings = {
            max_chars: [[text[:max_chars] for text in texts[part]] for texts in (left, right)]
            for max_chars in {similarity.max_chars for similarity in _SCORERS}
        }
        for position, (_, scorer, max_chars, scale) in enumerate(_SCORERS):
            similarity = process.cpdist(*beginnings[max_chars], scorer=scorer, dtype=np.float32)
            scores[part, position] = similarity * scale

    each_portion(compare, len(left))
    return scores
