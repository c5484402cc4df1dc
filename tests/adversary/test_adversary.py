"""A short run of the adversary; `make adversary` plays 2,000 steps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adversary.steps import make_steps
from tests.adversary.world import play
from tests.crash.stack import Stack, stack_of_its_own


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with stack_of_its_own() as made:
        yield made


@pytest.mark.parametrize("seed", [1, 2])
def test_no_run_is_lost_doubled_or_ended_unasked(stack: Stack, seed: int) -> None:
    """Edits, renames, kills, lost states, lag: after each quiet `up` AWS has what the model says."""
    good, wrong = play(stack, make_steps(seed))
    assert not wrong, f"seed {seed}, step {good + 1}: {wrong}"


def test_what_was_found_once_stays_mended(stack: Stack) -> None:
    """Shrunk sequences of violations: a released run that hid a later, expired one."""
    for steps in (
        [["add", 0], ["up"], ["edit", 0, 3], ["up"], ["event", 6, "SUCCEEDED"], ["expire"], ["lose"], ["up"]],
        [["add", 0], ["up"], ["edit", 0, 3], ["two"], ["event", 6, "SUCCEEDED"], ["expire"], ["up"], ["lose"], ["up"]],
    ):  # fmt: skip
        assert play(stack, steps)[1] == ""
