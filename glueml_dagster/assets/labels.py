"""The asset `labels`: what people answered, imported file by file, each version once."""

from dataclasses import dataclass

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
            metadata=run.metadata(label_count=found["LabelCount"])
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
        files = [find_label_file(config.input_s3_path, s3_client)]

    return [
        _import(run, file, config.etag, replace=config.replace_all_labels and file is files[0])
        for file in files
        if config.replace_all_labels or not _is_in(run, file)
    ]


def _is_in(run: StageRun, file: LabelFile) -> bool:
    return file in ledger_of(run.core, run.transform_id, run.context.instance)


def _import(
    run: StageRun, file: LabelFile, wanted_etag: str | None, *, replace: bool
) -> ImportedFile:
    if wanted_etag not in (None, file.etag):
        # The version that is there now has a run of its own, or will have.
        return ImportedFile(file.uri, "superseded")

    def start() -> str:
        answer = run.glue.start_import_labels_task_run(
            TransformId=run.transform_id, InputS3Path=file.uri, ReplaceAllLabels=replace
        )
        return str(answer["TaskRunId"])

    try:
        run.task_run(start)
    except dg.Failure as failure:
        return ImportedFile(file.uri, "failed", failure.description or "")
    except ClientError as error:
        return ImportedFile(file.uri, "refused", error.response["Error"]["Message"])
    return ImportedFile(file.uri, "imported")


def _table(files: list[ImportedFile]) -> str:
    rows = [(file.uri, file.outcome, file.reason) for file in files]
    return markdown_rows(["file", "outcome", "reason"], rows)


def _check(files: list[ImportedFile]) -> dg.AssetCheckResult:
    bad = [file for file in files if file.outcome in ("failed", "refused")]
    return dg.AssetCheckResult(
        check_name="label_files",
        passed=not bad,
        description="; ".join(file.reason for file in bad)[:1000] or None,
        metadata={"files": len(files), "bad_files": dg.MetadataValue.md(_table(bad))},
    )
