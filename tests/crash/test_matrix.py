"""Promise 1, cell by cell: whatever dies, wherever, the next `up` leaves exactly one run.

With CRASH_MATRIX=all every cell is played (`make crash`), otherwise the sample.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.crash.cells import Cell, cells
from tests.crash.play import Player
from tests.crash.sample import choose_cells
from tests.crash.stack import stack_of_its_own

WHOLE = os.environ.get("CRASH_MATRIX") == "all"
CELLS = list(cells()) if WHOLE else choose_cells(list(cells()))


@pytest.fixture(scope="module")
def player() -> Iterator[Player]:
    with stack_of_its_own() as made:
        yield Player(made, every=WHOLE)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_one_run_and_no_more(cell: Cell, player: Player, record_property: Any) -> None:
    """One run for the declaration, none orphaned, a state that agrees with AWS, an empty preview."""
    counted = [0, 0, 0, 0]  # a cell that hangs is counted too
    record_property(f"crash {cell.kind}: {cell.operation}, {cell.tokens}", counted)
    verdict = player.play(cell)
    counted[:] = [
        verdict.played,
        len(verdict.duplicates),
        len(verdict.orphans),
        len(verdict.named),
    ]
    assert verdict.right, str(verdict)
