"""A table matched before, in files, with the index that saves reading them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from glueml_core.errors import InvalidInputException
from glueml_core.matching.index import MatchedIndex, MemoryShelf
from glueml_core.tables.locations import Location, locate
from glueml_core.tables.records import existing_match_ids, to_records
from glueml_core.tables.sources import columns_of, files_of, read_table
from glueml_core.tasks.index_folder import IndexFolder, Opened
from glueml_core.tasks.match_tables import check_columns, fitting, in_schema
from glueml_core.tasks.task import Task

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from pandera.typing import DataFrame

    from glueml_core.matching import Matcher, MatchingOptions
    from glueml_core.schemas import Records

__all__ = ["MatchedTable"]

# What is common is told by the first segment, which must not become a minor part of the table.
_MIN_FIRST_SHARE = 2 / 3
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MatchedTable:
    """
    A table matched before.

    Args:
        task: Who asks.
        definition: The table's, as in the Data Catalog.
        matcher: What is to place new records.
        options: How.
        own: The file that the task is to write; an earlier attempt at it is no part of the table.
    """

    task: Task
    definition: Mapping[str, Any]
    matcher: Matcher
    options: MatchingOptions
    own: Location

    @cached_property
    def location(self) -> Location:
        """Where its files are."""
        return locate(self.definition["StorageDescriptor"]["Location"], self.task.settings)

    @cached_property
    def folder(self) -> IndexFolder:
        """The folder of its index."""
        return IndexFolder.of(self.task, self.location.arrow_path, self.matcher, self.options)

    def files(self) -> dict[Location, str]:
        """
        Its files at this moment, each with its etag.

        Raises:
            InvalidInputException: There are none.
        """
        found = {
            file: etag
            for file, etag in files_of(self.definition, self.task.settings).items()
            if file.arrow_path != self.own.arrow_path
        }
        if not found:
            raise InvalidInputException(
                f"Cannot read {self.location.uri}. No data files are there."
            )
        return found

    def read(self, files: Sequence[Location]) -> tuple[DataFrame[Records], npt.NDArray[np.int64]]:
        """Records of some files, and their clusters."""
        needed = {*(name.lower() for name in self.task.columns), "match_id"}
        names = [name for name in columns_of(self.definition) if name.lower() in needed]
        check_columns(self.task, names)
        table = read_table(self.definition, names, self.task.settings, files)
        records = to_records(in_schema(self.task, table), self.task.primary_key)
        return records, existing_match_ids(table)

    def index(self, files: Mapping[Location, str]) -> MatchedIndex | None:
        """Its index, if there is one, up to date with these files."""
        versions = _versions(files)
        opened = self.folder.open(versions, self.options)
        if opened is None:
            return None
        return opened.index if opened.files == versions else self._with_added(opened, files)

    def make_index(
        self,
        records: DataFrame[Records],
        match_ids: npt.NDArray[np.int64],
        files: Mapping[Location, str],
    ) -> MatchedIndex:
        """An index of all records, kept for the next run if the disk has room for it."""
        self.folder.clear()
        self.folder.remove_unused()
        of_all = (records, match_ids, self.matcher, self.options)
        try:
            with self.folder.new_shelf() as shelf:
                index = fitting(MatchedIndex.of, *of_all, shelf)
                self.folder.keep((shelf.folder.name,), _versions(files))
        except OSError as error:
            _log.warning("The index of %s is not kept: %s", self.location.uri, error)
            index = fitting(MatchedIndex.of, *of_all, MemoryShelf())
        return index

    def _with_added(self, opened: Opened, files: Mapping[Location, str]) -> MatchedIndex | None:
        """The index with the files that came since it was written."""
        added = [file for file in files if file.arrow_path not in opened.files]
        records, match_ids = self.read(added)
        if not len(records):
            return opened.index
        if len(opened.index.clusters_of(records["record_id"])):
            # Whoever reads all of them will say which key is there twice.
            return None
        try:
            with self.folder.new_shelf() as shelf:
                index = opened.index.with_records(records, match_ids, self.matcher, shelf)
                if index.first_share < _MIN_FIRST_SHARE:
                    return None
                kept = opened.segments[: len(index.segments) - 1]
                self.folder.keep((*kept, shelf.folder.name), _versions(files))
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            # Files that disagree on a column's type; whoever reads all of them will say so.
            return None
        except OSError as error:
            _log.warning("The index of %s is not kept: %s", self.location.uri, error)
            index = opened.index.with_records(records, match_ids, self.matcher, MemoryShelf())
        return index


def _versions(files: Mapping[Location, str]) -> dict[str, str]:
    return {file.arrow_path: etag for file, etag in files.items()}
