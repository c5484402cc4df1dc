"""A program's registrations: what they inherit, which provider serves them, and their way into the deployment."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from local.engine.core.events import StepEvent
from local.engine.core.goal import Goal
from local.engine.errors import EngineError, Stopped
from local.engine.protocol import registry
from local.engine.protocol.provider import CallFailed
from local.engine.state import urns
from local.engine.state.model import Resource
from local.engine.state.values import Properties

if TYPE_CHECKING:
    from local.engine.core.deployment import Deployment


class Registrations:
    """Takes registrations as soon as the state has been read, and refreshed where it is to be."""

    def __init__(self, run: Deployment) -> None:
        self._run = run
        self._ready = asyncio.Event()
        self._complete = asyncio.Event()
        self._default: asyncio.Task[str] | None = None
        self._stack_outputs: Properties | None = None

    def open(self) -> None:
        """From now on registrations are planned; those that came before have waited."""
        self._ready.set()

    def close(self) -> None:
        """The program has registered everything."""
        self._complete.set()

    async def closed(self) -> None:
        await self._complete.wait()

    async def register(self, goal: Goal) -> Resource:
        """Carry one registration out; the resource as the program may see it."""
        if goal.custom and not urns.is_provider(goal.type):
            goal = replace(goal, provider=goal.provider or await self._default_provider(goal))
        return await self._carry_out(goal)

    async def _default_provider(self, goal: Goal) -> str:
        package = urns.package_of(goal.type)
        registry.insist_on_dynamic(package, f"{goal.type} {goal.name!r}")
        if self._default is None:
            self._default = asyncio.create_task(self._register_default(package))
        return await asyncio.shield(self._default)

    async def _register_default(self, package: str) -> str:
        default = await self._carry_out(
            Goal(
                type=f"{urns.PROVIDER_PREFIX}{package}",
                name="default",
                custom=True,
                inputs=dict(sorted(self._run.plan.config.items())),
            )
        )
        return registry.reference(default)

    async def _carry_out(self, goal: Goal) -> Resource:
        run = self._run
        done: asyncio.Future[Resource] = asyncio.get_running_loop().create_future()
        if not self._ready.is_set():
            await run.while_running(self._ready.wait())
        if run.stopping:
            raise Stopped
        try:
            steps = await run.while_running(run.planner.plan(goal, done))
        except (EngineError, CallFailed) as problem:
            urn = urns.make(run.stack, run.project.name, goal.type, goal.name)
            run.fail(urn, str(problem))
            raise Stopped from problem
        except Stopped:
            run.failed = run.failed or not run.cancelled
            run.stop()
            raise
        await run.start(steps)
        return await run.while_running(done)

    def set_outputs(self, outputs: Properties) -> None:
        """Take the outputs that the stack has in the end."""
        self._stack_outputs = outputs

    def finish(self) -> None:
        """Give the stack its outputs; after a failure those that were not set keep their old values."""
        run, step = self._run, self._run.stack_step
        if self._stack_outputs is None or step is None or step.new is None:
            return
        step.new.outputs = self._stack_outputs
        if step.old is not None and (run.failed or run.cancelled):
            step.new.outputs = {**step.old.outputs, **self._stack_outputs}
        run.journal.changed(step.new)
        run.emit(StepEvent.of("end", step))
