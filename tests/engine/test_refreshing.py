"""A refresh that fails."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from local.engine.core import refresh as refreshing
from local.engine.errors import Stopped
from local.engine.state.model import Snapshot


class Failed:
    """A deployment in which a resource could not be read."""

    failed, cancelled, stopping = True, False, False

    def __init__(self) -> None:
        self.base = Snapshot()

    def index(self) -> None:
        """There is nothing to look up."""

    def stop(self) -> None:
        self.stopping = True


def test_a_failed_refresh_stops_the_deployment() -> None:
    """The program waits for its first registration, which never comes: nobody may wait for the program."""
    run: Any = Failed()
    with pytest.raises(Stopped):
        asyncio.run(refreshing.refresh(run))
    assert run.stopping
