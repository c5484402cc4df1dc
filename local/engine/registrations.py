"""A program's registrations: what they inherit, which provider serves them, and their way into the deployment."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from local.engine import executor, registry, urns
from local.engine.errors import EngineError, Stopped
from local.engine.goal import Goal
from local.engine.model import Resource
from local.engine.provider import CallFailed
from local.engine.values import Properties

if TYPE_CHECKING:
    from local.engine.deployment import Deployment


@dataclass(frozen=True, slots=True)
class _Parent:
    """What children of a registered resource inherit."""

    goal: Goal
    providers: dict[str, str]


class Registrations:
    """Takes registrations as soon as the state has been read, and refreshed where it is to be."""

    def __init__(self, run: Deployment) -> None:
        self._run = run
        self._ready = asyncio.Event()
        self._complete = asyncio.Event()
        self._parents: dict[str, _Parent] = {}
        self._default: asyncio.Task[str] | None = None
        self._stack_outputs: Properties | None = None
        self.stack_urn = ""

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
        parent = self._parents.get(goal.parent)
        if parent is not None:
            goal = goal.under(parent.goal)
        if goal.custom and not urns.is_provider(goal.type):
            goal = replace(goal, provider=await self._provider_of(goal))
        providers = dict(goal.providers)
        if not goal.custom and parent is not None and not parent.goal.custom:
            providers = {**parent.providers, **providers}
        result = await self._carry_out(goal)
        self._parents[result.urn] = _Parent(goal, providers)
        if goal.type == urns.STACK_TYPE:
            self.stack_urn = result.urn
        return result

    async def _provider_of(self, goal: Goal) -> str:
        package = urns.package_of(goal.type)
        found = goal.provider or goal.providers.get(package)
        if not found and goal.parent in self._parents:
            found = self._parents[goal.parent].providers.get(package)
        if found:
            return found
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
            urn = urns.make(run.stack, run.project.name, goal.parent, goal.type, goal.name)
            run.fail(urn, str(problem))
            raise Stopped from problem
        except Stopped:
            run.failed = run.failed or not run.cancelled
            run.stop()
            raise
        await run.start(steps)
        return await run.while_running(done)

    async def outputs(self, urn: str, outputs: Properties) -> None:
        """Take the outputs that a component has in the end; the stack's wait for the deployment's."""
        if urns.qualified_type(urn) == urns.STACK_TYPE:
            self._stack_outputs = outputs
            self.stack_urn = urn
        else:
            await executor.outputs(self._run, urn, outputs)

    async def finish(self) -> None:
        """Give the stack its outputs; after a failure those that were not set keep their old values."""
        run = self._run
        if self._stack_outputs is None or self.stack_urn not in run.settled:
            return
        outputs = self._stack_outputs
        if run.failed or run.cancelled:
            old = run.olds.get(self.stack_urn)
            outputs = {**(old.outputs if old else {}), **outputs}
        await executor.outputs(run, self.stack_urn, outputs)
