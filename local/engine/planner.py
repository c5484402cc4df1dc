"""What to do with each resource: Pulumi's step generator, for what this engine supports.

Registrations are planned one at a time, in the order in which the program makes them; their steps
then run side by side.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from local.engine import diffing, replacing
from local.engine.asking import Asker
from local.engine.diffing import Diff
from local.engine.errors import Stopped
from local.engine.goal import Goal
from local.engine.model import Resource
from local.engine.naming import Names
from local.engine.steps import NOTHING, Step

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
        self._asker = Asker(run, self.deletes, self.replaces)
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
        trigger = self._asker.triggered(new, old)
        diff = diffing.with_replace_on_changes(diff, goal.replace_on_changes, bool(old.init_errors))
        if diff.changes or old.pending_replacement:
            if diff.replaces or trigger or old.pending_replacement:
                return await self._replace(urn, goal, old, new, diff, done)
        elif not old.init_errors:
            self.sames.add(urn)
            return [Step("same", old, new, done=done)]
        self.updates.add(urn)
        return [Step("update", old, new, diff, done, ignore_changes=goal.ignore_changes)]

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
            new.inputs = await self._asker.checked(new, None, goal.inputs)
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
