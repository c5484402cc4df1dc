"""The record of one deployment: what it works with, and what has become of it so far. It decides nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeVar

from local.engine.core.events import Diagnostic, Step, Watcher
from local.engine.core.graph import Graph
from local.engine.errors import Stopped
from local.engine.protocol.provider import Registry
from local.engine.state.journal import Journal
from local.engine.state.model import Resource, Snapshot
from local.engine.state.project import Project
from local.engine.state.values import Secret

T = TypeVar("T")


@dataclass(eq=False)
class Deployment:
    """One deployment. `kind` is update, refresh or destroy."""

    kind: str
    preview: bool
    refresh: bool
    parallel: int
    project: Project
    stack: str
    config: Mapping[str, str | Secret]
    registry: Registry
    emit: Watcher
    journal: Journal
    """The state under way."""
    olds: dict[str, Resource] = field(default_factory=dict)
    graph: Graph = field(default_factory=lambda: Graph([]))
    stack_step: Step | None = None
    """The stack's own step, once it is done: the stack gets its outputs at the end."""
    errored: list[Step] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    failed: bool = False
    cancelled: bool = False
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when nothing new may start; what runs is finished."""

    @cached_property
    def _waiting(self) -> asyncio.Task[Literal[True]]:
        return asyncio.create_task(self.stopped.wait())

    @property
    def stopping(self) -> bool:
        return self.stopped.is_set()

    def cancel(self) -> None:
        """Stop because somebody asked to."""
        self.cancelled = True
        self.stopped.set()

    def fail(self, urn: str, message: str) -> None:
        """Stop because of a problem, and report it."""
        self.failed = True
        self.report(urn, "error", message)
        self.stopped.set()

    def report(self, urn: str, severity: str, message: str) -> None:
        self.emit(Diagnostic(severity, message, urn))

    @property
    def base(self) -> Snapshot:
        """The state that the deployment began with, or that a refresh made of it."""
        return self.journal.base

    def begin_with(self, base: Snapshot) -> None:
        """Go on from a state."""
        self.journal.base = base
        self.olds = {each.urn: each for each in base.resources if not each.delete}
        self.graph = Graph(base.resources)
        self.registry.stored = {
            each.reference: each.inputs for each in base.resources if each.is_provider
        }

    async def while_running(self, work: Awaitable[T]) -> T:
        """Return the result of `work`; Stopped if the deployment stops first."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task, self._waiting}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Stopped
        finally:
            task.cancel()
