"""up, preview, refresh, destroy."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from local.engine.commands.commandline import Invocation
from local.engine.commands.session import Session
from local.engine.errors import CHANGES, FAILED, USAGE, EngineError
from local.engine.protocol.processes import Program, ProviderProcess

if TYPE_CHECKING:
    from local.engine.core.deployment import Deployment
    from local.engine.core.events import Summary
    from local.engine.state.model import Snapshot


def preview(invocation: Invocation) -> int:
    return deploy(Session(invocation), "update", is_preview=True)


def change(invocation: Invocation, kind: str) -> int:
    """Show what would happen, ask where somebody can answer, and do it."""
    sure = invocation.on("yes") or invocation.on("skip-preview")
    if not sure and not invocation.interactive:
        raise EngineError(
            "--yes or --skip-preview must be passed in to proceed when running in non-interactive mode",
            USAGE,
        )
    session = Session(invocation)
    if not invocation.on("skip-preview"):
        if run(session, kind, is_preview=True).failed:
            return FAILED
        if not sure:
            session.confirm(f"Do you want to perform this {kind} ({session.stack})?")
    with session.backend.lock(session.stack):
        return deploy(session, kind, is_preview=False)


up = partial(change, kind="update")
refresh = partial(change, kind="refresh")
destroy = partial(change, kind="destroy")


def deploy(session: Session, kind: str, *, is_preview: bool) -> int:
    """Run one deployment and return the command's exit code."""
    summary = run(session, kind, is_preview=is_preview)
    if summary.failed:
        return FAILED
    changed = any(count and op != "same" for op, count in summary.changes.items())
    if session.invocation.on("expect-no-changes") and changed:
        what, were = ("preview", "proposed") if is_preview else ("update", "made")
        raise EngineError(f"no changes were expected for {what} but changes were {were}", CHANGES)
    return 0


def run(session: Session, kind: str, *, is_preview: bool) -> Summary:
    try:
        return asyncio.run(_start(session, kind, is_preview))
    except asyncio.CancelledError:
        raise EngineError(
            "stopped at once; calls that were under way are pending operations in the state"
        ) from None


async def _start(session: Session, kind: str, is_preview: bool) -> Summary:
    project, env = session.project, session.invocation.env
    # the processes first: they load while the engine reads its state and loads its own parts
    spare = await ProviderProcess.spawn(project, env)
    program = await Program.spawn(project, env) if kind == "update" else None
    try:
        return await _deploy(session, kind, is_preview, program, spare)
    finally:
        if program is not None:
            await program.stop()
        await spare.stop()


async def _deploy(
    session: Session, kind: str, is_preview: bool, program: Program | None, spare: ProviderProcess
) -> Summary:
    project, stack, config = session.project, session.stack, session.config
    session.expect_secrets(writing=not is_preview)

    from local.engine.core.deploy import deploy
    from local.engine.core.deployment import Deployment
    from local.engine.core.events import Diagnostic
    from local.engine.display.document import Document
    from local.engine.display.text import Text
    from local.engine.protocol.provider import Registry
    from local.engine.state.checkpoint import refuse_unsupported
    from local.engine.state.journal import Journal
    from local.engine.state.values import redact

    def read_state() -> Snapshot:
        if not is_preview:
            # nothing is written under a passphrase that is not the stack's
            config.secrets.verify()
        base = session.read_snapshot()
        refuse_unsupported(base)
        if session.invocation.on("clear-pending-creates"):
            base.pending.clear()
        return base

    def hear(line: str, is_error: bool) -> None:
        if line:
            show(Diagnostic("info#err" if is_error else "info", line))

    on, values = session.invocation.on, config.values()
    show: Text | Document
    if on("json"):
        show = Document(sys.stdout, redact(values), sames=on("show-sames"))
    else:
        show = Text(sys.stdout, kind, project.name, stack, preview=is_preview, detailed=on("diff"))
    refreshes = on("refresh") if "refresh" in session.invocation.flags else project.always_refresh
    write = None if is_preview else partial(session.backend.write, stack)
    deployment = Deployment(
        kind=kind,
        preview=is_preview,
        refresh=refreshes or kind == "refresh",
        parallel=(os.cpu_count() or 1) * 4,
        project=project,
        stack=stack,
        config=values,
        registry=Registry(project, session.invocation.env, spare, hear),
        emit=show,
        journal=Journal(write, lambda: config.secrets),
    )
    if not is_preview:
        session.backend.back_up(stack)
    with handle_interrupts(deployment):
        return await deploy(deployment, program, read_state)


@contextmanager
def handle_interrupts(deployment: Deployment) -> Iterator[None]:
    """Have Ctrl-C within stop the deployment: once stops after what runs, twice stops at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def handle() -> None:
        if not deployment.cancelled:
            print(
                "^C received; finishing what runs. Once more stops at once and leaves pending "
                "operations.",
                file=sys.stderr,
            )
            deployment.cancel()
        elif task is not None:
            task.cancel()

    # signals belong to the main thread; whoever runs us in another handles them
    in_main_thread = threading.current_thread() is threading.main_thread()
    signals = [signal.SIGINT, signal.SIGTERM] if in_main_thread else []
    for each in signals:
        loop.add_signal_handler(each, handle)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
