"""A refresh that fails."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from local.engine.core.deploy import refresh
from local.engine.core.deployment import Deployment
from local.engine.core.executor import Executor
from local.engine.errors import Stopped
from local.engine.state.journal import Journal


def test_a_failed_refresh_stops_the_deployment() -> None:
    """The program waits for its first registration, which never comes: nobody may wait for the program."""
    nothing: Any = SimpleNamespace()

    async def fail() -> bool:
        deployment = Deployment(
            kind="update",
            preview=False,
            refresh=True,
            parallel=1,
            project=nothing,
            stack="dev",
            config={},
            registry=nothing,
            emit=nothing,
            journal=Journal(None, nothing),
            failed=True,
        )
        with pytest.raises(Stopped):
            await refresh(deployment, Executor(deployment))
        return deployment.stopping

    assert asyncio.run(fail())
