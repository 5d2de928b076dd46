"""How large a table may be to be compared as a whole."""

from __future__ import annotations

import pytest

from glueml_core import FindMatches
from glueml_core.http.inprocess import core_of
from glueml_core.tasks.folder import RunFolder
from tests.tasks.conftest import teach_people
from tests.tasks.people import PEOPLE, pair_f1


@pytest.mark.parametrize(
    ("rows", "told"), [(len(PEOPLE), "Scoring pairs"), (len(PEOPLE) - 1, "Joining rows")]
)
def test_is_for_the_settings_to_say(tmp_path, monkeypatch, rows, told):
    monkeypatch.setenv("GLUEML_FILE_ROOTS", f'["{tmp_path}"]')
    monkeypatch.setenv("GLUEML_WHOLE_TABLE_ROWS", str(rows))
    glue, transform_id = teach_people(tmp_path)

    matched = FindMatches.apply(PEOPLE, transform_id, client=glue)

    run = glue.get_ml_task_runs(TransformId=transform_id)["TaskRuns"][0]
    assert told in RunFolder.of(core_of(glue).settings, run["TaskRunId"]).log.read_text()
    assert pair_f1(matched) > 0.95
