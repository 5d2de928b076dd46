"""
Splink 5 on a table of people: the peer that our speed is measured against.

Runs in a virtual environment of its own, which has `splink` and nothing of ours:

    python splink_peer.py records.parquet matches.parquet

writes `record_id` and `match_id` of every record, and prints the seconds of each stage as JSON.

The rules are written by hand for these columns, as Splink's users do: blocking rules that find
most duplicates and stay cheap, one comparison a column, term frequencies where they help,
parameters by EM without labels.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

_SEED = 7
_MATCH_PROBABILITY = 0.9
_BLOCKING = (
    ("phone",),
    ("email",),
    ("last_name", "birth_date"),
    ("first_name", "birth_date"),
    ("first_name", "last_name", "postcode"),
    ("last_name", "street"),
)


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in _BLOCKING],
        comparisons=[
            cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("last_name").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.LevenshteinAtThresholds("street", [1, 3]),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("postcode", [1]),
            cl.LevenshteinAtThresholds("phone", [1]),
            cl.EmailComparison("email"),
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


def _train(linker: Linker) -> None:
    linker.training.estimate_probability_two_random_records_match(
        [block_on("first_name", "last_name", "birth_date"), block_on("email")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=_SEED)
    for rule in (block_on("last_name", "birth_date"), block_on("phone")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)


def main(records_path: str, matches_path: str) -> None:
    """Match the records of one file into another, and print how long each stage took."""
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        seconds[stage] = round(time.perf_counter() - start, 1)

    with timed("read"):
        records = _without_blanks(pq.read_table(records_path))
        database = DuckDBAPI()
        linker = Linker(database.register(records), _settings())
    with timed("train"):
        _train(linker)
    with timed("predict"):
        pairs = linker.inference.predict(threshold_match_probability=0.5)
    with timed("cluster"):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            pairs, _MATCH_PROBABILITY
        )
    with timed("write"):
        found = clusters.as_pyarrow_table()
        table = pa.table({"record_id": found["id"], "match_id": found["cluster_id"]})
        pq.write_table(table, matches_path)
    print(json.dumps(seconds))


def _without_blanks(records: pa.Table) -> pa.Table:
    """Splink takes a blank for a value that agrees with every other blank."""
    blank = pa.scalar("")
    columns = [pa.compute.if_else(pa.compute.equal(c, blank), None, c) for c in records.columns]
    return pa.table(columns, names=records.column_names)


if __name__ == "__main__":
    main(*sys.argv[1:])
