"""The cells that `make test` plays: few, always the same ones, and among them every pair that matters.

A step is an AWS call of a kind (`Search` of a service job, whichever operation it is part of): in the sample each
call meets each way to die and each treatment of tokens, each way to die meets each treatment of tokens and whatever
it may leave, and each operation dies at each of its steps. `make crash` plays all cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

from tests.crash.cells import Cell


def choose_cells(cells: Sequence[Cell]) -> list[Cell]:
    """Return the sample in the order of the matrix: again and again the cell with the most pairs that are missing.

    Of equally good cells the first of the operation that has the fewest so far is taken, so that the same matrix has
    the same sample everywhere.
    """
    pairs = [frozenset(list_pairs(cell)) for cell in cells]
    missing = frozenset().union(*pairs)
    chosen: set[int] = set()
    played: Counter[str] = Counter()
    while missing:
        best = max(
            range(len(cells)),
            key=lambda at: (len(pairs[at] & missing), -played[cells[at].operation]),
        )
        chosen.add(best)
        played[cells[best].operation] += 1
        missing -= pairs[best]
    return [cells[at] for at in sorted(chosen)]


def list_pairs(cell: Cell) -> Iterator[tuple[str, Hashable, Hashable]]:
    """Yield what a cell brings together."""
    step = (cell.kind, cell.step.split()[0])
    left = (cell.state, cell.record, cell.files)
    yield "step, way to die", step, cell.how
    yield "step, tokens", step, cell.tokens
    yield "way to die, tokens", cell.how, cell.tokens
    yield "operation, step", (cell.kind, cell.operation), cell.step
    yield "way to die, what is left", cell.how, left
    yield "operation, lag", (cell.kind, cell.operation), cell.lag
    yield "lag, what is left", cell.lag, left[:2]
