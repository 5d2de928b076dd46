"""One store: everything that a GlueML installation remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glueml_core.store.aws_catalog import AwsCatalog
from glueml_core.store.catalog import Catalog
from glueml_core.store.census import Census, take_census
from glueml_core.store.database import Database, now_utc, random_id
from glueml_core.store.labeling_queue import LabelingQueue
from glueml_core.store.labels import Labels
from glueml_core.store.matchers import Matchers
from glueml_core.store.tags import Tags
from glueml_core.store.task_runs import TaskRuns
from glueml_core.store.transforms import Transforms

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from glueml_core.settings import Settings

__all__ = ["Store"]


@dataclass(frozen=True)
class Store:
    """
    The state, by kind; safe to share between threads, and to open from several processes.

    Every method is one transaction, and what it has returned from is on the disk.
    """

    settings: Settings
    database: Database
    transforms: Transforms
    task_runs: TaskRuns
    labels: Labels
    labeling_queue: LabelingQueue
    matchers: Matchers
    catalog: Catalog | AwsCatalog
    tags: Tags

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = now_utc,
        new_id: Callable[[str], str] = random_id,
    ) -> Store:
        """The store of `settings`, made if it is not there, upgraded if it is older."""
        database = Database.open(settings, clock, new_id)
        transforms = Transforms(database, settings.account_id)
        return cls(
            settings=settings,
            database=database,
            transforms=transforms,
            task_runs=TaskRuns(database, transforms, settings.account_id),
            labels=Labels(database, transforms),
            labeling_queue=LabelingQueue(database, transforms),
            matchers=Matchers(database, transforms),
            catalog=_catalog(settings, database),
            tags=Tags(database),
        )

    def now(self) -> datetime:
        """The moment that a row written now is stamped with, in UTC."""
        return self.database.now()

    def census(self) -> Census:
        """How much of everything there is at this moment."""
        return take_census(self.database)

    def close(self) -> None:
        """Give the database's connections back."""
        self.database.close()


def _catalog(settings: Settings, database: Database) -> Catalog | AwsCatalog:
    return AwsCatalog(settings) if settings.catalog == "aws" else Catalog(database)
