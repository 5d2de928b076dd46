"""Partitions: which folders of a table a predicate on its partition keys keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from glueml_core.errors import InvalidInputException

__all__ = ["check_predicates", "keeps"]

# In Glue the first is applied by Spark and the second by the catalog; what they keep is the same.
_PREDICATES = ("pushDownPredicate", "catalogPartitionPredicate")

# What a predicate may be made of: no sub-query, no function, nothing that reaches beyond its row.
_CLASSES = {"BETWEEN", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "OPERATOR"}
_LIKE = {"~~", "!~~"}
# The parser takes time by the square of it, half a minute for some thousands.
_DEEPEST = 100

_SQL_TYPES = {
    **dict.fromkeys(("tinyint", "smallint", "int", "integer", "bigint", "long"), "BIGINT"),
    **dict.fromkeys(("float", "double", "decimal"), "DOUBLE"),
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
}


def check_predicates(table: Mapping[str, Any], options: Mapping[str, str]) -> None:
    """
    Refuse options of a source that could not be applied when its records are read.

    Args:
        table: The table's definition in the Data Catalog.
        options: AdditionalOptions of the source.

    Raises:
        InvalidInputException: An option that is unknown, or no predicate on the partition keys.
    """
    unknown = sorted(options.keys() - set(_PREDICATES))
    if unknown:
        raise InvalidInputException(
            f"AdditionalOptions may hold {' and '.join(_PREDICATES)}, but not {unknown[0]}."
        )
    keeps(table, options, [])


def keeps(
    table: Mapping[str, Any], options: Mapping[str, str], partitions: Sequence[Mapping[str, str]]
) -> list[bool]:
    """
    For each partition, whether all predicates of `options` hold for it.

    Args:
        table: The table's definition in the Data Catalog.
        options: AdditionalOptions of the source.
        partitions: The values of each partition's keys, as its folder's name has them.

    Raises:
        InvalidInputException: As `check_predicates`.
    """
    kept = [True] * len(partitions)
    for name in _PREDICATES:
        if name in options:
            held = _held(name, options[name], _key_types(table), partitions)
            kept = [one and other for one, other in zip(kept, held, strict=True)]
    return kept


def _key_types(table: Mapping[str, Any]) -> dict[str, str]:
    """The partition keys with the types that SQL compares them as."""
    keys = table.get("PartitionKeys") or []
    hive = {key["Name"]: (key.get("Type") or "").lower().partition("(")[0] for key in keys}
    return {name: _SQL_TYPES.get(kind, "VARCHAR") for name, kind in hive.items()}


def _held(
    name: str, predicate: str, types: Mapping[str, str], partitions: Sequence[Mapping[str, str]]
) -> list[bool]:
    import duckdb

    with duckdb.connect() as connection:
        try:
            _refuse_more_than_a_predicate(connection, predicate)
            columns = [f"TRY_CAST(? AS {kind}) AS {_quoted(key)}" for key, kind in types.items()]
            row = f"SELECT {', '.join(columns) or '1'}"
            query = f"SELECT ({predicate}\n)::BOOLEAN FROM ({row})"
            nothing = dict.fromkeys(types)
            # Bound once without values, it is known to fit the keys.
            connection.execute(query, list(nothing.values()))
            return [
                connection.execute(query, list((nothing | _chosen(one, types)).values())).fetchone()
                == (True,)
                for one in partitions
            ]
        except (duckdb.Error, RecursionError, _NotAPredicateError) as error:
            reason = str(error).partition("\n")[0]
            raise InvalidInputException(
                f"{name} must be a condition on the partition keys "
                f"({', '.join(types) or 'the table has none'}): {reason}"
            ) from error


class _NotAPredicateError(ValueError):
    """SQL that is more than one condition on columns."""


def _refuse_more_than_a_predicate(connection: Any, predicate: str) -> None:
    opened = (1 if sign == "(" else -1 for sign in predicate if sign in "()")
    if max(accumulate(opened), default=0) > _DEEPEST:
        raise _NotAPredicateError("Its parentheses are nested too deeply.")
    asked = f"SELECT ({predicate}\n)"
    [text] = connection.execute("SELECT json_serialize_sql(?)", [asked]).fetchone()
    read = json.loads(text)
    if read["error"]:
        raise _NotAPredicateError(read["error_message"])
    nodes = [statement["node"] for statement in read["statements"]]
    is_one = len(nodes) == 1 and nodes[0]["type"] == "SELECT_NODE"
    if not is_one or nodes[0]["from_table"]["type"] != "EMPTY" or len(nodes[0]["select_list"]) != 1:
        raise _NotAPredicateError("It is not one condition.")
    for part in _parts(nodes[0]["select_list"]):
        called = part.get("function_name")
        if part["class"] == "FUNCTION" and called in _LIKE:
            continue
        if part["class"] not in {*_CLASSES, "TYPE"}:
            raise _NotAPredicateError(f"{called or part['class']} is not supported.")


def _parts(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Every expression in a syntax tree."""
    if isinstance(tree, Mapping):
        if "class" in tree:
            yield tree
        for branch in tree.values():
            yield from _parts(branch)
    elif isinstance(tree, list):
        for branch in tree:
            yield from _parts(branch)


def _chosen(partition: Mapping[str, str], types: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in partition.items() if key in types}


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
