"""What the provider of a resource is asked before anything is decided: to check inputs, and to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.engine.core import diff as diffing
from local.engine.core.diff import Diff
from local.engine.core.goal import Goal
from local.engine.errors import Stopped
from local.engine.protocol import registry
from local.engine.state.model import Resource
from local.engine.state.values import Properties, equal

if TYPE_CHECKING:
    from local.engine.core.deployment import Deployment


class Asker:
    """Asks for one deployment."""

    def __init__(self, run: Deployment) -> None:
        self._run = run

    async def check(self, new: Resource, goal: Goal, old: Resource | None) -> None:
        """Set the new state's inputs to what the provider makes of them."""
        wanted = goal.inputs
        if old is not None:
            wanted = diffing.ignoring(goal.inputs, old.inputs, goal.ignore_changes)
        new.inputs = wanted
        if not new.custom:
            return
        if new.is_provider:
            registry.check_type(new.type)
            return
        new.inputs = await self.checked(new, None if old is None else old.inputs, wanted)

    async def checked(self, new: Resource, olds: Properties | None, news: Properties) -> Properties:
        """The inputs as the provider wants them; Stopped, and every reason reported, if it refuses."""
        provider = await self._run.registry.get(new.provider)
        inputs, failures = await provider.check(new.urn, olds, news, preview=self._run.preview)
        for name, reason in failures:
            what = f": property {name}" if name else ""
            self._run.report(
                new.urn,
                "error",
                f"{new.type} resource '{new.name}'{what} has a problem: {reason}",
            )
        if failures:
            raise Stopped
        return inputs

    async def diff(self, goal: Goal, old: Resource, new: Resource) -> Diff:
        """How the new state differs from the old one, and whether that replaces."""
        if not new.custom:
            return Diff(changes=not equal(old.inputs, new.inputs))
        if new.is_provider:
            return registry.diff(old, new.inputs)
        provider = await self._run.registry.get(new.provider)
        return await provider.diff(
            new.urn,
            old.id,
            old.inputs,
            old.outputs,
            new.inputs,
            preview=self._run.preview,
            ignore_changes=goal.ignore_changes,
        )
