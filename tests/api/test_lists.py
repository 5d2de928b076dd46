"""Listing transforms and task runs: filters, sort orders."""

from datetime import timedelta

import pytest

from tests.api.conftest import make_table


@pytest.fixture
def three(glue, core, create):
    """Transforms b (READY, Glue 1.0, other columns), c (modified last) and a, in that order."""
    make_table(glue, "other", [{"Name": "id", "Type": "int"}])
    other = [{"DatabaseName": "db", "TableName": "other"}]
    ids = {
        "b": create(Name="b", GlueVersion="1.0", InputRecordTables=other),
        "c": create(Name="c"),
        "a": create(Name="a"),
    }
    core.store.matchers.publish(ids["b"], "matcher", expected_version=0, label_count=1)
    glue.update_ml_transform(TransformId=ids["c"], Timeout=1)
    return ids


def times(glue, transform_id):
    transform = glue.get_ml_transform(TransformId=transform_id)
    return transform["CreatedOn"], transform["LastModifiedOn"]


def names(glue, three, **asked):
    """The names that both operations answer, which must be the same ones in the same order."""
    transforms = glue.get_ml_transforms(**asked)["Transforms"]
    ids = glue.list_ml_transforms(**asked)["TransformIds"]
    assert [transform["TransformId"] for transform in transforms] == ids
    assert all(transform["Schema"] for transform in transforms)
    return [transform["Name"] for transform in transforms]


@pytest.mark.behavior(21)
@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, "bca"),
        ({"Name": "b"}, "b"),
        ({"Name": "B"}, ""),
        ({"TransformType": "FIND_MATCHES"}, "bca"),
        ({"Status": "NOT_READY"}, "ca"),
        ({"Status": "READY"}, "b"),
        ({"Status": "DELETING"}, ""),
        ({"GlueVersion": "1.0"}, "b"),
        ({"GlueVersion": "0.9", "Name": "a"}, "a"),
        ({"Schema": [{"Name": "id", "DataType": "int"}]}, "b"),
        (
            {
                "Schema": [
                    {"Name": "name", "DataType": "string"},
                    {"Name": "id", "DataType": "string"},
                ]
            },
            "ca",
        ),
        ({"Schema": [{"Name": "id", "DataType": "string"}]}, ""),
    ],
)
def test_each_filter_member_gives_the_right_transforms(glue, three, criteria, expected):
    assert names(glue, three, Filter=criteria) == list(expected)


@pytest.mark.behavior(21)
def test_filters_by_time_leave_the_moment_itself_out(glue, three):
    created, modified = times(glue, three["c"])
    second = timedelta(seconds=1)

    assert names(glue, three, Filter={"CreatedBefore": created}) == ["b"]
    assert names(glue, three, Filter={"CreatedAfter": created}) == ["a"]
    assert names(glue, three, Filter={"CreatedAfter": created - second}) == ["c", "a"]
    assert names(glue, three, Filter={"LastModifiedBefore": modified}) == ["b", "a"]
    assert names(glue, three, Filter={"LastModifiedAfter": modified - second}) == ["c"]


@pytest.mark.behavior(21)
@pytest.mark.parametrize(
    ("column", "ascending"),
    [
        ("NAME", "abc"),
        ("TRANSFORM_TYPE", "bca"),
        ("STATUS", "cab"),
        ("CREATED", "bca"),
        ("LAST_MODIFIED", "abc"),
    ],
)
def test_each_sort_column_orders_both_ways(glue, three, column, ascending):
    def ordered(direction):
        return names(glue, three, Sort={"Column": column, "SortDirection": direction})

    assert ordered("ASCENDING") == list(ascending)
    assert ordered("DESCENDING") == list(reversed(ascending))


@pytest.mark.parametrize("member", ["Name", "DataType"])
def test_a_schema_filter_names_columns_and_types(glue, member):
    column = {"Name": "id", "DataType": "int"}
    del column[member]

    with pytest.raises(glue.exceptions.InvalidInputException) as refusal:
        glue.get_ml_transforms(Filter={"Schema": [column]})
    assert refusal.value.response["Error"]["Message"] == f"{member} can't be blank."


@pytest.fixture
def runs(core, create):
    """A transform's runs: an evaluation that succeeded, an export, an evaluation, in that order."""
    transform_id = create()
    add = core.store.task_runs.add
    made = [add(transform_id, kind) for kind in ("EVALUATION", "EXPORT_LABELS", "EVALUATION")]
    core.store.task_runs.transition(made[0].id, "STARTING", "RUNNING")
    core.store.task_runs.transition(made[0].id, "RUNNING", "SUCCEEDED")
    add(create(Name="another"), "EVALUATION")
    return made


def positions(glue, runs, **asked):
    found = glue.get_ml_task_runs(TransformId=runs[0].transform_id, **asked)["TaskRuns"]
    ids = [run.id for run in runs]
    return [ids.index(run["TaskRunId"]) for run in found]


def test_task_runs_come_newest_first(glue, runs):
    assert positions(glue, runs) == [2, 1, 0]


def test_each_filter_member_gives_the_right_task_runs(glue, runs):
    started = runs[1].started_on

    assert positions(glue, runs, Filter={"TaskRunType": "EVALUATION"}) == [2, 0]
    assert positions(glue, runs, Filter={"Status": "SUCCEEDED"}) == [0]
    assert positions(glue, runs, Filter={"StartedBefore": started}) == [0]
    assert positions(glue, runs, Filter={"StartedAfter": started}) == [2]
    both = {"TaskRunType": "EVALUATION", "Status": "STARTING"}
    assert positions(glue, runs, Filter=both) == [2]


@pytest.mark.parametrize(
    ("column", "ascending"),
    [("TASK_RUN_TYPE", [0, 2, 1]), ("STATUS", [1, 2, 0]), ("STARTED", [0, 1, 2])],
)
def test_each_sort_column_orders_task_runs_both_ways(glue, runs, column, ascending):
    def ordered(direction):
        return positions(glue, runs, Sort={"Column": column, "SortDirection": direction})

    assert ordered("ASCENDING") == ascending
    assert ordered("DESCENDING") == ascending[::-1]
