"""What the person who runs GlueML may choose."""

from __future__ import annotations

import os
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from glueml_core.memory import memory_mib

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

HOME = "GLUEML_HOME"
DEFAULT_STORE = ".glueml"
# A million records take a quarter of it.
_MATCHING_MIB_AT_LEAST = 6_144


class WrongSettingError(ValueError):
    """The operator chose what cannot be; says which setting, and why."""


class ExtensionNames(BaseModel):
    """
    Objects of recordlinkage's own classes, as `module:object`, that join in one transform.

    `indexers` are BaseIndexAlgorithm, each adding candidate pairs; `features` BaseCompareFeature,
    by the names that reasons and importances give them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    indexers: tuple[str, ...] = ()
    features: dict[str, str] = {}


class Settings(BaseSettings):
    """
    One store's settings: from the environment (`GLUEML_…`), else from `glueml.toml` in the store.

    The store is the folder that is given, else that of `GLUEML_HOME`, else `.glueml` here.

    S3 is set up by the ordinary AWS variables (`AWS_ENDPOINT_URL_S3`, `AWS_REGION`, …).
    """

    model_config = SettingsConfigDict(env_prefix="GLUEML_", extra="forbid", frozen=True)

    store: Path = Field(description="Folder of the database, the task runs' logs and their files.")
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="SQLAlchemy URL of a shared database; unset: SQLite in the store folder.",
    )
    account_id: str = Field(
        default="000000000000", description="Account that ARNs and error texts name."
    )
    region: str = Field(
        default="us-east-1", description="Region that transforms and their files belong to."
    )
    file_roots: tuple[Path, ...] = Field(
        default=(),
        description="Folders that `file://` may name; unset: the store's and the current one.",
    )
    catalog: Literal["embedded", "aws"] = Field(
        default="embedded",
        description="Where tables are looked up: in the store, or in AWS's own Data Catalog.",
    )
    catalog_endpoint_url: str | None = Field(
        default=None, description="Another address of AWS's Data Catalog, such as a VPC endpoint."
    )
    runner: str = Field(
        "process", description="What works on task runs: process, dagster or dagster-remote."
    )
    runner_url: str | None = Field(
        None,
        description="Where the runner is, if it is elsewhere: the Dagster webserver's address.",
    )
    max_transforms: int = Field(default=100, ge=1, description="ML transforms per account.")
    max_task_runs_per_transform: int = Field(
        default=3, ge=1, description="Active task runs per transform."
    )
    max_task_runs: int = Field(default=30, ge=1, description="Active task runs per account.")
    matching_memory_mib: int = Field(
        default_factory=lambda: max(memory_mib() // 2, _MATCHING_MIB_AT_LEAST),
        ge=1_024,
        description="Memory that matching one large table may take, in MiB. Else half of the "
        "machine's or the container's, and 6,144 where that is less.",
    )
    whole_table_rows: int = Field(
        default=70_000,
        ge=0,
        description="Records that a table may have to be compared as a whole: some 40 MiB a "
        "thousand. A larger one is matched part by part, by values and rare words that records "
        "share.",
    )
    kept_pairs_mib: int = Field(
        default=2_048,
        ge=0,
        description="Disk that record pairs compared once may take in the store, in MiB, for task "
        "runs to come; 0 keeps none.",
    )
    max_label_file_mb: int = Field(default=10, ge=1, description="Size of one label file, in MB.")
    seed: int = Field(
        default=0, ge=0, description="Decides between equals when training and choosing labels."
    )

    extensions: dict[str, ExtensionNames] = Field(
        default={}, description="The user's own blocking and features, by transform name."
    )

    def __hash__(self) -> int:
        """Settings are a key of caches, which a dict among the fields would forbid."""
        return hash(self.model_dump_json())

    @property
    def labeling_folder(self) -> Path:
        """Where the pages keep label files: sets to label, and answers on their way in."""
        return self.store / "labeling"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before the environment before the store's own file."""
        chosen = init_settings().get("store") or os.environ.get(HOME) or DEFAULT_STORE
        store = Path(chosen).expanduser().absolute()
        place = InitSettingsSource(settings_cls, {"store": store})
        toml = TomlConfigSettingsSource(settings_cls, store / "glueml.toml")
        return place, init_settings, env_settings, toml

    @classmethod
    def of(cls, store: str | Path | None = None) -> Self:
        """
        The settings of `store`: the argument, else `GLUEML_HOME`, else `.glueml` here.

        Raises:
            WrongSettingError: Something was chosen that cannot be.
        """
        try:
            return cls(store=Path(store)) if store else cls()
        except ValidationError as error:
            raise WrongSettingError(" ".join(map(_mistake, error.errors()))) from error
        except (SettingsError, TOMLDecodeError) as error:
            raise WrongSettingError(f"Settings cannot be read: {error}.") from error


def _mistake(error: ErrorDetails) -> str:
    name, *within = map(str, error["loc"])
    place = ".".join([name, *within])
    return f"Setting {place}, GLUEML_{name.upper()} in the environment: {error['msg']}."
