"""The resources that a Pulumi program declares: `ServiceJob`, `BatchInferenceJob`, one class a kind.

All take the same arguments. `request` is the API's own request, a payload in it an object or AWS's JSON string.
`region` defaults to `aws:region`. `inputs` may hold generation, onReplace, onDelete, adopt and secretPaths, as
`components/run/definition.py` has them.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import new_class
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from .kinds import KINDS, Kind
from .lifecycle.outputs import list_outputs
from .provider import PROVIDERS
from .stack.settings import find_region

# Pulumi's language host adds no words of its own to a program that ends with this code.
ALREADY_SAID = 32


def exit_quietly_on_interrupt() -> None:
    """When a resource fails, the engine interrupts the program, and a traceback would bury the real error."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, lambda *_: os._exit(ALREADY_SAID))


class Job(Resource):
    """What the kinds share: arguments in, a run's outputs out."""

    kind: Kind
    phase: pulumi.Output[str]
    status: pulumi.Output[str]
    digest: pulumi.Output[str]
    jobArn: pulumi.Output[str]
    outputUri: pulumi.Output[str]
    modelArtifacts: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        request: pulumi.Input[Mapping[str, Any]],
        *,
        region: pulumi.Input[str] | None = None,
        name: str | None = None,
        formerly: Sequence[str] = (),
        inputs: Mapping[str, Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        exit_quietly_on_interrupt()
        stack = f"{pulumi.get_project()}/{pulumi.get_stack()}"
        job, aws = name or resource_name, pulumi.Config("aws")
        properties: dict[str, Any] = {
            # a dynamic resource has no output that its inputs do not name
            **dict.fromkeys(list_outputs(self.kind)),
            "name": job,
            "identity": f"{stack}/{job}",
            "formerly": [f"{stack}/{former}" for former in formerly] or None,
            "region": region or find_region(aws.get("region"), os.environ) or aws.require("region"),
            "request": request,
            **(inputs or {}),
        }
        super().__init__(PROVIDERS[self.kind.name](), resource_name, properties, opts)
        _let_registrations_begin()


def _let_registrations_begin() -> None:
    """Give the SDK something to wait for before it waits for outputs.

    When a program ends, it waits for the calls that have begun, and then for all outputs, anew each time that one
    comes. No registration has begun by then, unless there is a call: 20 of 27 s of a plan of 1,000 jobs were that
    waiting (`wait_for_rpcs`, https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/stack.py).
    """
    with suppress(AttributeError):  # an SDK that keeps its calls elsewhere is as slow as it was
        calls = pulumi.runtime.settings.SETTINGS.rpc_manager.rpcs
        if not calls:
            calls.append(asyncio.ensure_future(asyncio.sleep(0)))


def _make_resource(kind: Kind) -> type[Job]:
    doc = f"{kind.title}: `request` is that of {kind.request.submit.operation}."
    return new_class(
        kind.name,
        (Job,),
        {"module": "aws-jobs", "name": kind.name},
        lambda members: members.update(__module__=__name__, __doc__=doc, kind=kind),
    )


RESOURCES = {kind.name: _make_resource(kind) for kind in KINDS.values()}


def __getattr__(name: str) -> type[Job]:
    """Find a kind's class: `from components.resources import ServiceJob`."""
    try:
        return RESOURCES[name]
    except KeyError:
        raise AttributeError(name) from None
