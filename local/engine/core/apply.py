"""How each kind of step is carried out: with one call of a provider at most."""

from __future__ import annotations

import uuid

from local.engine.core.deployment import Deployment
from local.engine.core.diff import ask_for_diff
from local.engine.core.events import Step
from local.engine.state import checkpoint
from local.engine.state.model import Resource
from local.engine.state.values import UNKNOWN_STRING, equal


async def apply(step: Step, deployment: Deployment) -> None:
    """Carry the step out. CallFailed or EngineError say why it could not be."""
    old, new = step.old, step.new
    if step.op == "refresh" and old is not None:
        await _refresh(step, old, deployment)
    elif step.op in {"delete", "delete-replaced"} and old is not None:
        await _delete(old, deployment)
    elif step.op in {"create", "create-replacement"} and new is not None:
        await _create(new, deployment)
        if old is not None:
            old.delete = True
    elif step.op == "update" and old is not None and new is not None:
        await _update(old, new, deployment)
    elif step.op == "same" and old is not None and new is not None:
        new.id, new.outputs = old.id, old.outputs
        if new.is_provider and not deployment.registry.serves(new.reference):
            deployment.registry.configure(new.reference, old.configuration)


async def _create(new: Resource, deployment: Deployment) -> None:
    if new.is_provider:
        new.id = UNKNOWN_STRING if deployment.preview else str(uuid.uuid4())
        _configure(new, deployment)
    elif new.custom:
        provider = await deployment.registry.get(new.provider)
        new.id, new.outputs = await provider.create(new, preview=deployment.preview)
    new.created = new.modified = checkpoint.now()


async def _update(old: Resource, new: Resource, deployment: Deployment) -> None:
    new.id, new.created, new.modified = old.id, old.created, old.modified
    if new.is_provider:
        _configure(new, deployment)
    elif new.custom:
        provider = await deployment.registry.get(new.provider)
        new.outputs = await provider.update(old, new, preview=deployment.preview)
    if new.custom:
        new.modified = checkpoint.now()


def _configure(new: Resource, deployment: Deployment) -> None:
    """Set a provider's outputs, which are its configuration, and have it start with them."""
    new.outputs = new.configuration
    deployment.registry.configure(new.reference, new.outputs)


async def _delete(old: Resource, deployment: Deployment) -> None:
    if old.custom and not deployment.preview and not old.is_provider:
        provider = await deployment.registry.get(old.provider)
        await provider.delete(old)


async def _refresh(step: Step, old: Resource, deployment: Deployment) -> None:
    step.result = "same"
    if not old.custom or old.is_provider:
        return
    provider = await deployment.registry.get(old.provider)
    found = await provider.read(old)
    if not found.id:
        step.new = None
        step.result = "delete"
        return
    inputs = old.inputs if found.inputs is None else found.inputs
    new = old.copy(id=found.id, inputs=inputs, outputs=found.outputs)
    if not equal(old.inputs, inputs) or not equal(old.outputs, found.outputs):
        new.modified = checkpoint.now()
    step.new = new
    # what an `up` of the unchanged program would do now, seen from the other side
    diff = await ask_for_diff(provider, new, old, preview=deployment.preview)
    step.diff = diff.invert()
    if diff.changes:
        step.result = "update"
