"""The gRPC services that the program talks to: ResourceMonitor, where it registers, and Engine, where it logs."""

from __future__ import annotations

from typing import Any, Protocol

import grpc
from google.protobuf import empty_pb2

from local.engine.errors import EngineError, Stopped, Unsupported
from local.engine.protocol import protos
from local.engine.protocol.wire import from_struct, to_struct
from local.engine.state.model import Resource
from local.engine.state.values import Properties

SEVERITIES = {0: "debug", 1: "info", 2: "warning", 3: "error"}
REFUSED = {
    "ReadResource": "reading {0.type} {0.name!r}",
    "Invoke": "calling the function {0.tok}",
    "Call": "calling the method {0.tok}",
    "RegisterPackage": "the package {0.name}",
    "RegisterStackTransform": "a stack transform",
    "RegisterStackInvokeTransform": "an invoke transform",
    "RegisterResourceHook": "the resource hook {0.name!r}",
    "RegisterErrorHook": "the error hook {0.name!r}",
}
"""What each call of the monitor that is not supported asks for."""


class Handler(Protocol):
    """Acts on what a program says."""

    async def register(self, request: Any) -> Resource: ...

    def set_outputs(self, outputs: Properties) -> None: ...

    async def complete(self) -> None: ...

    def log(self, urn: str, severity: str, message: str) -> None: ...

    def fail(self, message: str) -> None: ...


async def serve(handler: Handler) -> tuple[Any, str]:
    """Serve both services on a free port of loopback; the server and its address."""
    server = grpc.aio.server(options=protos.OPTIONS)
    protos.resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(handler), server)
    protos.engine_pb2_grpc.add_EngineServicer_to_server(Engine(handler), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, f"127.0.0.1:{port}"


class Monitor(protos.resource_pb2_grpc.ResourceMonitorServicer):  # type: ignore[misc]  # generated
    """Takes a program's registrations. What is not supported fails the deployment with its name."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        for method, what in REFUSED.items():
            setattr(self, method, self._refusal(what))

    def _refusal(self, what: str) -> Any:
        async def refuse(request: Any, context: Any) -> None:
            await self._abort(context, Unsupported(what.format(request)))

        return refuse

    async def _abort(self, context: Any, problem: Exception) -> None:
        """Fail the deployment, once, and end the call."""
        if not isinstance(problem, Stopped):
            self._handler.fail(str(problem))
        await context.abort(grpc.StatusCode.UNAVAILABLE, "resource monitor shut down")

    async def GetDeploymentInfo(self, request: Any, context: Any) -> Any:
        """Say what is supported: nearly all, for what is not is refused by name when it is used."""
        features = protos.resource_pb2.ResourceMonitorFeature.items()
        supported = [value for name, value in features if "BYTE_STRING" not in name]
        return protos.resource_pb2.DeploymentInfo(supportedFeatures=supported)

    async def RegisterResource(self, request: Any, context: Any) -> Any:
        try:
            result = await self._handler.register(request)
        except (Stopped, EngineError) as problem:
            await self._abort(context, problem)
            raise
        reply = protos.resource_pb2.RegisterResourceResponse(urn=result.urn, id=result.id)
        if request.custom:
            reply.object.CopyFrom(to_struct(result.outputs, secrets=True))
        return reply

    async def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
        try:
            self._handler.set_outputs(from_struct(request.outputs))
        except EngineError as problem:
            await self._abort(context, problem)
        return empty_pb2.Empty()

    async def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:
        await self._handler.complete()
        return empty_pb2.Empty()


class Engine(protos.engine_pb2_grpc.EngineServicer):  # type: ignore[misc]  # generated
    """Takes what a program logs."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def Log(self, request: Any, context: Any) -> Any:
        severity = SEVERITIES.get(request.severity, "info")
        if not request.ephemeral and severity != "debug":
            self._handler.log(request.urn, severity, request.message)
        return empty_pb2.Empty()
