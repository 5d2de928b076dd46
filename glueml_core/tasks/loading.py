"""Loading what the processes of task runs need, and no more."""

from __future__ import annotations

import sys
from importlib import import_module

__all__ = ["load_tasks"]

_LOADED = (
    "glueml_core.tasks.supervisor",
    "glueml_core.tasks.evaluation",
    "glueml_core.tasks.export_labels",
    "glueml_core.tasks.find_matches",
    "glueml_core.tasks.import_labels",
    "glueml_core.tasks.labeling_set_generation",
)
# What LightGBM and pandera would load for interfaces of theirs that no task uses. It takes as long
# as all the rest.
_NOT_NEEDED = ("sklearn", "pyspark", "hypothesis")


def load_tasks() -> None:
    """Load the modules of all tasks, in a process that has loaded none of what they need yet."""
    for name in _NOT_NEEDED:
        # Whoever imports it finds that it is not installed.
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        for module in _LOADED:
            import_module(module)
        # pandera loads the rest of itself when it first checks a table.
        import_module("glueml_core.tasks.inputs").labels_frame([])
    finally:
        for name in _NOT_NEEDED:
            del sys.modules[name]
    # A user's rules that ask for LightGBM get it whole; ours keep what they have.
    for name in [name for name in sys.modules if name.partition(".")[0] == "lightgbm"]:
        del sys.modules[name]
