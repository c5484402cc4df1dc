"""A project with a stack of its own, on the embedded engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.adapters import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A project of test resources whose stack `dev` is empty; commands run in this process."""
    made = World(tmp_path, "embedded")
    made.prepare()
    return made
