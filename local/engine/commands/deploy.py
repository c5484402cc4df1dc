"""up, preview, refresh, destroy."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.engine.commands.commandline import Invocation
from local.engine.commands.session import Session
from local.engine.errors import CHANGES, FAILED, EngineError
from local.engine.protocol.children import Program, ProviderProcess
from local.engine.state.backend import Backend

if TYPE_CHECKING:
    from local.engine.core.events import Summary

USAGE = 2


@dataclass(frozen=True, slots=True)
class Work:
    """One command of the four."""

    session: Session
    stack: str
    kind: str
    refresh: bool

    @property
    def invocation(self) -> Invocation:
        return self.session.invocation

    @property
    def backend(self) -> Backend:
        return self.session.backend


def up(invocation: Invocation) -> int:
    return change(work(invocation, "update"))


def destroy(invocation: Invocation) -> int:
    return change(work(invocation, "destroy"))


def refresh(invocation: Invocation) -> int:
    return change(work(invocation, "refresh"))


def preview(invocation: Invocation) -> int:
    task = work(invocation, "update")
    return judged(task, deploy(task, preview=True), "preview")


def work(invocation: Invocation, kind: str) -> Work:
    session = Session(invocation)
    given = invocation.get("refresh")
    refresh = session.project.always_refresh if given is None else given != "false"
    return Work(session, session.stack, kind, refresh or kind == "refresh")


def change(task: Work) -> int:
    """Show what would happen, ask where somebody can answer, and do it."""
    invocation = task.invocation
    sure = invocation.on("yes") or invocation.on("skip-preview")
    if not sure and not invocation.interactive:
        raise EngineError(
            "--yes or --skip-preview must be passed in to proceed when running in non-interactive mode",
            USAGE,
        )
    if not invocation.on("skip-preview"):
        summary = deploy(task, preview=True)
        if summary.failed:
            return FAILED
        if not sure and not agreed(task):
            return FAILED
    with task.backend.lock(task.stack):
        return judged(task, deploy(task, preview=False), "update")


def agreed(task: Work) -> bool:
    answer = input(f"Do you want to perform this {task.kind} ({task.stack})? [y/N] ")
    if answer.strip().lower() in {"y", "yes"}:
        return True
    print("error: confirmation declined, not proceeding", file=sys.stderr)
    return False


def judged(task: Work, summary: Summary, what: str) -> int:
    if summary.failed:
        return FAILED
    changed = any(count and op != "same" for op, count in summary.changes.items())
    if task.invocation.on("expect-no-changes") and changed:
        said = "proposed" if what == "preview" else "made"
        raise EngineError(f"no changes were expected for {what} but changes were {said}", CHANGES)
    return 0


def deploy(task: Work, *, preview: bool) -> Summary:
    """Run one deployment, and show it."""
    try:
        return asyncio.run(_deploy(task, preview))
    except asyncio.CancelledError:
        raise EngineError(
            "stopped at once; calls that were under way are pending operations in the state"
        ) from None


async def _deploy(task: Work, preview: bool) -> Summary:
    session, env = task.session, dict(task.invocation.env)
    # The processes first: they load while the engine reads its state and loads its own parts.
    spare = await ProviderProcess.spawn(session.project, env)
    program = await Program.spawn(session.project, env) if task.kind == "update" else None
    try:
        return await _deployed(task, preview, program, spare)
    finally:
        if program is not None:
            await program.stop()
        await spare.stop()


async def _deployed(
    task: Work, preview: bool, program: Program | None, spare: ProviderProcess
) -> Summary:
    session, invocation = task.session, task.invocation
    config = session.config_of(task.stack)
    session.expect_secrets(task.stack, writing=not preview)

    from local.engine.core.deployment import Deployment, Options, Plan
    from local.engine.core.events import Event, Summary
    from local.engine.display.document import Digest
    from local.engine.display.text import Text
    from local.engine.state.checkpoint import refuse_unsupported
    from local.engine.state.journal import Journal

    def journal() -> Journal:
        if not preview:
            # Nothing is written under a passphrase that is not the stack's.
            config.secrets.verify()
        base = session.snapshot(task.stack)
        refuse_unsupported(base)
        if invocation.on("clear-pending-creates"):
            base.pending.clear()
        return Journal(task.backend, task.stack, base, lambda: config.secrets)

    if not preview:
        task.backend.back_up(task.stack)
    show: Text | Digest
    if invocation.on("json"):
        show = Digest(sys.stdout, sames=invocation.on("show-sames"))
    else:
        show = Text(
            sys.stdout,
            kind=task.kind,
            project=session.project.name,
            stack=task.stack,
            preview=preview,
            detailed=invocation.on("diff"),
        )
    last: list[Summary] = []

    def watch(event: Event) -> None:
        if isinstance(event, Summary):
            last.append(event)
        show(event)

    deployment = Deployment(
        Plan(
            project=session.project,
            stack=task.stack,
            config=config.values(),
            options=Options(task.kind, preview, task.refresh, (os.cpu_count() or 1) * 4),
            journal=journal,
            watcher=watch,
            env=dict(invocation.env),
            program=program,
            spare=spare,
        )
    )
    with interruptible(deployment.cancel):
        await deployment.run()
    show.close()
    return last[0]


@contextmanager
def interruptible(cancel: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C within: once stops after what runs, twice stops at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    seen: list[int] = []

    def handle() -> None:
        seen.append(1)
        if len(seen) == 1:
            print(
                "^C received; finishing what runs. Once more stops at once and leaves pending "
                "operations.",
                file=sys.stderr,
            )
            cancel()
        elif task is not None:
            task.cancel()

    # Signals belong to the main thread; whoever runs us in another handles them.
    signals = [signal.SIGINT, signal.SIGTERM] if in_main_thread() else []
    for each in signals:
        loop.add_signal_handler(each, handle)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


def in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
