"""Promise 1, cell by cell: whatever dies, wherever, the next `up` leaves exactly one run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.crash.cells import Cell, cells
from tests.crash.play import play
from tests.crash.stack import Stack, stack_of_its_own

CELLS = list(cells())


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with stack_of_its_own() as made:
        yield made


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_one_run_and_no_more(cell: Cell, stack: Stack, record_property: Any) -> None:
    """One run for the declaration, none orphaned, a state that agrees with AWS, an empty preview."""
    verdict = play(stack, cell)
    record_property(
        f"crash {cell.kind}: {cell.operation}",
        [len(verdict.duplicates), len(verdict.orphans), len(verdict.named)],
    )
    assert verdict.right, str(verdict)
