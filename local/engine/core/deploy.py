"""One deployment: a program's registrations, or none, against the last snapshot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from local.engine.core.delete import delete_rest
from local.engine.core.deployment import Deployment
from local.engine.core.events import Summary
from local.engine.core.executor import Executor
from local.engine.core.program import RunningProgram
from local.engine.core.refresh import refresh
from local.engine.errors import EngineError, Stopped
from local.engine.protocol.processes import Program
from local.engine.protocol.provider import CallFailed
from local.engine.state.journal import Journal
from local.engine.state.model import Snapshot


async def deploy(
    deployment: Deployment, program: Program | None, read_state: Callable[[], Journal]
) -> Summary:
    """Run the deployment. All that is worth saying has been reported when this returns.

    `read_state` is called once, beside the start of the program.
    """
    began = time.monotonic()
    executor = Executor(deployment)
    running = RunningProgram(deployment, executor, program) if program is not None else None
    try:
        await _run(deployment, executor, running, read_state)
        if deployment.journal is not None:
            if running is not None:
                running.finish()
            if not deployment.preview:
                await deployment.journal.flush()
    except EngineError as problem:
        deployment.fail("", str(problem))
    finally:
        await deployment.registry.close()
    if deployment.cancelled or deployment.step_failed:
        kind = "preview" if deployment.preview else "update"
        end = "canceled" if deployment.cancelled else "failed"
        deployment.report("", "error", f"{kind} {end}")
    root = deployment.stack_step.new if deployment.stack_step else None
    if not deployment.preview and deployment.journal is not None:
        root = deployment.journal.snapshot.root
    summary = Summary(
        seconds=time.monotonic() - began,
        changes=dict(sorted(deployment.counts.items())),
        preview=deployment.preview,
        failed=deployment.failed or deployment.cancelled,
        outputs=root,
        old_outputs=deployment.olds.get(root.urn) if root else None,
    )
    deployment.emit(summary)
    return summary


async def _run(
    deployment: Deployment,
    executor: Executor,
    program: RunningProgram | None,
    read_state: Callable[[], Journal],
) -> None:
    """Run, and however that ends, wait for what runs and end the program."""
    try:
        # the program loads, and does what it does before its first resource, beside what follows
        if program is not None:
            await program.start()
        deployment.journal = await asyncio.to_thread(read_state)
        deployment.base = deployment.journal.base
        deployment.index()
        if deployment.refresh:
            await refresh(deployment, executor)
        elif deployment.base.pending and not deployment.preview:
            deployment.report("", "warning", warn_of_pending(deployment.base))
        kept: set[str] = set()
        if program is not None:
            kept = await deployment.while_running(program.wait_for_registrations())
            await executor.drain()
        if deployment.kind != "refresh" and not deployment.stopping:
            await delete_rest(deployment, executor, kept)
    except Stopped:
        pass
    except (EngineError, CallFailed) as problem:
        deployment.fail("", str(problem))
    except asyncio.CancelledError:
        deployment.stopped.set()
        executor.abandon()
        raise
    finally:
        try:
            await executor.drain()
        finally:
            if program is not None:
                await program.end()


def warn_of_pending(snapshot: Snapshot) -> str:
    """Return what is said of calls that were under way when a command was stopped."""
    lines = "".join(
        f"  * {each.resource.urn}, interrupted while {each.type}\n" for each in snapshot.pending
    )
    return (
        f"Attempting to deploy or update resources with {len(snapshot.pending)} pending operations "
        f"from previous deployment.\n{lines}"
        "These resources are in an unknown state: the command was stopped while it waited for them. Confirm "
        "whether the operations completed, then run `refresh`, or `refresh --clear-pending-creates` where a "
        "CREATE was interrupted, to clear them."
    )
