"""Which partitions of a table a source's predicates keep."""

from __future__ import annotations

import pytest

from glueml_core.errors import InvalidInputException
from glueml_core.tables.partitions import check_predicates, keeps

TABLE = {
    "PartitionKeys": [
        {"Name": "year", "Type": "int"},
        {"Name": "Region", "Type": "string"},
        {"Name": "day", "Type": "date"},
    ]
}
PARTITIONS = [
    {"year": "2025", "Region": "eu", "day": "2025-12-31"},
    {"year": "2026", "Region": "eu", "day": "2026-01-01"},
    {"year": "2026", "Region": "us's", "day": "2026-02-01"},
    {"year": "__HIVE_DEFAULT_PARTITION__", "Region": "eu", "day": ""},
]


@pytest.mark.parametrize("option", ["pushDownPredicate", "catalogPartitionPredicate"])
@pytest.mark.parametrize(
    ("predicate", "kept"),
    [
        ("year == '2026'", [1, 2]),
        ("(year == 2026 and region in ('eu', 'apac'))", [1]),
        ("year > 999 AND NOT year <= 2025", [1, 2]),
        ("year between 2025 and 2026 and region like 'us%'", [2]),
        ("`Region` = 'us''s' or day < date '2026-01-01'", [0, 2]),
        ("year is null", [3]),
        ("1 = 1 -- a comment", [0, 1, 2, 3]),
        ("(" * 90 + "year = 2026" + ")" * 90, [1, 2]),
    ],
)
def test_a_predicate_keeps_the_partitions_it_holds_for(option, predicate, kept):
    held = keeps(TABLE, {option: predicate}, PARTITIONS)

    assert [number for number, holds in enumerate(held) if holds] == kept


def test_two_predicates_must_both_hold():
    options = {"pushDownPredicate": "year = 2026", "catalogPartitionPredicate": "region = 'eu'"}

    assert keeps(TABLE, options, PARTITIONS) == [False, True, False, False]


@pytest.mark.parametrize(
    "predicate",
    [
        "",
        "year =",
        "name = 'ann'",
        "year = (select 2026)",
        "1=1) FROM read_text('/etc/passwd') WHERE (1=1",
        "true); SELECT (true",
        "exists (from read_text('/etc/passwd'))",
        "getenv('HOME') = ''",
        "sum(year) > 1",
        "row_number() over () = 1",
        "'eu'",
        "?",
        "(" * 5000,
        "not " * 500 + "true",
    ],
)
def test_what_is_no_condition_on_the_partition_keys_is_refused(predicate):
    with pytest.raises(InvalidInputException, match=r"^pushDownPredicate must be a condition on"):
        check_predicates(TABLE, {"pushDownPredicate": predicate})


def test_an_unknown_option_is_refused():
    with pytest.raises(InvalidInputException, match="but not groupFiles"):
        check_predicates(TABLE, {"groupFiles": "inPartition"})


def test_a_table_without_partitions_has_nothing_to_choose():
    with pytest.raises(InvalidInputException, match="the table has none"):
        check_predicates({}, {"pushDownPredicate": "year = 2026"})
