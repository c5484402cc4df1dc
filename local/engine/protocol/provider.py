"""Configured dynamic providers, in the engine's terms: resources in, properties out.

They are called as the CLI calls a provider that accepts no secrets and knows no preview. A provider resource has no
calls of its own: its inputs are its configuration, and its id is drawn by the engine.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import grpc

from local.engine.errors import EngineError, Unsupported
from local.engine.protocol import protos
from local.engine.protocol.processes import Listener, ProviderProcess
from local.engine.protocol.wire import from_struct, to_struct
from local.engine.state.model import Resource, package_of
from local.engine.state.project import Project
from local.engine.state.values import UNKNOWN, Properties, contains, copy_value, mark_secrets

pb = protos.provider_pb2
PACKAGE = "pulumi-python"


class CallFailed(Exception):
    """A provider's call ended in an error; the text is the provider's."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a read found; an empty `id` says: there is no such resource."""

    id: str
    outputs: Properties
    inputs: Properties | None


@dataclass(frozen=True, slots=True)
class DiffAnswer:
    """What a provider says of a difference; `changes` is None where it leaves that to the engine."""

    changes: bool | None
    replace_keys: list[str]
    changed_keys: list[str]


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
        port = await self._process.port(listener)
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
        """Make a call about one resource."""
        request = getattr(pb, f"{method}Request")(
            urn=resource.urn, name=resource.name, type=resource.type, **fields
        )
        return await self._call(method, request)

    async def _call(self, method: str, request: Any) -> Any:
        try:
            return await getattr(self._stub, method)(request)
        except grpc.aio.AioRpcError as problem:
            if problem.code() == grpc.StatusCode.UNAVAILABLE:
                ended = self._process.exit_code
                code = f" (exit code {ended})" if ended is not None else ""
                raise CallFailed(f"the dynamic provider's process ended{code}") from problem
            raise CallFailed(problem.details() or problem.code().name) from problem

    async def check(
        self, new: Resource, olds: Properties | None, *, preview: bool
    ) -> tuple[Properties, list[tuple[str, str]]]:
        """Return the checked inputs, and what is wrong with which property."""
        reply = await self._ask(
            "Check",
            new,
            olds=to_struct(olds or {}, unknowns=preview),
            news=to_struct(new.inputs, unknowns=preview),
            randomSeed=os.urandom(32),
        )
        inputs = from_struct(reply.inputs)
        mark_secrets(inputs, new.inputs)
        return inputs, [(each.property, each.reason) for each in reply.failures]

    async def diff(self, old: Resource, new: Resource, *, preview: bool) -> DiffAnswer:
        """Ask how the inputs of `new` differ from `old`."""
        reply = await self._ask(
            "Diff",
            new,
            id=old.id,
            old_inputs=to_struct(old.inputs, unknowns=preview),
            olds=to_struct(old.outputs, unknowns=preview),
            news=to_struct(new.inputs, unknowns=preview),
            ignoreChanges=new.ignore_changes,
        )
        if reply.deleteBeforeReplace:
            raise Unsupported(f"{new.name!r}: deleteBeforeReplace in a provider's diff")
        known = reply.changes != pb.DiffResponse.DIFF_UNKNOWN
        changes = reply.changes == pb.DiffResponse.DIFF_SOME if known else None
        return DiffAnswer(changes, list(reply.replaces), list(reply.diffs))

    async def create(self, new: Resource, *, preview: bool) -> tuple[str, Properties]:
        """Return the new resource's id and outputs; a preview has no id and the inputs for outputs."""
        if preview:
            return "", copy_value(new.inputs)
        reply = await self._ask("Create", new, properties=to_struct(new.inputs))
        if not reply.id:
            raise CallFailed(f"plugin returned empty resource.ID from create '{new.urn}'")
        outputs = from_struct(reply.properties)
        mark_secrets(outputs, new.inputs)
        return reply.id, outputs

    async def update(self, old: Resource, new: Resource, *, preview: bool) -> Properties:
        """Return the outputs of the updated resource; in a preview its inputs."""
        if preview:
            planned: Properties = copy_value(new.inputs)
            return planned
        reply = await self._ask(
            "Update",
            new,
            id=old.id,
            olds=to_struct(old.outputs),
            news=to_struct(new.inputs),
            old_inputs=to_struct(old.inputs),
            ignoreChanges=new.ignore_changes,
        )
        outputs = from_struct(reply.properties)
        mark_secrets(outputs, new.inputs)
        return outputs

    async def read(self, old: Resource) -> Read:
        """Return how the resource is now."""
        reply = await self._ask(
            "Read",
            old,
            id=old.id,
            properties=to_struct(old.outputs),
            inputs=to_struct(old.inputs),
        )
        found = from_struct(reply.properties)
        mark_secrets(found, old.outputs)
        inputs = None
        if reply.HasField("inputs"):
            inputs = from_struct(reply.inputs)
            mark_secrets(inputs, old.inputs)
        return Read(reply.id, found, inputs)

    async def delete(self, old: Resource) -> None:
        await self._ask(
            "Delete",
            old,
            id=old.id,
            properties=to_struct(old.outputs),
            old_inputs=to_struct(old.inputs),
        )

    async def close(self) -> None:
        if self._channel is not None:
            await self._channel.close()
        await self._process.stop()


def insist_on_dynamic(package: str, what: str) -> None:
    """Refuse a provider that is a plugin of its own."""
    if package != PACKAGE:
        raise Unsupported(f"{what}: it needs the provider plugin {package!r}, which")


def check_type(type_: str) -> None:
    """Refuse the provider resource of a plugin."""
    insist_on_dynamic(package_of(type_), f"the provider {type_}")


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
        self._project = project
        self._env = env
        self._listener = listener
        self._spare = [spare]
        self._providers: dict[str, asyncio.Task[Provider]] = {}
        self._retired: list[Provider] = []

    def configure(self, reference: str, inputs: Properties) -> None:
        """Have a provider with this configuration serve `reference`; it is started at once, in the background."""
        former = self._providers.get(reference)
        if former is not None and former.done() and not former.exception():
            self._retired.append(former.result())
        self._providers[reference] = asyncio.create_task(self._start(inputs))

    async def _start(self, inputs: Properties) -> Provider:
        if self._spare:
            process = self._spare.pop()
        else:
            process = await ProviderProcess.spawn(self._project, self._env)
        provider = Provider(process)
        await provider.configure(inputs, self._listener)
        return provider

    def serves(self, reference: str) -> bool:
        return reference in self._providers

    async def get(self, reference: str) -> Provider:
        """Return the provider of a reference once it serves."""
        found = self._providers.get(reference)
        if found is None:
            raise EngineError(f"unknown provider {reference}")
        return await asyncio.shield(found)

    async def close(self) -> None:
        """End every process."""
        for spare in self._spare:
            await spare.stop()
        for starting in set(self._providers.values()):
            with suppress(EngineError, CallFailed):
                await (await starting).close()
        for provider in self._retired:
            await provider.close()
