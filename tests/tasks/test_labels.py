"""Labels go in as people gave them, come out the same, and none is lost on the way."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from glueml_core.api import Core
from glueml_core.samples import KEY
from glueml_core.store import TaskRun
from glueml_core.tasks.folder import RunFolder
from tests.tasks.conftest import wait_until_ended, worker_of
from tests.tasks.people import PEOPLE, add_table, add_transform, label_file, papers_labeled
from tests.waiting import wait_for

HEADER = "labeling_set_id,label,id,name\n"
# Enough to be kept, too little to learn from: no two of them are a match.
STRANGERS = HEADER + "s,A,1,ann\ns,B,3,bob\n"


@pytest.fixture
def imported(core: Core, glue: Any, transform_id: str, tmp_path: Path):
    """Import a label file of that content; its run when it has ended."""

    def run(content: str, *, replace: bool = False) -> TaskRun:
        (tmp_path / "labels.csv").write_text(content)
        answer = glue.start_import_labels_task_run(
            TransformId=transform_id,
            InputS3Path=str(tmp_path / "labels.csv"),
            ReplaceAllLabels=replace,
        )
        return wait_until_ended(core, answer["TaskRunId"])

    return run


@pytest.fixture
def exported(core: Core, glue: Any, transform_id: str, tmp_path: Path):
    """Export all labels; the file."""

    def run() -> Path:
        answer = glue.start_export_labels_task_run(
            TransformId=transform_id, OutputS3Path=str(tmp_path / "exports")
        )
        output = wait_until_ended(core, answer["TaskRunId"]).output
        assert output is not None
        return Path(output["uri"])

    return run


def log(core: Core, run: TaskRun) -> str:
    return RunFolder.of(core.settings, run.id).log.read_text()


class TestImport:
    def test_of_one_kind_of_pair_counts_and_does_not_make_ready(
        self, core, glue, imported, transform_id
    ):
        run = imported(STRANGERS)
        shown = glue.get_ml_transform(TransformId=transform_id)

        assert run.status == "SUCCEEDED", run.error_string
        assert (shown["LabelCount"], shown["Status"]) == (2, "NOT_READY")
        assert "The transform is not ready. The labels contain no match." in log(core, run)

    @pytest.mark.behavior(29)
    def test_adds_to_the_labels_that_are_there_or_replaces_them(
        self, glue, imported, exported, transform_id
    ):
        def label_count() -> int:
            return glue.get_ml_transform(TransformId=transform_id)["LabelCount"]

        imported(STRANGERS)
        imported(HEADER + "s,A,2,anne\ns,B,3,bob\ns,,1,ann\n")
        assert label_count() == 4

        imported(HEADER + "t,A,2,anne\n", replace=True)
        assert label_count() == 1
        assert exported().read_text() == HEADER + "t,A,2,anne\n"

    def test_of_the_same_file_again_changes_nothing(self, glue, imported, transform_id):
        imported(STRANGERS)
        imported(STRANGERS)

        assert glue.get_ml_transform(TransformId=transform_id)["LabelCount"] == 2

    @pytest.mark.behavior(31)
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("set,label,id,name\ns,A,1,ann\n", "Line 1: the header must begin with labeling_set"),
            (HEADER + "s,A,2,anne\n,B,3,bob\n", "Line 3, column labeling_set_id: no value"),
            (HEADER + "s,,2,anne\n", "Column label is blank in all of its 1 rows"),
        ],
    )
    @pytest.mark.parametrize("replace", [False, True])
    def test_of_a_bad_file_fails_and_leaves_earlier_labels(
        self, glue, imported, exported, content, reason, replace
    ):
        imported(STRANGERS)
        run = imported(content, replace=replace)

        assert run.status == "FAILED"
        assert f"labels.csv. {reason}" in run.error_string
        assert exported().read_text() == STRANGERS

    def test_with_an_unreadable_source_fails_and_keeps_nothing(
        self, glue, imported, transform_id, tmp_path
    ):
        (tmp_path / "people" / "a.csv").write_text("id,name\n1,ann\n1,anne\n")
        run = imported(STRANGERS)

        assert (run.status, run.error_string) == (
            "FAILED",
            "Primary key id has the value 1 in row 1 and again in row 2.",
        )
        assert glue.get_ml_transform(TransformId=transform_id)["LabelCount"] == 0

    def test_accepts_records_that_the_source_lacks_and_says_so(self, core, imported):
        run = imported(HEADER + "s,A,1,ann\ns,B,99,zoe\n")

        assert run.status == "SUCCEEDED", run.error_string
        assert "1 labeled records are not in the source, such as id 99" in log(core, run)

    def test_tells_of_pairs_that_sets_disagree_on(self, core, imported):
        run = imported(HEADER + "s,A,1,ann\ns,A,2,anne\nt,A,2,anne\nt,B,1,ann\n")

        assert run.status == "SUCCEEDED", run.error_string
        assert "1 pairs are a match in one labeling set and none in another, such as 1 and 2" in (
            log(core, run)
        )

    def test_survives_a_crash_while_it_learns(self, core, glue, tmp_path):
        """Labels that were kept are kept once, and the second attempt learns from them."""
        glue.create_database(DatabaseInput={"Name": "db"})
        PEOPLE.to_csv(tmp_path / "people.csv", index=False)
        add_table(glue, "people", str(tmp_path / "people.csv"))
        transform_id = add_transform(glue, "people")
        glue.update_ml_transform(TransformId=transform_id, MaxRetries=1)
        labels = label_file(tmp_path / "labels.csv", last=12)
        run_id = glue.start_import_labels_task_run(
            TransformId=transform_id, InputS3Path=str(tmp_path / "labels.csv")
        )["TaskRunId"]

        worker = worker_of(core, run_id)
        wait_for(lambda: core.store.transforms.get(transform_id).label_count)
        worker.kill()
        run = wait_until_ended(core, run_id)

        assert (run.status, run.attempt) == ("SUCCEEDED", 2), run.error_string
        shown = glue.get_ml_transform(TransformId=transform_id)
        assert (shown["Status"], shown["LabelCount"]) == ("READY", len(labels))
        assert len(core.store.labels.imports(transform_id)) == 1


@pytest.mark.behavior(33)
class TestExport:
    def test_is_named_as_glue_names_it(self, imported, exported, transform_id):
        imported(STRANGERS)

        uuid4 = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
        time = r"\d{4}-\d\d-\d\d_\d\d_\d\d_\d\d"
        assert re.fullmatch(f"{transform_id}_labels_{time}_{uuid4}.csv", exported().name)

    def test_imported_again_says_the_same(self, glue, imported, exported, transform_id):
        """Also where two files called their sets alike."""
        imported(STRANGERS)
        imported(HEADER + 's,A,1,"ann ""a"", b"\ns,A,3,\n')
        before = pd.read_csv(exported(), dtype=str, keep_default_na=False)
        run = imported(exported().read_text(), replace=True)
        after = pd.read_csv(exported(), dtype=str, keep_default_na=False)

        assert run.status == "SUCCEEDED", run.error_string
        pd.testing.assert_frame_equal(after, before)
        assert before["labeling_set_id"].nunique() == 2
        assert glue.get_ml_transform(TransformId=transform_id)["LabelCount"] == 4


@pytest.mark.behavior(27)
def test_a_label_means_something_only_in_its_set(core, glue, tmp_path):
    """
    The shape of AWS's own sample: 3 sets of 50, labels that run on through the sets, one of them
    in two sets; 37 pairs are matches, 3,638 are not.
    """
    rows = papers_labeled()
    assert rows.loc[rows["label"] == 40, "labeling_set_id"].tolist() == [1, 2]

    columns = ["id", "name"]
    rows[columns].to_csv(tmp_path / "source.csv", index=False)
    glue.create_database(DatabaseInput={"Name": "db"})
    add_table(glue, "papers", str(tmp_path / "source.csv"), columns)
    transform_id = add_transform(glue, "papers", PrimaryKeyColumnName="id")
    rows.to_csv(tmp_path / "labels.csv", index=False)
    started = glue.start_import_labels_task_run(
        TransformId=transform_id, InputS3Path=str(tmp_path / "labels.csv")
    )
    run = wait_until_ended(core, started["TaskRunId"])
    assert run.status == "SUCCEEDED", run.error_string
    started = glue.start_ml_evaluation_task_run(TransformId=transform_id)
    run = wait_until_ended(core, started["TaskRunId"])
    assert run.status == "SUCCEEDED", run.error_string

    detail = core.store.transforms.get(transform_id).evaluation_detail
    assert glue.get_ml_transform(TransformId=transform_id)["LabelCount"] == 150
    assert (detail["labels"]["matches"], detail["labels"]["non_matches"]) == (37, 3638)


class TestGeneration:
    @pytest.fixture
    def generated(self, core, glue, tmp_path):
        """Generate labeling sets for the transform of all people; the file, as text."""

        def run(transform_id: str) -> pd.DataFrame:
            started = glue.start_ml_labeling_set_generation_task_run(
                TransformId=transform_id, OutputS3Path=str(tmp_path / "sets")
            )
            run = wait_until_ended(core, started["TaskRunId"])
            assert run.status == "SUCCEEDED", run.error_string
            content = Path(run.output["uri"]).read_text()
            return pd.read_csv(io.StringIO(content), dtype=str, keep_default_na=False)

        return run

    @pytest.mark.behavior(24, 26)
    def test_asks_about_other_records_each_time(self, core, glue, tmp_path, generated):
        glue.create_database(DatabaseInput={"Name": "db"})
        PEOPLE.to_csv(tmp_path / "people.csv", index=False)
        add_table(glue, "people", str(tmp_path / "people.csv"))
        transform_id = add_transform(glue, "people")

        first = generated(transform_id)
        sizes = first["labeling_set_id"].value_counts()
        assert list(first.columns) == ["labeling_set_id", "label", *PEOPLE.columns]
        assert (first["label"] == "").all()
        assert 5 <= len(sizes) <= 15
        assert sizes.between(2, 30).all()
        source = PEOPLE.set_index(KEY).loc[first[KEY]].reset_index()[list(PEOPLE.columns)]
        pd.testing.assert_frame_equal(first[list(PEOPLE.columns)], source)

        answered = first.assign(label=[str(number) for number in range(len(first))])
        answered.to_csv(tmp_path / "answered.csv", index=False)
        started = glue.start_import_labels_task_run(
            TransformId=transform_id, InputS3Path=str(tmp_path / "answered.csv")
        )
        assert wait_until_ended(core, started["TaskRunId"]).status == "SUCCEEDED"
        second = generated(transform_id)
        assert not set(second[KEY]) & set(first[KEY])
        assert not set(second["labeling_set_id"]) & set(first["labeling_set_id"])

    def test_asks_again_about_labeled_records_that_the_table_lacks(
        self, core, glue, tmp_path, generated
    ):
        """Nothing else is left to ask about, and their values are those of the label file."""
        glue.create_database(DatabaseInput={"Name": "db"})
        labeled = label_file(tmp_path / "labels.csv")
        here = PEOPLE[PEOPLE[KEY].isin(labeled[KEY])][:1]
        here.to_csv(tmp_path / "people.csv", index=False)
        add_table(glue, "people", str(tmp_path / "people.csv"))
        transform_id = add_transform(glue, "people")
        started = glue.start_import_labels_task_run(
            TransformId=transform_id, InputS3Path=str(tmp_path / "labels.csv")
        )
        assert wait_until_ended(core, started["TaskRunId"]).status == "SUCCEEDED"

        asked = generated(transform_id)

        assert asked[KEY].isin(labeled[KEY]).all()
        assert len(asked) > len(here)
        source = PEOPLE.set_index(KEY).loc[asked[KEY]].reset_index()[list(PEOPLE.columns)]
        pd.testing.assert_frame_equal(asked[list(PEOPLE.columns)], source)


@pytest.mark.parametrize(
    ("predicate", "status"), [("year == 2026", "SUCCEEDED"), ("year > 2026", "FAILED")]
)
def test_only_the_partitions_of_a_predicate_are_read(core, glue, tmp_path, predicate, status):
    """The other year's file could not be: it has a record twice."""
    for year, rows in (("2025", "1,ann\n1,ann\n"), ("2026", "1,ann\n2,anne\n3,bob\n")):
        folder = tmp_path / "people" / f"year={year}"
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text("id,name\n" + rows)
    glue.create_database(DatabaseInput={"Name": "db"})
    columns = [{"Name": name, "Type": "string"} for name in ("id", "name")]
    glue.create_table(
        DatabaseName="db",
        TableInput={
            "Name": "people",
            "StorageDescriptor": {"Columns": columns, "Location": str(tmp_path / "people")},
            "PartitionKeys": [{"Name": "year", "Type": "int"}],
            "Parameters": {"classification": "csv"},
        },
    )
    options = {"AdditionalOptions": {"pushDownPredicate": predicate}}
    transform_id = glue.create_ml_transform(
        Name="people",
        Role="role",
        InputRecordTables=[{"DatabaseName": "db", "TableName": "people"} | options],
        Parameters={
            "TransformType": "FIND_MATCHES",
            "FindMatchesParameters": {"PrimaryKeyColumnName": "id"},
        },
    )["TransformId"]

    run_id = glue.start_ml_labeling_set_generation_task_run(
        TransformId=transform_id, OutputS3Path=str(tmp_path / "sets")
    )["TaskRunId"]
    run = wait_until_ended(core, run_id)

    assert run.status == status, run.error_string
    assert status == "SUCCEEDED" or run.error_string == (
        f"Cannot read {tmp_path / 'people'}. No partition meets year > 2026."
    )
