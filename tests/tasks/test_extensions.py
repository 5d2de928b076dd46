"""A user's own blocking and features, named in the store's settings, reach the task runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from glueml_core import connect
from glueml_core.errors import InvalidInputException
from glueml_core.http.inprocess import core_of
from glueml_core.matching import Extensions, Matcher
from glueml_core.settings import Settings
from glueml_core.tasks.extensions import extensions_of
from tests.tasks.conftest import wait_until_ended
from tests.tasks.people import PEOPLE, add_table, add_transform, label_file

RULES = """
from recordlinkage.compare import Exact
from recordlinkage.index import Block

same_suburb = Exact("suburb", "suburb")
by_postcode = Block("postcode")
"""
SETTINGS = """
[extensions."match people"]
indexers = ["my_rules:by_postcode"]
features = {"same suburb" = "my_rules:same_suburb"}
"""


def settings_of(folder: Path, text: str) -> Settings:
    store = folder / "store"
    store.mkdir(exist_ok=True)
    (store / "glueml.toml").write_text(text)
    return Settings.of(store)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Where `my_rules` can be imported from, here and in the processes of task runs."""
    (tmp_path / "my_rules.py").write_text(RULES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("GLUEML_FILE_ROOTS", f'["{tmp_path}"]')
    return tmp_path


def test_a_transform_learns_from_the_features_that_the_settings_name(folder):
    settings_of(folder, SETTINGS)
    glue = connect(folder / "store")
    core = core_of(glue)
    glue.create_database(DatabaseInput={"Name": "db"})
    PEOPLE.to_csv(folder / "people.csv", index=False)
    add_table(glue, "people", str(folder / "people.csv"))
    transform_id = add_transform(glue, "people")
    label_file(folder / "labels.csv")

    started = glue.start_import_labels_task_run(
        TransformId=transform_id, InputS3Path=str(folder / "labels.csv")
    )
    run = wait_until_ended(core, started["TaskRunId"])

    assert run.status == "SUCCEEDED", run.error_string
    kept = core.store.matchers.get(transform_id)
    assert kept is not None
    assert Matcher.from_json(kept.text).extension_features == ("same suburb",)


def test_another_transform_has_none_of_them(folder):
    assert extensions_of(settings_of(folder, SETTINGS), "products") == Extensions()


@pytest.mark.parametrize("name", ["my_rules:nothing", "no_module:rule", "my_rules:by_postcode"])
def test_a_name_that_leads_nowhere_is_told(folder, name):
    settings = settings_of(folder, f'[extensions.people.features]\nit = "{name}"\n')

    with pytest.raises(InvalidInputException, match=name):
        extensions_of(settings, "people")
