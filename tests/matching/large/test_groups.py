"""Connected rows, in groups of bounded size."""

import numpy as np

from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.large.groups import LINKED, MAX_GROUP_ROWS, group_rows


def chain(evidence: list[int]) -> Candidates:
    """Row i is paired with row i + 1."""
    left = np.arange(len(evidence))
    return Candidates(left, left + 1, np.array(evidence, dtype=np.int32))


class TestGroupRows:
    def test_pairs_connect_rows(self):
        group, stay = group_rows(chain([900, 900]), 4, 800)

        assert stay.all()
        assert len(set(group[:3])) == 1
        assert group[3] != group[0]

    def test_a_group_that_is_too_large_loses_its_weakest_pairs_first(self):
        evidence = [5000] * (2 * MAX_GROUP_ROWS)
        evidence[MAX_GROUP_ROWS - 1] = 900

        group, stay = group_rows(chain(evidence), len(evidence) + 1, 800)

        assert not stay[MAX_GROUP_ROWS - 1]
        assert np.bincount(group).max() <= MAX_GROUP_ROWS

    def test_pairs_too_weak_to_hold_a_group_together_stay_inside_one(self):
        """Two chains that a weak pair makes one; another is between the ends of the first."""
        evidence = [5000] * (2 * MAX_GROUP_ROWS - 1)
        evidence[MAX_GROUP_ROWS - 1] = 900
        pairs = chain(evidence)
        weak = Candidates(
            np.append(pairs.left, 0),
            np.append(pairs.right, MAX_GROUP_ROWS - 1),
            np.append(pairs.evidence, np.int32(900)),
        )

        _, stay = group_rows(weak, len(evidence) + 1, 800)

        assert stay[-1]
        assert stay.sum() == len(weak) - 1

    def test_labels_keep_rows_together_whatever_the_size(self):
        linked = chain([LINKED] * (MAX_GROUP_ROWS + 10))

        group, stay = group_rows(linked, len(linked) + 1, 800)

        assert stay.all()
        assert len(set(group)) == 1
