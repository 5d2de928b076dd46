"""A user's own blocking and features, named in the store's settings, reach the task runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from glueml_core.errors import InvalidInputException
from glueml_core.matching import Extensions
from glueml_core.settings import Settings
from glueml_core.tasks.extensions import extensions_of

ROOT = Path(__file__).parents[2]
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
    monkeypatch.setenv("GLUEML_FILE_ROOTS", f'["{tmp_path}"]')
    return tmp_path


def test_a_transform_learns_from_the_features_that_the_settings_name(folder):
    """In a process of its own, which starts where `my_rules` is known."""
    settings_of(folder, SETTINGS)

    done = subprocess.run(
        [sys.executable, "-m", "tests.tasks.teach_people", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2] == "same suburb"


def test_another_transform_has_none_of_them(folder):
    assert extensions_of(settings_of(folder, SETTINGS), "products") == Extensions()


@pytest.mark.parametrize("name", ["my_rules:nothing", "no_module:rule", "my_rules:by_postcode"])
def test_a_name_that_leads_nowhere_is_told(folder, name):
    settings = settings_of(folder, f'[extensions.people.features]\nit = "{name}"\n')

    with pytest.raises(InvalidInputException, match=name):
        extensions_of(settings, "people")


def test_settings_that_name_extensions_are_still_a_key_of_caches(folder):
    assert hash(settings_of(folder, SETTINGS)) == hash(settings_of(folder, SETTINGS))
