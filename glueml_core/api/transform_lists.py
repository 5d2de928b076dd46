"""Lists of ML transforms: whole ones, or their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glueml_core.api.paging import MAX_PAGE, decode_token, encode_token
from glueml_core.api.views import transform_view
from glueml_core.errors import InvalidInputException
from glueml_core.store import TransformFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glueml_core.api.core import Core
    from glueml_core.store import MLTransform

__all__ = ["get_ml_transforms", "list_ml_transforms"]


def get_ml_transforms(core: Core, **request: Any) -> dict[str, Any]:
    """The transforms that meet a filter, sorted; by age if nothing else is asked."""
    transforms, next_token = _page(core, **request)
    return {"Transforms": [transform_view(t) for t in transforms], "NextToken": next_token}


def list_ml_transforms(core: Core, **request: Any) -> dict[str, Any]:
    """The ids of the transforms that meet a filter and carry all the given tags, sorted."""
    transforms, next_token = _page(core, **request)
    return {"TransformIds": [t.id for t in transforms], "NextToken": next_token}


def _page(
    core: Core,
    *,
    next_token: str | None = None,
    max_results: int = MAX_PAGE,
    filter: Mapping[str, Any] | None = None,  # noqa: A002 (the API's name)
    sort: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> tuple[list[MLTransform], str | None]:
    order = sort or {"Column": "CREATED", "SortDirection": "ASCENDING"}
    listed = ("transforms", filter or {}, order, tags or {})
    page = core.store.transforms.find(
        _criteria(filter or {}, tags),
        sort=order["Column"],
        descending=order["SortDirection"] == "DESCENDING",
        after=decode_token(next_token, *listed),
        limit=max_results,
    )
    return page.rows, encode_token(page.next_key, *listed)


def _criteria(given: Mapping[str, Any], tags: Mapping[str, str] | None) -> TransformFilter:
    for column in given.get("Schema", []):
        for member in ("Name", "DataType"):
            if not column.get(member):
                raise InvalidInputException(f"{member} can't be blank.")
    return TransformFilter(
        name=given.get("Name"),
        transform_type=given.get("TransformType"),
        status=given.get("Status"),
        glue_version=given.get("GlueVersion"),
        created_before=given.get("CreatedBefore"),
        created_after=given.get("CreatedAfter"),
        last_modified_before=given.get("LastModifiedBefore"),
        last_modified_after=given.get("LastModifiedAfter"),
        schema=given.get("Schema"),
        tags=tags,
    )
