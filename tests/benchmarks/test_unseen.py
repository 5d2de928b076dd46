import pandas as pd
from click.testing import CliRunner

from benchmarks.unseen import _linked, main


def test_a_package_that_is_missing_is_named(tmp_path):
    result = CliRunner().invoke(main, [str(tmp_path), str(tmp_path / "out")])

    assert result.exit_code == 2
    assert "has no mismo-0.4.1*.whl" in result.output


def test_records_of_two_tables_are_one_entity_only_where_they_are_paired():
    """Ids of the tables overlap, and mean nothing across them."""
    left = pd.DataFrame({"id": ["1", "2"], "name": ["ann", "bob"]})
    right = pd.DataFrame({"id": ["1", "2"], "name": ["anne", "carl"]})

    records, entity = _linked(left, right, pd.Series(["1"]), pd.Series(["1"]))

    assert records["name"].tolist() == ["ann", "bob", "anne", "carl"]
    one, two, three, four = entity
    assert one == three
    assert len({one, two, four}) == 3
