"""One deployment: a program's registrations, or none, against the last snapshot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from local.engine.core import delete as deleting
from local.engine.core import executor
from local.engine.core import refresh as refreshing
from local.engine.core.events import Diagnostic, Event, Prelude, Summary, Watcher
from local.engine.core.graph import Graph
from local.engine.core.pending import warning
from local.engine.core.planner import Planner
from local.engine.core.program import Following
from local.engine.core.registrations import Registrations
from local.engine.core.steps import Step
from local.engine.errors import EngineError, Stopped
from local.engine.protocol import registry
from local.engine.protocol.children import Program, ProviderProcess
from local.engine.protocol.provider import CallFailed
from local.engine.state.configuration import shown_config
from local.engine.state.journal import Journal
from local.engine.state.model import Resource, Snapshot
from local.engine.state.project import Project
from local.engine.state.values import Secret

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """How to go about a deployment. `kind` is update, refresh or destroy."""

    kind: str
    preview: bool
    refresh: bool = False
    parallel: int = 8


@dataclass(slots=True)
class Plan:
    """What a deployment works with."""

    project: Project
    stack: str
    config: Mapping[str, str | Secret]
    options: Options
    journal: Callable[[], Journal]
    """Reads the state; called once, beside the start of the program."""
    watcher: Watcher
    env: Mapping[str, str]
    program: Program | None = None
    spare: ProviderProcess | None = None


class Deployment:
    """Carries one deployment out. `run` is its only entry; the rest is for its parts."""

    journal: Journal

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.project = plan.project
        self.stack = plan.stack
        self.preview = plan.options.preview
        self.registry = registry.Registry(plan.project, plan.env, self._heard_provider)
        if plan.spare is not None:
            self.registry.adopt(plan.spare)
        self.base = Snapshot()
        self.olds: dict[str, Resource] = {}
        self.news: dict[str, Resource] = {}
        self.graph = Graph([])
        self.stack_step: Step | None = None
        """The stack's own step, once it is done: the stack gets its outputs at the end."""
        self.errored: list[Step] = []
        self.counts: dict[str, int] = {}
        self.failed = False
        self.step_failed = False
        self.cancelled = False
        self.planner = Planner(self)
        self.registrations = Registrations(self)
        self.following = None if plan.program is None else Following(self, plan.program)
        self._slots = asyncio.Semaphore(max(plan.options.parallel, 1))
        self._chains: set[asyncio.Task[None]] = set()
        self._broken: BaseException | None = None
        self._stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._read = False

    # What is reported

    def emit(self, event: Event) -> None:
        self.plan.watcher(event)

    def report(self, urn: str, severity: str, message: str) -> None:
        self.emit(Diagnostic(severity, message, urn))

    def _heard_provider(self, line: str, is_error: bool) -> None:
        if line:
            self.report("", "info#err" if is_error else "info", line)

    # What state there is

    def index(self) -> None:
        """Look the base snapshot's resources up anew."""
        self.olds = {each.urn: each for each in self.base.resources if not each.delete}
        self.graph = Graph(self.base.resources)

    def ensure_provider(self, reference: str) -> None:
        """Have the provider of an old resource ready, with the configuration that state has."""
        if not reference or self.registry.serves(reference):
            return
        for each in self.base.resources:
            if each.is_provider and registry.reference(each) == reference:
                registry.check_type(each.type)
                self.registry.configure(reference, registry.configuration(each.inputs))
                return
        raise EngineError(f"could not load provider {reference}: it is not in the stack's state")

    # When to stop

    @property
    def stopping(self) -> bool:
        return self._stopped.done()

    def stop(self) -> None:
        """Start nothing new; what runs is finished."""
        if not self._stopped.done():
            self._stopped.set_result(None)

    def cancel(self) -> None:
        """Somebody asked to stop."""
        self.cancelled = True
        self.stop()

    def fail(self, urn: str, message: str) -> None:
        self.failed = True
        self.report(urn, "error", message)
        self.stop()

    async def while_running(self, work: Awaitable[T]) -> T:
        """The result of `work`; Stopped if the deployment stops first."""
        task = asyncio.ensure_future(work)
        either: set[asyncio.Future[Any]] = {task, self._stopped}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Stopped
        finally:
            if not task.done():
                task.cancel()

    async def over(self) -> None:
        """Wait until every step is done."""
        await self._over.wait()

    # What is carried out

    async def start(self, steps: list[Step]) -> asyncio.Task[None]:
        """Start a chain of steps, one after the other, as soon as there is room for it."""
        await self._slots.acquire()
        task = asyncio.create_task(executor.chain(self, steps))
        self._chains.add(task)
        task.add_done_callback(self._chain_over)
        return task

    def _chain_over(self, task: asyncio.Task[None]) -> None:
        self._chains.discard(task)
        self._slots.release()
        if not task.cancelled() and task.exception() is not None:
            self._broken = self._broken or task.exception()
            self.stop()

    async def drain(self) -> None:
        """Wait until no step runs."""
        while self._chains:
            await asyncio.wait(set(self._chains))
        if self._broken is not None:
            raise self._broken

    async def run(self) -> bool:
        """Run the deployment; whether it succeeded. Everything worth saying has been reported."""
        began = time.monotonic()
        self.emit(Prelude(shown_config(self.plan.config)))
        try:
            await self._run_to_the_end()
            if self._read:
                await self._finish()
        except EngineError as problem:
            self.fail("", str(problem))
        finally:
            await self.registry.close()
        if self.cancelled or self.step_failed:
            kind = "preview" if self.preview else "update"
            self.report("", "error", f"{kind} {'canceled' if self.cancelled else 'failed'}")
        ok = not self.failed and not self.cancelled
        self.emit(self._summary(time.monotonic() - began, failed=not ok))
        return ok

    async def _run_to_the_end(self) -> None:
        """Run, and however that ends, wait for what runs and end the program."""
        try:
            await self._run()
        except Stopped:
            pass
        except (EngineError, CallFailed) as problem:
            self.fail("", str(problem))
        except asyncio.CancelledError:
            # At once: calls under way stay in the state as pending operations.
            self.stop()
            for chain in self._chains:
                chain.cancel()
            raise
        finally:
            try:
                await self.drain()
            finally:
                self._over.set()
                if self.following is not None:
                    await self.following.end()

    async def _run(self) -> None:
        options, following = self.plan.options, self.following
        # The program loads, and does what it does before its first resource, beside what follows.
        if following is not None:
            await following.start()
        self.journal = await asyncio.to_thread(self.plan.journal)
        self.base = self.journal.base
        self._read = True
        self.index()
        if options.refresh:
            await refreshing.refresh(self)
            if options.kind == "refresh":
                return
        elif self.base.pending and not self.preview:
            self.report("", "warning", warning(self.base))
        self.registrations.open()
        if following is not None:
            await self.while_running(following.registered())
            await self.drain()
        if not self.stopping:
            await deleting.delete_rest(self)

    async def _finish(self) -> None:
        """Stack outputs, and the last write."""
        self.registrations.finish()
        if not self.preview:
            await self.journal.flush()

    def _summary(self, seconds: float, *, failed: bool) -> Summary:
        root = self.stack_step.new if self.stack_step else None
        if not self.preview and self._read:
            root = self.journal.snapshot.root
        return Summary(
            seconds=seconds,
            changes=dict(sorted(self.counts.items())),
            preview=self.preview,
            failed=failed,
            outputs=root,
            old_outputs=self.olds.get(root.urn) if root else None,
        )
