"""
The Spark engine on two executors: what it finds is what the local engine finds, come what may.

All in one module, so that one worker has the one session.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from functools import partial
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pytest
from dagster_pyspark import LazyPySparkResource

from glueml_core import FindIncrementalMatches, FindMatches
from glueml_core.errors import InvalidInputException
from glueml_core.http.inprocess import core_of
from glueml_core.matching import MatchingOptions, find_incremental_matches, find_matches
from glueml_core.matching.large.agreement import Agreement
from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.groups import MAX_GROUP_ROWS, group_rows
from glueml_core.matching.options import Progress, silent
from glueml_core.transforms import TaskRunFailedError
from glueml_dagster import FindMatchesTransform, GlueMLResource, SourceTable
from glueml_dagster.assets import build_find_matches_assets
from tests.cancelling import cancelling_next_run
from tests.spark.tables import IN_PARTS, partition, table, taught
from tests.tasks import teach_people
from tests.tasks.people import KEY, PEOPLE, TRUTH, contrary_labels, pair_f1

FOR_THE_DRIVER = "glueml_core.spark.groups._FOR_THE_DRIVER"
OPTIONS = "glueml_core.transforms.on_spark.MatchingOptions"
NO_LABELS = pd.DataFrame(columns=["labeling_set_id", "record_id", "label"], dtype=object)


def on_spark(frame: Any, of: str, progress: Progress = silent) -> pd.DataFrame:
    """What the Spark engine finds in a frame, by what a transform learned from a set."""
    from glueml_core.spark import find_matches as find_matches_on_spark
    from glueml_core.spark import spark_records

    records = spark_records(frame, "record_id", {name: name for name in frame.columns})
    found = find_matches_on_spark(records, taught(of), NO_LABELS, IN_PARTS, progress)
    return found.toPandas().set_index("record_id", drop=False)


def frame_of(spark: Any, records: pd.DataFrame) -> Any:
    return spark.createDataFrame(pa.Table.from_pandas(records, preserve_index=False))


@pytest.fixture(scope="module")
def people(spark) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Made-up people, and what Spark finds among them."""
    records = table("people").drop(columns="entity")
    return records, on_spark(frame_of(spark, records), "people")


def check_same(records: pd.DataFrame, of: str, there: pd.DataFrame) -> None:
    """The local engine finds the same clusters of every record, and the same confidence in each."""
    here = find_matches(records, taught(of), NO_LABELS, IN_PARTS, silent).set_index("record_id")

    assert partition(there) == partition(here.reset_index())
    assert len(partition(there)) < len(records)
    confidence = there["match_confidence_score"][here.index]
    np.testing.assert_allclose(confidence, here["match_confidence_score"], atol=1e-4)


def test_both_engines_find_the_same_among_febrl(spark):
    """Every third person of the four sets, some 7,000 records in one table."""
    records = table("febrl").drop(columns="entity")

    check_same(records, "febrl", on_spark(frame_of(spark, records), "febrl"))


def test_both_engines_find_the_same_among_made_up_people(people):
    records, found = people

    check_same(records, "people", found)


def test_both_engines_find_the_same_among_papers(spark):
    """They are joined on words of their titles, for no two are equal."""
    records = table("papers").drop(columns="entity")

    check_same(records, "papers", on_spark(frame_of(spark, records), "papers"))


def test_both_engines_add_new_people_to_the_same_clusters(spark, people):
    """Two records of three keep the numbers that a run gave them; every third is new."""
    from glueml_core.spark import find_incremental_matches as find_on_spark
    from glueml_core.spark import spark_records

    records, found = people
    is_new = np.arange(len(records)) % 3 == 0
    number = found["match_id"][records["record_id"]].to_numpy()
    existing, new = records[~is_new].assign(match_id=number[~is_new]), records[is_new]
    frame = frame_of(spark, records.assign(known=np.where(is_new, -1, number)))
    names = {name: name for name in records.columns}

    here = find_incremental_matches(
        existing, new, taught("people"), NO_LABELS, IN_PARTS, silent
    ).set_index("record_id")
    there = (
        find_on_spark(
            spark_records(frame, "record_id", names, known="known"),
            taught("people"),
            NO_LABELS,
            IN_PARTS,
            silent,
        )
        .toPandas()
        .set_index("record_id", drop=False)
    )

    old = existing["record_id"]
    assert (
        there["match_id"][old].tolist()
        == here["match_id"][old].tolist()
        == number[~is_new].tolist()
    )
    assert partition(there) == partition(here.reset_index())
    assert there["match_id"][new["record_id"]].isin(number[~is_new]).mean() > 0.2


def test_numbers_do_not_depend_on_where_records_lie(spark, people, monkeypatch):
    """Neither their order nor their partitions, nor where pairs are grouped."""
    monkeypatch.setattr(FOR_THE_DRIVER, 0)
    records, one = people
    shuffled = frame_of(spark, records.sample(frac=1, random_state=1)).repartition(3)

    other = on_spark(shuffled, "people")

    assert one["match_id"].to_dict() == other["match_id"].to_dict()
    assert sorted(one["match_id"].unique()) == list(range(one["match_id"].nunique()))


def executors() -> list[psutil.Process]:
    """The executor processes of this process's session."""
    found = []
    for process in psutil.Process().children(recursive=True):
        # Others come and go meanwhile.
        with suppress(psutil.Error):
            if "org.apache.spark.executor.CoarseGrainedExecutorBackend" in process.cmdline():
                found.append(process)
    return found


def test_an_executor_killed_in_mid_run_changes_nothing(spark, people):
    """With the rows it had hashed, the pairs it was joining, the parts it was comparing."""
    records, whole = people
    killed: list[int] = []

    def kill_one_at_work() -> None:
        tracker = spark.sparkContext.statusTracker()
        while not tracker.getActiveStageIds():
            time.sleep(0.005)
        victim = executors()[0]
        os.kill(victim.pid, signal.SIGKILL)
        killed.append(victim.pid)

    def watch(share: float, doing: str) -> None:
        if doing.startswith(("Joining", "Comparing")):
            threading.Thread(target=kill_one_at_work).start()

    after = on_spark(frame_of(spark, records), "people", watch)

    assert len(set(killed)) == 2
    assert after["match_id"].to_dict() == whole["match_id"].to_dict()
    assert after["match_confidence_score"].to_dict() == whole["match_confidence_score"].to_dict()


@pytest.mark.parametrize("most_pairs", [10_000, 0], ids=["by the driver", "by executors"])
def test_oversized_groups_part_by_the_same_law(spark, monkeypatch, most_pairs):
    """Three crowds, which weak pairs make one; a crowd too large for any group; a lone pair."""
    from glueml_core.spark.groups import group_pairs

    monkeypatch.setattr(FOR_THE_DRIVER, most_pairs)
    rng = np.random.default_rng(4)
    crowds = [np.arange(0, 300), np.arange(300, 700), np.arange(700, 1400)]
    within = [
        np.column_stack([rng.choice(crowd, (3 * len(crowd), 2)), np.full(3 * len(crowd), evidence)])
        for crowd, evidence in zip(crowds, (2_900, 2_900, 4_100), strict=True)
    ]
    between = np.column_stack([rng.integers(0, 1400, (40, 2)), np.full(40, 1_000)])
    pairs = np.vstack([*within, between, [[1400, 1401, 1_000]]])
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    pairs = pairs[np.unique(pairs[:, :2], axis=0, return_index=True)[1]]
    left, right, evidence = pairs.T
    group, stay = group_rows(Candidates(left, right, evidence.astype(np.int32)), 1402, 1_000)

    frame = spark.createDataFrame(
        pa.table({"l": left, "r": right, "evidence": evidence.astype(np.int32)})
    )
    found = group_pairs(frame, 1_000).toPandas()

    kept = set(zip(left[stay], right[stay], strict=True))
    assert set(zip(found["l"], found["r"], strict=True)) == kept
    assert len(kept) < len(pairs)
    assert np.bincount(group).max() <= MAX_GROUP_ROWS
    lowest = pd.Series(np.arange(1402)).groupby(group).min()
    assert (found["group_id"].to_numpy() == lowest[group[found["l"]]].to_numpy()).all()


def test_a_table_whose_values_everybody_shares_has_no_candidates(spark):
    """No column is rare enough for a key, and no two of them."""
    count = 400
    same = {"known": -1, "copies": 1, "h0": 7, "n0": count}
    frame = frame_of(spark, pd.DataFrame({"row": range(count)}).assign(**same))
    agreement = Agreement.of(np.full((count, 1), 7), count)
    effort = JoinEffort.of(0.5)
    assert agreement.keys(effort.max_block_size) == []

    from glueml_core.spark.candidates import candidates_of
    from glueml_core.spark.rows import SparkRows

    assert candidates_of(SparkRows(frame, count, 1), agreement, effort).isEmpty()


@pytest.fixture(scope="module")
def transform(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, str]:
    """A client, and a transform that has learned from the labels of 40 people."""
    from glueml_core import connect

    folder = tmp_path_factory.mktemp("taught")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUEML_FILE_ROOTS", f'["{folder}"]')
        teach_people.main(folder)
        glue = connect(folder / "store")
        (transform_id,) = glue.list_ml_transforms()["TransformIds"]
    return glue, transform_id


@pytest.fixture(scope="module")
def frame(spark) -> Any:
    """The people, with columns that no schema knows."""
    from pyspark.sql import functions

    return frame_of(spark, PEOPLE).withColumns(
        {
            "a.b": functions.array(functions.lit(1)),
            "when": functions.current_timestamp(),
            "row": functions.lit("x"),
        }
    )


def last_run(glue: Any, transform_id: str) -> dict[str, Any]:
    runs = glue.get_ml_task_runs(TransformId=transform_id)["TaskRuns"]
    return dict(runs[0])


@pytest.mark.behavior(39)
def test_find_matches_adds_columns_to_a_spark_frame(transform, frame):
    glue, transform_id = transform

    matched = FindMatches.apply(
        frame, transform_id, client=glue, computeMatchConfidenceScores=1, jobName="nightly"
    )

    assert matched.schema.fields[:-2] == frame.schema.fields
    assert [field.simpleString() for field in matched.schema.fields[-2:]] == [
        "match_id:bigint",
        "match_confidence_score:double",
    ]
    found = matched.toPandas()
    assert sorted(found[KEY]) == sorted(PEOPLE[KEY])
    assert pair_f1(found) > 0.95
    assert (
        not found[["match_id", "match_confidence_score"]]
        .drop_duplicates()["match_id"]
        .duplicated()
        .any()
    )
    run = last_run(glue, transform_id)
    assert run["Status"] == "SUCCEEDED"
    assert run["Properties"]["FindMatchesTaskRunProperties"]["JobName"] == "nightly"


def test_a_frame_that_fits_one_machine_gets_what_pandas_gets(transform, frame):
    """The same clusters, and the same confidence in each to the last digit."""
    glue, transform_id = transform

    there, here = (
        FindMatches.apply(records, transform_id, client=glue, computeMatchConfidenceScores=1)
        for records in (frame, PEOPLE)
    )

    found = there.toPandas().set_index(KEY)
    same = here.set_index(KEY)
    score = "match_confidence_score"
    assert found[score][same.index].tolist() == same[score].tolist()
    pairs = pd.DataFrame({"there": found["match_id"][same.index], "here": same["match_id"]})
    assert len(pairs.drop_duplicates()) == found["match_id"].nunique() == same["match_id"].nunique()
    assert sorted(found["match_id"].unique()) == list(range(found["match_id"].nunique()))


@pytest.mark.parametrize("rows", [len(PEOPLE), len(PEOPLE) - 1], ids=["whole", "in parts"])
def test_removes_duplicates_and_enforces_what_the_caller_says(transform, frame, monkeypatch, rows):
    """Two strangers are one, two copies are two, and of each cluster the lowest key is left."""
    monkeypatch.setattr(OPTIONS, partial(MatchingOptions, whole_table_rows=rows))
    glue, transform_id = transform
    enforced, strangers, _ = contrary_labels()

    rest = FindMatches.apply(
        frame, transform_id, enforcedMatches=enforced, removeDuplicates=True, client=glue
    ).toPandas()

    assert rest["match_id"].is_unique
    assert len(rest) < len(PEOPLE)
    assert strangers[1] not in set(rest[KEY])


@pytest.mark.behavior(40)
def test_incremental_matches_keep_old_numbers(spark, transform, frame):
    glue, transform_id = transform
    keys = PEOPLE[KEY].tolist()
    old, new = frame.where(frame[KEY].isin(keys[:200])), frame.where(frame[KEY].isin(keys[200:]))
    entity = pd.factorize(PEOPLE[KEY].map(TRUTH))[0] - 5
    numbers = pd.DataFrame({KEY: PEOPLE[KEY], "match_id": entity})
    existing = old.join(frame_of(spark, numbers), KEY)

    matched = FindIncrementalMatches.apply(existing, new, transform_id, client=glue)

    assert matched.columns == [*frame.columns, "match_id"]
    found = matched.toPandas().set_index(KEY)
    before = existing.toPandas().set_index(KEY)["match_id"]
    assert found["match_id"][before.index].to_dict() == before.to_dict()
    fresh = set(found["match_id"]) - set(before)
    assert min(fresh) > before.max()
    assert len(fresh) < found["match_id"].nunique()
    assert pair_f1(found.reset_index()) > 0.95


def test_existing_numbers_leave_room_for_new_ones(spark, transform, frame):
    """Numbers that a run cannot go beyond would come back as others."""
    glue, transform_id = transform
    existing = frame_of(spark, PEOPLE.assign(match_id=2**63 - 1))

    with pytest.raises(InvalidInputException, match="from 0 to 9223372036854775807, which leaves"):
        FindIncrementalMatches.apply(existing, frame, transform_id, client=glue)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda f: f.drop("surname", "state"), "frame lacks the columns surname, state"),
        (lambda f: f.withColumn("match_id", f["row"]), "frame has a column match_id already"),
        (lambda f: f.union(f.limit(1)), f"Primary key {KEY} has the value p.* in 2 rows of frame"),
        (lambda f: f.withColumn(KEY, f[KEY].substr(9, 1)), r"has no value in \d+ rows of frame"),
        (
            lambda f: f.replace(PEOPLE[KEY][1], "a\0b", KEY),
            f"{KEY} has a NUL byte in 1 rows of frame",
        ),
    ],
)
def test_refuses_frames_that_do_not_fit(transform, frame, change, reason):
    glue, transform_id = transform

    with pytest.raises(InvalidInputException, match=reason):
        FindMatches.apply(change(frame), transform_id, client=glue)


def test_a_cancelled_run_ends_stopped(transform, frame):
    """Its Spark jobs are interrupted, and the caller learns how it ended."""
    glue, transform_id = transform

    with (
        cancelling_next_run(glue, transform_id),
        pytest.raises(TaskRunFailedError, match=r"ended STOPPED\."),
    ):
        FindMatches.apply(frame, transform_id, client=glue)


def test_dagsters_matches_come_from_spark_where_the_transform_says_so(
    spark, transform, tmp_path, monkeypatch
):
    """The session is dagster-pyspark's, the asset, its checks and its history the same."""
    glue, _ = transform
    folder = core_of(glue).settings.store.parent
    monkeypatch.setenv("GLUEML_FILE_ROOTS", f'["{folder}"]')
    definition = FindMatchesTransform(
        name="match people",
        source=SourceTable(database="db", table="people"),
        primary_key=KEY,
        folder=(folder / "files").as_uri(),
        engine="spark",
    )
    matches = next(
        asset for asset in build_find_matches_assets(definition) if asset.key.path[-1] == "matches"
    )

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [matches],
            instance=instance,
            resources={
                "glueml": GlueMLResource(store=str(folder / "store")),
                "pyspark": LazyPySparkResource(spark_config={}),
            },
            selection=[matches],
        )

    (event,) = result.asset_materializations_for_node(matches.node_def.name)
    file = event.metadata["file"].value
    found = spark.read.options(header=True).csv(file).toPandas()
    assert event.metadata["dagster/row_count"].value == len(PEOPLE)
    assert pair_f1(found) > 0.95
    assert result.success
