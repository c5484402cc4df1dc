"""The steps of a deployment. Each knows its words, its states before and after, and how it is carried out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.engine.core.diff import Diff
from local.engine.protocol import registry
from local.engine.state import checkpoint
from local.engine.state.model import Resource
from local.engine.state.values import equal

if TYPE_CHECKING:
    from local.engine.core.deployment import Deployment

NOTHING = Diff(changes=False)


@dataclass(eq=False, slots=True)
class Step:
    """One thing to do with one resource.

    `old` and `new` are its states before and after; `diff` is why; `done` answers the program's registration.
    """

    op: str
    old: Resource | None
    new: Resource | None
    diff: Diff = NOTHING
    done: asyncio.Future[Resource] | None = None
    ignore_changes: list[str] = field(default_factory=list)
    result: str = ""
    """Of a refresh, once it is done: what it amounts to."""

    @property
    def resource(self) -> Resource:
        found = self.new or self.old
        if found is None:
            raise AssertionError("a step has a resource")
        return found

    @property
    def urn(self) -> str:
        return self.resource.urn

    @property
    def logical(self) -> bool:
        """Whether the step stands for a change as the reader counts them."""
        return self.op in {"same", "create", "update", "delete", "replace"}


async def apply(step: Step, run: Deployment) -> None:
    """Carry the step out. CallFailed or EngineError say why it could not be."""
    action = {
        "same": _same,
        "create": _create,
        "create-replacement": _create,
        "update": _update,
        "delete": _delete,
        "delete-replaced": _delete,
        "refresh": _refresh,
    }.get(step.op)
    if action is not None:
        await action(step, run)


def _states(step: Step) -> tuple[Resource, Resource]:
    if step.old is None or step.new is None:
        raise AssertionError(f"a {step.op} step has both states")
    return step.old, step.new


async def _same(step: Step, run: Deployment) -> None:
    old, new = _states(step)
    new.id = old.id
    new.outputs = old.outputs
    if new.is_provider:
        reference = registry.reference(new)
        if not run.registry.serves(reference):
            run.registry.configure(reference, registry.configuration(old.inputs))


async def _create(step: Step, run: Deployment) -> None:
    new = step.new
    if new is None:
        raise AssertionError("a create has a new state")
    if new.is_provider:
        new.id = registry.new_id(run.preview)
        new.outputs = registry.configuration(new.inputs)
        run.registry.configure(registry.reference(new), new.outputs)
    elif new.custom:
        provider = await run.registry.get(new.provider)
        new.id, new.outputs = await provider.create(
            new.urn,
            new.inputs,
            preview=run.preview,
        )
    new.created = new.modified = checkpoint.now()
    if step.op == "create-replacement" and step.old is not None:
        step.old.delete = True


async def _update(step: Step, run: Deployment) -> None:
    old, new = _states(step)
    new.id, new.created, new.modified = old.id, old.created, old.modified
    if new.is_provider:
        new.outputs = registry.configuration(new.inputs)
        run.registry.configure(registry.reference(new), new.outputs)
    elif new.custom:
        provider = await run.registry.get(new.provider)
        new.outputs = await provider.update(
            new.urn,
            old.id,
            old.inputs,
            old.outputs,
            new.inputs,
            preview=run.preview,
            ignore_changes=step.ignore_changes,
        )
    if new.custom:
        new.modified = checkpoint.now()


async def _delete(step: Step, run: Deployment) -> None:
    old = step.old
    if old is None:
        raise AssertionError("a delete has an old state")
    if old.custom and not run.preview and not old.is_provider:
        provider = await run.registry.get(old.provider)
        await provider.delete(old.urn, old.id, old.inputs, old.outputs)


async def _refresh(step: Step, run: Deployment) -> None:
    old = step.old
    if old is None:
        raise AssertionError("a refresh has an old state")
    step.result = "same"
    if not old.custom or old.is_provider:
        return
    provider = await run.registry.get(old.provider)
    found = await provider.read(old.urn, old.id, old.inputs, old.outputs)
    if not found.id:
        step.new = None
        step.result = "delete"
        return
    inputs = old.inputs if found.inputs is None else found.inputs
    new = old.copy(id=found.id, inputs=inputs, outputs=found.outputs)
    if not equal(old.inputs, inputs) or not equal(old.outputs, found.outputs):
        new.modified = checkpoint.now()
    step.new = new
    # What an `up` of the unchanged program would do now, seen from the other side.
    diff = await provider.diff(
        new.urn,
        new.id,
        new.inputs,
        new.outputs,
        old.inputs,
        preview=run.preview,
        ignore_changes=old.ignore_changes,
    )
    step.diff = diff.inverted()
    if diff.changes:
        step.result = "update"
