"""docs/conformance.md says which test shows which behavior, and says it truly."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
BEHAVIORS = range(1, 41)


def behaviors_with_tests() -> dict[int, set[str]]:
    """For each behavior, the test functions that carry its marker."""
    shown: dict[int, set[str]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for number in marked(node):
                    shown.setdefault(number, set()).add(path.relative_to(ROOT).as_posix())
    return shown


def marked(node: ast.FunctionDef | ast.ClassDef) -> list[int]:
    calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
    named = [call for call in calls if ast.unparse(call.func) == "pytest.mark.behavior"]
    return [ast.literal_eval(argument) for call in named for argument in call.args]


def test_every_behavior_has_a_test_that_names_it():
    assert sorted(behaviors_with_tests()) == list(BEHAVIORS)


def test_the_page_names_the_test_files_of_every_behavior():
    rows = re.findall(
        r"^\| (\d+) \|.*\| ([^|]*) \|$", (ROOT / "docs/conformance.md").read_text(), re.M
    )
    page = {int(number): set(re.findall(r"tests/[\w/]+\.py", tests)) for number, tests in rows}

    assert page == behaviors_with_tests()


def test_every_behavior_goes_through_a_socket():
    """Those of tests/api have a client on both sides of one; those of tests/http have a server."""
    for number, files in behaviors_with_tests().items():
        assert any(file.startswith(("tests/api/", "tests/http/")) for file in files), number
