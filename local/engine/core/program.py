"""The program of a deployment, from its start to its end."""

from __future__ import annotations

import asyncio
from typing import Any

from local.engine.core.deployment import Deployment
from local.engine.core.goal import read_goal
from local.engine.core.registrations import Registrations
from local.engine.errors import Stopped
from local.engine.protocol import monitor
from local.engine.protocol.processes import Program
from local.engine.state.model import Resource
from local.engine.state.settings import list_secret_keys
from local.engine.state.values import Properties, reveal

PATIENCE = 10.0
"""Seconds that a program may take to end after its last registration."""


class RunningProgram:
    """Runs the program, takes what it says, and knows when it has registered everything."""

    def __init__(
        self, deployment: Deployment, registrations: Registrations, program: Program
    ) -> None:
        self._deployment = deployment
        self._registrations = registrations
        self._program = program
        self._running: asyncio.Task[int] | None = None
        self._server: Any = None
        self._said_error = False
        self._complete = asyncio.Event()
        self._over = asyncio.Event()

    async def start(self) -> None:
        """Have the program run, and register with us."""
        deployment = self._deployment
        self._server, address = await monitor.serve(self)
        settings = {
            "monitor": address,
            "engine": address,
            "project": deployment.project.name,
            "stack": deployment.stack,
            "parallel": deployment.parallel,
            "dry_run": deployment.preview,
            "root": str(deployment.project.root),
            "program": str(deployment.project.program),
            "config": reveal(dict(deployment.config)),
            "secret_keys": list_secret_keys(deployment.config),
        }
        self._running = asyncio.create_task(self._program.run(settings, self._hear))

    async def wait_for_registrations(self) -> None:
        """Wait until the program has registered everything; Stopped if it fails before that."""
        if self._running is None:
            raise AssertionError("the program has been started")
        complete = asyncio.create_task(self._complete.wait())
        try:
            await asyncio.wait({self._running, complete}, return_when=asyncio.FIRST_COMPLETED)
            code = 0 if complete.done() else self._running.result()
        finally:
            complete.cancel()
        if code != 0:
            self._deployment.failed = True
            if not self._said_error:
                self._deployment.report("", "error", f"the program ended with exit code {code}")
            raise Stopped

    async def end(self) -> None:
        """Let the program end by itself where all went well, else end it."""
        self._over.set()
        if self._running is not None and not self._deployment.stopping:
            await asyncio.wait({self._running}, timeout=PATIENCE)
        await self._program.stop()
        if self._running is not None:
            await self._running
        if self._server is not None:
            await self._server.stop(None)

    def _hear(self, line: str, is_error: bool) -> None:
        if not self._deployment.stopping:
            self._deployment.report("", "info#err" if is_error else "info", line)

    # what the program tells the monitor

    async def register(self, request: Any) -> Resource:
        return await self._registrations.register(read_goal(request))

    def set_outputs(self, outputs: Properties) -> None:
        self._registrations.stack_outputs = outputs

    async def complete(self) -> None:
        """Note that everything is registered, and wait until the deployment is over."""
        self._complete.set()
        await self._over.wait()

    def log(self, urn: str, severity: str, message: str) -> None:
        """Report what the program logged; what it says about the end of a stopped deployment is of no use."""
        if not self._deployment.stopping:
            self._said_error = self._said_error or severity == "error"
            self._deployment.report(urn, severity, message)

    def fail(self, message: str) -> None:
        self._deployment.fail("", message)
