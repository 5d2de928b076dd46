"""What matching a large table takes is said before it begins, and refused if it is too much."""

import tempfile
from dataclasses import replace

import pytest

from glueml_core.matching import MatchingOptions, TableTooLargeError, find_matches

IN_PARTS = MatchingOptions(whole_table_rows=0)


def test_the_pairs_to_come_are_told_before_they_are_joined(records, labels, taught_in_parts):
    told = []

    find_matches(records, taught_in_parts, labels, IN_PARTS, lambda _, text: told.append(text))

    expected = next(text for text in told if text.startswith("Expecting"))
    compared = next(text for text in told if "at a glance" in text and "pairs" in text)
    assert expected.split()[1] == compared.split()[1]


def test_a_table_that_does_not_fit_is_refused_with_advice(records, labels, taught_in_parts):
    told = []
    options = replace(IN_PARTS, memory_limit_mib=600)

    with pytest.raises(TableTooLargeError, match=r"GLUEML_MATCHING_MEMORY_MIB.*Spark"):
        find_matches(records, taught_in_parts, labels, options, lambda _, text: told.append(text))

    assert not any("glance" in text for text in told)


@pytest.mark.parametrize("moment", ["Joining rows", "pairs at a glance", "Clustering"])
def test_work_that_is_stopped_ends_there_and_leaves_no_files(
    records, labels, taught_in_parts, moment, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    told = []

    def stop(_share, text):
        told.append(text)
        if moment in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_matches(records, taught_in_parts, labels, IN_PARTS, stop)

    assert sum(moment in text for text in told) == 1
    assert not list(tmp_path.iterdir())
