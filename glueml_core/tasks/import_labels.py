"""IMPORT_LABELS: people's answers into the store, and a matcher out of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from pandera.typing import DataFrame

from glueml_core.errors import ConcurrentModificationException
from glueml_core.matching import TooFewLabelsError, contradicted_pairs, train_matcher
from glueml_core.schemas import Records
from glueml_core.store import CurrentLabel, Label, LabelSource
from glueml_core.tables.label_files import ParsedLabels, parse_label_file
from glueml_core.tables.locations import read_object
from glueml_core.tasks.inputs import (
    labels_frame,
    matching_options,
    read_source,
    records_with_labeled,
)
from glueml_core.tasks.task import Task

__all__ = ["run"]

_log = logging.getLogger(__name__)


def run(task: Task) -> dict[str, Any]:
    """
    Read the whole file, then the source, then keep the labels, then learn from all there are.

    A file that cannot be learned from leaves everything as it was. Once the labels are kept, no
    crash loses them: another attempt finds them and goes on to learn.
    """
    pinned = task.run.details.get("etag")
    content, etag = read_object(task.run.properties["InputS3Path"], task.settings, pinned)
    parsed = _parse(task, content)
    _, records = read_source(task)
    _tell_unknown(parsed, records, task)
    _keep(task, parsed, etag)
    reason = _learn(task, records)
    counts = {"label_count": len(parsed.labels), "unlabeled_count": parsed.unlabeled_count}
    return {**counts, "not_ready": reason} if reason else counts


def _parse(task: Task, content: bytes) -> ParsedLabels:
    uri = task.run.properties["InputS3Path"]
    parsed = parse_label_file(content, uri, task.columns, task.primary_key)
    _log.info("%s labels in %s", len(parsed.labels), uri)
    if parsed.unlabeled_count:
        _log.info("%s rows have no label and are left out", parsed.unlabeled_count)
    if parsed.repeated_count:
        _log.info("%s rows say what another row of their set says", parsed.repeated_count)
    for set_id in parsed.large_sets:
        _log.warning("Labeling set %s has more than 50 rows, too many to compare", set_id)
    return parsed


def _tell_unknown(parsed: ParsedLabels, records: DataFrame[Records], task: Task) -> None:
    unknown = ~parsed.labels["record_id"].isin(records["record_id"])
    if unknown.any():
        first = parsed.labels["record_id"][unknown].iloc[0]
        _log.warning(
            "%s labeled records are not in the source, such as %s %s; they teach with the values "
            "that the label file has",
            unknown.sum(),
            task.primary_key,
            first,
        )


def _keep(task: Task, parsed: ParsedLabels, etag: str) -> None:
    source = LabelSource(
        uri=task.run.properties["InputS3Path"],
        etag=etag,
        task_run_id=task.run.id,
        unlabeled_count=parsed.unlabeled_count,
    )
    columns = (parsed.labels[name] for name in ("labeling_set_id", "record_id", "label", "row"))
    labels = [Label(*row) for row in zip(*columns, strict=True)]
    task.progress(0.1, f"Keeping {len(labels)} labels")
    kept = task.store.labels
    if task.run.properties.get("Replace"):
        kept.replace(task.transform.id, labels, source)
    else:
        # Who asks for one version of a file wants it once, whoever else asks for it too.
        kept.append(task.transform.id, labels, source, once="etag" in task.run.details)


def _learn(task: Task, records: DataFrame[Records]) -> str | None:
    """Publish what all labels teach; where they teach nothing yet, say why."""
    while True:
        version = task.store.matchers.version(task.transform.id)
        labels = task.store.labels.current(task.transform.id)
        _tell_contradictions(labels)
        text, reason = _train(task, records, labels)
        try:
            _publish(task, text, version, len(labels))
        except ConcurrentModificationException:
            _log.info("Other labels came in meanwhile; learning again from all of them")
            continue
        return reason


def _train(
    task: Task, records: DataFrame[Records], labels: Sequence[CurrentLabel]
) -> tuple[str | None, str | None]:
    """The matcher's text, or the reason why there is none."""
    try:
        matcher = train_matcher(
            records_with_labeled(records, labels),
            labels_frame(labels),
            matching_options(task),
            task.span(0.1, 0.98),
        )
    except TooFewLabelsError as error:
        _log.warning("The transform is not ready. %s", error)
        return None, str(error)
    return matcher.to_json(), None


def _publish(task: Task, text: str | None, version: int, label_count: int) -> None:
    matchers, transform_id = task.store.matchers, task.transform.id
    if text is None:
        matchers.withdraw(transform_id, expected_version=version)
    else:
        matchers.publish(
            transform_id,
            text,
            expected_version=version,
            label_count=label_count,
            task_run_id=task.run.id,
        )


def _tell_contradictions(labels: Sequence[CurrentLabel]) -> None:
    pairs = contradicted_pairs(labels_frame(labels))
    if len(pairs):
        first = pairs.iloc[0]
        _log.warning(
            "%s pairs are a match in one labeling set and none in another, such as %s and %s; "
            "the later answer counts",
            len(pairs),
            first["record_id_l"],
            first["record_id_r"],
        )
