"""One deployment: a program's registrations, or none, against the last snapshot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import replace

from local.engine.core.deployment import Deployment
from local.engine.core.events import Step, Summary
from local.engine.core.executor import Executor
from local.engine.core.program import RunningProgram
from local.engine.errors import EngineError, Stopped
from local.engine.protocol.processes import Program
from local.engine.state.model import Resource, Snapshot


async def deploy(
    deployment: Deployment, program: Program | None, read_state: Callable[[], Snapshot]
) -> Summary:
    """Run the deployment. All that is worth saying has been reported when this returns.

    `read_state` is called once, beside the start of the program.
    """
    began = time.monotonic()
    executor = Executor(deployment)
    running = RunningProgram(deployment, executor, program) if program is not None else None
    try:
        try:
            # the program loads, and does what it does before its first resource, beside what follows
            if running is not None:
                await running.start()
            deployment.begin_with(await asyncio.to_thread(read_state))
            await carry_out(deployment, executor, running)
        except BaseException:
            # Ctrl-C for the second time, or a state that cannot be read: nobody is waited for
            deployment.stopped.set()
            executor.abandon()
            raise
        finally:
            try:
                await executor.drain()
            finally:
                if running is not None:
                    await running.end()
        if running is not None:
            running.finish()
        await deployment.journal.flush()
    except EngineError as problem:
        deployment.fail("", str(problem))
    finally:
        await deployment.registry.close()
    if deployment.cancelled or deployment.errored:
        kind = "preview" if deployment.preview else "update"
        end = "canceled" if deployment.cancelled else "failed"
        deployment.report("", "error", f"{kind} {end}")
    root = deployment.journal.snapshot.root
    summary = Summary(
        seconds=time.monotonic() - began,
        changes=dict(sorted(deployment.counts.items())),
        failed=deployment.failed or deployment.cancelled,
        outputs=root,
        old_outputs=deployment.olds.get(root.urn) if root else None,
    )
    deployment.emit(summary)
    return summary


async def carry_out(
    deployment: Deployment, executor: Executor, program: RunningProgram | None
) -> None:
    """Refresh, follow the program, delete what it does not have; a failure is reported and ends that."""
    pending = deployment.base.pending
    kept: set[str] = set()
    try:
        if deployment.refresh:
            await refresh(deployment, executor)
        elif pending and not deployment.preview:
            lines = "".join(
                f"  * {each.resource.urn}, interrupted while {each.type}\n" for each in pending
            )
            deployment.report("", "warning", PENDING.format(len(pending), lines))
        if program is not None:
            kept = await deployment.while_running(program.wait_for_registrations())
            await executor.drain()
        if deployment.kind != "refresh" and not deployment.stopping:
            await delete_rest(deployment, executor, kept)
    except Stopped:
        pass
    except EngineError as problem:
        deployment.fail("", str(problem))


PENDING = """\
Attempting to deploy or update resources with {} pending operations from previous deployment.
{}These resources are in an unknown state: the command was stopped while it waited for them. Confirm whether the \
operations completed, then run `refresh`, or `refresh --clear-pending-creates` where a CREATE was interrupted, to \
clear them."""


async def refresh(deployment: Deployment, executor: Executor) -> None:
    """Refresh the whole snapshot. A resource that cannot be read fails the deployment; the others are read."""
    steps = [Step("refresh", each, each) for each in deployment.base.resources]
    for step in steps:
        if not deployment.cancelled:
            await executor.start([step])
    await executor.drain()
    found = [step.new for step in steps if step.new is not None]
    drop_references(found)
    deployment.begin_with(replace(deployment.base, resources=found))
    if deployment.failed or deployment.cancelled:
        deployment.stopped.set()  # the program waits to register: it is not waited for
        raise Stopped


def drop_references(resources: list[Resource]) -> None:
    """Leave no reference to what is not among the resources."""
    seen: set[str] = set()
    for each in resources:
        each.dependencies = [urn for urn in each.dependencies if urn in seen]
        kept = {
            key: [urn for urn in urns if urn in seen]
            for key, urns in each.property_dependencies.items()
        }
        each.property_dependencies = {key: urns for key, urns in kept.items() if urns}
        seen.add(each.urn)


async def delete_rest(deployment: Deployment, executor: Executor, kept: Collection[str]) -> None:
    """Delete, dependents first, what is not among the URNs that are kept; what a failed one depends on stays."""
    steps: dict[int, Step] = {}
    for resource in deployment.base.resources:
        if resource.delete or resource.urn not in kept:
            op = "delete-replaced" if resource.delete else "delete"
            steps[id(resource)] = Step(op, resource, None)
    for layer in deployment.graph.sort_layers([step.resource for step in steps.values()]):
        failed = [each for step in deployment.errored for each in (step.new, step.old) if each]
        spared = deployment.graph.find_ancestors(failed)
        for resource in layer:
            if id(resource) not in spared and not deployment.stopping:
                await executor.start([steps[id(resource)]])
        await executor.drain()
