"""up, preview, refresh, destroy."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local.engine.commands.commandline import Invocation
from local.engine.commands.session import Session
from local.engine.errors import CHANGES, FAILED, USAGE, EngineError
from local.engine.protocol.processes import Program, ProviderProcess

if TYPE_CHECKING:
    from local.engine.core.events import Summary


def up(invocation: Invocation) -> int:
    return Work(invocation, "update").change()


def destroy(invocation: Invocation) -> int:
    return Work(invocation, "destroy").change()


def refresh(invocation: Invocation) -> int:
    return Work(invocation, "refresh").change()


def preview(invocation: Invocation) -> int:
    return Work(invocation, "update").deploy(preview=True)


class Work:
    """One command of the four."""

    def __init__(self, invocation: Invocation, kind: str) -> None:
        self.invocation = invocation
        self.kind = kind
        self.session = Session(invocation)
        self.stack = self.session.stack
        given = invocation.flags.get("refresh")
        wanted = self.session.project.always_refresh if given is None else given != "false"
        self.refresh = wanted or kind == "refresh"

    def change(self) -> int:
        """Show what would happen, ask where somebody can answer, and do it."""
        invocation = self.invocation
        sure = invocation.on("yes") or invocation.on("skip-preview")
        if not sure and not invocation.interactive:
            raise EngineError(
                "--yes or --skip-preview must be passed in to proceed when running in non-interactive mode",
                USAGE,
            )
        if not invocation.on("skip-preview"):
            if self._run(preview=True).failed:
                return FAILED
            if not sure:
                self.session.confirm(f"Do you want to perform this {self.kind} ({self.stack})?")
        with self.session.backend.lock(self.stack):
            return self.deploy(preview=False)

    def deploy(self, *, preview: bool) -> int:
        """Run one deployment and return the command's exit code."""
        summary = self._run(preview=preview)
        if summary.failed:
            return FAILED
        changed = any(count and op != "same" for op, count in summary.changes.items())
        if self.invocation.on("expect-no-changes") and changed:
            what, were = ("preview", "proposed") if preview else ("update", "made")
            raise EngineError(
                f"no changes were expected for {what} but changes were {were}", CHANGES
            )
        return 0

    def _run(self, *, preview: bool) -> Summary:
        try:
            return asyncio.run(self._start(preview))
        except asyncio.CancelledError:
            raise EngineError(
                "stopped at once; calls that were under way are pending operations in the state"
            ) from None

    async def _start(self, preview: bool) -> Summary:
        project, env = self.session.project, dict(self.invocation.env)
        # the processes first: they load while the engine reads its state and loads its own parts
        spare = await ProviderProcess.spawn(project, env)
        program = await Program.spawn(project, env) if self.kind == "update" else None
        try:
            return await self._deploy(preview, program, spare)
        finally:
            if program is not None:
                await program.stop()
            await spare.stop()

    async def _deploy(
        self, preview: bool, program: Program | None, spare: ProviderProcess
    ) -> Summary:
        session, invocation, stack = self.session, self.invocation, self.stack
        config = session.read_config(stack)
        session.expect_secrets(stack, writing=not preview)

        from local.engine.core.deploy import deploy
        from local.engine.core.deployment import Deployment
        from local.engine.core.events import Diagnostic
        from local.engine.display.document import Document
        from local.engine.display.text import Text
        from local.engine.protocol.provider import Registry
        from local.engine.state.checkpoint import refuse_unsupported
        from local.engine.state.journal import Journal
        from local.engine.state.values import redact

        def read_state() -> Journal:
            if not preview:
                # nothing is written under a passphrase that is not the stack's
                config.secrets.verify()
            base = session.read_snapshot(stack)
            refuse_unsupported(base)
            if invocation.on("clear-pending-creates"):
                base.pending.clear()
            return Journal(session.backend, stack, base, lambda: config.secrets)

        values = config.values()
        show: Text | Document
        if invocation.on("json"):
            show = Document(sys.stdout, redact(values), sames=invocation.on("show-sames"))
        else:
            name, detailed = session.project.name, invocation.on("diff")
            show = Text(sys.stdout, self.kind, name, stack, preview=preview, detailed=detailed)

        def hear(line: str, is_error: bool) -> None:
            if line:
                show(Diagnostic("info#err" if is_error else "info", line))

        deployment = Deployment(
            kind=self.kind,
            preview=preview,
            refresh=self.refresh,
            parallel=(os.cpu_count() or 1) * 4,
            project=session.project,
            stack=stack,
            config=values,
            registry=Registry(session.project, invocation.env, spare, hear),
            emit=show,
        )
        if not preview:
            session.backend.back_up(stack)
        with interruptible(deployment.cancel):
            summary = await deploy(deployment, program, read_state)
        show.close()
        return summary


@contextmanager
def interruptible(cancel: Callable[[], None]) -> Iterator[None]:
    """Handle Ctrl-C within: once stops after what runs, twice stops at once."""
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
