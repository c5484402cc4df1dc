"""Carries steps out: around each one, the state on disk and those who watch."""

from __future__ import annotations

import asyncio
import uuid

from local.engine.core.deployment import Deployment
from local.engine.core.diff import ask_for_diff
from local.engine.core.events import Step, StepEvent
from local.engine.errors import EngineError
from local.engine.protocol.provider import CallFailed
from local.engine.state import checkpoint
from local.engine.state.journal import Journal
from local.engine.state.model import Resource
from local.engine.state.values import UNKNOWN_STRING, Secret, equal

OPERATIONS = {
    "create": "creating",
    "create-replacement": "creating",
    "update": "updating",
    "delete": "deleting",
    "delete-replaced": "deleting",
}
RECORDED = ("urn", "type", "custom", "provider", "parent")


class Executor:
    """Runs chains of steps side by side, as many as the deployment allows."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._slots = asyncio.Semaphore(max(deployment.parallel, 1))
        self._chains: set[asyncio.Task[None]] = set()
        self._broken: BaseException | None = None

    async def start(self, steps: list[Step]) -> None:
        """Start a chain of steps, one after the other, as soon as there is room for it."""
        await self._slots.acquire()
        task = asyncio.create_task(self._run_chain(steps))
        self._chains.add(task)
        task.add_done_callback(self._end_chain)

    def _end_chain(self, task: asyncio.Task[None]) -> None:
        self._chains.discard(task)
        self._slots.release()
        if not task.cancelled() and task.exception() is not None:
            self._broken = self._broken or task.exception()
            self._deployment.stopped.set()

    async def drain(self) -> None:
        """Wait until no step runs."""
        while self._chains:
            await asyncio.wait(set(self._chains))
        if self._broken is not None:
            raise self._broken

    def abandon(self) -> None:
        """End every chain now: calls under way stay in the state as pending operations."""
        for chain in self._chains:
            chain.cancel()

    async def _run_chain(self, steps: list[Step]) -> None:
        """Run one step after the other; a failure ends the chain and stops the deployment."""
        for step in steps:
            if self._deployment.stopping or not await self._carry_out(step):
                return

    async def _carry_out(self, step: Step) -> bool:
        deployment = self._deployment
        if not step.is_internal:
            deployment.emit(StepEvent("start", step.op, step))
        await self._open(step)
        try:
            await apply(step, deployment)
        except (CallFailed, EngineError) as problem:
            await self._report_failure(step, problem)
            return False
        if step.resource.is_stack and step.op != "refresh":
            deployment.stack_step = step
        if step.new is not None and step.op != "replace":
            mark_secret_outputs(step.new)
        await self._close(step, succeeded=True)
        self._count(step)
        if step.done is not None and not step.done.done() and step.new is not None:
            step.done.set_result(step.new)
        return True

    async def _report_failure(self, step: Step, problem: Exception) -> None:
        deployment = self._deployment
        deployment.failed = deployment.step_failed = True
        deployment.errored.append(step)
        deployment.report("" if step.is_internal else step.urn, "error", str(problem))
        await self._close(step, succeeded=False)
        if not step.is_internal and not deployment.preview:
            deployment.emit(StepEvent("fail", step.op, step))
        # a resource that cannot be read is no reason not to read the others
        if step.op != "refresh":
            deployment.stopped.set()

    def _count(self, step: Step) -> None:
        deployment = self._deployment
        if step.is_internal:
            return
        refresh = step.op == "refresh" and deployment.kind == "refresh"
        op = step.result if refresh else step.op
        if step.logical or refresh:
            deployment.counts[op] = deployment.counts.get(op, 0) + 1
        # the stack's step ends with its outputs
        if deployment.preview or step.resource.custom or step.op in {"refresh", "delete"}:
            deployment.emit(StepEvent("end", op, step))

    async def _open(self, step: Step) -> None:
        """Note on disk that a call is about to be made."""
        deployment = self._deployment
        if deployment.preview or deployment.journal is None or step.op not in OPERATIONS:
            return
        deployment.journal.open(step.resource, OPERATIONS[step.op])
        if step.makes_call:
            await deployment.journal.flush()

    async def _close(self, step: Step, *, succeeded: bool) -> None:
        """Note what became of the step, and have it on disk before anybody hears of it."""
        journal = self._deployment.journal
        if self._deployment.preview or journal is None:
            return
        journal.close(step.resource)
        must_write = step.op in OPERATIONS
        if succeeded:
            must_write = record(journal, step) or must_write
        if must_write and step.makes_call:
            await journal.flush()


def record(journal: Journal, step: Step) -> bool:
    """Note a step that succeeded; whether the state on disk must follow at once."""
    old, new = step.old, step.new
    if step.op in {"same", "update"} and old is not None and new is not None:
        journal.drop(old)
        journal.add(new)
        return step.op == "update" or not is_same_record(old, new)
    if step.op in {"create", "create-replacement"} and new is not None:
        journal.add(new)
        if old is not None:
            journal.touch(old)
        return True
    if step.op in {"delete", "delete-replaced"} and old is not None:
        journal.drop(old)
        return True
    return False


def is_same_record(old: Resource, new: Resource) -> bool:
    """Tell whether the state on disk is good enough for an unchanged resource."""
    return (
        all(getattr(old, name) == getattr(new, name) for name in RECORDED)
        and sorted(old.dependencies) == sorted(new.dependencies)
        and equal(old.inputs, new.inputs)
        and equal(old.outputs, new.outputs)
    )


def mark_secret_outputs(resource: Resource) -> None:
    """Mark as secret the outputs that repeat a secret input."""
    secret = {key for key, value in resource.inputs.items() if isinstance(value, Secret)}
    resource.outputs = {
        key: Secret(value) if key in secret and not isinstance(value, Secret) else value
        for key, value in resource.outputs.items()
    }


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
