"""Carries steps out: around each one, the state on disk and those who watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.engine.core.events import StepEvent
from local.engine.core.steps import Step, apply
from local.engine.errors import EngineError
from local.engine.protocol.provider import CallFailed
from local.engine.state.model import Resource
from local.engine.state.values import Secret, equal

if TYPE_CHECKING:
    from local.engine.core.deployment import Deployment

OPERATIONS = {
    "create": "creating",
    "create-replacement": "creating",
    "update": "updating",
    "delete": "deleting",
    "delete-replaced": "deleting",
}


async def chain(run: Deployment, steps: list[Step]) -> None:
    """One step after the other; a failure ends the chain and stops the deployment."""
    for step in steps:
        if run.stopping:
            return
        if not await carry_out(run, step):
            return


def is_internal(step: Step) -> bool:
    """Steps that nobody asked for and nobody is shown."""
    resource = step.resource
    return resource.is_provider and resource.name == "default"


async def carry_out(run: Deployment, step: Step) -> bool:
    internal = is_internal(step)
    if not internal:
        run.emit(StepEvent.of("start", step))
    await _begin(run, step)
    try:
        await apply(step, run)
    except (CallFailed, EngineError) as problem:
        run.failed = run.step_failed = True
        run.errored.append(step)
        run.report("" if internal else step.urn, "error", str(problem))
        await _end(run, step, succeeded=False)
        if not internal and not run.preview:
            run.emit(StepEvent.of("fail", step))
        # a resource that cannot be read is no reason not to read the others
        if step.op != "refresh":
            run.stop()
        return False
    if step.resource.is_stack and step.op != "refresh":
        run.stack_step = step
    if step.new is not None and step.op != "replace":
        mark_outputs(step.new)
        run.news[step.urn] = step.new
    await _end(run, step, succeeded=True)
    _count(run, step, internal)
    if step.done is not None and not step.done.done() and step.new is not None:
        step.done.set_result(step.new)
    return True


def _count(run: Deployment, step: Step, internal: bool) -> None:
    refresh = run.plan.options.kind == "refresh"
    op = step.result if step.op == "refresh" and refresh else step.op
    if (step.logical or op != step.op or (refresh and step.op == "refresh")) and not internal:
        run.counts[op] = run.counts.get(op, 0) + 1
    resource = step.resource
    shown = run.preview or resource.custom or step.op in {"refresh", "delete"}
    if shown and not internal:
        run.emit(StepEvent.of("end", step, op))


def mark_outputs(resource: Resource) -> None:
    """Mark as secret the outputs that the program asked to be, and those that repeat a secret input."""
    for key, value in resource.outputs.items():
        if isinstance(value, Secret):
            continue
        if key in resource.additional_secret_outputs or isinstance(
            resource.inputs.get(key), Secret
        ):
            resource.outputs = {**resource.outputs, key: Secret(value)}


async def _begin(run: Deployment, step: Step) -> None:
    if run.preview or step.op not in OPERATIONS:
        return
    resource = step.resource
    run.journal.open(resource, OPERATIONS[step.op])
    # What makes no call can leave nothing behind: no need to wait for the disk.
    if resource.custom and not resource.is_provider:
        await run.journal.flush()


async def _end(run: Deployment, step: Step, *, succeeded: bool) -> None:
    """Note what became of the step, and have it on disk before anybody hears of it."""
    if run.preview:
        return
    journal = run.journal
    journal.close(step.resource)
    must_write = step.op in OPERATIONS
    if succeeded:
        must_write = _note(run, step) or must_write
    if must_write and step.resource.custom and not step.resource.is_provider:
        await journal.flush()


def _note(run: Deployment, step: Step) -> bool:
    journal, old, new = run.journal, step.old, step.new
    if step.op in {"same", "update"} and old is not None and new is not None:
        journal.drop(old)
        journal.add(new)
        return step.op == "update" or not same_record(old, new)
    if step.op in {"create", "create-replacement"} and new is not None:
        journal.add(new)
        if old is not None:
            journal.changed(old)
        return True
    if old is not None and step.op in {"delete", "delete-replaced"}:
        journal.drop(old)
        return True
    return False


RECORDED = ("urn", "type", "custom", "provider", "parent")


def same_record(old: Resource, new: Resource) -> bool:
    """Whether the state on disk is good enough for an unchanged resource."""
    return (
        all(getattr(old, name) == getattr(new, name) for name in RECORDED)
        and sorted(old.dependencies) == sorted(new.dependencies)
        and equal(old.inputs, new.inputs)
        and equal(old.outputs, new.outputs)
    )
