"""What to do with each resource: Pulumi's step generator, for what this engine supports.

Registrations are planned one at a time, in the order in which the program makes them; their steps
then run side by side.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from local.engine.core.asking import Asker
from local.engine.core.diff import Diff
from local.engine.core.goal import Goal
from local.engine.core.names import Names
from local.engine.core.steps import NOTHING, Step
from local.engine.state.model import Resource

if TYPE_CHECKING:
    from local.engine.core.deployment import Deployment


AT_A_TIME = 8
"""Resources for which the provider is asked side by side; it serves four calls at a time."""


class Planner:
    """Turns goals into steps. It remembers what has been decided for which URN."""

    def __init__(self, run: Deployment) -> None:
        self.run = run
        self.names = Names(run.stack, run.project.name)
        self.sames: set[str] = set()
        self.updates: set[str] = set()
        self.replaces: set[str] = set()
        self._asker = Asker(run)
        self._asking = asyncio.Semaphore(AT_A_TIME)
        self._deciding = asyncio.Lock()

    def touched(self, urn: str) -> bool:
        """Whether a step has been decided for an old URN, or for the one that took it over."""
        urn = self.names.renamed.get(urn, urn)
        return urn in self.sames or urn in self.updates or urn in self.replaces

    async def plan(self, goal: Goal, done: asyncio.Future[Resource]) -> list[Step]:
        """The steps for one registration; Stopped or EngineError where there can be none.

        Names are claimed in the order of the registrations. The provider is asked for several
        resources at a time; what follows from its answers is decided for one after the other.
        """
        urn = self.names.claim(goal)
        old = self.names.find(urn, goal, self.run.olds)
        new = self._state(urn, goal, old)
        async with self._asking:
            await self._asker.check(new, goal, old)
            diff = NOTHING if old is None else await self._asker.diff(goal, old, new)
        async with self._deciding:
            if old is None:
                return [Step("create", None, new, done=done)]
            return await self._change(urn, goal, old, new, diff, done)

    def _state(self, urn: str, goal: Goal, old: Resource | None) -> Resource:
        return Resource(
            urn=urn,
            type=goal.type,
            custom=goal.custom,
            inputs=goal.inputs,
            parent=goal.parent,
            dependencies=goal.dependencies,
            provider=goal.provider,
            property_dependencies=goal.property_dependencies,
            additional_secret_outputs=goal.additional_secret_outputs,
            aliases=[self.names.former[urn]] if urn in self.names.former else [],
            created=old.created if old else "",
            modified=old.modified if old else "",
            ignore_changes=goal.ignore_changes,
        )

    async def _change(
        self,
        urn: str,
        goal: Goal,
        old: Resource,
        new: Resource,
        diff: Diff,
        done: asyncio.Future[Resource],
    ) -> list[Step]:
        """Same, update or replace."""
        if not diff.changes:
            self.sames.add(urn)
            return [Step("same", old, new, done=done)]
        if not diff.replaces:
            self.updates.add(urn)
            return [Step("update", old, new, diff, done, ignore_changes=goal.ignore_changes)]
        self.replaces.add(urn)
        if new.custom and not new.is_provider:
            new.inputs = await self._asker.checked(new, None, goal.inputs)
        return [
            Step("create-replacement", old, new, diff, done),
            Step("replace", old, new, diff),
        ]
