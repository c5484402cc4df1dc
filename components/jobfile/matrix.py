"""The cells of a matrix: every combination of its values, each with a stable name, and which of them have a problem."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..errors import Problem

MAX_CELLS = 1000
MOST = 3  # different values that are told of one place


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


def name_cells(found: Mapping[str, set[Problem]]) -> Iterator[Problem]:
    """Yield the problems of a matrix's cells, by the cell's name: one that only some have names them."""
    cells: dict[Problem, list[str]] = {}
    for cell, problems in found.items():
        for problem in problems:
            cells.setdefault(problem, []).append(cell)
    places: dict[tuple[object, ...], list[Problem]] = {}
    for problem, names in cells.items():
        if len(names) == len(found):
            yield problem
        else:
            place = (problem.line, problem.column, problem.path, problem.rule, problem.level)
            places.setdefault(place, []).append(problem)
    for alike in places.values():
        rest = sum(len(cells[problem]) for problem in alike[MOST:])
        for problem in alike[:MOST]:
            names = cells[problem]
            others = len(names) - 1 + (rest if problem is alike[:MOST][-1] else 0)
            more = f" and {others} more" if others else ""
            yield replace(problem, message=f"{problem.message} (cell {names[0]}{more})")
