"""All of the project: the folder `defs`, and where the transforms live."""

from pathlib import Path

import dagster as dg

from glueml_dagster import GlueMLResource


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads."""
    folder = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    glueml = GlueMLResource(store=dg.EnvVar("GLUEML_HOME"))
    # Task runs have processes of their own: steps that wait for them need none.
    own = dg.Definitions(resources={"glueml": glueml}, executor=dg.in_process_executor)
    return dg.Definitions.merge(folder, own)
