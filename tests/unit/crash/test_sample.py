"""What `make test` plays of the crash matrix."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.crash.cells import Cell, cells
from tests.crash.sample import choose_cells

CELLS = list(cells())
SAMPLE = choose_cells(CELLS)
PAIRS: dict[str, Callable[[Cell], object]] = {
    "call and way to die": lambda cell: (cell.kind, cell.step.split()[0], cell.how),
    "call and tokens": lambda cell: (cell.kind, cell.step.split()[0], cell.tokens),
    "way to die and tokens": lambda cell: (cell.how, cell.tokens),
    "operation and step": lambda cell: (cell.kind, cell.operation, cell.step),
    "way to die and what is left": lambda cell: (cell.how, cell.state, cell.record, cell.files),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_every_pair_of_the_matrix_is_in_the_sample(pair: str) -> None:
    """What any cell brings together, a cell of the sample does."""
    assert {PAIRS[pair](cell) for cell in SAMPLE} == {PAIRS[pair](cell) for cell in CELLS}


def test_the_sample_is_small_fixed_and_in_the_order_of_the_matrix() -> None:
    """Cells that are neighbours in the matrix share what they play first."""
    assert 100 < len(SAMPLE) < 200
    assert choose_cells(CELLS) == SAMPLE
    assert [cell for cell in CELLS if cell in SAMPLE] == SAMPLE
    assert len(CELLS) == len(set(CELLS))


def test_every_way_to_die_meets_a_submission_of_either_kind() -> None:
    """The one call that must never be carried out twice."""
    submissions = [
        ("ServiceJob", "SubmitServiceJob"),
        ("BatchInferenceJob", "CreateBatchInferenceJob"),
    ]
    ways = {cell.how for cell in CELLS}
    played = {(cell.kind, cell.step.split()[0], cell.how) for cell in SAMPLE}
    assert played >= {(*submission, how) for submission in submissions for how in ways}
