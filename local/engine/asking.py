"""What the provider of a resource is asked before anything is decided: to check inputs, and to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.engine import diffing, registry, urns
from local.engine.diffing import Diff
from local.engine.errors import EngineError, Stopped
from local.engine.goal import Goal
from local.engine.model import Resource
from local.engine.steps import NOTHING
from local.engine.values import Properties, equal, has_unknown, plain

if TYPE_CHECKING:
    from local.engine.deployment import Deployment


class Asker:
    """Asks for one deployment; `deletes` and `replaces` are what the planner has decided so far."""

    def __init__(self, run: Deployment, deletes: set[str], replaces: set[str]) -> None:
        self._run = run
        self._deletes = deletes
        self._replaces = replaces

    async def check(self, new: Resource, goal: Goal, old: Resource | None) -> None:
        """Set the new state's inputs to what the provider makes of them."""
        run = self._run
        wanted = goal.inputs
        if old is not None:
            wanted, misfits = diffing.ignoring(goal.inputs, old.inputs, goal.ignore_changes)
            if misfits:
                run.report(
                    new.urn,
                    "info",
                    "cannot ignore changes in added or removed elements of the path: "
                    f'"{", ".join(misfits)}"',
                )
        new.inputs = wanted
        if not new.custom:
            return
        if new.is_provider:
            registry.check_type(new.type)
            return
        fresh = old is None or new.urn in self._deletes
        new.inputs = await self.checked(
            new, None if fresh or old is None else old.inputs, goal.inputs if fresh else wanted
        )

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

    def triggered(self, new: Resource, old: Resource) -> bool:
        """Whether the replacement trigger asks for a replacement."""
        before, after = plain(old.replacement_trigger), plain(new.replacement_trigger)
        if has_unknown(after) and not self._run.preview:
            raise EngineError(f"replacement trigger contains unknowns for {new.urn}")
        if has_unknown(before) or has_unknown(after):
            return True
        return before is not None and after is not None and not equal(before, after)

    async def diff(self, goal: Goal, old: Resource, new: Resource) -> Diff:
        """How the new state differs from the old one, and whether that replaces."""
        if new.urn in self._deletes:
            return NOTHING
        if self.triggered(new, old):
            return Diff(changes=True)
        for cause, others in (
            ("replaceWith", new.replace_with),
            ("deletedWith", [new.deleted_with]),
        ):
            if any(other in self._replaces for other in others if other):
                return Diff(changes=True, replace_keys=[cause])
        if self._provider_changed(old, new):
            return Diff(changes=True, replace_keys=["provider"])
        if not new.custom:
            return Diff(changes=not equal(old.inputs, new.inputs))
        if new.is_provider:
            return registry.diff(old, new.inputs)
        provider = await self._run.registry.get(new.provider)
        if not provider.known:
            self._run.report(
                new.urn,
                "warning",
                "The provider for this resource has inputs that are not known during preview.\n"
                "This preview may not correctly represent the changes that will be applied during "
                "an update.",
            )
            return Diff(changes=True)
        return await provider.diff(
            new.urn,
            old.id,
            old.inputs,
            old.outputs,
            new.inputs,
            preview=self._run.preview,
            ignore_changes=goal.ignore_changes,
        )

    def _provider_changed(self, old: Resource, new: Resource) -> bool:
        """Whether the change of provider forces a replacement: a dynamic provider never asks for one."""
        if old.provider == new.provider:
            return False
        if not old.provider or not new.provider:
            return True
        packages = {
            urns.package_of(urns.type_of(urns.split_reference(each)[0]))
            for each in (old.provider, new.provider)
        }
        return len(packages) > 1
