"""The providers of a deployment: which process serves which provider resource.

A provider resource has no calls of its own: its inputs are its configuration, and its id is drawn by the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from local.engine.errors import EngineError, Unsupported
from local.engine.protocol.processes import Listener, ProviderProcess
from local.engine.protocol.provider import CallFailed, Provider
from local.engine.state import urns
from local.engine.state.project import Project
from local.engine.state.values import Properties

PACKAGE = "pulumi-python"


def insist_on_dynamic(package: str, what: str) -> None:
    """Refuse a provider that is a plugin of its own."""
    if package != PACKAGE:
        raise Unsupported(f"{what}: it needs the provider plugin {package!r}, which")


def check_type(type_: str) -> None:
    """Refuse the provider resource of a plugin."""
    insist_on_dynamic(urns.package_of(type_), f"the provider {type_}")


class Registry:
    """Starts providers, and finds them by the reference `URN::ID` that resources carry."""

    def __init__(
        self,
        project: Project,
        env: Mapping[str, str],
        spare: ProviderProcess,
        listener: Listener,
    ) -> None:
        """`spare` is a process that was started before anybody needed it."""
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
