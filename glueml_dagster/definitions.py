"""The definitions that `workspace.yaml` loads: the runner's job, and the example."""

from __future__ import annotations

import os

import dagster as dg

from glueml_dagster.example import example_definitions
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.runner.job import glueml_task_run

__all__ = ["defs"]

defs = dg.Definitions.merge(
    example_definitions(),
    dg.Definitions(
        jobs=[glueml_task_run],
        resources={"glueml": GlueMLResource(store=os.environ.get("GLUEML_HOME"))},
        # A step process imports everything anew; the work has processes of its own.
        executor=dg.in_process_executor,
    ),
)
