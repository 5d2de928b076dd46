"""One store, whichever way its settings are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from glueml_core.settings import Settings


def test_every_way_to_settings_finds_the_same_store(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GLUEML_HOME", raising=False)
    assert Settings().store == Settings.of().store == tmp_path / ".glueml"

    monkeypatch.setenv("GLUEML_HOME", "~/elsewhere")
    assert Settings().store == Settings.of().store == Path.home() / "elsewhere"

    assert Settings(store="here").store == Settings.of("here").store == tmp_path / "here"


@pytest.mark.parametrize("named_by", ["argument", "environment"])
def test_the_store_s_own_file_stands_below_the_environment(monkeypatch, tmp_path, named_by):
    (tmp_path / "glueml.toml").write_text('region = "eu-west-1"\nseed = 7\n')
    monkeypatch.setenv("GLUEML_SEED", "8")
    if named_by == "environment":
        monkeypatch.setenv("GLUEML_HOME", str(tmp_path))

    found = Settings.of(tmp_path if named_by == "argument" else None)

    assert (found.region, found.seed) == ("eu-west-1", 8)


def test_the_page_of_settings_has_each_of_them_in_its_own_words():
    page = (Path(__file__).parents[1] / "docs/settings.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]

    told = {name: (default, text) for name, default, text in rows}
    assert len(told) == len(Settings.model_fields)
    for name, setting in Settings.model_fields.items():
        default, text = told["`GLUEML_HOME`" if name == "store" else f"`GLUEML_{name.upper()}`"]
        assert text == setting.description
        if isinstance(setting.default, int | str):
            assert default == f"`{setting.default}`"
