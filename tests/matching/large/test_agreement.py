"""What agreement on columns tells, and which columns are worth joining on."""

import numpy as np
import pytest

from glueml_core.matching.large.agreement import Agreement


@pytest.fixture
def town() -> Agreement:
    """20,000 rows: a first name of 100, a city of 50, a postcode that tells the city, a phone."""
    rng = np.random.default_rng(5)
    postcode = rng.integers(1, 1001, 20_000)
    columns = [rng.integers(1, 101, 20_000), postcode % 50 + 1, postcode, np.arange(1, 20_001)]
    return Agreement.of(np.column_stack(columns).astype(np.int64), 20_000)


FIRST_NAME, CITY, POSTCODE, PHONE = range(4)


class TestKeys:
    def test_a_column_that_identifies_is_joined_on_alone(self, town):
        keys = town.keys(max_block_size=30)

        assert (PHONE,) in keys
        assert not any(PHONE in key for key in keys if len(key) == 2)

    def test_a_column_whose_blocks_are_too_large_needs_another_beside_it(self, town):
        keys = town.keys(max_block_size=30)

        assert (FIRST_NAME,) not in keys
        assert (FIRST_NAME, POSTCODE) in keys

    def test_a_column_that_another_one_tells_does_not_join_it(self, town):
        assert (CITY, POSTCODE) not in town.keys(max_block_size=30)

    def test_larger_blocks_never_cost_a_key(self, town):
        assert set(town.keys(10)) <= set(town.keys(30)) <= set(town.keys(90))


class TestEvidence:
    def test_a_city_adds_nothing_to_the_postcode_that_tells_it(self, town):
        sql = town.evidence_sql("a", "b")

        assert f"CASE WHEN a.h{POSTCODE} = b.h{POSTCODE} THEN 3" in sql
        assert f"a.h{FIRST_NAME} = b.h{FIRST_NAME} THEN a.w{FIRST_NAME} ELSE 0" in sql

    def test_a_table_ten_times_as_long_asks_for_more(self, town):
        longer = Agreement(10 * town.row_count, town.chance, town.both)

        assert longer.min_evidence(0) - town.min_evidence(0) == pytest.approx(2303, abs=1)
