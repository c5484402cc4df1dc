"""The state on disk while a deployment runs: whole at any moment, and never behind what was reported.

Each resource's text is made once. Steps that finish while a write is under way share the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from components.files import describe_failure
from local.engine.errors import EngineError
from local.engine.state import checkpoint
from local.engine.state.model import Operation, Resource, Snapshot
from local.engine.state.secrets import Passphrase


class Journal:
    """The snapshot under way: what is new, what of the old one is done with, which calls are open."""

    def __init__(
        self, write: Callable[[list[bytes]], None] | None, secrets: Callable[[], Passphrase]
    ) -> None:
        """Have `write` replace the state, given in parts; in a preview there is none."""
        self.base = Snapshot()
        self._write_parts = write
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
        self.touch(resource)

    def add(self, resource: Resource) -> None:
        self._new.append(resource)

    def drop(self, resource: Resource) -> None:
        self._done.add(resource)

    def touch(self, resource: Resource) -> None:
        """Note that the resource is not what it was when its text was made."""
        self._texts.pop(resource, None)

    def rename(self, old: str, new: str) -> None:
        """Have whatever refers to the URN `old` refer to `new`."""

        def fix(urns: list[str]) -> list[str]:
            return [new if urn == old else urn for urn in urns]

        for each in (*self.base.resources, *(pending.resource for pending in self.base.pending)):
            each.dependencies = fix(each.dependencies)
            by_property = each.property_dependencies
            if any(old in urns for urns in by_property.values()):
                # as the CLI: without those that depend on nothing
                by_property = {key: fix(urns) for key, urns in by_property.items() if urns}
                each.property_dependencies = by_property
            self.touch(each)

    @property
    def snapshot(self) -> Snapshot:
        """The state as it is now: the new resources first, then those that nothing has touched."""
        resources = [each for each in (*self._new, *self.base.resources) if each not in self._done]
        pending = list(self._open.values())
        pending += [each for each in self.base.pending if each.type == "creating"]
        return Snapshot(resources, pending, self.base.rest)

    async def flush(self) -> None:
        """Return once all that has been noted so far is on disk."""
        if self._write_parts is None:
            return
        self._wanted += 1
        mine = self._wanted
        while self._written < mine:
            if self._writing is None:
                self._writing = asyncio.create_task(self._write(self._write_parts))
            await asyncio.shield(self._writing)

    async def _write(self, write: Callable[[list[bytes]], None]) -> None:
        covers = self._wanted
        try:
            await asyncio.to_thread(write, self._parts())
            self._written = covers
        except OSError as problem:
            message = f"the state cannot be written: {describe_failure(problem)}"
            raise EngineError(message) from problem
        finally:
            self._writing = None

    def _parts(self) -> list[bytes]:
        now = self.snapshot
        resources = [self._text(each) for each in now.resources]
        pending = [
            b'{"resource":%b,"type":"%b"}' % (self._text(each.resource), each.type.encode())
            for each in now.pending
        ]
        return checkpoint.dump_deployment(self._secrets().salt, resources, pending, now.rest)

    def _text(self, resource: Resource) -> bytes:
        text = self._texts.get(resource)
        if text is None:
            document = checkpoint.dump_resource(
                resource, lambda text: self._secrets().encrypt(text, resource.urn)
            )
            text = self._texts[resource] = checkpoint.compact(document).encode()
        return text
