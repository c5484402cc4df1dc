"""Which cells of a matrix have a problem: said once, not once a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..errors import Problem

MOST = 3  # different values that are told of one place


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
