"""The asset `labels`: what people answered, imported file by file, each version once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dagster as dg
from botocore.exceptions import ClientError
from pydantic import Field

from glueml_dagster.assets.stage_run import StageRun, stage_asset
from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.label_drops import LabelFile, find_label_file, ledger_of, list_label_files
from glueml_dagster.metadata import markdown_rows
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage

__all__ = ["LabelsConfig", "build_labels"]


class LabelsConfig(dg.Config):
    """Which labels to import; nothing given: every file in the folder that is not in yet."""

    input_s3_path: str | None = Field(
        default=None, description="One labeled file; `s3://…` or a path."
    )
    etag: str | None = Field(
        default=None,
        description="The version of that file; another version is left to its own run.",
    )
    replace_all_labels: bool = Field(
        default=False, description="Forget all labels imported before."
    )


@dataclass(frozen=True)
class ImportedFile:
    """What became of one file."""

    uri: str
    outcome: str
    reason: str = ""
    task_run_id: str = ""
    seconds: float = 0.0


def build_labels(spec: dg.AssetSpec, transform: FindMatchesTransform) -> dg.AssetsDefinition:
    """Import labels; a file that cannot be imported fails a check and holds up no other."""
    check = dg.AssetCheckSpec(
        "label_files",
        asset=spec.key,
        blocking=True,
        description="Every labeled file could be read and imported.",
    )

    @stage_asset(spec, transform, [check])
    def labels(
        context: dg.AssetExecutionContext, glueml: GlueMLResource, config: LabelsConfig
    ) -> dg.MaterializeResult:
        run = StageRun(context, glueml, transform, Stage.LABELS)
        files = _import_all(run, config)
        found = run.glue.get_ml_transform(TransformId=run.transform_id)
        return dg.MaterializeResult(
            metadata=run.metadata(label_count=found["LabelCount"], **_last_task_run(files))
            | {
                "status": found["Status"],
                "files_imported": sum(file.outcome == "imported" for file in files),
                "files": dg.MetadataValue.md(_table(files)),
            },
            check_results=[_check(files)],
        )

    return labels


def _import_all(run: StageRun, config: LabelsConfig) -> list[ImportedFile]:
    s3_client = run.glueml.s3_client
    if config.input_s3_path is None:
        files = list_label_files(run.transform.path("labels"), s3_client)
    else:
        files = _wanted_version(config.input_s3_path, config.etag, s3_client)
        if not files:
            # The version that is there now has a run of its own, or will have.
            return [ImportedFile(config.input_s3_path, "superseded")]

    return [
        _import(run, file, replace=config.replace_all_labels and file is files[0])
        for file in files
        if config.replace_all_labels or not _is_in(run, file)
    ]


def _wanted_version(uri: str, etag: str | None, s3_client: Callable[[], Any]) -> list[LabelFile]:
    """
    The file at `uri`; none if a version was asked for that is not there any more.

    Raises:
        dg.Failure: There is no file, and any version was asked for.
    """
    try:
        found = find_label_file(uri, s3_client)
    except FileNotFoundError as error:
        if etag is None:
            raise dg.Failure(str(error), allow_retries=False) from error
        return []
    return [found] if etag in (None, found.etag) else []


def _is_in(run: StageRun, file: LabelFile) -> bool:
    return file in ledger_of(run.core, run.transform_id, run.context.instance)


def _import(run: StageRun, file: LabelFile, *, replace: bool) -> ImportedFile:
    """Import this version of a file and no other, where the store is at hand to say so to."""

    def start() -> str:
        if run.core is not None:
            from glueml_core.api.labeling import start_import_of_version

            answer = start_import_of_version(
                run.core, run.transform_id, file.uri, file.etag, replace_all_labels=replace
            )
        else:
            answer = run.glue.start_import_labels_task_run(
                TransformId=run.transform_id, InputS3Path=file.uri, ReplaceAllLabels=replace
            )
        return str(answer["TaskRunId"])

    try:
        done = run.task_run(start, InputS3Path=file.uri)
    except (dg.Failure, ClientError) as error:
        if not _wanted_version(file.uri, file.etag, run.glueml.s3_client):
            return ImportedFile(file.uri, "superseded")
        return ImportedFile(file.uri, "failed", _reason(error))
    return ImportedFile(
        file.uri,
        "imported",
        task_run_id=done["TaskRunId"],
        seconds=float(done.get("ExecutionTime", 0)),
    )


def _reason(error: dg.Failure | ClientError) -> str:
    if isinstance(error, dg.Failure):
        return error.description or ""
    return str(error.response["Error"]["Message"])


def _last_task_run(files: list[ImportedFile]) -> dict[str, Any]:
    """The last of the task runs, and how long all of them took."""
    imported = [file for file in files if file.task_run_id]
    if not imported:
        return {}
    seconds = sum(file.seconds for file in imported)
    return {"task_run_id": imported[-1].task_run_id, "seconds": seconds}


def _table(files: list[ImportedFile]) -> str:
    rows = [(file.uri, file.outcome, file.task_run_id, file.reason) for file in files]
    return markdown_rows(["file", "outcome", "task run", "reason"], rows)


def _check(files: list[ImportedFile]) -> dg.AssetCheckResult:
    bad = [file for file in files if file.outcome == "failed"]
    return dg.AssetCheckResult(
        check_name="label_files",
        passed=not bad,
        description="; ".join(file.reason for file in bad)[:1000] or None,
        metadata={"files": len(files), "bad_files": dg.MetadataValue.md(_table(bad))},
    )
