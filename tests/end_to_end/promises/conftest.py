"""One project with its own AWS for all promises; each begins with nothing in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.stack import Stack, stack_of_its_own


@pytest.fixture(scope="module")
def made() -> Iterator[Stack]:
    with stack_of_its_own() as stack:
        yield stack


@pytest.fixture
def stack(made: Stack) -> Stack:
    made.clear()
    return made
