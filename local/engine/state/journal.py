"""The state on disk while a deployment runs: whole at any moment, and never behind what was reported.

Each resource's text is made once. Steps that finish while a write is under way share the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from local.engine.errors import EngineError
from local.engine.state import checkpoint, urns
from local.engine.state.backend import Backend
from local.engine.state.model import Operation, Resource, Snapshot
from local.engine.state.secrets import Passphrase


class Journal:
    """The snapshot under way: what is new, what of the old one is done with, which calls are open."""

    def __init__(
        self, backend: Backend, stack: str, base: Snapshot, secrets: Callable[[], Passphrase]
    ) -> None:
        self._backend = backend
        self._stack = stack
        self.base = base
        self._secrets = secrets
        self._new: list[Resource] = []
        self._done: set[Resource] = set()
        self._open: dict[Resource, Operation] = {}
        self._texts: dict[Resource, bytes] = {}
        self._wanted = self._written = 0
        self._writing: asyncio.Task[None] | None = None
        self.keep_pending_creates = True

    def open(self, resource: Resource, operation: str) -> None:
        """A call for this resource is about to be made."""
        self._open[resource] = Operation(resource, operation)

    def close(self, resource: Resource) -> None:
        self._open.pop(resource, None)
        self._texts.pop(resource, None)

    def add(self, resource: Resource) -> None:
        self._new.append(resource)
        self._texts.pop(resource, None)

    def drop(self, resource: Resource) -> None:
        self._done.add(resource)
        self._texts.pop(resource, None)

    def changed(self, resource: Resource) -> None:
        """The resource is not what it was when its text was made."""
        self._texts.pop(resource, None)

    @property
    def snapshot(self) -> Snapshot:
        """The state as it is now: the new resources first, then those that nothing has touched."""
        resources = [each for each in (*self._new, *self.base.resources) if each not in self._done]
        pending = list(self._open.values())
        if self.keep_pending_creates:
            pending += [each for each in self.base.pending if each.type == "creating"]
        return Snapshot(resources, pending, self.base.rest)

    async def flush(self) -> None:
        """Return once all that has been noted so far is on disk."""
        self._wanted += 1
        mine = self._wanted
        while self._written < mine:
            if self._writing is None:
                self._writing = asyncio.create_task(self._write())
            await asyncio.shield(self._writing)

    async def _write(self) -> None:
        covers = self._wanted
        try:
            await asyncio.to_thread(self._backend.write, self._stack, self._parts())
            self._written = covers
        except OSError as problem:
            raise EngineError(f"the state cannot be written: {problem}") from problem
        finally:
            self._writing = None

    def _parts(self) -> list[bytes]:
        now = self.snapshot
        names = new_names(now.resources)
        resources = [self._resource(each, names) for each in now.resources]
        pending = [
            operation_json(self._resource(each.resource, names), each) for each in now.pending
        ]
        return checkpoint.deployment_parts(
            self._secrets().salt, resources, pending, now.rest, checkpoint.now()
        )

    def _resource(self, resource: Resource, names: dict[str, str]) -> bytes:
        text = self._texts.get(resource)
        if text is None or names:
            shown = renamed(resource, names)
            text = resource_json(shown, self._secrets)
            self._texts[resource] = text
        return text


def resource_json(resource: Resource, secrets: Callable[[], Passphrase]) -> bytes:
    def seal(text: str) -> str:
        return secrets().encrypt(text, resource.urn)

    return checkpoint.compact(checkpoint.dump_resource(resource, seal)).encode()


def operation_json(resource: bytes, operation: Operation) -> bytes:
    return b'{"resource":%b,"type":"%b"}' % (resource, operation.type.encode())


def new_names(resources: list[Resource]) -> dict[str, str]:
    """Old URN -> new URN, of the resources that go by an alias, and of what is named after them."""
    names: dict[str, str] = {}
    for each in resources:
        for alias in each.aliases:
            names[alias] = each.urn
    return names


def renamed(resource: Resource, names: dict[str, str]) -> Resource:
    """The resource with every reference to an old URN set to the new one, and its aliases gone."""
    if not names and not resource.aliases:
        return resource

    def fix(urn: str) -> str:
        return names.get(urn, urn)

    provider = resource.provider
    by_property = resource.property_dependencies
    if any(urn in names for each in by_property.values() for urn in each):
        by_property = {key: [fix(urn) for urn in each] for key, each in by_property.items() if each}
    if provider:
        urn, identity = urns.split_reference(provider)
        provider = f"{fix(urn)}::{identity}"
    return resource.copy(
        urn=fix(resource.urn),
        aliases=[],
        dependencies=[fix(urn) for urn in resource.dependencies],
        property_dependencies=by_property,
        provider=provider,
    )
