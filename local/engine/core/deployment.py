"""The record of one deployment: what it works with, and what has become of it so far. It decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from local.engine.core.events import Diagnostic, Step, Watcher
from local.engine.core.graph import Graph
from local.engine.errors import EngineError, Stopped
from local.engine.protocol.provider import Registry, check_type
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
    journal: Journal | None = None
    """The state under way; None until the state has been read."""
    base: Snapshot = field(default_factory=Snapshot)
    olds: dict[str, Resource] = field(default_factory=dict)
    graph: Graph = field(default_factory=lambda: Graph([]))
    stack_step: Step | None = None
    """The stack's own step, once it is done: the stack gets its outputs at the end."""
    errored: list[Step] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    failed: bool = False
    step_failed: bool = False
    cancelled: bool = False
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when nothing new may start; what runs is finished."""

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

    def index(self) -> None:
        """Look the base snapshot's resources up anew."""
        self.olds = {each.urn: each for each in self.base.resources if not each.delete}
        self.graph = Graph(self.base.resources)

    def ensure_provider(self, reference: str) -> None:
        """Have the provider of an old resource ready, with the configuration that the state has."""
        if not reference or self.registry.serves(reference):
            return
        for each in self.base.resources:
            if each.is_provider and each.reference == reference:
                check_type(each.type)
                self.registry.configure(reference, each.configuration)
                return
        raise EngineError(f"could not load provider {reference}: it is not in the stack's state")

    async def while_running(self, work: Awaitable[T]) -> T:
        """Return the result of `work`; Stopped if the deployment stops first."""
        task = asyncio.ensure_future(work)
        stopped = asyncio.create_task(self.stopped.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Stopped
        finally:
            stopped.cancel()
            if not task.done():
                task.cancel()
