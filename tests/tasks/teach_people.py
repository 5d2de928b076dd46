"""Teach a transform of some people in the folder given, and print what features it brought."""

import sys
from pathlib import Path

from glueml_core import connect
from glueml_core.http.inprocess import core_of
from glueml_core.matching import Matcher
from tests.tasks.conftest import wait_until_ended
from tests.tasks.people import PEOPLE, add_table, add_transform, label_file


def main(folder: Path) -> None:
    glue = connect(folder / "store")
    glue.create_database(DatabaseInput={"Name": "db"})
    PEOPLE.to_csv(folder / "people.csv", index=False)
    add_table(glue, "people", str(folder / "people.csv"))
    transform_id = add_transform(glue, "people")
    label_file(folder / "labels.csv")
    started = glue.start_import_labels_task_run(
        TransformId=transform_id, InputS3Path=str(folder / "labels.csv")
    )
    run = wait_until_ended(core_of(glue), started["TaskRunId"])
    assert run.status == "SUCCEEDED", run.error_string
    kept = core_of(glue).store.matchers.get(transform_id)
    assert kept is not None
    sys.stdout.write("\n".join(Matcher.from_json(kept.text).extension_features) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
