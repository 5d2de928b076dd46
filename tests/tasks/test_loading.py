"""Processes load what they need and no more, and take nothing from a user's rules."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from glueml_core.tasks.loading import load_tasks

load_tasks()
assert "glueml_core.tasks.find_matches" in sys.modules
left_out = {"sklearn", "pyspark", "hypothesis", "scipy.stats", "matplotlib", "dagster"}
assert not left_out & set(sys.modules)

import lightgbm
import sklearn.linear_model

lightgbm.LGBMClassifier()
"""


def test_what_no_task_needs_is_left_out_until_a_rule_asks_for_it():
    subprocess.run([sys.executable, "-c", SCRIPT], check=True)


@pytest.mark.parametrize("door", ["glueml_core.web", "glueml_core.transforms", "glueml_dagster"])
def test_what_only_task_runs_need_is_not_loaded_by_who_starts_them(door):
    script = f"import sys, {door}; assert 'glueml_core.matching' not in sys.modules"

    subprocess.run([sys.executable, "-c", script], check=True)
