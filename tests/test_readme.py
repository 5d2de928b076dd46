"""What the README shows is what runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def commands(readme: str) -> list[str]:
    """The shell commands of the README's indented blocks, without what stands behind a `#`."""
    lines = re.findall(r"^    (\S.*)$", re.sub(r"```.*?```", "", readme, flags=re.S), re.M)
    return [line.split("  #")[0].strip() for line in lines]


def test_the_example_is_the_file_and_it_runs(tmp_path):
    example = ROOT / "examples/boto3_loop.py"
    assert f"```python\n{example.read_text()}```" in README

    done = subprocess.run(
        [sys.executable, example],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("SUCCEEDED") == 3
    assert "match_id" in done.stdout


def test_every_make_command_is_a_target():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M)
    named = [command.removeprefix("make ") for command in commands(README) if "make" in command]

    assert {"demo", "test"} <= set(named) <= set(targets)
