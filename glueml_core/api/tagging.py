"""Tags of transforms and catalog databases, by ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glueml_core.errors import EntityNotFoundException, InvalidInputException
from glueml_core.store.tags import database_resource, transform_resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from glueml_core.api.core import Core

__all__ = ["get_tags", "tag_resource", "untag_resource"]

MAX_TAGS = 50

_RESERVED_PREFIX = "aws"


def tag_resource(
    core: Core, *, resource_arn: str, tags_to_add: Mapping[str, str]
) -> dict[str, str]:
    """Set tags, over older values of their keys."""
    resource = _resource(core, resource_arn)
    check_tags(tags_to_add)
    core.store.tags.change(resource, put=tags_to_add, check=_check_number)
    return {}


def untag_resource(
    core: Core, *, resource_arn: str, tags_to_remove: Sequence[str]
) -> dict[str, str]:
    """Remove tags by key; a key that is not there is no error."""
    core.store.tags.change(_resource(core, resource_arn), drop=tags_to_remove)
    return {}


def get_tags(core: Core, *, resource_arn: str) -> dict[str, dict[str, str]]:
    """The tags of a resource."""
    return {"Tags": core.store.tags.get(_resource(core, resource_arn))}


def check_tags(tags: Mapping[str, str]) -> None:
    """Raise InvalidInputException for keys and values that AWS keeps for itself."""
    for text in [*tags, *tags.values()]:
        if text.lower().startswith(_RESERVED_PREFIX):
            raise InvalidInputException(
                f"Tag keys and values must not begin with {_RESERVED_PREFIX}: {text}."
            )


def _check_number(tags: Mapping[str, str]) -> None:
    if len(tags) > MAX_TAGS:
        raise InvalidInputException(f"A resource cannot have more than {MAX_TAGS} tags.")


def _resource(core: Core, arn: str) -> str:
    """The end of an ARN, which names the resource; some clients leave the account empty."""
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if kind == "mlTransform":
        return transform_resource(core.store.transforms.get(name).id)
    if kind == "database":
        return database_resource(core.store.catalog.database(name).name)
    raise EntityNotFoundException(f"No resource that can have tags has the ARN {arn}.")
