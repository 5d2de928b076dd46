"""The resource: three ways to the same Glue client."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import dagster as dg
from pydantic import Field, model_validator

if TYPE_CHECKING:
    from dagster_aws.s3 import S3Resource

    from glueml_core.api.core import Core

__all__ = ["GlueMLResource"]


class GlueMLResource(dg.ConfigurableResource):
    """
    Where transforms live: in a store of ours, behind our endpoint, or at AWS.

    One of `store`, `endpoint_url` and `aws` is given; `store` alone may be left out, and is then
    `GLUEML_HOME`, else `.glueml` here. Credentials come from the environment as boto3 finds them,
    or through `dg.EnvVar`.
    """

    store: str | None = Field(
        default=None,
        description="Folder of the transforms, their labels and matchers: answered in process.",
    )
    endpoint_url: str | None = Field(default=None, description="Address of a `glueml serve`.")
    pages_url: str | None = Field(
        default=None,
        description="Address of the labeling pages, which assets link to; unset: endpoint_url.",
    )
    aws: bool = Field(default=False, description="Speak to real AWS Glue.")
    region_name: str | None = Field(default=None, description="Region; unset: as boto3 finds it.")
    profile_name: str | None = Field(default=None, description="Profile in boto3's configuration.")
    aws_access_key_id: str | None = Field(
        default=None, description="Use EnvVar; unset: as boto3 finds it."
    )
    aws_secret_access_key: str | None = Field(default=None, description="Use EnvVar.")
    aws_session_token: str | None = Field(default=None, description="Use EnvVar.")
    s3: dg.ConfigurableResource | None = Field(
        default=None,
        description="dagster-aws's S3Resource for label drops; unset: as boto3 finds it.",
    )

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if sum([self.store is not None, self.endpoint_url is not None, self.aws]) > 1:
            raise ValueError("Give one of store, endpoint_url and aws.")
        return self

    def labeling_page(self, transform_id: str) -> str | None:
        """Where people label for a transform in a browser; None where no such address is known."""
        address = self.pages_url or self.endpoint_url
        return f"{address.rstrip('/')}/transforms/{transform_id}/label" if address else None

    @property
    def embedded(self) -> bool:
        """Whether the store is opened in this process."""
        return self.endpoint_url is None and not self.aws

    def client(self, core: Core | None = None) -> Any:
        """Unmodified boto3: of this process, of our endpoint or of AWS; `core` if it is open."""
        if self.embedded:
            from glueml_core import connect

            return connect(core or self.core())

        import boto3

        session = boto3.Session(
            aws_access_key_id=self.aws_access_key_id,
            aws_secret_access_key=self.aws_secret_access_key,
            aws_session_token=self.aws_session_token,
            region_name=self.region_name,
            profile_name=self.profile_name,
        )
        return session.client("glue", endpoint_url=self.endpoint_url)

    def s3_client(self) -> Any:
        """A boto3 client of the S3 resource: of the buckets that label files are dropped in."""
        from dagster_aws.s3 import S3Resource

        s3 = self.s3 or S3Resource(region_name=self.region_name)
        assert isinstance(s3, S3Resource)
        return _s3_client(type(s3), s3.model_dump_json(), os.getpid())

    def core(self) -> Core:
        """
        What stands behind the embedded client.

        Raises:
            ValueError: The transforms live behind an endpoint, out of this process's reach.
        """
        if not self.embedded:
            raise ValueError("Only an embedded store can be opened; this resource has a URL.")
        from glueml_core.settings import Settings

        return _open(Settings.of(self.store).model_dump_json(), os.getpid())


@cache
def _s3_client(kind: type[S3Resource], config: str, _pid: int) -> Any:
    """One client for each configuration and process: a new one reads megabytes of JSON."""
    return kind.model_validate_json(config).get_client()


@cache
def _open(config: str, _pid: int) -> Core:
    """One core for each store and process: a code location's sensors ask for it all day."""
    from glueml_core import Core
    from glueml_core.settings import Settings
    from glueml_core.store import Store
    from glueml_core.tasks.runner import ProcessRunner

    settings = Settings.model_validate_json(config)
    if settings.runner == "process":
        return Core.of(settings)
    # Another runner brings its task runs to Dagster; from here they must not go round again.
    store = Store.open(settings)
    return Core(store, settings, ProcessRunner(settings, store))
