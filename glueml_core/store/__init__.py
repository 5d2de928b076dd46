"""State: transforms, task runs, labels, matchers, catalog and tags, in one database."""

from glueml_core.store.catalog import Catalog, CatalogDatabase, CatalogTable
from glueml_core.store.labeling_queue import LabelingQueue, QueuedSet, QueuedSetStatus
from glueml_core.store.labels import (
    CurrentLabel,
    GeneratedSet,
    Label,
    LabelImport,
    Labels,
    LabelSource,
)
from glueml_core.store.matchers import Matcher, Matchers
from glueml_core.store.paging import Page, PageKey
from glueml_core.store.store import Store
from glueml_core.store.tags import Tags
from glueml_core.store.task_run import (
    ACTIVE_STATUSES,
    Owner,
    TaskRun,
    TaskRunFilter,
    TaskRunQuota,
    TaskStatus,
    TaskType,
    job_properties,
)
from glueml_core.store.task_runs import TaskRuns
from glueml_core.store.transform import MLTransform, TransformFilter, TransformSpec, TransformStatus
from glueml_core.store.transforms import Transforms

__all__ = [
    "ACTIVE_STATUSES",
    "Catalog",
    "CatalogDatabase",
    "CatalogTable",
    "CurrentLabel",
    "GeneratedSet",
    "Label",
    "LabelImport",
    "LabelSource",
    "LabelingQueue",
    "Labels",
    "MLTransform",
    "Matcher",
    "Matchers",
    "Owner",
    "Page",
    "PageKey",
    "QueuedSet",
    "QueuedSetStatus",
    "Store",
    "Tags",
    "TaskRun",
    "TaskRunFilter",
    "TaskRunQuota",
    "TaskRuns",
    "TaskStatus",
    "TaskType",
    "TransformFilter",
    "TransformSpec",
    "TransformStatus",
    "Transforms",
    "job_properties",
]
