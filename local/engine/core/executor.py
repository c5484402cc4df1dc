"""Carries steps out: around each one, the state on disk and those who watch."""

from __future__ import annotations

import asyncio
import uuid

from local.engine.core.deployment import Deployment
from local.engine.core.diff import ask_for_diff
from local.engine.core.events import Step, StepEvent
from local.engine.errors import EngineError
from local.engine.protocol.provider import Provider
from local.engine.state.checkpoint import now
from local.engine.state.journal import Journal
from local.engine.state.model import Resource
from local.engine.state.values import UNKNOWN_STRING, copy_properties, equal, mark_secrets

OPERATIONS = {
    "create": "creating",
    "create-replacement": "creating",
    "update": "updating",
    "delete": "deleting",
    "delete-replaced": "deleting",
}
COUNTED = {"same", "create", "update", "delete", "replace"}


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
        """Carry a step out and tell whether it succeeded. What is reported of it is on disk before."""
        deployment, journal = self._deployment, self._deployment.journal
        must_write = step.op in OPERATIONS and step.resource.is_dynamic
        self._tell("start", step.op, step)
        if step.op in OPERATIONS:
            journal.open(step.resource, OPERATIONS[step.op])
        if must_write:
            await journal.flush()
        try:
            await apply(step, deployment)
        except EngineError as problem:
            deployment.failed = True
            deployment.errored.append(step)
            deployment.report(
                "" if step.resource.is_default_provider else step.urn, "error", str(problem)
            )
            # a resource that cannot be read is no reason not to read the others
            if step.op != "refresh":
                deployment.stopped.set()
        else:
            if step.new is not None:
                # what repeats a secret input is secret
                mark_secrets(step.new.outputs, step.new.inputs)
            record(journal, step)
        journal.close(step.resource)
        if must_write:
            await journal.flush()
        if step in deployment.errored:
            if not deployment.preview:
                self._tell("fail", step.op, step)
            return False
        self._report_end(step)
        return True

    def _report_end(self, step: Step) -> None:
        deployment = self._deployment
        if step.resource.is_stack and step.op != "refresh":
            deployment.stack_step = step
        refresh = step.op == "refresh" and deployment.kind == "refresh"
        op = step.result if refresh else step.op
        if (step.op in COUNTED or refresh) and not step.resource.is_default_provider:
            deployment.counts[op] += 1
        # otherwise the stack's step ends with its outputs
        if deployment.preview or step.resource.custom or step.op in {"refresh", "delete"}:
            self._tell("end", op, step)
        if step.done is not None and not step.done.done() and step.new is not None:
            step.done.set_result(step.new)

    def _tell(self, stage: str, op: str, step: Step) -> None:
        """Report a step, but for those of the default provider."""
        if not step.resource.is_default_provider:
            self._deployment.emit(StepEvent(stage, op, step))


def record(journal: Journal, step: Step) -> None:
    """Note what the state has after a step that succeeded."""
    if step.op in {"refresh", "replace"}:
        return
    if step.op == "create-replacement" and step.old is not None:
        step.old.delete = True
        journal.touch(step.old)
    elif step.old is not None:
        journal.drop(step.old)
    if step.new is not None:
        for alias in step.new.aliases:
            journal.rename(alias, step.new.urn)
        step.new.aliases = []
        journal.add(step.new)


async def apply(step: Step, deployment: Deployment) -> None:
    """Carry the step out. EngineError says why it could not be."""
    registry = deployment.registry
    match step.op, step.old, step.new:
        case "same", Resource() as old, Resource() as new:
            new.id, new.outputs = old.id, old.outputs
        case "create" | "create-replacement", _, Resource() as new:
            await make(new, None, deployment)
        case "update", Resource() as old, Resource() as new:
            await make(new, old, deployment)
        case "delete" | "delete-replaced", Resource() as old, _:
            if old.is_dynamic and not deployment.preview:
                await (await registry.get(old.provider)).delete(old)
        case "refresh", Resource() as old, _:
            if old.is_dynamic:
                await read(step, old, await registry.get(old.provider))


async def make(new: Resource, old: Resource | None, deployment: Deployment) -> None:
    """Create a resource, or update it where there is an old one."""
    registry, preview = deployment.registry, deployment.preview
    if old is not None:
        new.id, new.created, new.modified = old.id, old.created, old.modified
    if new.is_provider:
        if old is None:
            new.id = UNKNOWN_STRING if preview else str(uuid.uuid4())
        new.outputs = new.inputs
        registry.configure(new.reference, new.inputs)
    elif new.custom and preview:
        new.outputs = copy_properties(new.inputs)
    elif new.custom:
        provider = await registry.get(new.provider)
        await (provider.create(new) if old is None else provider.update(old, new))
    if old is None:
        new.created = now()
    if old is None or new.custom:
        new.modified = now()


async def read(step: Step, old: Resource, provider: Provider) -> None:
    """Find out how a resource is now, and what that amounts to."""
    new = step.new = await provider.read(old)
    if new is None:
        step.result = "delete"
        return
    if not equal(old.inputs, new.inputs) or not equal(old.outputs, new.outputs):
        new.modified = now()
    # what an `up` of the unchanged program would do now
    if (await ask_for_diff(provider, new, old)).changes:
        step.result = "update"
