"""The program of a deployment, from its start to its end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from local.engine.errors import Stopped
from local.engine.protocol import monitor
from local.engine.protocol.children import Program
from local.engine.state.configuration import opened, secret_keys

if TYPE_CHECKING:
    from local.engine.core.deployment import Deployment

PATIENCE = 10.0
"""Seconds that a program may take to end after its last registration."""


class Following:
    """Runs the program, and knows when it has registered everything."""

    def __init__(self, run: Deployment, program: Program) -> None:
        self._run = run
        self._program = program
        self._running: asyncio.Task[int] | None = None
        self._server: Any = None
        self._said_error = False

    async def start(self) -> None:
        """Have the program run, and register with us."""
        plan = self._run.plan
        self._server, address = await monitor.serve(self._run)
        settings = {
            "monitor": address,
            "engine": address,
            "project": plan.project.name,
            "stack": plan.stack,
            "parallel": plan.options.parallel,
            "dry_run": plan.options.preview,
            "root": str(plan.project.root),
            "program": str(plan.project.program),
            "config": opened(plan.config),
            "secret_keys": secret_keys(plan.config),
        }
        self._running = asyncio.create_task(self._program.run(settings, self._heard))

    async def registered(self) -> None:
        """Wait until the program has registered everything; Stopped if it fails before that."""
        if self._running is None:
            raise AssertionError("the program has been started")
        closed = asyncio.create_task(self._run.registrations.closed())
        try:
            await asyncio.wait({self._running, closed}, return_when=asyncio.FIRST_COMPLETED)
            code = 0 if closed.done() else self._running.result()
        finally:
            closed.cancel()
        if code != 0:
            self._run.failed = True
            if not self._said_error:
                self._run.report("", "error", f"the program ended with exit code {code}")
            raise Stopped

    async def end(self) -> None:
        """Let the program end by itself where all went well, else end it."""
        if self._running is not None and not self._run.stopping:
            await asyncio.wait({self._running}, timeout=PATIENCE)
        await self._program.stop()
        if self._running is not None:
            await self._running
        if self._server is not None:
            await self._server.stop(None)

    def logged(self, urn: str, severity: str, message: str) -> None:
        """Report what the program logged; what it says about the end of a stopped deployment is of no use."""
        if self._run.stopping:
            return
        self._said_error = self._said_error or severity == "error"
        self._run.report(urn, severity, message)

    def _heard(self, line: str, is_error: bool) -> None:
        if not self._run.stopping:
            self._run.report("", "info#err" if is_error else "info", line)
