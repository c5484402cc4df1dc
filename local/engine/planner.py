"""What to do with each resource: Pulumi's step generator, for what this engine supports.

Registrations are planned one at a time, in the order in which the program makes them; their steps
then run side by side.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from local.engine import diffing, registry, replacing, urns
from local.engine.diffing import Diff
from local.engine.errors import EngineError, Stopped
from local.engine.goal import Goal
from local.engine.model import Resource
from local.engine.naming import Names
from local.engine.steps import NOTHING, Step
from local.engine.values import Properties, equal, has_unknown, plain

if TYPE_CHECKING:
    from local.engine.deployment import Deployment


AT_A_TIME = 8
"""Resources for which the provider is asked side by side; it serves four calls at a time."""


class Planner:
    """Turns goals into steps. It remembers what has been decided for which URN."""

    def __init__(self, run: Deployment) -> None:
        self.run = run
        self.names = Names(run.stack, run.project.name)
        self.sames: set[str] = set()
        self.creates: set[str] = set()
        self.updates: set[str] = set()
        self.replaces: set[str] = set()
        self.deletes: set[str] = run.deleted
        self.condemned: set[int] = set()
        """`id()` of the old resources whose delete is on its way because something they depend on is replaced."""
        self.dependent_keys: dict[str, list[str]] = {}
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
            await self._check(new, goal, old)
            diff = NOTHING if old is None else await self._diff(goal, old, new)
        async with self._deciding:
            if old is None:
                self.creates.add(urn)
                return [Step("create", None, new, done=done)]
            if urn in self.deletes:
                return self._recreate(urn, old, new, done)
            return await self._change(urn, goal, old, new, diff, done)

    def _recreate(
        self, urn: str, old: Resource, new: Resource, done: asyncio.Future[Resource]
    ) -> list[Step]:
        """It was deleted because something that it depends on is replaced."""
        self.deletes.discard(urn)
        self.replaces.add(urn)
        keys = Diff(changes=True, replace_keys=self.dependent_keys.get(urn, []))
        return [Step("replace", old, new), Step("create-replacement", old, new, keys, done)]

    def _state(self, urn: str, goal: Goal, old: Resource | None) -> Resource:
        return Resource(
            urn=urn,
            type=goal.type,
            custom=goal.custom,
            inputs=goal.inputs,
            parent=goal.parent,
            protect=bool(goal.protect),
            dependencies=goal.dependencies,
            provider=goal.provider,
            property_dependencies=goal.property_dependencies,
            additional_secret_outputs=goal.additional_secret_outputs,
            aliases=[self.names.former[urn]] if urn in self.names.former else [],
            custom_timeouts=goal.custom_timeouts,
            retain_on_delete=bool(goal.retain_on_delete),
            deleted_with=goal.deleted_with,
            replace_with=goal.replace_with,
            created=old.created if old else "",
            modified=old.modified if old else "",
            source_position=goal.source_position,
            stack_trace=goal.stack_trace,
            ignore_changes=goal.ignore_changes,
            hide_diff=goal.hide_diff,
            replace_on_changes=goal.replace_on_changes,
            replacement_trigger=goal.replacement_trigger,
        )

    async def _check(self, new: Resource, goal: Goal, old: Resource | None) -> None:
        """Set the new state's inputs to what the provider makes of them."""
        run = self.run
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
        fresh = old is None or new.urn in self.deletes
        new.inputs = await self._checked(
            new, None if fresh or old is None else old.inputs, goal.inputs if fresh else wanted
        )

    async def _checked(
        self, new: Resource, olds: Properties | None, news: Properties
    ) -> Properties:
        provider = await self.run.registry.get(new.provider)
        inputs, failures = await provider.check(new.urn, olds, news, preview=self.run.preview)
        for name, reason in failures:
            what = f" property {name}" if name else ""
            self.run.report(
                new.urn,
                "error",
                f"{new.type} resource '{new.name}':{what} has a problem: {reason}"
                if name
                else f"{new.type} resource '{new.name}' has a problem: {reason}",
            )
        if failures:
            raise Stopped
        return inputs

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
        trigger = self._triggered(new, old)
        diff = diffing.with_replace_on_changes(diff, goal.replace_on_changes, bool(old.init_errors))
        if diff.changes or old.pending_replacement:
            if diff.replaces or trigger or old.pending_replacement:
                return await self._replace(urn, goal, old, new, diff, done)
        elif not old.init_errors:
            self.sames.add(urn)
            return [Step("same", old, new, done=done)]
        self.updates.add(urn)
        return [Step("update", old, new, diff, done, ignore_changes=goal.ignore_changes)]

    def _triggered(self, new: Resource, old: Resource) -> bool:
        before, after = plain(old.replacement_trigger), plain(new.replacement_trigger)
        if has_unknown(after) and not self.run.preview:
            raise EngineError(f"replacement trigger contains unknowns for {new.urn}")
        if has_unknown(before) or has_unknown(after):
            return True
        return before is not None and after is not None and not equal(before, after)

    async def _diff(self, goal: Goal, old: Resource, new: Resource) -> Diff:
        if new.urn in self.deletes:
            return NOTHING
        if self._triggered(new, old):
            return Diff(changes=True)
        for cause, others in (
            ("replaceWith", new.replace_with),
            ("deletedWith", [new.deleted_with]),
        ):
            if any(other in self.replaces for other in others if other):
                return Diff(changes=True, replace_keys=[cause])
        if self._provider_changed(old, new):
            return Diff(changes=True, replace_keys=["provider"])
        if not new.custom:
            return Diff(changes=not equal(old.inputs, new.inputs))
        if new.is_provider:
            return registry.diff(old, new.inputs)
        provider = await self.run.registry.get(new.provider)
        if not provider.known:
            self.run.report(
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
            preview=self.run.preview,
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

    async def _replace(
        self,
        urn: str,
        goal: Goal,
        old: Resource,
        new: Resource,
        diff: Diff,
        done: asyncio.Future[Resource],
    ) -> list[Step]:
        run = self.run
        if new.protect and old.protect:
            run.report(
                urn,
                "error",
                f'unable to replace resource "{urn}"\n'
                "as it is currently marked for protection. To unprotect the resource, remove the "
                "`protect` flag from the resource in your Pulumi program and run `pulumi up`",
            )
            run.failed = run.step_failed = True
            if not run.preview:
                raise Stopped
        self.replaces.add(urn)
        if new.custom and not new.is_provider:
            new.inputs = await self._checked(new, None, goal.inputs)
        before = diff.delete_before_replace
        if goal.delete_before_replace is not None:
            before = goal.delete_before_replace
        if not before:
            return [
                Step("create-replacement", old, new, diff, done, pending_delete=True),
                Step("replace", old, new, diff, pending_delete=True),
            ]
        steps = await replacing.delete_dependents(self, urn, old)
        run.ensure_provider(old.provider)
        if not old.pending_replacement:
            self.deletes.add(old.urn)
            steps.append(Step("delete-replaced", old, None, pending_replacement=True))
        return [
            *steps,
            Step("replace", old, new, diff),
            Step("create-replacement", old, new, diff, done),
        ]
