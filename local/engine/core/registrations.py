"""A program's registrations: which provider serves them, and their way into the deployment."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from local.engine.core.deployment import Deployment
from local.engine.core.events import StepEvent
from local.engine.core.executor import Executor
from local.engine.core.goal import Goal
from local.engine.core.planner import Planner
from local.engine.errors import EngineError, Stopped
from local.engine.protocol.provider import CallFailed
from local.engine.protocol.registry import insist_on_dynamic
from local.engine.state import urns
from local.engine.state.model import Resource
from local.engine.state.values import Properties


class Registrations:
    """Takes registrations as soon as the state has been read, and refreshed where it is to be."""

    def __init__(self, deployment: Deployment, executor: Executor) -> None:
        self._deployment = deployment
        self._executor = executor
        self.planner = Planner(deployment)
        self.ready = asyncio.Event()
        """Set when registrations may be planned; those that come before wait."""
        self._default: asyncio.Task[str] | None = None
        self.stack_outputs: Properties | None = None

    async def register(self, goal: Goal) -> Resource:
        """Carry one registration out, and return the resource as the program may see it."""
        if goal.custom and not urns.is_provider(goal.type) and not goal.provider:
            goal = replace(goal, provider=await self._find_default_provider(goal))
        return await self._carry_out(goal)

    async def _find_default_provider(self, goal: Goal) -> str:
        package = urns.package_of(goal.type)
        insist_on_dynamic(package, f"{goal.type} {goal.name!r}")
        if self._default is None:
            self._default = asyncio.create_task(self._register_default(package))
        return await asyncio.shield(self._default)

    async def _register_default(self, package: str) -> str:
        inputs = dict(sorted(self._deployment.config.items()))
        type_ = f"{urns.PROVIDER_PREFIX}{package}"
        default = Goal(type=type_, name="default", custom=True, inputs=inputs)
        return (await self._carry_out(default)).reference

    async def _carry_out(self, goal: Goal) -> Resource:
        deployment = self._deployment
        done: asyncio.Future[Resource] = asyncio.get_running_loop().create_future()
        if not self.ready.is_set():
            await deployment.while_running(self.ready.wait())
        if deployment.stopping:
            raise Stopped
        try:
            steps = await deployment.while_running(self.planner.plan(goal, done))
        except (EngineError, CallFailed) as problem:
            deployment.fail(self.planner.names.make(goal), str(problem))
            raise Stopped from problem
        except Stopped:
            deployment.failed = deployment.failed or not deployment.cancelled
            deployment.stopped.set()
            raise
        await self._executor.start(steps)
        return await deployment.while_running(done)

    def finish(self) -> None:
        """Give the stack its outputs; after a failure those that were not set keep their old values."""
        deployment, step = self._deployment, self._deployment.stack_step
        if self.stack_outputs is None or step is None or step.new is None:
            return
        step.new.outputs = self.stack_outputs
        if step.old is not None and (deployment.failed or deployment.cancelled):
            step.new.outputs = {**step.old.outputs, **self.stack_outputs}
        if deployment.journal is not None:
            deployment.journal.changed(step.new)
        deployment.emit(StepEvent("end", step.op, step))
