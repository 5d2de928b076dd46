"""`glueml` from a terminal: the loop, its refusals, and what it tells."""

import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from glueml_core.cli import COMMANDS, main
from glueml_core.samples import KEY, answer, febrl_people


class Terminal:
    """Types commands at one store, and reads what they print."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, expect: int = 0) -> str:
        done = CliRunner().invoke(main, ["--store", str(self.folder / "store"), *words])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == expect, done.output
        return done.output

    def last_line(self, *words: str) -> str:
        return self(*words).strip().splitlines()[-1]


@pytest.fixture(scope="module")
def people() -> tuple[pd.DataFrame, dict[str, str]]:
    """Some hundred people: enough to learn from, and quick."""
    return febrl_people(persons=120)


@pytest.fixture(scope="module")
def terminal(tmp_path_factory, people) -> Terminal:
    folder = tmp_path_factory.mktemp("cli")
    people[0].to_csv(folder / "people.csv", index=False)
    return Terminal(folder)


def label(uri: str, truth: dict[str, str]) -> Path:
    """Fill in a labeling file as somebody who knows."""
    path = Path(uri.removeprefix("file://"))
    questions = pd.read_csv(path, dtype=str, keep_default_na=False)
    answered = path.with_name("answered.csv")
    answer(questions, truth, KEY).to_csv(answered, index=False)
    return answered


@pytest.mark.parametrize("command", ["status", "serve"])
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GLUEML_SEED", "-1", "GLUEML_SEED in the environment: Input should be greater"),
        ("GLUEML_FILE_ROOTS", "/data", 'error parsing value for field "file_roots"'),
        ("GLUEML_CATALOG", "mine", "GLUEML_CATALOG in the environment: Input should be 'embedded'"),
    ],
)
def test_a_wrong_setting_is_told_in_a_line(monkeypatch, tmp_path, command, name, value, said):
    monkeypatch.setenv(name, value)

    line = Terminal(tmp_path)(command, *["--port=0"] * (command == "serve"), expect=1)

    assert line.startswith("Error: Setting")
    assert said in line


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_teaches(command):
    done = CliRunner().invoke(main, [command, "--help"])

    assert done.exit_code == 0
    assert len(done.output.split()) > 20


def test_the_whole_loop(terminal, people):
    records, truth = people
    folder = terminal.folder

    transform_id = terminal("create", "people", str(folder / "people.csv"), "--key", KEY).strip()
    assert re.fullmatch(r"tfm-[0-9a-f]{40}", transform_id)

    asked = terminal.last_line("labels", "generate", "people", "--to", str(folder / "labels"))
    learned = terminal.last_line("labels", "import", "people", str(label(asked, truth)))
    assert learned.endswith("labels, READY")

    assert {"precision", "f1 of clusters"} <= set(
        re.split(r"\s{2,}|\n", terminal("evaluate", "people"))
    )

    exported = terminal.last_line("labels", "export", "people", "--to", str(folder / "labels"))
    again = terminal.last_line("labels", "import", "people", exported, "--replace")
    assert again == learned

    found = folder / "matches.csv"
    terminal("find-matches", "people", "--to", str(found), "--confidence")
    matches = pd.read_csv(found, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(matches[list(records)], records)
    assert {"match_id", "match_confidence_score"} < set(matches)

    new = folder / "new.csv"
    records.head(3).assign(**{KEY: ["n1", "n2", "n3"]}).to_csv(new, index=False)
    both = folder / "both.csv"
    terminal(
        "find-matches", "people", "--from", str(new), "--existing", str(found), "--to", str(both)
    )
    grown = pd.read_csv(both, dtype=str).set_index(KEY)["match_id"]
    assert grown[["n1", "n2", "n3"]].tolist() == grown[records[KEY].head(3)].tolist()

    alone = folder / "alone.csv"
    places = ("--from", str(new), "--existing", str(found), "--to", str(alone))
    terminal("find-matches", "people", "--new-only", *places)
    assert pd.read_csv(alone, dtype=str).set_index(KEY)["match_id"].equals(grown[-3:])

    history = terminal("status", "people")
    assert history.count("SUCCEEDED") == 8
    run = re.search(r"tsk-[0-9a-f]{40}", history)
    assert run is not None
    assert terminal("status", "--log", run[0])


def test_status_lists_transforms(terminal):
    terminal("create", "another", str(terminal.folder / "people.csv"), "--key", KEY)

    assert re.search(r"another +tfm-[0-9a-f]{40} +NOT_READY", terminal("status"))


def test_the_same_create_again_gives_the_same_transform(terminal):
    words = ("create", "twice", str(terminal.folder / "people.csv"), "--key", KEY)

    assert terminal(*words) == terminal(*words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "x", "nowhere.csv", "--key", "id"), "nowhere.csv"),
        (("evaluate", "nobody"), "Cannot find MLTransform"),
        (("labels", "import", "nobody", "x.csv"), "Cannot find MLTransform"),
        (("cancel", "tsk-0"), "No task run tsk-0"),
        (("status", "--log", "tsk-0"), "No task run tsk-0"),
    ],
)
def test_a_mistake_is_one_line_and_not_a_traceback(terminal, words, said):
    output = terminal(*words, expect=1)

    assert said in output
    assert len(output.strip().splitlines()) == 1


def test_a_key_that_is_no_column_is_refused(terminal):
    words = ("create", "keyless", str(terminal.folder / "people.csv"), "--key", "passport")

    assert "Schema should contain given primary key: passport." in terminal(*words, expect=1)


def test_a_bad_label_file_names_its_line(terminal):
    terminal("create", "strict", str(terminal.folder / "people.csv"), "--key", KEY)
    bad = terminal.folder / "bad.csv"
    bad.write_text("set,label\n1,A\n")

    assert "labeling_set_id" in terminal("labels", "import", "strict", str(bad), expect=1)
