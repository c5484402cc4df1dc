"""One deployment: a program's registrations, or none, against the last snapshot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.engine import deleting, executor, monitor, refreshing, registry, urns
from local.engine.children import Program, ProviderProcess
from local.engine.configuration import opened, secret_keys, shown_config
from local.engine.errors import EngineError, Stopped
from local.engine.events import Diagnostic, Event, Prelude, Summary, Watcher
from local.engine.goal import Goal
from local.engine.graph import Graph
from local.engine.journal import Journal
from local.engine.model import Resource, Snapshot
from local.engine.planner import Planner
from local.engine.project import Project
from local.engine.provider import CallFailed
from local.engine.steps import Step
from local.engine.values import Properties, Secret

PATIENCE = 10.0
"""Seconds that a program may take to end after its last registration."""


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


@dataclass(slots=True)
class _Component:
    """What children of a registered resource inherit."""

    goal: Goal
    providers: dict[str, str] = field(default_factory=dict)


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
        self.deleted: set[str] = set()
        self.provider_aliases: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.failed = False
        self.step_failed = False
        self.cancelled = False
        self.settled: dict[str, Step] = {}
        """Logical steps that are done, by URN, waiting for outputs."""
        self.planner = Planner(self)
        self._planning = asyncio.Lock()
        self._slots = asyncio.Semaphore(max(plan.options.parallel, 1))
        self._chains: set[asyncio.Task[None]] = set()
        self._stopped = asyncio.Event()
        self._ready = asyncio.Event()
        """The state has been read, and refreshed if it is to be: registrations can be planned."""
        self._registered = asyncio.Event()
        """The program has registered everything."""
        self._components: dict[str, _Component] = {}
        self._default: asyncio.Task[str] | None = None
        self._stack_outputs: Properties | None = None
        self._stack_urn = ""
        self.root_urn = ""
        self.errored: list[Step] = []
        self._over = asyncio.Event()
        self._running: asyncio.Task[int] | None = None
        self._server: Any = None
        self._said_error = False
        self._read = False

    # ------------------------------------------------------------------ reporting

    def emit(self, event: Event) -> None:
        self.plan.watcher(event)

    def report(self, urn: str, severity: str, message: str) -> None:
        self.emit(Diagnostic(severity, message, urn))

    def _heard_provider(self, line: str, is_error: bool) -> None:
        if line:
            self.report("", "info#err" if is_error else "info", line)

    # ------------------------------------------------------------------ state

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

    # ------------------------------------------------------------------ stopping

    @property
    def stopping(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """Start nothing new; what runs is finished."""
        self._stopped.set()

    def cancel(self) -> None:
        """Somebody asked to stop."""
        self.cancelled = True
        self.stop()

    def fail(self, urn: str, message: str) -> None:
        self.failed = True
        self.report(urn, "error", message)
        self.stop()

    async def while_running(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The result of `work`; Stopped if the deployment stops first."""
        task = asyncio.ensure_future(work)
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Stopped
        finally:
            stopped.cancel()
            if not task.done():
                task.cancel()

    # ------------------------------------------------------------------ registrations

    async def register(self, goal: Goal) -> Resource:
        """Carry one registration out; the resource as the program may see it."""
        parent = self._components.get(goal.parent)
        if parent is not None:
            goal = goal.under(parent.goal)
        if goal.custom and not urns.is_provider(goal.type):
            goal = replace(goal, provider=await self._provider_of(goal))
        providers = dict(goal.providers)
        if not goal.custom and parent is not None and not parent.goal.custom:
            providers = {**parent.providers, **providers}
        result = await self._register(goal)
        self._components[result.urn] = _Component(goal, providers)
        if goal.type == urns.STACK_TYPE:
            self._stack_urn = result.urn
        return result

    async def _provider_of(self, goal: Goal) -> str:
        package = urns.package_of(goal.type)
        found = goal.provider or goal.providers.get(package)
        if not found and goal.parent in self._components:
            found = self._components[goal.parent].providers.get(package)
        if found:
            return found
        registry.insist_on_dynamic(package, f"{goal.type} {goal.name!r}")
        if self._default is None:
            self._default = asyncio.create_task(self._register_default(package))
        return await asyncio.shield(self._default)

    async def _register_default(self, package: str) -> str:
        default = await self._register(
            Goal(
                type=f"{urns.PROVIDER_PREFIX}{package}",
                name="default",
                custom=True,
                inputs=dict(sorted(self.plan.config.items())),
            )
        )
        return registry.reference(default)

    async def _register(self, goal: Goal) -> Resource:
        done: asyncio.Future[Resource] = asyncio.get_running_loop().create_future()
        await self.while_running(self._ready.wait())
        async with self._planning:
            if self.stopping:
                raise Stopped
            try:
                steps = await self.while_running(self.planner.plan(goal, done))
            except (EngineError, CallFailed) as problem:
                urn = urns.make(self.stack, self.project.name, goal.parent, goal.type, goal.name)
                self.fail(urn, str(problem))
                raise Stopped from problem
            except Stopped:
                self.failed = self.failed or not self.cancelled
                self.stop()
                raise
            await self.start(steps)
        result: Resource = await self.while_running(_wait(done))
        return result

    async def outputs(self, urn: str, outputs: Properties) -> None:
        """Take the outputs that a component, or the stack, has in the end."""
        if urns.qualified_type(urn) == urns.STACK_TYPE:
            self._stack_outputs = outputs
            self._stack_urn = urn
            return
        await executor.outputs(self, urn, outputs)

    async def shutdown(self) -> None:
        """The program has registered all it will; return once every step is done."""
        self._registered.set()
        await self._over.wait()

    # ------------------------------------------------------------------ steps

    async def start(self, steps: list[Step]) -> asyncio.Task[None]:
        """Start a chain of steps, one after the other, as soon as there is room for it."""
        await self._slots.acquire()
        task = asyncio.create_task(executor.chain(self, steps))
        self._chains.add(task)

        def over(ended: asyncio.Task[None]) -> None:
            self._chains.discard(ended)
            self._slots.release()

        task.add_done_callback(over)
        return task

    async def drain(self) -> None:
        """Wait until no step runs."""
        while self._chains:
            await asyncio.wait(set(self._chains))

    # ------------------------------------------------------------------ the whole

    async def run(self) -> bool:
        """Run the deployment; whether it succeeded. Everything worth saying has been reported."""
        began = time.monotonic()
        self.emit(Prelude(shown_config(self.plan.config)))
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
            await self.drain()
            self._over.set()
            await self._end_program()
        if self._read:
            await self._finish()
        kind = "preview" if self.preview else "update"
        if self.cancelled:
            self.report("", "error", f"{kind} canceled")
        elif self.step_failed:
            self.report("", "error", f"{kind} failed")
        ok = not self.failed and not self.cancelled
        root = self.news.get(self._stack_urn)
        if not self.preview and self._read:
            root = self.journal.snapshot.root
        self.emit(
            Summary(
                seconds=time.monotonic() - began,
                changes=dict(sorted(self.counts.items())),
                preview=self.preview,
                failed=not ok,
                outputs=root,
                old_outputs=self.olds.get(root.urn) if root else None,
            )
        )
        await self.registry.close()
        return ok

    async def _run(self) -> None:
        options = self.plan.options
        # The program loads, and does what it does before its first resource, beside all that follows.
        if options.kind == "update":
            await self._start_program()
        self.journal = await asyncio.to_thread(self.plan.journal)
        self.base = self.journal.base
        self._read = True
        self.index()
        if options.refresh:
            await refreshing.refresh(self)
            if options.kind == "refresh":
                return
        elif self.base.pending and not self.preview:
            self.report("", "warning", pending_warning(self.base))
        self._ready.set()
        if options.kind == "update":
            await self._follow_program()
        if not self.stopping:
            await deleting.delete_rest(self)

    async def _start_program(self) -> None:
        """Have the program run, and register with us."""
        if self.plan.program is None:
            raise AssertionError("an update has a program")
        self._server, address = await monitor.serve(self)
        settings = {
            "monitor": address,
            "engine": address,
            "project": self.project.name,
            "stack": self.stack,
            "parallel": self.plan.options.parallel,
            "dry_run": self.preview,
            "root": str(self.project.root),
            "program": str(self.project.program),
            "config": opened(self.plan.config),
            "secret_keys": secret_keys(self.plan.config),
        }
        self._running = asyncio.create_task(self.plan.program.run(settings, self._heard_program))

    async def _follow_program(self) -> None:
        """Wait until the program has registered everything, and all of it is done."""
        code = await self.while_running(self._program_ended())
        if code is not None and code != 0:
            self.failed = True
            if not self._said_error:
                self.report("", "error", f"the program ended with exit code {code}")
            raise Stopped
        await self.drain()
        if self.stopping:
            raise Stopped

    async def _program_ended(self) -> int | None:
        """The exit code, or None where the program waits for the end of the deployment."""
        if self._running is None:
            raise AssertionError("a program has been started")
        registered = asyncio.create_task(self._registered.wait())
        await asyncio.wait({self._running, registered}, return_when=asyncio.FIRST_COMPLETED)
        registered.cancel()
        return None if self._registered.is_set() else self._running.result()

    async def _end_program(self) -> None:
        """Let the program end by itself where all went well, else end it."""
        program = self.plan.program
        if program is None:
            return
        if self._running is not None and not self.stopping:
            await asyncio.wait({self._running}, timeout=PATIENCE)
        await program.stop()
        if self._running is not None:
            await self._running
        if self._server is not None:
            await self._server.stop(None)

    def logged(self, urn: str, severity: str, message: str) -> None:
        """The program logged something."""
        if severity == "error":
            self._said_error = True
        self.report(urn, severity, message)

    def _heard_program(self, line: str, is_error: bool) -> None:
        if not self.stopping:
            self.report("", "info#err" if is_error else "info", line)

    async def _finish(self) -> None:
        """Stack outputs, and the last write."""
        if self._stack_outputs is not None and self._stack_urn in self.settled:
            outputs = self._stack_outputs
            if self.failed or self.cancelled:
                old = self.olds.get(self._stack_urn)
                outputs = {**(old.outputs if old else {}), **outputs}
            await executor.outputs(self, self._stack_urn, outputs)
        if not self.preview:
            await self.journal.flush()


async def _wait(future: asyncio.Future[Resource]) -> Resource:
    return await asyncio.shield(future)


def pending_warning(snapshot: Snapshot) -> str:
    lines = "".join(
        f"  * {each.resource.urn}, interrupted while {each.type}\n" for each in snapshot.pending
    )
    return (
        f"Attempting to deploy or update resources with {len(snapshot.pending)} pending operations "
        f"from previous deployment.\n{lines}"
        "These resources are in an unknown state because the Pulumi CLI was interrupted while "
        "waiting for changes to these resources to complete. You should confirm whether or not the "
        "operations listed completed successfully by checking the state of the appropriate provider. "
        "For example, if you are using AWS, you can confirm using the AWS Console.\n\n"
        "Once you have confirmed the status of the interrupted operations, you can repair your stack "
        "using `pulumi refresh` which will refresh the state from the provider you are using and "
        "clear the pending operations if there are any.\n\n"
        "Note that `pulumi refresh` will need to be run interactively to clear pending CREATE operations."
    )
