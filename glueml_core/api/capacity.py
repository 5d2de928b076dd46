"""Capacity of a transform: MaxCapacity, or WorkerType with NumberOfWorkers, never both."""

from __future__ import annotations

from typing import Any

from glueml_core.errors import InvalidInputException

__all__ = ["capacity_columns", "check_retries"]

_LEAST_CAPACITY = 2
_MOST_CAPACITY = 100
_LEAST_WORKERS = 1


def capacity_columns(
    max_capacity: float | None, worker_type: str | None, number_of_workers: int | None
) -> dict[str, Any]:
    """
    The three columns that a request sets, the other form emptied; nothing if it sets none.

    Raises:
        InvalidInputException: Both forms, half of one, or too little.
    """
    has_workers = worker_type is not None or number_of_workers is not None
    if max_capacity is not None and has_workers:
        raise InvalidInputException("Cannot set Max Capacity and Worker Num/Type at the same time.")
    if has_workers:
        _check_workers(worker_type, number_of_workers)
    elif max_capacity is None:
        return {}
    else:
        _check_capacity(max_capacity)
    return {
        "max_capacity": max_capacity,
        "worker_type": worker_type,
        "number_of_workers": number_of_workers,
    }


def check_retries(max_retries: int | None) -> None:
    """Raise InvalidInputException for a negative number of retries."""
    if max_retries is not None and max_retries < 0:
        raise InvalidInputException("Max retries should be non-negative.")


def _check_workers(worker_type: str | None, number_of_workers: int | None) -> None:
    if worker_type is None or number_of_workers is None:
        raise InvalidInputException("Both WorkerType and NumberOfWorkers should be set.")
    if number_of_workers < _LEAST_WORKERS:
        raise InvalidInputException(f"NumberOfWorkers should be >= {_LEAST_WORKERS}.")


def _check_capacity(max_capacity: float) -> None:
    if max_capacity < _LEAST_CAPACITY:
        raise InvalidInputException(f"MaxCapacity should be >= {_LEAST_CAPACITY}.")
    if max_capacity > _MOST_CAPACITY:
        raise InvalidInputException(f"MaxCapacity should be <= {_MOST_CAPACITY}.")
