"""Transform tags: how a transform in Glue knows its assets in Dagster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import dagster as dg

from glueml_dagster.stages import Stage

if TYPE_CHECKING:
    from glueml_core.api.core import Core

__all__ = ["ASSET_PREFIX_TAG", "asset_key_of"]

ASSET_PREFIX_TAG = "dagster_asset_prefix"
"""The Glue tag that holds the part of the assets' keys that they share."""


def asset_key_of(core: Core, transform_id: str, name: str, stage: Stage) -> dg.AssetKey:
    """The asset of a stage: as the transform's tag says, else as the translator would."""
    from glueml_core.store.tags import transform_resource

    tags = core.store.tags.get(transform_resource(transform_id))
    default = f"glueml/{re.sub(r'[^A-Za-z0-9_]', '_', name)}"
    prefix = tags.get(ASSET_PREFIX_TAG, default)
    return dg.AssetKey([*prefix.split("/"), stage.value])
