"""What is measured about a table's candidate pairs."""

from __future__ import annotations

import tracemalloc

from glueml_core.matching import MatchingOptions, compare


def test_candidates_features_are_in_memory_once(records):
    """On large tables they are most of what matching takes."""
    comparison = compare(records, MatchingOptions())

    tracemalloc.start()
    values = comparison.features.values
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # The rest is of the table, not of its pairs.
    assert held < 2 * values.nbytes
