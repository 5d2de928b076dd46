"""One ML transform: create, get, update, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glueml_core.api.capacity import capacity_columns, check_retries
from glueml_core.api.source_schema import check_primary_key, read_schema, single_table
from glueml_core.api.tagging import check_tags
from glueml_core.api.views import transform_view
from glueml_core.errors import EntityNotFoundException, InvalidInputException
from glueml_core.store import MLTransform, TransformSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from glueml_core.api.core import Core

__all__ = ["create_ml_transform", "delete_ml_transform", "get_ml_transform", "update_ml_transform"]

# 0.5 prefers neither side of a tradeoff.
_DEFAULTS: dict[str, Any] = {
    "precision_recall_tradeoff": 0.5,
    "accuracy_cost_tradeoff": 0.5,
    "enforce_provided_labels": False,
    "glue_version": "0.9",
    "max_capacity": 10.0,
    "timeout_minutes": 2880,
    "max_retries": 0,
}


def create_ml_transform(
    core: Core,
    *,
    name: str,
    input_record_tables: Sequence[Mapping[str, Any]],
    parameters: Mapping[str, Any],
    role: str,
    tags: Mapping[str, str] | None = None,
    transform_encryption: Mapping[str, Any] | None = None,
    **chosen: Any,
) -> dict[str, str]:
    """Make a transform that has not learned anything, for one table of the catalog."""
    table = single_table(input_record_tables)
    found_matches = _find_matches_parameters(parameters)
    optional = _optional_columns(chosen)
    _check_name_and_role(name, role)
    check_tags(tags or {})
    schema = read_schema(core, table)
    check_primary_key(schema, found_matches["primary_key_column"])

    spec = TransformSpec(
        name=name,
        input_record_tables=input_record_tables,
        schema=schema,
        role=role,
        encryption=transform_encryption,
        **{**_DEFAULTS, **found_matches, **optional},
    )
    transform = core.store.transforms.add(spec, tags or {}, core.settings.max_transforms)
    return {"TransformId": transform.id}


def get_ml_transform(core: Core, *, transform_id: str) -> dict[str, Any]:
    """All that is known of a transform, also while it is being deleted."""
    return transform_view(core.store.transforms.get(transform_id))


def update_ml_transform(
    core: Core,
    *,
    transform_id: str,
    name: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    role: str | None = None,
    **chosen: Any,
) -> dict[str, str]:
    """Change what is sent and keep the rest; labels, status and metrics stay."""
    transform = core.store.transforms.get(transform_id)
    if transform.status == "DELETING":
        raise EntityNotFoundException.transform(core.settings.account_id, transform_id)
    changes = _optional_columns(chosen)
    _check_name_and_role(name, role)
    if parameters is not None:
        changes |= _find_matches_parameters(parameters)
        _check_new_primary_key(transform, changes["primary_key_column"])

    changes |= {key: value for key, value in (("name", name), ("role", role)) if value is not None}
    core.store.transforms.update(transform_id, **changes)
    return {"TransformId": transform_id}


def delete_ml_transform(core: Core, *, transform_id: str) -> dict[str, str]:
    """Forget a transform, its labels and what it learned; its active runs are stopped first."""
    core.store.transforms.start_deleting(transform_id)
    core.finish_deleting(transform_id)
    return {"TransformId": transform_id}


def _find_matches_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that `Parameters` sets; only the primary key must be there."""
    given = parameters.get("FindMatchesParameters")
    if given is None:
        raise InvalidInputException("Find Matches parameters have not been set.")
    if not given.get("PrimaryKeyColumnName", "").strip():
        raise InvalidInputException("A primary key must be specified in Find Matches parameters.")

    columns = {
        "transform_type": parameters["TransformType"],
        "primary_key_column": given["PrimaryKeyColumnName"],
        "precision_recall_tradeoff": given.get("PrecisionRecallTradeoff"),
        "accuracy_cost_tradeoff": given.get("AccuracyCostTradeoff"),
        "enforce_provided_labels": given.get("EnforceProvidedLabels"),
    }
    return {column: value for column, value in columns.items() if value is not None}


def _optional_columns(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that both Create and Update may set, of the members that were sent."""
    check_retries(chosen.get("max_retries"))
    capacity = capacity_columns(
        chosen.get("max_capacity"), chosen.get("worker_type"), chosen.get("number_of_workers")
    )
    columns = {
        "description": chosen.get("description"),
        "glue_version": chosen.get("glue_version"),
        "timeout_minutes": chosen.get("timeout"),
        "max_retries": chosen.get("max_retries"),
    }
    return capacity | {column: value for column, value in columns.items() if value is not None}


def _check_name_and_role(name: str | None, role: str | None) -> None:
    if name is not None and not name.strip():
        raise InvalidInputException("Transform name cannot be blank.")
    if role is not None and not role.strip():
        raise InvalidInputException("Role cannot be blank.")


def _check_new_primary_key(transform: MLTransform, primary_key: str) -> None:
    check_primary_key(transform.schema, primary_key)
    # Labels name records by the old key: under another one they would be about nobody.
    if primary_key != transform.primary_key_column and transform.label_count > 0:
        raise InvalidInputException(
            "The primary key cannot be changed while the transform has labels: "
            f"they name records by {transform.primary_key_column}."
        )
