"""A configured dynamic provider, in the engine's terms: properties in, properties out.

It marshals as the CLI does for a provider that accepts no secrets and knows no preview.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import grpc

from local.engine.core import diff as diffing
from local.engine.core.diff import Diff
from local.engine.errors import Unsupported
from local.engine.protocol import protos as protocol
from local.engine.protocol.children import Listener, ProviderProcess
from local.engine.protocol.wire import from_struct, to_struct
from local.engine.state import urns
from local.engine.state.values import Properties, copied, has_unknown, mark_secrets

pb = protocol.provider_pb2


class CallFailed(Exception):
    """A provider's call ended in an error; the text is the provider's."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a read found; an empty `id` says: there is no such resource."""

    id: str
    outputs: Properties
    inputs: Properties | None


class Provider:
    """One provider process with one configuration."""

    def __init__(self, process: ProviderProcess) -> None:
        self._process = process
        self._channel: Any = None
        self._stub: Any = None

    async def configure(self, inputs: Properties, listener: Listener) -> None:
        """Connect and hand over the configuration."""
        if has_unknown(inputs):
            raise Unsupported("a provider's configuration with a value that is not known yet")
        port = await self._process.port(listener)
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=protocol.OPTIONS)
        self._stub = protocol.provider_pb2_grpc.ResourceProviderStub(self._channel)
        await self._call(
            "Configure",
            pb.ConfigureRequest(
                args=to_struct(inputs, secrets=True),
                acceptSecrets=True,
                acceptResources=True,
                sends_old_inputs=True,
                sends_old_inputs_to_delete=True,
            ),
        )

    async def _call(self, method: str, request: Any) -> Any:
        try:
            return await getattr(self._stub, method)(request)
        except grpc.aio.AioRpcError as problem:
            if problem.code() == grpc.StatusCode.UNAVAILABLE:
                ended = self._process.exit_code
                said = f" (exit code {ended})" if ended is not None else ""
                raise CallFailed(f"the dynamic provider's process ended{said}") from problem
            raise CallFailed(problem.details() or problem.code().name) from problem

    async def check(
        self, urn: str, olds: Properties | None, news: Properties, *, preview: bool
    ) -> tuple[Properties, list[tuple[str, str]]]:
        """The checked inputs, and what is wrong with which property."""
        reply = await self._call(
            "Check",
            pb.CheckRequest(
                urn=urn,
                name=urns.name_of(urn),
                type=urns.type_of(urn),
                olds=to_struct(olds or {}, unknowns=preview),
                news=to_struct(news, unknowns=preview),
                randomSeed=os.urandom(32),
            ),
        )
        inputs = from_struct(reply.inputs)
        mark_secrets(inputs, news)
        return inputs, [(each.property, each.reason) for each in reply.failures]

    async def diff(
        self,
        urn: str,
        identity: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        *,
        preview: bool,
        ignore_changes: list[str],
    ) -> Diff:
        """The provider's diff, or the engine's own of the inputs where the provider leaves it to that."""
        reply = await self._call(
            "Diff",
            pb.DiffRequest(
                id=identity,
                urn=urn,
                name=urns.name_of(urn),
                type=urns.type_of(urn),
                old_inputs=to_struct(old_inputs, unknowns=preview),
                olds=to_struct(old_outputs, unknowns=preview),
                news=to_struct(new_inputs, unknowns=preview),
                ignoreChanges=ignore_changes,
            ),
        )
        if reply.deleteBeforeReplace:
            raise Unsupported(f"{urns.name_of(urn)!r}: deleteBeforeReplace in a provider's diff")
        own = Diff(
            changes=reply.changes == pb.DiffResponse.DIFF_SOME,
            replace_keys=list(reply.replaces),
            changed_keys=list(reply.diffs),
        )
        if reply.changes != pb.DiffResponse.DIFF_UNKNOWN:
            return own
        wanted = diffing.ignoring(new_inputs, old_inputs, ignore_changes)
        found = diffing.between(old_inputs, wanted)
        return Diff(
            changes=found.changes,
            replace_keys=own.replace_keys,
            changed_keys=found.changed_keys if found.changes else own.changed_keys,
            detailed=found.detailed,
        )

    async def create(
        self, urn: str, inputs: Properties, *, preview: bool
    ) -> tuple[str, Properties]:
        """The new resource's id and outputs; a preview has no id and the inputs for outputs."""
        if preview:
            return "", copied(inputs)
        reply = await self._call(
            "Create",
            pb.CreateRequest(
                urn=urn,
                name=urns.name_of(urn),
                type=urns.type_of(urn),
                properties=to_struct(inputs),
            ),
        )
        if not reply.id:
            raise CallFailed(f"plugin returned empty resource.ID from create '{urn}'")
        outputs = from_struct(reply.properties)
        mark_secrets(outputs, inputs)
        return reply.id, outputs

    async def update(
        self,
        urn: str,
        identity: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        *,
        preview: bool,
        ignore_changes: list[str],
    ) -> Properties:
        if preview:
            kept: Properties = copied(new_inputs)
            return kept
        reply = await self._call(
            "Update",
            pb.UpdateRequest(
                id=identity,
                urn=urn,
                name=urns.name_of(urn),
                type=urns.type_of(urn),
                olds=to_struct(old_outputs),
                news=to_struct(new_inputs),
                old_inputs=to_struct(old_inputs),
                ignoreChanges=ignore_changes,
            ),
        )
        outputs = from_struct(reply.properties)
        mark_secrets(outputs, new_inputs)
        return outputs

    async def read(self, urn: str, identity: str, inputs: Properties, outputs: Properties) -> Read:
        reply = await self._call(
            "Read",
            pb.ReadRequest(
                id=identity,
                urn=urn,
                name=urns.name_of(urn),
                type=urns.type_of(urn),
                properties=to_struct(outputs),
                inputs=to_struct(inputs),
            ),
        )
        found = from_struct(reply.properties)
        mark_secrets(found, outputs)
        wanted = None
        if reply.HasField("inputs"):
            wanted = from_struct(reply.inputs)
            mark_secrets(wanted, inputs)
        return Read(reply.id, found, wanted)

    async def delete(
        self, urn: str, identity: str, inputs: Properties, outputs: Properties
    ) -> None:
        await self._call(
            "Delete",
            pb.DeleteRequest(
                id=identity,
                urn=urn,
                name=urns.name_of(urn),
                type=urns.type_of(urn),
                properties=to_struct(outputs),
                old_inputs=to_struct(inputs),
            ),
        )

    async def close(self) -> None:
        if self._channel is not None:
            await self._channel.close()
        await self._process.stop()
