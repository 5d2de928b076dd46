"""The labels of a transform: answers that people gave, kept by labeling set."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select

from glueml_core.store import schema as db
from glueml_core.store.transforms import touch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from glueml_core.store.database import Database
    from glueml_core.store.transforms import Transforms

__all__ = ["CurrentLabel", "GeneratedSet", "Label", "LabelImport", "LabelSource", "Labels"]

_DIGEST_CHARACTERS = 16


@dataclass(frozen=True)
class Label:
    """One labeled row of a label file; `row` holds the source's columns in their order."""

    labeling_set_id: str
    record_id: str
    label: str
    row: Mapping[str, Any]


@dataclass(frozen=True)
class CurrentLabel(Label):
    """
    A label that counts today.

    `scoped_set_id` tells sets apart that several files gave one id: the set's own id and a digest
    of its answers, so that it is the same however often the set is exported and imported.
    """

    import_id: int
    scoped_set_id: str


@dataclass(frozen=True, kw_only=True)
class LabelSource:
    """Where labels came from; `unlabeled_count` rows of the file had no label."""

    uri: str
    etag: str | None = None
    task_run_id: str | None = None
    unlabeled_count: int = 0


@dataclass(frozen=True, kw_only=True)
class LabelImport(LabelSource):
    """One import, kept as history when its labels have gone; the higher `id` came later."""

    id: int
    replace: bool
    label_count: int
    imported_on: datetime


@dataclass(frozen=True)
class GeneratedSet:
    """A labeling set that we made, and that somebody may answer."""

    labeling_set_id: str
    task_run_id: str
    record_ids: Sequence[str]
    generated_on: datetime


class Labels:
    """The labels of one store's transforms."""

    def __init__(self, database: Database, transforms: Transforms) -> None:
        self._database = database
        self._transforms = transforms

    def append(
        self,
        transform_id: str,
        labels: Sequence[Label],
        source: LabelSource,
        *,
        once: bool = False,
    ) -> LabelImport:
        """
        Add an import to the labels that are there, and set LabelCount, all or nothing.

        Two kinds of older sets give way to the import: those that it answers again because we
        generated them, and those that say, answer for answer, the same. So the same file imported
        twice counts once. A task run imports once: its second attempt finds the first one's import.

        Args:
            transform_id: The transform.
            labels: What the file says.
            source: The file, its etag and the task run.
            once: Do nothing if that version of that file has been imported already, and give that
                import.

        Raises:
            EntityNotFoundException: No such transform, or it is being deleted.
        """
        return self._import(transform_id, labels, source, replace=False, once=once)

    def replace(
        self, transform_id: str, labels: Sequence[Label], source: LabelSource
    ) -> LabelImport:
        """As `append`, with every earlier label forgotten."""
        return self._import(transform_id, labels, source, replace=True, once=False)

    def current(self, transform_id: str) -> list[CurrentLabel]:
        """The labels that count, in the order of their imports and of the rows in each."""
        rows = db.label_rows.c
        query = select(db.label_rows).where(rows.transform_id == transform_id)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(rows.import_id, rows.position)).mappings()
            return [_current_label(row) for row in found]

    def imports(self, transform_id: str) -> list[LabelImport]:
        """Every import of the transform, oldest first."""
        imports = db.label_imports
        query = select(imports).where(imports.c.transform_id == transform_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(imports.c.id)).mappings()
            return [_label_import(row) for row in rows]

    def is_imported(self, transform_id: str, uri: str, etag: str) -> bool:
        """Whether that version of that file has been imported."""
        columns = db.label_imports.c
        query = select(columns.id).where(
            columns.transform_id == transform_id, columns.uri == uri, columns.etag == etag
        )
        with self._database.reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def add_generated(
        self, transform_id: str, task_run_id: str, sets: Mapping[str, Sequence[str]]
    ) -> None:
        """Remember the sets that a run generated: record ids by labeling set id."""
        table = db.generated_sets
        with self._database.exclusive() as connection:
            self._transforms.check_living(connection, transform_id)
            # A second attempt of the run replaces what the first one left.
            connection.execute(delete(table).where(table.c.task_run_id == task_run_id))
            now = self._database.now()
            rows = [
                {
                    "transform_id": transform_id,
                    "labeling_set_id": set_id,
                    "task_run_id": task_run_id,
                    "record_ids": list(record_ids),
                    "generated_on": now,
                }
                for set_id, record_ids in sets.items()
            ]
            if rows:
                connection.execute(insert(table), rows)

    def generated(self, transform_id: str) -> list[GeneratedSet]:
        """The sets that were generated for the transform, oldest first."""
        columns = db.generated_sets.c
        query = select(db.generated_sets).where(columns.transform_id == transform_id)
        with self._database.reading() as connection:
            rows = connection.execute(
                query.order_by(columns.generated_on, columns.labeling_set_id)
            ).mappings()
            return [_generated_set(row) for row in rows]

    def _import(
        self,
        transform_id: str,
        labels: Sequence[Label],
        source: LabelSource,
        *,
        replace: bool,
        once: bool,
    ) -> LabelImport:
        digests = _set_digests(labels)
        with self._database.exclusive() as connection:
            self._transforms.check_living(connection, transform_id)
            earlier = _import_of_run(connection, source.task_run_id)
            if earlier is None and once:
                earlier = _import_of_version(connection, transform_id, source)
            if earlier is not None:
                return earlier

            if replace:
                of_transform = db.label_rows.c.transform_id == transform_id
                connection.execute(delete(db.label_rows).where(of_transform))
            else:
                _supersede(connection, transform_id, digests)
            done = self._record(connection, transform_id, labels, source, replace=replace)
            _insert_rows(connection, transform_id, done.id, labels, digests)
            count = _count(connection, transform_id)
            touch(connection, transform_id, done.imported_on, label_count=count)
            return done

    def _record(
        self,
        connection: Connection,
        transform_id: str,
        labels: Sequence[Label],
        source: LabelSource,
        *,
        replace: bool,
    ) -> LabelImport:
        values: dict[str, Any] = {
            **vars(source),
            "replace": replace,
            "label_count": len(labels),
            "imported_on": self._database.now(),
        }
        import_id = connection.execute(
            insert(db.label_imports)
            .values(transform_id=transform_id, **values)
            .returning(db.label_imports.c.id)
        ).scalar_one()
        return LabelImport(id=import_id, **values)


def _set_digests(labels: Iterable[Label]) -> dict[str, str]:
    """A digest of each set's answers, the same whatever the order of its rows."""
    answers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for label in labels:
        answers[label.labeling_set_id].append((label.record_id, label.label))
    return {
        set_id: hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()[:_DIGEST_CHARACTERS]
        for set_id, rows in answers.items()
    }


def _import_of_run(connection: Connection, task_run_id: str | None) -> LabelImport | None:
    if task_run_id is None:
        return None
    query = select(db.label_imports).where(db.label_imports.c.task_run_id == task_run_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _label_import(row)


def _import_of_version(
    connection: Connection, transform_id: str, source: LabelSource
) -> LabelImport | None:
    columns = db.label_imports.c
    query = select(db.label_imports).where(
        columns.transform_id == transform_id,
        columns.uri == source.uri,
        columns.etag == source.etag,
    )
    row = connection.execute(query.order_by(columns.id).limit(1)).mappings().one_or_none()
    return None if row is None else _label_import(row)


def _supersede(connection: Connection, transform_id: str, digests: Mapping[str, str]) -> None:
    """Remove the older sets that an import with these sets answers again."""
    generated = select(db.generated_sets.c.labeling_set_id)
    generated = generated.where(db.generated_sets.c.transform_id == transform_id)
    answered_again = set(connection.execute(generated).scalars()) & digests.keys()
    said_again = set(digests.values())

    rows = db.label_rows.c
    older = select(rows.import_id, rows.labeling_set_id, rows.set_digest).distinct()
    gone = [
        {"b_import_id": import_id, "b_set_id": set_id}
        for import_id, set_id, digest in connection.execute(
            older.where(rows.transform_id == transform_id)
        )
        if set_id in answered_again or digest in said_again
    ]
    of_set = (
        rows.import_id == bindparam("b_import_id"),
        rows.labeling_set_id == bindparam("b_set_id"),
    )
    if gone:
        connection.execute(delete(db.label_rows).where(*of_set), gone)


def _insert_rows(
    connection: Connection,
    transform_id: str,
    import_id: int,
    labels: Sequence[Label],
    digests: Mapping[str, str],
) -> None:
    rows = [
        {
            "import_id": import_id,
            "position": position,
            "transform_id": transform_id,
            "labeling_set_id": label.labeling_set_id,
            "set_digest": digests[label.labeling_set_id],
            "record_id": label.record_id,
            "label": label.label,
            "row": dict(label.row),
        }
        for position, label in enumerate(labels)
    ]
    if rows:
        connection.execute(insert(db.label_rows), rows)


def _count(connection: Connection, transform_id: str) -> int:
    of_transform = db.label_rows.c.transform_id == transform_id
    query = select(func.count()).select_from(db.label_rows).where(of_transform)
    return connection.execute(query).scalar_one()


def _current_label(row: RowMapping) -> CurrentLabel:
    set_id, digest = row["labeling_set_id"], row["set_digest"]
    # An export writes scoped ids where plain ones collide; imported again they must not grow.
    scoped = set_id if set_id.endswith(f"~{digest}") else f"{set_id}~{digest}"
    return CurrentLabel(
        set_id, row["record_id"], row["label"], row["row"], row["import_id"], scoped
    )


def _label_import(row: RowMapping) -> LabelImport:
    return LabelImport(**{name: value for name, value in row.items() if name != "transform_id"})


def _generated_set(row: RowMapping) -> GeneratedSet:
    return GeneratedSet(
        row["labeling_set_id"], row["task_run_id"], row["record_ids"], row["generated_on"]
    )
