"""What to do with each resource: Pulumi's step generator, for what this engine supports."""

from __future__ import annotations

import asyncio

from local.engine.core.deployment import Deployment
from local.engine.core.diff import Diff, ask_for_diff, keep_ignored
from local.engine.core.events import Step
from local.engine.errors import EngineError, Stopped
from local.engine.state.model import Resource
from local.engine.state.values import Properties, equal

AT_A_TIME = 8
"""Resources for which the provider is asked side by side; it serves four calls at a time."""


class Names:
    """Which old resource a registration continues: by its URN, or by an alias."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.renamed: dict[str, str] = {}
        """Old URN -> the URN that continues it."""

    def claim(self, new: Resource, olds: dict[str, Resource]) -> Resource | None:
        """Return the old resource that a new registration continues; no other may have its name.

        Of the new one's aliases only the one by which the old one was found is left.
        """
        urn, aliases = new.urn, new.aliases
        new.aliases = []
        if urn in self.seen:
            raise EngineError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        self.seen.add(urn)
        if urn in self.renamed:
            raise EngineError(f"'{urn}' is already an alias of '{self.renamed[urn]}'")
        if urn in olds:
            return olds[urn]
        for alias in aliases:
            if alias in olds:
                if alias in self.seen or alias in self.renamed:
                    raise EngineError(f"alias '{alias}' of '{urn}' is already taken")
                self.renamed[alias] = urn
                new.aliases = [alias]
                return olds[alias]
        return None


class Planner:
    """Turns goals into steps. `kept` has the old URNs for which something else than a delete was decided."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._names = Names()
        self.kept: set[str] = set()
        self._asking = asyncio.Semaphore(AT_A_TIME)

    async def plan(self, new: Resource, done: asyncio.Future[Resource]) -> list[Step]:
        """Return the steps for one registration; Stopped or EngineError where there can be none.

        Names are claimed in the order of the registrations; then the provider is asked for several resources at
        a time.
        """
        old = self._names.claim(new, self._deployment.olds)
        wanted = new.inputs
        async with self._asking:
            if old is None:
                await self._check(new, None)
                return [Step("create", None, new, done=done)]
            self.kept.add(old.urn)
            new.created, new.modified = old.created, old.modified
            new.inputs = keep_ignored(wanted, old.inputs, new.ignore_changes)
            await self._check(new, old.inputs)
            diff = await self._diff(old, new)
            if not diff.changes:
                return [Step("same", old, new, done=done)]
            if not diff.replace_keys:
                return [Step("update", old, new, diff, done)]
            new.inputs = wanted
            await self._check(new, None)
            return [
                Step("create-replacement", old, new, diff, done),
                Step("replace", old, new, diff),
            ]

    async def _check(self, new: Resource, olds: Properties | None) -> None:
        """Set the inputs to what the provider makes of them; Stopped, and every reason reported, if it refuses."""
        if not new.is_dynamic:
            return
        deployment = self._deployment
        provider = await deployment.registry.get(new.provider)
        new.inputs, failures = await provider.check(new, olds)
        for name, reason in failures:
            what = f": property {name}" if name else ""
            message = f"{new.type} resource '{new.name}'{what} has a problem: {reason}"
            deployment.report(new.urn, "error", message)
        if failures:
            raise Stopped

    async def _diff(self, old: Resource, new: Resource) -> Diff:
        """Return how the new state differs from the old one, and whether that replaces."""
        if not new.is_dynamic:
            return Diff(changes=not equal(old.inputs, new.inputs))
        provider = await self._deployment.registry.get(new.provider)
        return await ask_for_diff(provider, old, new)
