"""The program of a deployment, from its start to its end."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from local.engine.core.deployment import Deployment
from local.engine.core.events import StepEvent
from local.engine.core.executor import Executor
from local.engine.core.planner import Planner
from local.engine.core.registration import read_registration
from local.engine.errors import EngineError, Stopped
from local.engine.protocol import monitor
from local.engine.protocol.processes import Program
from local.engine.state.model import DEFAULT, PACKAGE, PROVIDER_PREFIX, Resource, make_urn
from local.engine.state.values import Properties, Secret, reveal

PATIENCE = 10.0
"""Seconds that a program may take to end after its last registration."""


class RunningProgram:
    """Runs the program, takes what it says, and knows when it has registered everything."""

    def __init__(self, deployment: Deployment, executor: Executor, program: Program) -> None:
        self._deployment = deployment
        self._executor = executor
        self._program = program
        self._planner = Planner(deployment)
        self._default: asyncio.Task[Resource] | None = None
        self._stack_outputs: Properties | None = None
        self._ready = asyncio.Event()
        """Set when registrations may be planned; those that come before wait."""
        self._running: asyncio.Task[int] | None = None
        self._server: Any = None
        self._said_error = False
        self._complete = asyncio.Event()
        self._over = asyncio.Event()

    async def start(self) -> None:
        """Have the program run, and register with us."""
        deployment = self._deployment
        self._server, address = await monitor.serve(self)
        config = deployment.config
        settings = {
            "address": address,
            "project": deployment.project.name,
            "stack": deployment.stack,
            "parallel": deployment.parallel,
            "dry_run": deployment.preview,
            "root": str(deployment.project.root),
            "program": str(deployment.project.program),
            "config": reveal(dict(config)),
            "secret_keys": [key for key, value in config.items() if isinstance(value, Secret)],
        }
        self._running = asyncio.create_task(self._program.run(settings, self._hear))

    async def wait_for_registrations(self) -> set[str]:
        """Wait until the program has registered everything; Stopped if it fails before that.

        Return the old URNs that it has not dropped.
        """
        running = cast("asyncio.Task[int]", self._running)
        self._ready.set()
        running.add_done_callback(lambda _: self._complete.set())
        await self._complete.wait()
        if running.done() and (code := running.result()):
            self._deployment.failed = True
            if not self._said_error:
                self._deployment.report("", "error", f"the program ended with exit code {code}")
            raise Stopped
        return self._planner.kept

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
        """Carry one registration out, and return the resource as the program may see it."""
        deployment = self._deployment
        new = read_registration(request, deployment.stack, deployment.project.name)
        if new.is_dynamic and not new.provider:
            if self._default is None:
                self._default = asyncio.create_task(self._register_provider())
            new.provider = (await asyncio.shield(self._default)).reference
        return await self._carry_out(new)

    async def _register_provider(self) -> Resource:
        """Register the default provider; its configuration is the stack's whole config."""
        deployment = self._deployment
        type_ = f"{PROVIDER_PREFIX}{PACKAGE}"
        urn = make_urn(deployment.stack, deployment.project.name, type_, DEFAULT)
        inputs = dict(sorted(deployment.config.items()))
        return await self._carry_out(Resource(urn=urn, type=type_, custom=True, inputs=inputs))

    async def _carry_out(self, new: Resource) -> Resource:
        deployment = self._deployment
        done: asyncio.Future[Resource] = asyncio.get_running_loop().create_future()
        await self._ready.wait()
        if deployment.stopping:
            raise Stopped
        try:
            steps = await deployment.while_running(self._planner.plan(new, done))
        except EngineError as problem:
            deployment.fail(new.urn, str(problem))
            raise Stopped from problem
        except Stopped:
            deployment.failed = deployment.failed or not deployment.cancelled
            deployment.stopped.set()
            raise
        await self._executor.start(steps)
        return await deployment.while_running(done)

    def set_outputs(self, outputs: Properties) -> None:
        self._stack_outputs = outputs

    def finish(self) -> None:
        """Give the stack its outputs; after a failure those that were not set keep their old values."""
        deployment, step = self._deployment, self._deployment.stack_step
        if self._stack_outputs is None or step is None or step.new is None:
            return
        step.new.outputs = self._stack_outputs
        if step.old is not None and (deployment.failed or deployment.cancelled):
            step.new.outputs = {**step.old.outputs, **self._stack_outputs}
        deployment.journal.touch(step.new)
        if not deployment.preview:
            deployment.emit(StepEvent("end", step.op, step))

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
