"""The cells of a matrix: every combination of its values, each with a stable name."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from typing import Any

MAX_CELLS = 1000


def cells(matrix: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    """Return one mapping a cell, in the order of the file: the last key varies fastest."""
    return [
        dict(zip(matrix, values, strict=True)) for values in itertools.product(*matrix.values())
    ]


def cell_name(name: str, cell: Mapping[str, Any]) -> str:
    """Return the cell's job name: `churn-eta-0-1`. AWS refuses dots and brackets in names."""
    words = [name]
    for key, value in cell.items():
        words += [key, re.sub(r"[^A-Za-z0-9_]+", "-", as_text(value)).strip("-")]
    return "-".join(word for word in words if word)


def as_text(value: Any) -> str:
    """Write a value as it stands in a string around it: 0.1, 5, true."""
    return value if isinstance(value, str) else json.dumps(value)
