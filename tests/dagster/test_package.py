import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = ["lightgbm", "pandas", "pandera", "sklearn", "matplotlib", "pyarrow", "dagster_aws"]

LOAD = """
import json, psutil, sys, threading
import glueml_dagster
from glueml_dagster.definitions import defs
keys = sorted(key.to_user_string() for key in defs.resolve_all_asset_keys())
me = psutil.Process()
print(json.dumps({
    "keys": keys,
    "modules": list(sys.modules),
    "threads": threading.active_count(),
    "children": len(me.children()),
    "connections": len(me.net_connections()),
}))
"""


def load_definitions(folder: Path) -> dict:
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}
    environment.pop("GLUEML_HOME", None)
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)


class TestLoadingTheDefinitions:
    def test_starts_nothing_writes_nothing_and_imports_no_heavy_library(self, tmp_path):
        """Every Dagster process loads them, many times a day."""
        loaded = load_definitions(tmp_path)

        assert list(tmp_path.iterdir()) == []
        assert (loaded["threads"], loaded["children"], loaded["connections"]) == (1, 0, 0)
        assert [name for name in HEAVY if name in loaded["modules"]] == []

    def test_shows_every_stage_of_the_example(self, tmp_path):
        keys = load_definitions(tmp_path)["keys"]

        assert [key.removeprefix("glueml/people/") for key in keys if "/" in key] == [
            "evaluation",
            "incremental_matches",
            "labeling_set",
            "labels",
            "labels_export",
            "matches",
            "transform",
        ]
