"""The state on disk while a deployment runs: whole at any moment, and never behind what was reported.

Each resource's text is made once. Steps that finish while a write is under way share the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from components.files import describe_failure
from local.engine.errors import EngineError
from local.engine.state import checkpoint
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

    def open(self, resource: Resource, operation: str) -> None:
        """Note that a call for this resource is about to be made."""
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

    def touch(self, resource: Resource) -> None:
        """Note that the resource is not what it was when its text was made."""
        self._texts.pop(resource, None)

    @property
    def snapshot(self) -> Snapshot:
        """The state as it is now: the new resources first, then those that nothing has touched."""
        resources = [each for each in (*self._new, *self.base.resources) if each not in self._done]
        pending = list(self._open.values())
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
            message = f"the state cannot be written: {describe_failure(problem)}"
            raise EngineError(message) from problem
        finally:
            self._writing = None

    def _parts(self) -> list[bytes]:
        now = self.snapshot
        names = {alias: each.urn for each in now.resources for alias in each.aliases}
        resources = [self._resource(each, names) for each in now.resources]
        pending = [
            b'{"resource":%b,"type":"%b"}'
            % (self._resource(each.resource, names), each.type.encode())
            for each in now.pending
        ]
        return checkpoint.deployment_parts(self._secrets().salt, resources, pending, now.rest)

    def _resource(self, resource: Resource, names: dict[str, str]) -> bytes:
        text = self._texts.get(resource)
        if text is None or names:
            now = rename(resource, names)
            document = checkpoint.dump_resource(
                now, lambda text: self._secrets().encrypt(text, now.urn)
            )
            text = self._texts[resource] = checkpoint.compact(document).encode()
        return text


def rename(resource: Resource, names: dict[str, str]) -> Resource:
    """Return the resource with every reference to an old URN set to the new one, and its aliases gone."""
    if not names and not resource.aliases:
        return resource

    def fix(urn: str) -> str:
        return names.get(urn, urn)

    by_property = resource.property_dependencies
    if any(urn in names for each in by_property.values() for urn in each):
        by_property = {key: [fix(urn) for urn in each] for key, each in by_property.items() if each}
    provider, separator, identity = resource.provider.rpartition("::")
    return resource.copy(
        urn=fix(resource.urn),
        aliases=[],
        dependencies=[fix(urn) for urn in resource.dependencies],
        property_dependencies=by_property,
        provider=f"{fix(provider)}{separator}{identity}",
    )
