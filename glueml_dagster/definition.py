"""The definition of a transform: what a user writes once, in Python or in YAML."""

from __future__ import annotations

import re
from typing import Any, Literal

import dagster as dg
from pydantic import ConfigDict, Field

__all__ = ["Expectations", "FindMatchesTransform", "SourceTable"]


class SourceTable(dg.Model, dg.Resolvable):
    """A table of records: its entry in the Glue Data Catalog and the asset that makes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asset: dg.ResolvedAssetKey | None = Field(
        default=None, description="Asset that writes the table; the graph's upstream."
    )
    database: str = Field(description="Database in the Glue Data Catalog.")
    table: str = Field(description="Table in that database.")
    location: str | None = Field(
        default=None,
        description="Folder of the table's files. When given, the catalog's entry is made from "
        "them, and kept like them; else it must be there already.",
    )


class Expectations(dg.Model, dg.Resolvable):
    """What a transform must keep up to; each one becomes an asset check."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_precision: float | None = Field(
        default=None, ge=0, le=1, description="Least share of found matches that are right."
    )
    min_recall: float | None = Field(
        default=None, ge=0, le=1, description="Least share of true matches that are found."
    )
    min_f1: float | None = Field(
        default=None, ge=0, le=1, description="Least harmonic mean of precision and recall."
    )
    min_area_under_pr_curve: float | None = Field(
        default=None, ge=0, le=1, description="Least area under the precision-recall curve."
    )
    max_cluster_size: int | None = Field(
        default=None, ge=1, description="Records in the largest cluster of matches."
    )
    max_matched_share_change: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Change of the share of matched records against the last materialization.",
    )
    blocking: bool = Field(
        default=False,
        description="Let matches wait for the evaluation, and a failed floor stop them; let a "
        "failed check of the matches stop what lies downstream.",
    )

    def floors(self) -> dict[str, float]:
        """The least value of each metric that has one."""
        floors = {
            "precision": self.min_precision,
            "recall": self.min_recall,
            "f1": self.min_f1,
            "area_under_pr_curve": self.min_area_under_pr_curve,
        }
        return {metric: floor for metric, floor in floors.items() if floor is not None}


class FindMatchesTransform(dg.Model, dg.Resolvable):
    """A FindMatches transform as it should be; Glue's own names, with our defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=255, description="Name of the transform in Glue.")
    source: SourceTable = Field(description="The records to find matches in.")
    primary_key: str = Field(description="Column that identifies a record.")
    folder: str = Field(
        description="Where files go: labeling_sets/, labels/, labels_export/ and matches/ in it. "
        "`s3://…` or an absolute path."
    )
    incremental: SourceTable | None = Field(
        default=None, description="New records to match against those matched before."
    )
    new_records_only: bool = Field(
        default=False,
        description="Let incremental_matches have the new records without those matched before, "
        "in a time that grows with the new ones only.",
    )
    description: str | None = Field(
        default=None, max_length=2048, description="Of the transform, for people."
    )
    precision_recall_tradeoff: float = Field(
        default=0.5, ge=0, le=1, description="From 0, find every match, to 1, be right each time."
    )
    accuracy_cost_tradeoff: float = Field(
        default=0.5, ge=0, le=1, description="From 0, compare few records, to 1, compare many."
    )
    enforce_provided_labels: bool = Field(
        default=False, description="Let matches agree with the labels, whatever the model says."
    )
    match_confidence_scores: bool = Field(
        default=True, description="Add the column match_confidence_score to the matches."
    )
    engine: Literal["local", "spark"] = Field(
        default="local",
        description="What finds the matches: this machine, or the Spark session of the resource "
        "`pyspark`.",
    )
    role: str = Field("glueml", description="IAM role; only real AWS looks at it.")
    glue_version: str | None = Field(default=None, description="Only real AWS looks at it.")
    max_capacity: float | None = Field(
        default=None, description="Data processing units; instead of workers, and only at AWS."
    )
    worker_type: str | None = Field(default=None, description="Such as G.1X; only at AWS.")
    number_of_workers: int | None = Field(default=None, description="Only at AWS.")
    timeout_minutes: int | None = Field(
        default=None, ge=1, description="Minutes that a task run may take; then it is TIMEOUT."
    )
    max_retries: int | None = Field(
        default=None, ge=0, le=10, description="How often a task run that fails is tried again."
    )
    tags: dict[str, str] = Field(
        default_factory=dict, description="Given to the transform when it is created."
    )

    @property
    def slug(self) -> str:
        """The name as Dagster can use it in keys, groups and pools."""
        return re.sub(r"[^A-Za-z0-9_]", "_", self.name)

    @property
    def pool(self) -> str:
        """The concurrency pool that every stage of this transform draws from."""
        return f"glueml_{self.slug}"

    def path(self, folder: str) -> str:
        """The URI of one of the folders of this transform."""
        return f"{self.folder.rstrip('/')}/{folder}"

    def update_request(self) -> dict[str, Any]:
        """The members of UpdateMLTransform, without those left to the service."""
        request = {
            "Name": self.name,
            "Description": self.description,
            "Parameters": {
                "TransformType": "FIND_MATCHES",
                "FindMatchesParameters": {
                    "PrimaryKeyColumnName": self.primary_key,
                    "PrecisionRecallTradeoff": self.precision_recall_tradeoff,
                    "AccuracyCostTradeoff": self.accuracy_cost_tradeoff,
                    "EnforceProvidedLabels": self.enforce_provided_labels,
                },
            },
            "Role": self.role,
            "GlueVersion": self.glue_version,
            "MaxCapacity": self.max_capacity,
            "WorkerType": self.worker_type,
            "NumberOfWorkers": self.number_of_workers,
            "Timeout": self.timeout_minutes,
            "MaxRetries": self.max_retries,
        }
        return {member: value for member, value in request.items() if value is not None}

    def create_request(self) -> dict[str, Any]:
        """The members of CreateMLTransform."""
        table = {"DatabaseName": self.source.database, "TableName": self.source.table}
        return self.update_request() | {"InputRecordTables": [table], "Tags": self.tags}
