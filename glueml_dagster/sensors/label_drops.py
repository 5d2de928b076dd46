"""The label drop sensor: one run for each version of each labeled file, and none forgotten."""

from collections.abc import Iterator

import dagster as dg
from dagster import DagsterRunStatus as RunStatus

from glueml_dagster.assets.stage_run import find_transform
from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.label_drops import (
    LABEL_VERSION_TAG,
    LabelFile,
    ledger_of,
    list_label_files,
    version_of,
)
from glueml_dagster.resource import GlueMLResource

__all__ = ["build_label_drop_sensor"]

_ENDED_BADLY = frozenset({RunStatus.FAILURE, RunStatus.CANCELED})


def build_label_drop_sensor(
    transform: FindMatchesTransform,
    labels_key: dg.AssetKey,
    *,
    name: str | None = None,
    max_files_per_tick: int = 20,
    max_attempts: int = 3,
    minimum_interval_seconds: int = 30,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.STOPPED,
) -> dg.SensorDefinition:
    """
    Import what is dropped in the transform's folder `labels/`, on S3 or on disk.

    The sensor keeps no cursor: what lies in the folder, what the store's ledger has, and which runs
    there were say together what is left to do. So nothing hangs on a cursor's survival, and no file
    is too late, too old or too equal in time to be seen.

    Args:
        transform: Whose labels they are.
        labels_key: The asset that imports them.
        name: Of the sensor; unset: `label_drops_<transform>`.
        max_files_per_tick: More wait for the next tick.
        max_attempts: Runs that a version may fail in before it is left for a person.
        minimum_interval_seconds: Between two ticks.
        default_status: Whether the sensor is on when it is first loaded.
    """
    op = labels_key.to_python_identifier()

    @dg.sensor(
        name=name or f"label_drops_{transform.slug}",
        target=dg.AssetSelection.assets(labels_key),
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description=f"Imports labeled files dropped in {transform.path('labels')}.",
    )
    def label_drops(
        context: dg.SensorEvaluationContext, glueml: GlueMLResource
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        core = glueml.core() if glueml.embedded else None
        found = find_transform(glueml.client(core), transform.name)
        if found is None:
            yield dg.SkipReason(f"There is no transform named {transform.name} yet.")
            return

        transform_id = str(found["TransformId"])
        ledger = ledger_of(core, transform_id, context.instance)
        files = list_label_files(transform.path("labels"), glueml.s3_client)
        left = (file for file in files if file not in ledger)
        requests = 0
        for file in left:
            attempt = _next_attempt(context.instance, version_of(transform_id, file))
            if attempt is None or attempt >= max_attempts:
                continue
            yield _request(op, transform_id, file, attempt)
            requests += 1
            if requests == max_files_per_tick:
                return
        if requests == 0:
            yield dg.SkipReason(f"{len(files)} files, none of them new.")

    return label_drops


def _next_attempt(instance: dg.DagsterInstance, version: str) -> int | None:
    """How many runs have failed to import a version; None while one is at it."""
    runs = instance.get_runs(dg.RunsFilter(tags={LABEL_VERSION_TAG: version}))
    if any(run.status not in _ENDED_BADLY | {RunStatus.SUCCESS} for run in runs):
        return None
    # A run that succeeded and left the ledger empty found another version there: not its fault,
    # but one attempt all the same, lest the sensor ask for ever.
    return len(runs)


def _request(op: str, transform_id: str, file: LabelFile, attempt: int) -> dg.RunRequest:
    version = version_of(transform_id, file)
    return dg.RunRequest(
        # Dagster launches a run key once for ever, even if that run failed.
        run_key=f"{version}:{attempt}",
        run_config={"ops": {op: {"config": {"input_s3_path": file.uri, "etag": file.etag}}}},
        tags={
            LABEL_VERSION_TAG: version,
            "glueml/transform_id": transform_id,
            "glueml/input_s3_path": file.uri,
        },
    )
