"""Whoever has no Spark misses nothing else."""

import subprocess
import sys

DOORS = "glueml_core.transforms, glueml_core.cli, glueml_dagster, glueml_dagster.assets"


def test_every_door_opens_without_pyspark():
    code = f"import sys; sys.modules['pyspark'] = None; import {DOORS}"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
