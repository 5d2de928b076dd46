import pandas as pd

from glueml_core.matching import contradicted_pairs


def labels(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["labeling_set_id", "label", "record_id"])


def test_are_the_pairs_on_which_two_sets_disagree_each_once():
    said = labels(
        ("s1", "A", "r1"),
        ("s1", "A", "r2"),
        ("s1", "B", "r3"),
        ("s2", "A", "r2"),
        ("s2", "B", "r1"),
        ("s2", "B", "r3"),
        ("s3", "A", "r1"),
        ("s3", "A", "r2"),
    )

    found = contradicted_pairs(said).to_dict("records")

    assert [tuple(row.values()) for row in found] == [
        ("r1", "r2", "s1", "s2"),
        ("r1", "r3", "s2", "s1"),
    ]


def test_are_none_where_labels_of_different_sets_merely_look_alike():
    """An A in one set has nothing to do with an A in another."""
    said = labels(("s1", "A", "r1"), ("s1", "B", "r2"), ("s2", "A", "r3"), ("s2", "B", "r4"))

    assert contradicted_pairs(said).empty
