"""The providers of a deployment: which process serves which provider resource.

A provider resource has no calls of its own: its inputs are its configuration, and its id is drawn by the engine.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import suppress

from local.engine.core.diff import Diff
from local.engine.errors import EngineError, Unsupported
from local.engine.protocol.children import Listener, ProviderProcess
from local.engine.protocol.provider import CallFailed, Provider
from local.engine.protocol.wire import UNKNOWN_STRING
from local.engine.state import urns
from local.engine.state.model import Resource
from local.engine.state.project import Project
from local.engine.state.values import Properties, equal

PACKAGE = "pulumi-python"


def insist_on_dynamic(package: str, what: str) -> None:
    """Refuse a provider that is a plugin of its own."""
    if package != PACKAGE:
        raise Unsupported(f"{what}: it needs the provider plugin {package!r}, which")


class Registry:
    """Starts providers, and finds them by the reference `URN::ID` that resources carry."""

    def __init__(self, project: Project, env: Mapping[str, str], listener: Listener) -> None:
        self._project = project
        self._env = env
        self._listener = listener
        self._spare: list[ProviderProcess] = []
        self._providers: dict[str, asyncio.Task[Provider]] = {}
        self.retired: list[Provider] = []

    def adopt(self, spare: ProviderProcess) -> None:
        """A process that was started before anybody needed it."""
        self._spare.append(spare)

    def configure(self, reference: str, inputs: Properties) -> None:
        """Have a provider with this configuration serve `reference`; it is started at once, in the background."""

        async def start() -> Provider:
            process = (
                self._spare.pop()
                if self._spare
                else await ProviderProcess.spawn(self._project, self._env)
            )
            provider = Provider(process)
            await provider.configure(inputs, self._listener)
            return provider

        former = self._providers.get(reference)
        if former is not None and former.done() and not former.exception():
            self.retired.append(former.result())
        self._providers[reference] = asyncio.create_task(start())

    def serves(self, reference: str) -> bool:
        return reference in self._providers

    async def get(self, reference: str) -> Provider:
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
        for provider in self.retired:
            await provider.close()


def diff(old: Resource, new_inputs: Properties) -> Diff:
    """A provider resource is updated, never replaced, where its configuration differs from its last."""
    return Diff(changes=not equal(old.outputs, configuration(new_inputs)))


def configuration(inputs: Properties) -> Properties:
    return {key: value for key, value in inputs.items() if key != "__internal"}


def new_id(preview: bool) -> str:
    return UNKNOWN_STRING if preview else str(uuid.uuid4())


def reference(resource: Resource) -> str:
    return f"{resource.urn}::{resource.id}"


def check_type(type_: str) -> None:
    if urns.is_provider(type_):
        insist_on_dynamic(urns.package_of(type_), f"the provider {type_}")
