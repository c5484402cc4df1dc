"""What to do with each resource: Pulumi's step generator, for what this engine supports."""

from __future__ import annotations

import asyncio

from local.engine.core.deployment import Deployment
from local.engine.core.diff import Diff, ask_for_diff, keep_ignored
from local.engine.core.events import Step
from local.engine.core.goal import Goal
from local.engine.core.names import Names
from local.engine.errors import Stopped
from local.engine.protocol.registry import check_type
from local.engine.state.model import Resource
from local.engine.state.values import Properties, equal

AT_A_TIME = 8
"""Resources for which the provider is asked side by side; it serves four calls at a time."""


class Planner:
    """Turns goals into steps. `kept` has the old URNs for which something else than a delete was decided."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.names = Names(deployment.stack, deployment.project.name)
        self.kept: set[str] = set()
        self._asking = asyncio.Semaphore(AT_A_TIME)

    async def plan(self, goal: Goal, done: asyncio.Future[Resource]) -> list[Step]:
        """Return the steps for one registration; Stopped or EngineError where there can be none.

        Names are claimed in the order of the registrations; then the provider is asked for several resources at
        a time.
        """
        urn = self.names.claim(goal)
        old = self.names.find(urn, goal, self._deployment.olds)
        new = make_state(urn, goal, old)
        async with self._asking:
            await self._check(new, goal, old)
            if old is None:
                return [Step("create", None, new, done=done)]
            self.kept.add(old.urn)
            diff = await self._diff(old, new)
            if not diff.changes:
                return [Step("same", old, new, done=done)]
            if not diff.replace_keys:
                return [Step("update", old, new, diff, done)]
            if new.custom and not new.is_provider:
                new.inputs = await self._check_inputs(new, None, goal.inputs)
            return [
                Step("create-replacement", old, new, diff, done),
                Step("replace", old, new, diff),
            ]

    async def _check(self, new: Resource, goal: Goal, old: Resource | None) -> None:
        """Set the new state's inputs to what the provider makes of them."""
        if old is not None:
            new.inputs = keep_ignored(goal.inputs, old.inputs, goal.ignore_changes)
        if new.is_provider:
            check_type(new.type)
        elif new.custom:
            olds = None if old is None else old.inputs
            new.inputs = await self._check_inputs(new, olds, new.inputs)

    async def _check_inputs(
        self, new: Resource, olds: Properties | None, news: Properties
    ) -> Properties:
        """Return the inputs as the provider wants them; Stopped, and every reason reported, if it refuses."""
        deployment = self._deployment
        provider = await deployment.registry.get(new.provider)
        inputs, failures = await provider.check(new, olds, news, preview=deployment.preview)
        for name, reason in failures:
            what = f": property {name}" if name else ""
            message = f"{new.type} resource '{new.name}'{what} has a problem: {reason}"
            deployment.report(new.urn, "error", message)
        if failures:
            raise Stopped
        return inputs

    async def _diff(self, old: Resource, new: Resource) -> Diff:
        """Return how the new state differs from the old one, and whether that replaces."""
        if new.is_provider:
            # it is updated, never replaced, where its configuration differs from its last
            return Diff(changes=not equal(old.outputs, new.configuration))
        if not new.custom:
            return Diff(changes=not equal(old.inputs, new.inputs))
        provider = await self._deployment.registry.get(new.provider)
        return await ask_for_diff(provider, old, new, preview=self._deployment.preview)


def make_state(urn: str, goal: Goal, old: Resource | None) -> Resource:
    """Return the state that a goal asks for, as far as it is known before the provider is asked."""
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
        aliases=[old.urn] if old is not None and old.urn != urn else [],
        created=old.created if old else "",
        modified=old.modified if old else "",
        ignore_changes=goal.ignore_changes,
    )
