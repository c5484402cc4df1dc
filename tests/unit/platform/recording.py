"""Run a Pulumi program under the SDK's mocks and keep what it registers, as it crosses the wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc
from pulumi.runtime.stack import get_root_resource

ACCOUNT = "123456789012"
REGION = "us-east-1"
# what AWS answers with when it has made one: the output, and its form
ARNS = {
    "aws:iam/role:Role": ("arn", "arn:aws:iam::123456789012:role/{name}"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        "arn",
        "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    ),
    "aws:s3/bucket:Bucket": ("arn", "arn:aws:s3:::{bucket}"),
    "aws:sns/topic:Topic": ("arn", "arn:aws:sns:us-east-1:123456789012:{name}"),
    "aws:batch/schedulingPolicy:SchedulingPolicy": (
        "arn",
        "arn:aws:batch:us-east-1:123456789012:scheduling-policy/{name}",
    ),
    "aws-native:batch:ServiceEnvironment": (
        "serviceEnvironmentArn",
        "arn:aws:batch:us-east-1:123456789012:service-environment/{serviceEnvironmentName}",
    ),
    "aws-native:batch:SchedulingPolicy": (
        "arn",
        "arn:aws:batch:us-east-1:123456789012:scheduling-policy/{name}",
    ),
    "aws-native:batch:JobQueue": (
        "jobQueueArn",
        "arn:aws:batch:us-east-1:123456789012:job-queue/{jobQueueName}",
    ),
    "aws:cloudwatch/eventRule:EventRule": (
        "arn",
        "arn:aws:events:us-east-1:123456789012:rule/{name}",
    ),
}


@dataclass
class Registered:
    """One resource: its parent's name, its inputs, and what it waits for, as `type::name`."""

    type: str
    name: str
    parent: str
    inputs: dict[str, Any]
    waits_for: set[str]

    def document(self, field: str) -> dict[str, Any]:
        """A policy document among the inputs, as data."""
        found: dict[str, Any] = json.loads(self.inputs[field])
        return found


class _Answers(mocks.Mocks):
    """An engine that makes everything at once; in a preview it knows only what was given."""

    def __init__(self, preview: bool, calls: dict[str, dict[str, Any]]) -> None:
        self.preview = preview
        self.calls = calls

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        state = dict(args.inputs)
        if args.typ in ARNS and not self.preview:
            output, form = ARNS[args.typ]
            named = "bucket" if "{bucket}" in form else "name"
            state.setdefault(named, f"{args.name}-0a1b2c3")  # Pulumi's own naming
            state[output] = form.format(**state)
        return "" if self.preview and args.custom else f"{args.name}-id", state

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return self.calls[args.token], []


@contextmanager
def _own_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop for this thread, closed in the end: the SDK makes one in each worker thread, and never closes it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)


class Monitor(mocks.MockMonitor):
    """The SDK's mock monitor, which also keeps each request."""

    def __init__(self, answers: mocks.Mocks) -> None:
        super().__init__(answers)
        self.found: list[Registered] = []

    def RegisterResource(self, request: Any) -> Any:  # the name is gRPC's
        with _own_loop():
            self._keep(request)
            return super().RegisterResource(request)

    def Invoke(self, request: Any) -> Any:  # the name is gRPC's
        with _own_loop():
            return super().Invoke(request)

    def _keep(self, request: Any) -> None:
        if request.type != "pulumi:pulumi:Stack":
            inputs = rpc.deserialize_properties(request.object, keep_unknowns=True)
            waits = {_short(urn) for urn in request.dependencies}
            for each in request.propertyDependencies.values():
                waits |= {_short(urn) for urn in each.urns}
            self.found.append(
                Registered(request.type, request.name, _last(request.parent), inputs, waits)
            )


def _last(urn: str) -> str:
    return urn.rpartition("::")[2]


def _short(urn: str) -> str:
    _, _, kind, name = urn.removeprefix("urn:pulumi:").split("::")
    return f"{kind.rpartition('$')[2]}::{name}"


class Registry:
    """What a program registered, in no particular order; names are unique within a type."""

    def __init__(self, found: list[Registered], outputs: dict[str, Any]) -> None:
        """`outputs` are the stack's, as far as they are known."""
        self.all = found
        self.outputs = outputs

    def one(self, type_: str, name: str = "") -> Registered:
        """The only resource of a type (`aws:iam/role:Role`), or that of a name."""
        [match] = [r for r in self.all if r.type == type_ and name in ("", r.name)]
        return match

    def types(self) -> set[str]:
        return {registered.type for registered in self.all}


def run(
    program: Callable[[], Any],
    *,
    preview: bool = False,
    config: dict[str, str] | None = None,
    secrets: tuple[str, ...] = (),
    calls: dict[str, dict[str, Any]] | None = None,
    project: str = "aws-jobs",
    stack: str = "dev",
) -> Registry:
    """Run the program to its end, on an event loop of its own. Raises what the program raises."""
    exported: dict[str, Any] = {}
    monitor = Monitor(_Answers(preview, calls or {}))
    with _own_loop():
        pulumi.runtime.set_all_config({"aws:region": REGION, **(config or {})}, list(secrets))
        mocks.set_mocks(
            monitor.mocks, project=project, stack=stack, preview=preview, monitor=monitor
        )
        root = get_root_resource()
        assert root is not None
        root.outputs.clear()  # the SDK keeps one stack a process

        def whole() -> pulumi.Output[None]:
            ended = program()
            return pulumi.Output.all(ended=ended, **root.outputs).apply(exported.update)

        pulumi.runtime.test(whole)()
    return Registry(monitor.found, exported)
