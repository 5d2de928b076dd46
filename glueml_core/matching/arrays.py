"""The names this package gives to numpy's arrays."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "Mask", "Positions", "SparseRows"]

Positions: TypeAlias = NDArray[np.integer[Any]]
Floats: TypeAlias = NDArray[np.floating[Any]]
Mask: TypeAlias = NDArray[np.bool_]
# scipy ships no types; the rows are always a csr_matrix of float32.
SparseRows: TypeAlias = Any
