import pandas as pd

from glueml_core.matching import MatchingOptions, candidate_pairs


def test_records_that_say_the_same_are_candidates_of_each_other_and_of_their_like():
    records = pd.DataFrame(
        {
            "record_id": ["b", "a", "c"],
            "name": ["mary anne smith", "mary anne smith", "mary ann smith"],
        }
    )

    pairs = candidate_pairs(records, MatchingOptions())

    found = set(pairs[["record_id_l", "record_id_r"]].itertuples(index=False, name=None))
    assert found == {("a", "b"), ("a", "c"), ("b", "c")}
