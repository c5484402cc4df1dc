"""Configured dynamic providers, in the engine's terms: resources in, properties out.

They are called as the CLI calls a provider that accepts no secrets and knows no preview. A provider resource has no
calls of its own: its inputs are its configuration, and its id is drawn by the engine.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import grpc

from local.engine.errors import EngineError, Unsupported
from local.engine.protocol import protos
from local.engine.protocol.processes import Listener, ProviderProcess
from local.engine.protocol.wire import from_struct, to_struct
from local.engine.state.model import Resource
from local.engine.state.project import Project
from local.engine.state.values import UNKNOWN, Properties, contains, mark_secrets

pb = protos.provider_pb2


class Provider:
    """One provider process with one configuration."""

    def __init__(self, process: ProviderProcess) -> None:
        self._process = process
        self._channel: Any = None
        self._stub: Any = None

    async def configure(self, inputs: Properties, listener: Listener) -> None:
        """Connect and hand over the configuration."""
        if contains(inputs, lambda value: value is UNKNOWN):
            raise Unsupported("a provider's configuration with a value that is not known yet")
        port = await self._process.wait_for_port(listener)
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=protos.OPTIONS)
        self._stub = protos.provider_pb2_grpc.ResourceProviderStub(self._channel)
        request = pb.ConfigureRequest(
            args=to_struct(inputs, secrets=True),
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
        )
        await self._call("Configure", request)

    async def _ask(self, method: str, resource: Resource, **fields: Any) -> Any:
        """Make a call about one resource; properties among the fields are sent as structs."""
        for name, value in fields.items():
            fields[name] = to_struct(value) if isinstance(value, dict) else value
        make = getattr(pb, f"{method}Request")
        request = make(urn=resource.urn, name=resource.name, type=resource.type, **fields)
        return await self._call(method, request)

    async def _call(self, method: str, request: Any) -> Any:
        """Make a call; EngineError in the provider's words if it ends in an error."""
        try:
            return await getattr(self._stub, method)(request)
        except grpc.aio.AioRpcError as problem:
            if problem.code() == grpc.StatusCode.UNAVAILABLE:
                ended = self._process.exit_code
                code = f" (exit code {ended})" if ended is not None else ""
                raise EngineError(f"the dynamic provider's process ended{code}") from problem
            raise EngineError(problem.details() or problem.code().name) from problem

    async def check(
        self, new: Resource, olds: Properties | None
    ) -> tuple[Properties, list[tuple[str, str]]]:
        """Return the checked inputs, and what is wrong with which property."""
        seed = os.urandom(32)
        reply = await self._ask("Check", new, olds=olds or {}, news=new.inputs, randomSeed=seed)
        inputs = from_struct(reply.inputs)
        mark_secrets(inputs, new.inputs)
        return inputs, [(each.property, each.reason) for each in reply.failures]

    async def diff(self, old: Resource, new: Resource) -> tuple[bool | None, list[str], list[str]]:
        """Return whether the inputs of `new` differ from `old`, which keys replace, and which differ.

        The first is None where the provider leaves that to the engine.
        """
        reply = await self._ask(
            "Diff",
            new,
            id=old.id,
            old_inputs=old.inputs,
            olds=old.outputs,
            news=new.inputs,
            ignoreChanges=new.ignore_changes,
        )
        if reply.deleteBeforeReplace:
            raise Unsupported(f"{new.name!r}: deleteBeforeReplace in a provider's diff")
        known = reply.changes != pb.DiffResponse.DIFF_UNKNOWN
        changes = reply.changes == pb.DiffResponse.DIFF_SOME if known else None
        return changes, list(reply.replaces), list(reply.diffs)

    async def create(self, new: Resource) -> None:
        """Create the resource, and set its id and its outputs."""
        reply = await self._ask("Create", new, properties=new.inputs)
        if not reply.id:
            raise EngineError(f"plugin returned empty resource.ID from create '{new.urn}'")
        new.id, new.outputs = reply.id, from_struct(reply.properties)

    async def update(self, old: Resource, new: Resource) -> None:
        """Update the resource, and set its outputs."""
        reply = await self._ask(
            "Update",
            new,
            id=old.id,
            olds=old.outputs,
            news=new.inputs,
            old_inputs=old.inputs,
            ignoreChanges=new.ignore_changes,
        )
        new.outputs = from_struct(reply.properties)

    async def read(self, old: Resource) -> Resource | None:
        """Return the resource as it is now; None where it is gone."""
        reply = await self._ask("Read", old, id=old.id, properties=old.outputs, inputs=old.inputs)
        if not reply.id:
            return None
        new = replace(old, id=reply.id, outputs=from_struct(reply.properties))
        mark_secrets(new.outputs, old.outputs)
        if reply.HasField("inputs"):
            new.inputs = from_struct(reply.inputs)
            mark_secrets(new.inputs, old.inputs)
        return new

    async def delete(self, old: Resource) -> None:
        await self._ask("Delete", old, id=old.id, properties=old.outputs, old_inputs=old.inputs)

    async def close(self) -> None:
        if self._channel is not None:
            await self._channel.close()
        await self._process.stop()


class Registry:
    """Starts providers, and finds them by the reference `URN::ID` that resources carry."""

    def __init__(
        self,
        project: Project,
        env: Mapping[str, str],
        spare: ProviderProcess,
        listener: Listener,
    ) -> None:
        """Take over `spare`, a process that was started before anybody needed it."""
        self.stored: dict[str, Properties] = {}
        """The configurations that the state has, by their references."""
        self._project = project
        self._env = env
        self._listener = listener
        self._spare = [spare]
        self._providers: dict[str, asyncio.Task[Provider]] = {}
        self._started: list[asyncio.Task[Provider]] = []

    def configure(self, reference: str, inputs: Properties) -> None:
        """Have a provider with this configuration serve `reference`; it is started at once, in the background."""
        self._providers[reference] = asyncio.create_task(self._start(inputs))
        self._started.append(self._providers[reference])

    async def _start(self, inputs: Properties) -> Provider:
        if self._spare:
            process = self._spare.pop()
        else:
            process = await ProviderProcess.spawn(self._project, self._env)
        provider = Provider(process)
        await provider.configure(inputs, self._listener)
        return provider

    async def get(self, reference: str) -> Provider:
        """Return the provider of a reference once it serves; one that only the state has is started."""
        if reference not in self._providers:
            if reference not in self.stored:
                raise EngineError(f"unknown provider {reference}: it is not in the stack's state")
            self.configure(reference, self.stored[reference])
        return await asyncio.shield(self._providers[reference])

    async def close(self) -> None:
        """End every process."""
        for spare in self._spare:
            await spare.stop()
        for starting in self._started:
            with suppress(EngineError):
                await (await starting).close()
