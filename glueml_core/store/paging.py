"""Pages of rows by key: each row once, whatever is inserted meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import literal, tuple_

from glueml_core.errors import InvalidInputException
from glueml_core.store.schema import Timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Column, Connection, RowMapping, Select

__all__ = ["Page", "PageKey", "read_page"]

Row = TypeVar("Row")

# The ordering columns' values in the last row of a page, plain enough for JSON.
PageKey = list[str | int]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the key to ask for those behind them; None on the last page."""

    rows: list[Row]
    next_key: PageKey | None


@dataclass(frozen=True)
class Order:
    """The columns that rows are sorted by, the last of them unique, all in one direction."""

    columns: Sequence[Column[Any]]
    descending: bool = False


def read_page(
    connection: Connection,
    query: Select[Any],
    order: Order,
    after: PageKey | None,
    limit: int,
    make: Callable[[RowMapping], Row],
) -> Page[Row]:
    """
    The `limit` rows of `query` that follow the key `after`.

    Raises:
        InvalidInputException: `after` is no key of this order.
    """
    columns = order.columns
    if after is not None:
        bound = tuple_(*_literals(columns, after))
        here = tuple_(*columns)
        query = query.where(here < bound if order.descending else here > bound)

    query = query.order_by(*(c.desc() if order.descending else c.asc() for c in columns))
    rows = connection.execute(query.limit(limit + 1)).mappings().all()
    more = len(rows) > limit
    next_key = _key(columns, rows[limit - 1]) if more else None
    return Page([make(row) for row in rows[:limit]], next_key)


def _key(columns: Sequence[Column[Any]], row: RowMapping) -> PageKey:
    values = (row[column.name] for column in columns)
    return [value if isinstance(value, str) else Timestamp.to_ms(value) for value in values]


def _literals(columns: Sequence[Column[Any]], key: PageKey) -> list[Any]:
    kinds: list[type] = [int if isinstance(c.type, Timestamp) else str for c in columns]
    if [type(value) for value in key] != kinds:
        raise InvalidInputException("Invalid NextToken.")
    try:
        values = [Timestamp.from_ms(v) if isinstance(v, int) else v for v in key]
    except (OverflowError, ValueError) as error:
        raise InvalidInputException("Invalid NextToken.") from error
    return [literal(value, column.type) for value, column in zip(values, columns, strict=True)]
